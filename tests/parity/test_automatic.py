from __future__ import annotations

import cv2
import numpy as np
import pytest
from pycocotools import mask as coco

from engine.stages.automatic import gather
from engine.stages.params import AutoParams
from models import masks
from tests.parity import pairs

SEEDS = {"sam": 7, "sam2": 4}
"""Random networks that find things of different sizes, some of them in crops only."""
EDGE = 2e-3
"""Share of a mask whose logits may be as good as 0, so that the pixels fall to either side."""


@pytest.fixture(scope="module", params=SEEDS)
def pair(request, tmp_path_factory):
    return getattr(pairs, request.param)(tmp_path_factory.mktemp("weights"), seed=SEEDS[request.param], local=True)


def picture(height: int, width: int) -> np.ndarray:
    """Plain shapes on a plain ground, so that a random network finds regions and not noise."""
    rng = np.random.default_rng(1)
    image = np.full((height, width, 3), 110, dtype=np.uint8)
    for number in range(14):
        colour = tuple(int(value) for value in rng.integers(0, 255, 3))
        x, y, r = int(rng.integers(0, width)), int(rng.integers(0, height)), int(rng.integers(6, 26))
        if number % 2:
            cv2.circle(image, (x, y), r, colour, -1)
        else:
            cv2.rectangle(image, (x - r, y - r // 2), (x + r, y + r // 2), colour, -1)
    return image


def generator(pair: pairs.Pair, **settings):
    if "sam2" in type(pair.network).__module__:
        from sam2.automatic_mask_generator import SAM2AutomaticMaskGenerator

        made = SAM2AutomaticMaskGenerator(pair.network, output_mode="coco_rle", **settings)
        made.predictor = pair.predictor
        return made
    from segment_anything import SamAutomaticMaskGenerator

    return SamAutomaticMaskGenerator(pair.network, output_mode="coco_rle", **settings)


@pytest.mark.parametrize(("height", "width"), [(150, 200), (211, 97)])
@pytest.mark.parametrize("layers", [0, 1, 2])
def test_the_same_masks_in_the_same_order(pair, height, width, layers):
    image = picture(height, width)
    sides = (12, 6, 3)[: layers + 1]
    theirs = generator(
        pair,
        points_per_side=12,
        crop_n_layers=layers,
        crop_n_points_downscale_factor=2,
        pred_iou_thresh=0.3,
        stability_score_thresh=0.6,
        box_nms_thresh=0.85,
        crop_nms_thresh=0.85,
    ).generate(image)
    params = AutoParams(
        points_per_side=sides, min_score=0.3, min_stability=0.6, box_nms=0.85, crop_nms=0.85, max_area=1.0
    )
    ours = gather(pair.backend, image, params)
    assert len(theirs) >= 3
    assert any(each.window.layer for each in ours) == (layers > 0)
    assert len(ours) == len(theirs)
    for one, other in zip(ours, theirs, strict=True):
        assert one.score == pytest.approx(min(1.0, other["predicted_iou"]), abs=1e-4)
        assert one.stability == pytest.approx(other["stability_score"], abs=EDGE)
        assert one.point == pytest.approx(other["point_coords"][0], abs=1e-3)
        assert list(one.window.box) == other["crop_box"]
        drawn = coco.decode(other["segmentation"]).astype(bool)
        assert np.count_nonzero(masks.decode(one.rle) != drawn) <= EDGE * drawn.sum() + 1
