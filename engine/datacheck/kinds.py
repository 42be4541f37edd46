"""The kinds of faults that the data check knows, and the frozen values it speaks in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from engine.records import Box, InstanceRecord, SkeletonRecord


class Kind(StrEnum):
    """What can be wrong."""

    ISLANDS = "islands"
    DUPLICATES = "duplicates"
    OVERLAPS = "overlaps"
    NO_SIZE = "no-size"
    OFF_IMAGE = "off-image"
    BOX_AGAINST_MASK = "box-against-mask"
    NO_LABEL = "no-label"
    JOINTS_OFF_IMAGE = "joints-off-image"
    JOINTS_OUTSIDE = "joints-outside"
    SWAPPED = "swapped"


@dataclass(frozen=True, slots=True)
class Words:
    """A kind in people's words: its name, what was found, and what repair does."""

    title: str
    found: str
    repair: str


WORDS: Mapping[Kind, Words] = {
    Kind.ISLANDS: Words("Tiny islands", "tiny islands beside the object", "dropped"),
    Kind.DUPLICATES: Words("Duplicates", "the same object twice", "the second one is deleted"),
    Kind.OVERLAPS: Words("Overlaps", "objects of one label overlap", "cut out of the larger one"),
    Kind.NO_SIZE: Words("Boxes of no size", "a box thinner than a pixel", "deleted, or fitted to its pose"),
    Kind.OFF_IMAGE: Words("Boxes off the image", "a box reaches over the image's edge", "cut at the edge"),
    Kind.BOX_AGAINST_MASK: Words(
        "Box against mask",
        "a mask disagrees with the box it was made from",
        "the mask is cut at the box; where that does not help, a proposal is dropped, and an accepted mask gets its "
        "own box",
    ),
    Kind.NO_LABEL: Words("Missing labels", "accepted without a label", "gets the label you choose (--label)"),
    Kind.JOINTS_OFF_IMAGE: Words("Joints off the image", "labelled joints off the image", "marked as not labelled"),
    Kind.JOINTS_OUTSIDE: Words("Joints off the mask", "visible joints outside the mask", "marked as hidden"),
    Kind.SWAPPED: Words("Left and right", "left and right joints seem to be changed over", "changed back"),
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing found: the instance that repair changes, and the other one it is compared with.

    ``places`` are boxes (x, y, w, h) around what is wrong, at most PLACES of them; ``note`` says how much it is.
    """

    kind: Kind
    instance_id: int
    other_id: int | None = None
    places: tuple[Box, ...] = ()
    note: str = ""


PLACES = 20
"""More marks than this on one object are a pattern, not places."""


@dataclass(frozen=True, slots=True)
class Scene:
    """One image's accepted and proposed instances; ``asked`` are the boxes (x, y, w, h) that masks were made from."""

    width: int
    height: int
    instances: tuple[InstanceRecord, ...]
    asked: Mapping[int, Box]
    skeletons: Mapping[int, SkeletonRecord] = field(default_factory=dict)
    """By the label's id."""
