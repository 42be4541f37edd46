from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from engine.ops.images import AddImages, NewImage
from engine.ops.instances import AddInstance
from engine.ops.labels import AddLabel
from engine.preview import draw, write_preview
from engine.workspace import Workspace
from models import masks


def test_masks_boxes_and_joints_are_drawn_and_the_rest_is_left(tmp_path: Path) -> None:
    workspace = Workspace.create(tmp_path / "p.maskwright")
    workspace.execute(AddImages(".", "root", (NewImage("a.png", width=100, height=80),)))
    label = workspace.execute(AddLabel("cat", color="#ff0000")).value
    mask = np.zeros((80, 100), dtype=bool)
    mask[40:70, 40:90] = True
    workspace.execute(AddInstance(1, mask=masks.encode(mask), label_id=label.id))
    workspace.execute(AddInstance(1, box=(2, 2, 10, 10), keypoints=((5, 5, 2),)))
    with workspace.read() as reader:
        instances = reader.instances.of_image(1)
    workspace.close()
    pixels = np.full((80, 100, 3), 100, dtype=np.uint8)
    drawn = draw(pixels, instances, {label.id: label})
    assert tuple(drawn[65, 80]) == (162, 60, 60)
    assert tuple(drawn[75, 20]) == (100, 100, 100)
    # The outlines are smoothed, so their colour is met nearly.
    assert np.abs(drawn[40, 88].astype(int) - (255, 0, 0)).max() < 40
    assert np.abs(drawn[2, 6].astype(int) - 160).max() < 40
    assert int(pixels.min()) == int(pixels.max()) == 100
    write_preview(tmp_path / "new" / "x.png", pixels, instances, {label.id: label})
    with Image.open(tmp_path / "new" / "x.png") as written:
        assert np.array_equal(np.array(written), drawn)
