"""What came in, what went out, what was dropped and why: the account every import and export ends with."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

_EXAMPLES = 5


@dataclass(frozen=True, slots=True)
class Counted:
    """How many of ``what`` (images, annotations, categories) came in and how many went out."""

    what: str
    came_in: int
    went_out: int


@dataclass(frozen=True, slots=True)
class Told:
    """One reason or remark with how often it held and a few examples."""

    what: str
    text: str
    count: int
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """The account of one import or export; for every ``what``: came in = went out + dropped."""

    title: str
    counts: tuple[Counted, ...]
    dropped: tuple[Told, ...]
    notes: tuple[Told, ...]
    job_id: int | None = None

    def count(self, what: str) -> Counted:
        """Return the line of ``what``; zeros when there is none."""
        return next((line for line in self.counts if line.what == what), Counted(what, 0, 0))

    def drops(self, what: str) -> int:
        """Count what was dropped of ``what``."""
        return sum(line.count for line in self.dropped if line.what == what)

    def to_json(self) -> dict[str, Any]:
        """Return plain values for ``--json`` and for the job's row."""
        return {
            "title": self.title,
            "counts": {line.what: {"in": line.came_in, "out": line.went_out} for line in self.counts},
            "dropped": [_plain(line, "reason") for line in self.dropped],
            "notes": [_plain(line, "note") for line in self.notes],
            "job_id": self.job_id,
        }


def _plain(line: Told, word: str) -> dict[str, Any]:
    return {"what": line.what, word: line.text, "count": line.count, "examples": list(line.examples)}


@dataclass(slots=True)
class ReportBuilder:
    """Collects the account while work goes on; its size depends on the reasons, not on the data."""

    title: str
    _in: dict[str, int] = field(default_factory=dict)
    _out: dict[str, int] = field(default_factory=dict)
    _dropped: dict[tuple[str, str], tuple[int, list[str]]] = field(default_factory=dict)
    _notes: dict[tuple[str, str], tuple[int, list[str]]] = field(default_factory=dict)

    def came(self, what: str, count: int = 1) -> None:
        """Count what was found at the source."""
        self._in[what] = self._in.get(what, 0) + count
        self._out.setdefault(what, 0)

    def went(self, what: str, count: int = 1) -> None:
        """Count what arrived."""
        self._out[what] = self._out.get(what, 0) + count
        self._in.setdefault(what, 0)

    def drop(self, what: str, reason: str, example: str = "", count: int = 1, *, examples: int = _EXAMPLES) -> None:
        """Count what did not arrive, and why; at most ``examples`` are kept."""
        _add(self._dropped, (what, reason), example, count, examples)

    def note(self, what: str, text: str, example: str = "", count: int = 1) -> None:
        """Remark something that was not dropped but that a person should know."""
        _add(self._notes, (what, text), example, count, _EXAMPLES)

    def build(self, job_id: int | None = None) -> Report:
        """Return the finished account, the most frequent reasons first."""
        return Report(
            self.title,
            tuple(Counted(what, self._in[what], self._out[what]) for what in self._in),
            _sorted(self._dropped),
            _sorted(self._notes),
            job_id,
        )


def _add(
    into: dict[tuple[str, str], tuple[int, list[str]]], key: tuple[str, str], example: str, count: int, most: int
) -> None:
    before, examples = into.get(key, (0, []))
    if example and len(examples) < most:
        examples.append(example)
    into[key] = (before + count, examples)


def _sorted(lines: dict[tuple[str, str], tuple[int, list[str]]]) -> tuple[Told, ...]:
    told = [Told(what, text, count, tuple(examples)) for (what, text), (count, examples) in lines.items()]
    return tuple(sorted(told, key=lambda line: (-line.count, line.what, line.text)))
