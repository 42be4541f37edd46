from __future__ import annotations

import json

import numpy as np
import pytest
from PIL import Image


@pytest.fixture
def labelled(tmp_path):
    """Two photographs with a bright rectangle each, and one object too small to be measured."""
    folder = tmp_path / "images"
    folder.mkdir()
    rng = np.random.default_rng(0)
    images, annotations = [], []
    for number in (1, 2):
        pixels = rng.integers(60, 90, (120, 160, 3)).astype(np.uint8)
        x0, y0, wide, high = 30 + 10 * number, 25, 50, 60
        pixels[y0 : y0 + high, x0 : x0 + wide] = (210, 180, 40)
        Image.fromarray(pixels).save(folder / f"{number}.png")
        images.append({"id": number, "file_name": f"{number}.png", "width": 160, "height": 120})
        ring = [x0, y0, x0 + wide, y0, x0 + wide, y0 + high, x0, y0 + high]
        annotations.append(
            {"id": number, "image_id": number, "bbox": [x0, y0, wide, high], "iscrowd": 0, "segmentation": [ring]}
        )
    small = {"id": 9, "image_id": 1, "bbox": [0, 0, 9, 9], "segmentation": [[0, 0, 9, 0, 9, 9, 0, 9]]}
    file = tmp_path / "labels.json"
    file.write_text(json.dumps({"images": images, "annotations": [*annotations, small], "categories": []}))
    return file, folder
