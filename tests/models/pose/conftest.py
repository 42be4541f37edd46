from __future__ import annotations

import json

import cv2
import numpy as np
import pytest

NAMES = ["head top", "left hand", "right hand", "left foot", "right foot"]
COLOURS = [(250, 250, 250), (250, 40, 40), (40, 250, 40), (40, 40, 250), (240, 240, 40)]


def stick_figure(number: int):
    """A figure of five limbs, each ending in a blob of its own colour, on noise; joints are float64[5, 3]."""
    rng = np.random.default_rng(number)
    image = rng.integers(90, 120, (150, 130, 3)).astype(np.uint8)
    middle = np.array([65.0, 75.0]) + rng.uniform(-6, 6, 2)
    ends = np.array([[0, -50], [40, -15], [-40, -15], [22, 50], [-22, 50]], dtype=np.float64)
    joints = middle + ends + rng.uniform(-6, 6, (5, 2))
    for (x, y), colour in zip(joints, COLOURS, strict=True):
        cv2.line(image, tuple(int(v) for v in middle), (int(x), int(y)), (30, 30, 30), 3)
        cv2.circle(image, (int(x), int(y)), 6, colour, -1)
    return image, np.concatenate([joints, np.ones((5, 1))], axis=1)


@pytest.fixture(scope="session")
def people(tmp_path_factory):
    """A folder of forty labelled stick figures, in LSP's form: counted from 1."""
    folder = tmp_path_factory.mktemp("people")
    items = []
    for number in range(40):
        image, joints = stick_figure(number)
        cv2.imwrite(str(folder / f"figure{number}.png"), image[:, :, ::-1])
        joints[:, :2] += 0.5
        items.append({"image": f"figure{number}.png", "keypoints": joints.ravel().tolist()})
    (folder / "index.json").write_text(json.dumps({"keypoint_names": NAMES, "items": items}))
    return folder
