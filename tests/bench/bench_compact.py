"""Measures the embedded network's speed and memory on a 12-megapixel photograph; prints a table, gates nothing.

Run as ``python tests/bench/bench_compact.py``. How good it is, ``maskwright bench`` measures.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable
from typing import Any, cast

import cv2
import numpy as np
import psutil
from skimage import data

from models import registry
from models.api import BoxPrompt, KeepRule, MaskBackend, PointPrompt, PromptSet

HEIGHT, WIDTH = 3000, 4000


def timed(action: Callable[[], Any], times: int = 7) -> float:
    """Return the median milliseconds of ``action``, after one run to warm up."""
    action()
    spent = []
    for _ in range(times):
        begin = time.perf_counter()
        action()
        spent.append(1000 * (time.perf_counter() - begin))
    return statistics.median(spent)


def main() -> None:
    """Load, measure, print."""
    process = psutil.Process(os.getpid())
    before = process.memory_info().rss
    begin = time.perf_counter()
    backend = cast("MaskBackend", registry.load("compact"))
    print(f"load      {time.perf_counter() - begin:.2f} s")
    image = cv2.resize(data.astronaut(), (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)
    embedding = backend.encode(image)
    first = PointPrompt(WIDTH * 0.45, HEIGHT * 0.4)
    found = backend.predict(embedding, PromptSet((first,)))
    clicks = (first, PointPrompt(WIDTH * 0.5, HEIGHT * 0.8), PointPrompt(WIDTH * 0.9, HEIGHT * 0.2, positive=False))
    box = PromptSet(box=BoxPrompt(WIDTH * 0.2, HEIGHT * 0.1, WIDTH * 0.8, HEIGHT * 0.95))
    rows = {
        "encode": lambda: backend.encode(image),
        "first click": lambda: backend.predict(embedding, PromptSet((first,))),
        "later click": lambda: backend.predict(embedding, PromptSet(clicks), previous=found[0].logits),
        "box": lambda: backend.predict(embedding, box),
        "encode and first click": lambda: backend.predict(backend.encode(image), PromptSet((first,))),
    }
    for name, action in rows.items():
        print(f"{name:<24}{timed(action):8.0f} ms")
    share = (np.arange(32) + 0.5) / 32
    points = np.stack([g.ravel() for g in np.meshgrid(share * WIDTH, share * HEIGHT)], axis=1).astype(np.float32)
    begin = time.perf_counter()
    kept = backend.predict_grid(embedding, points, KeepRule())
    print(f"grid 32 x 32            {time.perf_counter() - begin:8.2f} s, {len(kept)} masks")
    used = process.memory_info().rss
    print(f"memory                  {used / 2**20:8.0f} MB, {(used - before) / 2**20:.0f} MB of it since the start")
    print(f"embedding               {embedding.nbytes / 2**20:8.1f} MB")


if __name__ == "__main__":
    main()
