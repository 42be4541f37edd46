"""Two drawn photographs whose answers are known, and one simulation of all three stages on them."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine.simulate import report
from engine.simulate.run import Result, Simulation, params_of, simulate

BOXES = ((20, 20, 50, 60, (210, 180, 40)), (95, 30, 48, 44, (40, 90, 220)))
"""x, y, w, h and colour of the objects of each photograph, in pixels."""


def draw(folder: Path) -> Simulation:
    """Draw the photographs of 160 x 120 pixels and their COCO file below ``folder``."""
    rng = np.random.default_rng(0)
    (folder / "images").mkdir(parents=True)
    images, annotations = [], []
    for number in (1, 2):
        pixels = rng.integers(60, 90, (120, 160, 3)).astype(np.uint8)
        for place, (x, y, w, h, colour) in enumerate(BOXES):
            pixels[y : y + h, x : x + w] = colour
            ring = [x, y, x + w, y, x + w, y + h, x, y + h]
            own = {"id": 10 * number + place, "image_id": number, "bbox": [x, y, w, h], "segmentation": [ring]}
            annotations.append(own)
        Image.fromarray(pixels).save(folder / "images" / f"{number}.png")
        images.append({"id": number, "file_name": f"{number}.png", "width": 160, "height": 120})
    file = folder / "truth.json"
    file.write_text(json.dumps({"images": images, "annotations": annotations, "categories": []}))
    prefill, auto = params_of("fast", 0.6, 0.6)
    auto = replace(auto, points_per_side=(6,))
    return Simulation(file, folder / "images", folder / "out", "classic", prefill=prefill, auto=auto)


@pytest.fixture
def order(tmp_path: Path) -> Simulation:
    return draw(tmp_path)


@pytest.fixture(scope="session")
def played(tmp_path_factory: pytest.TempPathFactory) -> Result:
    """All three stages, played once for all tests that only look."""
    result = simulate(draw(tmp_path_factory.mktemp("simulation")))
    report.write(result)
    return result
