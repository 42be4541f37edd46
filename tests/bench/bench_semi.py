"""How quick the semi-automatic mode follows a person: coverage, gaps and thresholds on a 12-megapixel image.

Coverage and gaps run on the io lane; a threshold is tried on the window's own thread, within a frame (16 ms).
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable

import numpy as np

from engine.geometry.patch import Patch
from engine.records import Rle
from engine.stages.coverage import coverage
from engine.stages.gaps import find_gaps
from engine.stages.semi import FLOOR, SemiParams, chosen, measure, suggestions

HEIGHT, WIDTH, COUNT, ROUNDS = 3000, 4000, 200, 7


def discs(count: int) -> list[Rle]:
    """Return discs of 40 to 260 pixels at random places."""
    rng = np.random.default_rng(5)
    found = []
    for radius in rng.integers(40, 260, count):
        y, x = np.ogrid[-radius : radius + 1, -radius : radius + 1]
        side = 2 * int(radius) + 1
        left, top = int(rng.integers(0, WIDTH - side)), int(rng.integers(0, HEIGHT - side))
        found.append(Patch(left, top, x * x + y * y <= radius * radius).to_rle(HEIGHT, WIDTH))
    return found


def median_ms(work: Callable[[], object]) -> float:
    """Return the median of a few runs after one to warm up."""
    work()
    spent = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        work()
        spent.append(1000 * (time.perf_counter() - began))
    return statistics.median(spent)


def main() -> int:
    """Print medians."""
    rles = discs(COUNT)
    scores = np.random.default_rng(6).uniform(0.5, 1.0, COUNT).tolist()
    covered, finds = coverage(HEIGHT, WIDTH, rles), measure(rles, scores, scores)
    slid = SemiParams(min_score=0.8, min_stability=0.8)
    rows = (
        (f"coverage of {COUNT} masks", lambda: coverage(HEIGHT, WIDTH, rles)),
        ("gaps in it", lambda: find_gaps(covered)),
        (f"overlaps of {COUNT} finds, once an image", lambda: measure(rles, scores, scores)),
        ("what thresholds keep of them", lambda: chosen(finds, slid)),
        ("three suggestions against them", lambda: suggestions(rles[:3], rles[3:])),
    )
    print(f"{WIDTH} x {HEIGHT} pixels, {COUNT} masks, floor {FLOOR.min_score:g}; medians of {ROUNDS}")
    for name, work in rows:
        print(f"  {name:42} {median_ms(work):8.1f} ms")
    return 0


if __name__ == "__main__":
    sys.exit(main())
