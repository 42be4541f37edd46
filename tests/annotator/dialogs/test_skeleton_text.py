from __future__ import annotations

import pytest

from annotator.dialogs.skeleton_templates import TEMPLATES, SkeletonTemplate
from annotator.dialogs.skeleton_text import joint_names, propose_flips, read_pairs, renamed, write_pairs

JOINTS = ("nose", "left-eye", "right-eye")


def test_joint_names_leave_out_empty_lines() -> None:
    assert joint_names(" nose \n\nleft-eye\n") == ("nose", "left-eye")


@pytest.mark.parametrize("row", ["nose-left-eye", " nose - left-eye ", "1-2", "nose\u2013left-eye", "nose-2"])
def test_a_pair_by_names_or_numbers(row: str) -> None:
    assert read_pairs(row, JOINTS) == (((0, 1),), "")


def test_repeated_and_reversed_pairs_count_once() -> None:
    assert read_pairs("1-2\n2-1\nnose-left-eye\n2-3", JOINTS) == (((0, 1), (1, 2)), "")


@pytest.mark.parametrize("row", ["nose", "nose-mouth", "nose-nose", "-", "4-1"])
def test_what_names_no_pair_is_given_back(row: str) -> None:
    assert read_pairs(f"1-2\n{row}", JOINTS) == (((0, 1),), row)


def test_what_is_written_is_read_again() -> None:
    pairs = ((0, 1), (1, 2))
    assert read_pairs(write_pairs(pairs, JOINTS), JOINTS) == (pairs, "")


@pytest.mark.parametrize(
    ("joints", "pairs"),
    [
        (("left_eye", "nose", "right_eye"), ((0, 2),)),
        (("Left Hip", "Right Hip"), ((0, 1),)),
        (("knee_l", "knee_r"), ((0, 1),)),
        (("LEFT", "RIGHT"), ((0, 1),)),
        (("leftover", "rightover"), ()),
        (("left_eye", "nose"), ()),
    ],
)
def test_flip_pairs_from_names(joints: tuple[str, ...], pairs: tuple[tuple[int, int], ...]) -> None:
    assert propose_flips(joints) == pairs


def test_renamed() -> None:
    assert renamed(("a", "b"), ("a", "c")) == ("b", "c")
    assert renamed(("a", "b"), ("a",)) is None
    assert renamed(("a", "b"), ("a", "a")) is None
    assert renamed(("a", "b"), ("c", "d")) is None


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: template.title)
def test_templates_are_whole(template: SkeletonTemplate) -> None:
    count = int(template.title.split("-")[1])
    assert len(template.joints) == count
    touched = {joint for edge in template.edges for joint in edge}
    assert touched == set(range(count))
    assert len({frozenset(edge) for edge in template.edges}) == len(template.edges)
    assert all(0 <= value <= 1 for place in template.places.values() for value in place)
    assert read_pairs(write_pairs(template.edges, template.joints), template.joints) == (template.edges, "")


def test_flips_of_coco() -> None:
    assert len(TEMPLATES[0].flip_pairs) == 8
    assert len(TEMPLATES[1].flip_pairs) == 6
    assert TEMPLATES[2].flip_pairs == ()
