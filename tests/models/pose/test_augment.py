from __future__ import annotations

import numpy as np

from models.people import read
from models.pose.augment import example, seen_in
from models.pose.frames import SIDE, around
from models.pose.skeletons import joints_named
from tests.models.pose.conftest import NAMES


def test_names_mean_the_same_however_they_are_spelt():
    joints = joints_named(["nose", "left_knee", "right_knee"])
    assert joints.mirror == (0, 2, 1)
    assert joints.places(["Right Knee", "Nose", "tail"]) == [2, 0, None]


def test_a_mirror_of_a_mirror_is_nothing_new():
    mirror = joints_named(NAMES).mirror
    assert [mirror[number] for number in mirror] == list(range(len(NAMES)))


def test_crops_keep_joints_on_what_they_mark(people):
    names, figures = read([people])
    joints = joints_named(names)
    rng = np.random.default_rng(0)
    for figure in figures[:10]:
        seen = example(figure, joints, rng)
        assert seen.image.shape == (SIDE, SIDE, 3)
        assert ((seen.joints[:, :2] >= 0) | (seen.joints[:, 2:] == 0)).all()
    plain = seen_in(around(figures[0].box), figures[0], joints)
    x, y, shown = plain.joints[1]
    assert shown == 1
    red, green, blue = plain.image[int(y), int(x)].astype(int)
    assert red > 150 > green + 40
    assert blue < 110
