"""Export (COCO, SA-1B) and import at size: instances a second and peak memory, each measured in a process of its own.

Run: ``python tests/bench/bench_coco.py --images 100000 --instances 1000000`` (the defaults are a tenth of it).
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import psutil

from engine.formats import coco, sa1b
from engine.ops.images import AddImages, NewImage
from engine.ops.imports import ImportFile
from engine.ops.incoming import IncomingImage, IncomingInstance, IncomingLabel
from engine.report import Report, ReportBuilder
from engine.workspace import Workspace
from models import masks

_SIDE = 512
_SHAPES = 200


def _instances(images: int, instances: int) -> Iterator[IncomingInstance]:
    rng = np.random.default_rng(0)
    rows, columns = np.mgrid[:_SIDE, :_SIDE]
    shapes = []
    for _ in range(_SHAPES):
        x, y, r = rng.integers(60, _SIDE - 60), rng.integers(60, _SIDE - 60), rng.integers(8, 56)
        ring = (columns - x) ** 2 + (rows - y) ** 2 <= r * r
        rle = masks.encode(np.asarray(ring))
        shapes.append((rle, masks.bbox(rle), float(masks.area(rle))))
    for number in range(instances):
        rle, box, area = shapes[number % _SHAPES]
        yield IncomingInstance(
            number % images, number % 10, str(number), mask=rle, box=box, area=area, coco_id=number + 1
        )


def _build(place: Path, images: int, instances: int) -> None:
    workspace = Workspace.create(place, name="bench")
    new = tuple(NewImage(f"{n // 1000:04d}/{n:07d}.jpg", width=_SIDE, height=_SIDE) for n in range(images))
    ids = workspace.execute(AddImages(".", "root", new)).value
    op = ImportFile(
        kind="bench",
        file="bench",
        labels=tuple(IncomingLabel(n, f"label {n}") for n in range(10)),
        images=tuple(IncomingImage(n, image_id=image_id) for n, image_id in enumerate(ids)),
        instances=_instances(images, instances),
        report=ReportBuilder("bench"),
    )
    workspace.execute(op)
    workspace.close()


_DO: dict[str, Callable[[Workspace, Path], Report]] = {
    "write": coco.write,
    "write with scores": lambda workspace, file: coco.write(workspace, file, scores=True),
    "write SA-1B": sa1b.write,
    "read": coco.read,
}


def _measure(what: str, project: Path, file: Path) -> None:
    """Run in a process of its own: do it and print seconds, peak memory and the memory before it began."""
    workspace = Workspace.open(project)
    before = psutil.Process().memory_info().rss
    start = time.perf_counter()
    report = _DO[what](workspace, file)
    seconds = time.perf_counter() - start
    workspace.close()
    try:
        import resource

        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    except ImportError:
        peak = psutil.Process().memory_info().rss
    print(json.dumps([report.count("annotations").went_out, seconds, before, peak]))


def _apart(what: str, project: Path, file: Path) -> str:
    command = [sys.executable, __file__, "--measure", what, str(project), str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    count, seconds, before, peak = json.loads(done.stdout)
    files = [each for each in file.rglob("*") if each.is_file()] if file.is_dir() else [file]
    size = sum(each.stat().st_size for each in files) / 1e6
    rate = f"{count:,} instances in {seconds:.1f} s = {count / seconds:,.0f} a second"
    wrote = f"{len(files):,} files of {size:,.0f} MB"
    return f"{what}: {rate}, {wrote}, memory {before / 1e6:.0f} -> peak {peak / 1e6:.0f} MB"


def main() -> None:
    """Build a project, export it, import the export into an empty project of the same images."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=int, default=10_000)
    parser.add_argument("--instances", type=int, default=100_000)
    parser.add_argument("--measure", nargs=3, metavar=("WHAT", "PROJECT", "FILE"))
    chosen = parser.parse_args()
    if chosen.measure:
        _measure(chosen.measure[0], Path(chosen.measure[1]), Path(chosen.measure[2]))
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        start = time.perf_counter()
        _build(folder / "full.maskwright", chosen.images, chosen.instances)
        _build(folder / "bare.maskwright", chosen.images, 0)
        print(f"built {chosen.images:,} images, {chosen.instances:,} instances in {time.perf_counter() - start:.1f} s")
        print(_apart("write", folder / "full.maskwright", folder / "out.json"))
        print(_apart("write with scores", folder / "full.maskwright", folder / "scores.json"))
        print(_apart("write SA-1B", folder / "full.maskwright", folder / "masks"))
        print(_apart("read", folder / "bare.maskwright", folder / "out.json"))


if __name__ == "__main__":
    main()
