from __future__ import annotations

import pytest

from engine.skeletons.names import joint_names, propose_flips, read_pairs, side, write_pairs
from models.joint_names import plain

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


def test_spellings_compare() -> None:
    assert plain(" Left-Knee ") == plain("left_knee") == "left_knee"


@pytest.mark.parametrize(
    ("name", "wanted"),
    [("left_eye", "left"), ("Right Hip", "right"), ("knee_l", "left"), ("KNEE R", "right"), ("nose", ""), ("all", "")],
)
def test_sides_from_names(name: str, wanted: str) -> None:
    assert side(name) == wanted
