"""Times of image reading and mask geometry: medians, reported and never gated. Run it as a script."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from engine.geometry.brush import stroke_mask
from engine.geometry.contours import outlines
from engine.geometry.hit_test import HitIndex, HitItem
from engine.geometry.patch import Patch
from engine.geometry.rle_crop import crop_of
from engine.geometry.scissors import Scissors
from engine.imaging.decode import read_image
from engine.imaging.probe import probe
from engine.imaging.pyramid import build_pyramid
from engine.imaging.thumbnails import thumbnail
from engine.samples import write_samples
from models import masks

SIDE = 4096
MASKS = 500


def median_ms(work: Callable[[], object], times: int = 7) -> float:
    """Return the median time of ``work`` in milliseconds."""
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        taken.append((time.perf_counter() - start) * 1000)
    return statistics.median(taken)


def photograph(folder: Path) -> Path:
    """Write a 12-megapixel JPEG with a photograph's detail."""
    source = next(path for path in write_samples(folder / "samples") if path.name == "retina.jpg")
    pixels = cv2.resize(read_image(source).pixels, (4000, 3000), interpolation=cv2.INTER_CUBIC).astype(np.int16)
    pixels += np.random.default_rng(0).integers(-6, 7, pixels.shape, dtype=np.int16)
    path = folder / "photo.jpg"
    Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).save(path, quality=90)
    return path


def blobs(count: int) -> list[masks.Rle]:
    """Return overlapping, ragged masks of 40 to 900 pixels across on one large image."""
    random = np.random.default_rng(1)
    made = []
    for _ in range(count):
        size = int(random.integers(40, 900))
        noise = cv2.resize(random.random((9, 9)).astype(np.float32), (size, size), interpolation=cv2.INTER_CUBIC)
        rows, columns = np.mgrid[-1 : 1 : size * 1j, -1 : 1 : size * 1j]
        part: NDArray[np.bool_] = np.hypot(rows, columns) + 0.5 * noise < 1.0
        x, y = random.integers(0, SIDE - size, 2).tolist()
        made.append(Patch(x, y, part).to_rle(SIDE, SIDE))
    return made


def run() -> list[tuple[str, float]]:
    """Return (what, median milliseconds)."""
    rows: list[tuple[str, float]] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = photograph(folder)
        pixels = read_image(path).pixels
        rows += [
            ("decode a 12-megapixel JPEG", median_ms(lambda: read_image(path))),
            ("probe it", median_ms(lambda: probe(path))),
            ("pyramid of it", median_ms(lambda: build_pyramid(pixels))),
            ("thumbnail 256, first time", median_ms(lambda: thumbnail(path, 256, cache=folder / str(time.time_ns())))),
            ("thumbnail 256, cached", median_ms(lambda: thumbnail(path, 256, cache=folder / "cache"))),
        ]
        scissors = Scissors(pixels)
        rows.append(("scissors: anchor", median_ms(lambda: scissors.anchor(2000, 1500))))
        rows.append(("scissors: path in the window", median_ms(lambda: scissors.path_to(2150, 1600))))

        def far() -> None:
            scissors.anchor(2000, 1500)
            scissors.path_to(3900, 100)

        rows.append(("scissors: anchor and first path across the image", median_ms(far, 3)))
    codes = blobs(MASKS)
    items = [HitItem(n, masks.area(code), code, masks.bbox(code)) for n, code in enumerate(codes)]
    points = np.random.default_rng(2).uniform(0, SIDE, (1000, 2)).tolist()

    def first_points() -> HitIndex:
        index = HitIndex(items)
        for x, y in points:
            index.at(x, y)
        return index

    index = first_points()
    path_points = np.cumsum(np.random.default_rng(3).normal(0, 4, (200, 2)), axis=0) + SIDE / 2
    rows += [
        (f"crop_of, {MASKS} masks on {SIDE} x {SIDE}", median_ms(lambda: [crop_of(code) for code in codes], 3)),
        (f"exact outlines of {MASKS} masks", median_ms(lambda: [outlines(code) for code in codes], 3)),
        (f"outlines within 3 pixels of {MASKS} masks", median_ms(lambda: [outlines(c, tolerance=3) for c in codes], 3)),
        ("hit index made, and its first 1000 queries", median_ms(first_points, 3)),
        ("one hit test, warm", median_ms(lambda: [index.at(x, y) for x, y in points], 3) / len(points)),
        ("brush stroke of 200 points, radius 40", median_ms(lambda: stroke_mask(path_points, 40, SIDE, SIDE))),
    ]
    return rows


def main() -> None:
    """Print the table."""
    for what, milliseconds in run():
        print(f"{milliseconds:10.3f} ms  {what}")


if __name__ == "__main__":
    main()
