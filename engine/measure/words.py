"""Figures as people read them, the same in the window and on the command line; None is a dash."""

from __future__ import annotations

from engine.records import Stage

NOTHING = "–"
STAGE_WORDS = {
    Stage.ASSISTED: "Assisted",
    Stage.SEMI: "Semi",
    Stage.AUTO: "Auto",
    Stage.IMPORTED: "Imported",
    None: "All",
}
SAM_ENGINE = (
    "SAM's engine, for comparison: assisted 34 to 14 s a mask and 20 to 44 masks an image, semi 34 s a hand-made mask "
    "and 72 masks an image, auto about 100 masks an image (Kirillov et al. 2023)."
)


def count(number: int) -> str:
    """Write a count with separators: 12,345."""
    return f"{number:,}"


def seconds(value: float | None) -> str:
    """Write seconds with a digit behind the point where that still says something: 8.1 s, 140 s."""
    if value is None:
        return NOTHING
    return f"{value:.1f} s" if value < 99.95 else f"{value:,.0f} s"


def rate(value: float | None) -> str:
    """Write a number of things a thing: 2.3."""
    if value is None:
        return NOTHING
    return f"{value:.1f}" if value < 99.95 else f"{value:,.0f}"


def share(value: float | None) -> str:
    """Write a share in percent; never 0 or 100 for what is only nearly so."""
    if value is None:
        return NOTHING
    if 0 < value < 0.005:
        return "< 1 %"
    if 0.995 < value < 1:
        return "> 99 %"
    return f"{100 * value:.0f} %"


def fine_share(value: float | None) -> str:
    """Write a share in percent with one digit behind the point: 66.7 %."""
    return NOTHING if value is None else f"{100 * value:.1f} %"


def backend(name: str, weights_hash: str) -> str:
    """Name a backend with the beginning of its weights' hash."""
    if not name:
        return "no backend"
    return f"{name} {weights_hash[:8]}".rstrip()


def person(name: str) -> str:
    """Name a person, also one who gave no name."""
    return name or "(no name)"


def duration(seconds: float) -> str:
    """Return a stretch of time as a person says it: 40 s, 12 min, 3.5 h."""
    if seconds < 60:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def size(count: int) -> str:
    """Write bytes as disks and downloads are sold: 375 MB, 2.6 GB; anything below a megabyte in kB."""
    if count < 1_000_000:
        return f"{count / 1e3:,.0f} kB"
    return f"{count / 1e6:,.0f} MB" if count < 999_500_000 else f"{count / 1e9:,.1f} GB"
