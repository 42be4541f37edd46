"""The sample project's photographs (bundled with scikit-image), and where to click in them.

Nothing is downloaded. Coordinates are image pixels of the files as written.
"""

from __future__ import annotations

import io
import os
import tempfile
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from PIL import Image

from engine.errors import CannotWrite
from models.api import BoxPrompt, PointPrompt, PromptSet

_QUALITY = 95


@dataclass(frozen=True, slots=True)
class SampleLabel:
    """A class of the sample project; ``color`` is ``#rrggbb``."""

    name: str
    color: str


@dataclass(frozen=True, slots=True, eq=False)
class SamplePrompt:
    """One object of a sample picture: its label, and prompts that ask for it."""

    label: str
    prompts: PromptSet


SAMPLE_LABELS = (
    SampleLabel("person", "#e6553f"),
    SampleLabel("cat", "#f2a93b"),
    SampleLabel("helmet", "#4f8fe6"),
    SampleLabel("badge", "#8d6be0"),
    SampleLabel("cup", "#3fb6a8"),
    SampleLabel("saucer", "#c2476f"),
    SampleLabel("spoon", "#9aa7b5"),
    SampleLabel("coin", "#d9c441"),
    SampleLabel("motorcycle", "#d8452e"),
    SampleLabel("wheel", "#5b6fd8"),
    SampleLabel("cell", "#58b15c"),
    SampleLabel("gland", "#a8743a"),
    SampleLabel("camera", "#37a2d0"),
    SampleLabel("rocket", "#e08fb4"),
    SampleLabel("galaxy", "#7ac7e8"),
    SampleLabel("eye", "#93c94a"),
    SampleLabel("optic disc", "#f0d98a"),
)

# Name of the written file -> name of scikit-image's. Grey and lossless pictures stay PNG.
_SOURCES = {
    "astronaut.jpg": "astronaut.png",
    "camera.png": "camera.png",
    "cat.jpg": "chelsea.png",
    "cell.png": "cell.png",
    "coffee.jpg": "coffee.png",
    "coins.png": "coins.png",
    "galaxies.jpg": "hubble_deep_field.jpg",
    "motorcycle_left.jpg": "motorcycle_left.png",
    "motorcycle_right.jpg": "motorcycle_right.png",
    "retina.jpg": "retina.jpg",
    "rocket.jpg": "rocket.jpg",
    "tissue.png": "ihc.png",
}


def _clicks(label: str, *points: tuple[float, float], outside: tuple[tuple[float, float], ...] = ()) -> SamplePrompt:
    inside = tuple(PointPrompt(x, y) for x, y in points)
    return SamplePrompt(label, PromptSet(points=inside + tuple(PointPrompt(x, y, False) for x, y in outside)))


def _box(label: str, x0: float, y0: float, x1: float, y1: float) -> SamplePrompt:
    return SamplePrompt(label, PromptSet(box=BoxPrompt(x0, y0, x1, y1)))


SAMPLE_PROMPTS: dict[str, tuple[SamplePrompt, ...]] = {
    "astronaut.jpg": (
        _box("person", 20, 14, 362, 511),
        _box("helmet", 275, 342, 508, 511),
        _box("badge", 131, 346, 212, 426),
        _box("badge", 277, 338, 330, 377),
        _box("rocket", 356, 0, 456, 275),
    ),
    "camera.png": (
        _box("person", 0, 62, 305, 511),
        _box("camera", 254, 138, 328, 173),
    ),
    "cat.jpg": (
        _clicks("cat", (200, 60), (130, 200), (270, 200), outside=((430, 150), (400, 60))),
        _box("eye", 133, 82, 206, 150),
        _box("eye", 298, 106, 346, 165),
    ),
    "cell.png": (_clicks("cell", (427, 372)),),
    "coffee.jpg": (
        _box("saucer", 74, 65, 482, 388),
        _box("cup", 170, 15, 402, 310),
        _box("spoon", 322, 60, 430, 325),
    ),
    "coins.png": (
        _clicks("coin", (43, 53)),
        _clicks("coin", (100, 55)),
        _clicks("coin", (155, 50)),
        _clicks("coin", (215, 52)),
        _clicks("coin", (275, 53)),
        _clicks("coin", (334, 43)),
        _clicks("coin", (46, 124)),
        _clicks("coin", (270, 118)),
        _clicks("coin", (346, 184)),
        _clicks("coin", (46, 260)),
        _clicks("coin", (172, 260)),
        _clicks("coin", (358, 268)),
    ),
    "galaxies.jpg": (
        _clicks("galaxy", (125, 403)),
        _clicks("galaxy", (726, 473)),
        _clicks("galaxy", (421, 716)),
        _clicks("galaxy", (773, 737)),
    ),
    "motorcycle_left.jpg": (
        _box("motorcycle", 95, 75, 685, 455),
        _box("wheel", 121, 236, 270, 400),
        _box("wheel", 507, 282, 683, 450),
    ),
    "motorcycle_right.jpg": (
        _box("motorcycle", 52, 75, 632, 455),
        _box("wheel", 78, 238, 228, 402),
        _box("wheel", 447, 282, 628, 450),
    ),
    "retina.jpg": (_box("optic disc", 135, 535, 325, 775),),
    "rocket.jpg": (_box("rocket", 306, 127, 335, 412),),
    "tissue.png": (
        _box("gland", 250, 300, 382, 500),
        _box("gland", 0, 225, 160, 511),
    ),
}
"""What the demonstration asks the default backend for, by file name."""


def write_samples(folder: Path) -> list[Path]:
    """Write the pictures into ``folder`` and return their paths, sorted by name.

    A file that is already there is left as it is, so the call may be repeated. Raises CannotWrite.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return [_write(folder / name, source) for name, source in sorted(_SOURCES.items())]
    except OSError as error:
        reason = error.strerror or str(error)
        raise CannotWrite(
            f"{folder}: the sample pictures cannot be written ({reason}). Choose another folder."
        ) from error


def _write(target: Path, source: str) -> Path:
    if target.is_file() and target.stat().st_size > 0:
        return target
    data = files("skimage").joinpath("data", source).read_bytes()
    if target.suffix != Path(source).suffix:
        data = _as_jpeg(data)
    handle, name = tempfile.mkstemp(dir=target.parent, suffix=".part")
    part = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        # mkstemp makes the file private to its owner; the pictures are ordinary files.
        part.chmod(0o644)
        part.replace(target)
    except OSError:
        part.unlink(missing_ok=True)
        raise
    return target


def _as_jpeg(data: bytes) -> bytes:
    out = io.BytesIO()
    with Image.open(io.BytesIO(data)) as image:
        image.convert("RGB").save(out, "JPEG", quality=_QUALITY)
    return out.getvalue()
