from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image as PillowImage
from PySide6.QtWidgets import QApplication

from annotator.controllers.crops import SIZE, Crops, Picture, crop_picture
from annotator.lanes import Lanes
from engine.ops.instances import AddInstance
from engine.project import add_images
from engine.records import State
from engine.review import ReviewEntry, ReviewFilter, ReviewOrder
from engine.workspace import Workspace
from models import masks


def mask(x: int, y: int, w: int, h: int, *, height: int, width: int) -> masks.Rle:
    return masks.encode(masks.paste(np.ones((h, w), dtype=np.bool_), x=x, y=y, height=height, width=width))


@pytest.mark.parametrize("scale", [1, 8])
@pytest.mark.parametrize("place", [(10, 10), (0, 0), (70, 50)])
def test_the_object_is_bright_in_the_middle_and_the_rest_is_dimmed(scale: int, place: tuple[int, int]) -> None:
    height, width, side = 80 * scale, 100 * scale, 20 * scale
    x, y = place[0] * scale, place[1] * scale
    pixels = np.full((height, width, 3), 200, dtype=np.uint8)
    drawn = crop_picture(pixels, mask(x, y, side, side, height=height, width=width), (x, y, side, side))
    assert drawn.shape == (SIZE, SIZE, 3) and drawn.dtype == np.uint8
    middle = drawn[SIZE // 2 - 20 : SIZE // 2 + 20, SIZE // 2 - 20 : SIZE // 2 + 20]
    assert (middle == 200).all()
    # Between the mask's border and the window's, on a side where there is image.
    assert drawn[SIZE // 2, SIZE - 4 if place[0] < 70 else 4].tolist() == [90, 90, 90]
    if place == (0, 0):
        assert not drawn[:4, :4].any()


def test_a_box_without_a_mask_is_outlined(qapp: QApplication) -> None:
    drawn = crop_picture(np.full((80, 100, 3), 200, dtype=np.uint8), None, (10.0, 10.0, 40.0, 20.0))
    assert (drawn[SIZE // 2, SIZE // 2] == 200).all() and (drawn[4, SIZE // 2] < 100).all()


def test_a_thin_mask_at_the_border_of_a_large_image() -> None:
    pixels = np.zeros((3000, 4000, 3), dtype=np.uint8)
    assert crop_picture(pixels, mask(0, 2999, 4000, 1, height=3000, width=4000), (0, 2999, 4000, 1)).shape[0] == SIZE


def test_pictures_come_and_what_cannot_be_read_is_told(qapp: QApplication, tmp_path: Path) -> None:
    for name in ("a.png", "b.png"):
        PillowImage.fromarray(np.full((30, 40, 3), 120, dtype=np.uint8)).save(tmp_path / name)
    with Workspace.create(tmp_path / "p.maskwright") as workspace:
        add_images(workspace, [tmp_path])
        with workspace.read() as reader:
            images = reader.images.ids()
        for image in (*images, images[0]):
            op = AddInstance(image, mask=mask(5, 5, 9, 9, height=30, width=40), state=State.PROPOSED)
            workspace.execute(op)
        with workspace.read() as reader:
            entries: list[ReviewEntry] = reader.review.entries(
                reader.review.places(ReviewOrder(), ReviewFilter(), limit=9)
            )
    (tmp_path / "b.png").unlink()
    made: dict[int, Picture] = {}
    failed: list[int] = []
    lanes = Lanes(inline=True)
    crops = Crops(lanes, cached=lambda _: None, made=made.__setitem__, failed=failed.extend)
    crops.ask(entries)
    assert sorted(made) == [1, 3] and failed == [2]
    lanes.close()
