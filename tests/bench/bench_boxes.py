"""Measures masks from 200 boxes of one 12-megapixel photograph, together and one by one; prints, gates nothing.

Run as ``python tests/bench/bench_boxes.py [BOXES] [BACKEND]``. Processor seconds are told beside the clock's, as a busy
machine has less of its processors to give.
"""

from __future__ import annotations

import sys
import time
from typing import cast

import cv2
import numpy as np
from skimage import data

from engine.records import Box
from engine.stages.boxes import BoxParams, BoxWork, answer_box, answer_boxes, box_prompt
from models import registry
from models.api import MaskBackend

HEIGHT, WIDTH = 3000, 4000
ONE_BY_ONE = 10
"""Boxes asked one by one, for comparison."""


def boxes(number: int) -> tuple[tuple[int, Box], ...]:
    """Return boxes of 100 to 900 pixels a side anywhere on the image, the same in every run."""
    rng = np.random.default_rng(0)
    made: list[tuple[int, Box]] = []
    for place in range(number):
        w, h = np.exp(rng.uniform(np.log(100), np.log(900), 2)).tolist()
        made.append((place + 1, (rng.uniform(0, WIDTH - w), rng.uniform(0, HEIGHT - h), w, h)))
    return tuple(made)


def main() -> None:
    """Load, measure, print."""
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    name = sys.argv[2] if len(sys.argv) > 2 else "compact"
    backend = cast("MaskBackend", registry.load(name))
    image = np.asarray(cv2.resize(data.astronaut(), (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC), dtype=np.uint8)
    wanted = boxes(number)
    answer_boxes(backend, image, BoxWork(BoxParams(), wanted[:2]))
    clock, processor = time.perf_counter(), time.process_time()
    found = answer_boxes(backend, image, BoxWork(BoxParams(), wanted))
    spent, used = time.perf_counter() - clock, time.process_time() - processor
    print(f"{name}: {number} boxes, {len(found.masks)} masks: {spent:.2f} s ({used:.2f} processor seconds)")
    embedding = backend.encode(image)
    clock, processor = time.perf_counter(), time.process_time()
    for _, box in wanted[:ONE_BY_ONE]:
        prompt = box_prompt(box, HEIGHT, WIDTH)
        if prompt is not None:
            answer_box(backend, embedding, prompt, second_pass=True)
    share = number / min(number, ONE_BY_ONE)
    spent, used = share * (time.perf_counter() - clock), share * (time.process_time() - processor)
    print(f"one by one, reckoned from {min(number, ONE_BY_ONE)}: {spent:.2f} s ({used:.2f} processor seconds)")


if __name__ == "__main__":
    main()
