"""Three ready-made skeletons, with places for a drawing: x right, y down, both 0..1, the person facing us."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from engine.skeletons.colors import side_colors
from engine.skeletons.names import Pair, propose_flips
from models.joint_names import plain

Place = tuple[float, float]


@dataclass(frozen=True, slots=True)
class SkeletonTemplate:
    """A known skeleton; ``places`` are where a drawing shows its joints, by name."""

    title: str
    name: str
    edges: tuple[Pair, ...]
    places: Mapping[str, Place]
    sigmas: tuple[float, ...]
    own_colors: tuple[str, ...] = ()

    @property
    def joints(self) -> tuple[str, ...]:
        """The joints' names in order."""
        return tuple(self.places)

    @property
    def flip_pairs(self) -> tuple[Pair, ...]:
        """Joints that change places in a mirrored picture."""
        return propose_flips(self.joints)

    @property
    def colors(self) -> tuple[str, ...]:
        """One colour a joint: left, right and middle apart, or the skeleton's own."""
        return self.own_colors or side_colors(self.joints)


FINGERS = ("#ff8700", "#4bff96", "#69c3ff", "#c378c3", "#f087a5")
"""Thumb to little finger: colours of the palette that are far apart."""

# Joints and edges as in the COCO person keypoints annotations (Lin et al. 2014, release of 2017), counted from 0.
COCO_17 = SkeletonTemplate(
    title="COCO-17",
    name="COCO-17",
    edges=(
        (15, 13), (13, 11), (16, 14), (14, 12), (11, 12), (5, 11), (6, 12), (5, 6), (5, 7), (6, 8),
        (7, 9), (8, 10), (1, 2), (0, 1), (0, 2), (1, 3), (2, 4), (3, 5), (4, 6),
    ),
    places={
        "nose": (0.50, 0.14),
        "left_eye": (0.56, 0.09),
        "right_eye": (0.44, 0.09),
        "left_ear": (0.63, 0.12),
        "right_ear": (0.37, 0.12),
        "left_shoulder": (0.68, 0.28),
        "right_shoulder": (0.32, 0.28),
        "left_elbow": (0.79, 0.43),
        "right_elbow": (0.21, 0.43),
        "left_wrist": (0.85, 0.57),
        "right_wrist": (0.15, 0.57),
        "left_hip": (0.61, 0.56),
        "right_hip": (0.39, 0.56),
        "left_knee": (0.64, 0.75),
        "right_knee": (0.36, 0.75),
        "left_ankle": (0.66, 0.94),
        "right_ankle": (0.34, 0.94),
    },
    # As published with the annotations: the spread of repeated clicks as a share of the object's size.
    sigmas=(
        0.026, 0.025, 0.025, 0.035, 0.035, 0.079, 0.079, 0.072, 0.072, 0.062, 0.062, 0.107, 0.107, 0.087, 0.087,
        0.089, 0.089,
    ),
)  # fmt: skip

# Joint order of the Leeds Sports Pose data set (Johnson and Everingham 2010).
LSP_14 = SkeletonTemplate(
    title="LSP-14",
    name="LSP-14",
    edges=(
        (0, 1), (1, 2), (3, 4), (4, 5), (2, 3), (6, 7), (7, 8), (9, 10), (10, 11), (8, 12), (9, 12),
        (2, 8), (3, 9), (12, 13),
    ),
    places={
        "right_ankle": (0.34, 0.94),
        "right_knee": (0.36, 0.75),
        "right_hip": (0.40, 0.56),
        "left_hip": (0.60, 0.56),
        "left_knee": (0.64, 0.75),
        "left_ankle": (0.66, 0.94),
        "right_wrist": (0.15, 0.56),
        "right_elbow": (0.21, 0.42),
        "right_shoulder": (0.33, 0.28),
        "left_shoulder": (0.67, 0.28),
        "left_elbow": (0.79, 0.42),
        "left_wrist": (0.85, 0.56),
        "neck": (0.50, 0.23),
        "head_top": (0.50, 0.06),
    },
    # COCO's for the joints that COCO has; head and neck as in CrowdPose (Li et al. 2019), which has the same fourteen.
    sigmas=(0.089, 0.087, 0.107, 0.107, 0.087, 0.089, 0.062, 0.072, 0.079, 0.079, 0.072, 0.062, 0.079, 0.079),
)  # fmt: skip

# The wrist and four joints a finger, from the palm outwards (the order of Simon et al. 2017).
HAND_21 = SkeletonTemplate(
    title="Hand-21",
    name="Hand-21",
    edges=tuple(
        (0 if step == 0 else 4 * finger + step, 4 * finger + step + 1) for finger in range(5) for step in range(4)
    ),
    places={
        "wrist": (0.52, 0.94),
        "thumb_1": (0.36, 0.85),
        "thumb_2": (0.25, 0.74),
        "thumb_3": (0.16, 0.65),
        "thumb_4": (0.08, 0.57),
        "index_1": (0.36, 0.54),
        "index_2": (0.31, 0.38),
        "index_3": (0.28, 0.27),
        "index_4": (0.26, 0.17),
        "middle_1": (0.50, 0.51),
        "middle_2": (0.49, 0.33),
        "middle_3": (0.49, 0.20),
        "middle_4": (0.49, 0.09),
        "ring_1": (0.63, 0.54),
        "ring_2": (0.66, 0.38),
        "ring_3": (0.68, 0.26),
        "ring_4": (0.70, 0.15),
        "little_1": (0.76, 0.60),
        "little_2": (0.82, 0.48),
        "little_3": (0.86, 0.40),
        "little_4": (0.90, 0.31),
    },
    # As published for hands with COCO-WholeBody (Jin et al. 2020).
    sigmas=(
        0.029, 0.022, 0.035, 0.037, 0.047, 0.026, 0.025, 0.024, 0.035, 0.018, 0.024, 0.022, 0.026, 0.017, 0.021,
        0.021, 0.032, 0.020, 0.019, 0.022, 0.031,
    ),
    own_colors=("#ffe169", *(color for color in FINGERS for _ in range(4))),
)  # fmt: skip

TEMPLATES = (COCO_17, LSP_14, HAND_21)


def template_named(name: str) -> SkeletonTemplate | None:
    """Return the ready-made skeleton of this name in any spelling ("coco 17", "Hand-21"), or None."""
    return next((each for each in TEMPLATES if plain(each.name) == plain(name)), None)


def places_of(joints: Sequence[str]) -> dict[str, Place]:
    """Return where a drawing shows those joints that a ready-made skeleton knows: the one that knows most of them."""

    def known(template: SkeletonTemplate) -> dict[str, Place]:
        places = {plain(name): place for name, place in template.places.items()}
        return {name: places[plain(name)] for name in joints if plain(name) in places}

    return max((known(template) for template in TEMPLATES), key=len)
