from __future__ import annotations

import cv2
import numpy as np
import pytest

from models.vitpose.frame import around, tops

ROWS, COLUMNS = 256, 192


def gaussians(places, rows=64, columns=48, spread=2.0):
    row, column = np.mgrid[:rows, :columns]
    return np.stack([np.exp(-((column - x) ** 2 + (row - y) ** 2) / (2 * spread**2)) for x, y in places]).astype(
        np.float32
    )


def test_tops_lie_between_the_cells():
    places = np.random.default_rng(0).uniform(4, 43, (40, 2))
    cells, sure = tops(gaussians(places))
    assert np.abs(cells - places).max() < 0.05
    assert (sure > 0.9).all()


def test_a_map_without_a_top_gives_its_highest_cell():
    maps = np.zeros((2, 64, 48), dtype=np.float32)
    maps[1, :, 47] = np.linspace(0.1, 0.4, 64)
    cells, sure = tops(maps)
    assert cells[0].tolist() == [0, 0]
    assert sure[0] == 0
    assert np.abs(cells[1] - [47, 63]).max() <= 1.5


@pytest.mark.parametrize("box", [(100.0, 60.0, 220.0, 400.0), (10.0, 300.0, 400.0, 360.0), (-20.5, -9.0, 60.2, 77.0)])
def test_the_picture_goes_where_the_maps_say(box):
    region = around(box, ROWS, COLUMNS)
    assert region.width * ROWS == pytest.approx(region.height * COLUMNS)
    assert region.width >= 1.25 * (box[2] - box[0]) - 1e-9
    cell = np.array([[20.0, 30.0]])
    (x, y) = region.to_image(cell, 64, 48)[0]
    image = np.zeros((600, 600, 3), dtype=np.uint8)
    move = 60  # so that nothing lies off the picture
    radius = max(3, round(region.width / 30))
    cv2.circle(image, (round(x + move - 0.5), round(y + move - 0.5)), radius, (255, 255, 255), -1)
    seen = around((box[0] + move, box[1] + move, box[2] + move, box[3] + move), ROWS, COLUMNS).cut(image, ROWS, COLUMNS)
    bright = seen[0] - seen[0].min()
    rows, columns = np.indices(bright.shape)
    centre = np.array([(columns * bright).sum(), (rows * bright).sum()]) / bright.sum()
    expected = cell[0] * [(COLUMNS - 1) / 47, (ROWS - 1) / 63]
    assert np.abs(centre - expected).max() < 0.6 * COLUMNS / region.width + 0.1


def test_crops_and_places_are_transformers_own():
    """The library counts boxes from the first pixel's middle, and so does the region inside."""
    theirs = pytest.importorskip("transformers.models.vitpose.image_processing_pil_vitpose")
    processor = theirs.VitPoseImageProcessorPil()
    image = np.random.default_rng(1).integers(0, 256, (300, 280, 3), dtype=np.uint8)
    image = cv2.GaussianBlur(image, (0, 0), 3)
    box = (60.5, 40.5, 190.5, 250.5)
    whole = [[[box[0] - 0.5, box[1] - 0.5, box[2] - box[0], box[3] - box[1]]]]
    expected = processor(image, boxes=whole, return_tensors="np")["pixel_values"][0]
    region = around(box, ROWS, COLUMNS)
    seen = region.cut(image, ROWS, COLUMNS)
    # Rows of the first and last pixels touch the outside, where interpolations differ.
    assert np.abs(seen - expected)[:, 1:-1, 1:-1].max() < 0.06
    import torch

    maps = gaussians(np.random.default_rng(2).uniform(5, 42, (17, 2)))
    outputs = type("Outputs", (), {"heatmaps": torch.from_numpy(maps[None])})
    found = processor.post_process_pose_estimation(outputs, boxes=whole, threshold=0.0)[0][0]["keypoints"]
    cells, _ = tops(maps)
    assert np.abs(region.to_image(cells, 64, 48) - 0.5 - np.asarray(found)).max() < 0.01
