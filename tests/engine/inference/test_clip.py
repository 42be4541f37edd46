from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.inference.clip import box_of, clip_point, points_of
from engine.records import PromptRecord
from models.api import BoxPrompt, PointPrompt
from models.errors import UnsupportedPrompt

numbers = st.floats(-1e6, 1e6)
sizes = st.integers(1, 5000)


@given(numbers, numbers, sizes, sizes)
def test_a_point_ends_inside_and_moves_only_if_outside(x: float, y: float, width: int, height: int) -> None:
    found = clip_point(x, y, width=width, height=height)
    assert 0 <= found[0] < width
    assert 0 <= found[1] < height
    assert clip_point(*found, width=width, height=height) == found
    if 0 <= x < width:
        assert found[0] == x


@given(numbers, numbers, numbers, numbers, sizes, sizes)
def test_a_box_is_inside_and_not_empty_or_refused(
    x0: float, y0: float, x1: float, y1: float, width: int, height: int
) -> None:
    prompt = PromptRecord("box", x0, y0, x1, y1)
    try:
        box = box_of([prompt], width=width, height=height)
    except UnsupportedPrompt:
        assert (
            max(x0, x1) <= 0
            or min(x0, x1) >= width
            or x0 == x1
            or max(y0, y1) <= 0
            or min(y0, y1) >= height
            or y0 == y1
        )
    else:
        assert box is not None
        assert 0 <= box.x0 < box.x1 <= width
        assert 0 <= box.y0 < box.y1 <= height


def test_kinds_are_told_apart() -> None:
    prompts = [PromptRecord("box", 9, 9, 1, 1), PromptRecord("point", 50, 2, positive=False)]
    assert points_of(prompts, width=10, height=10) == (PointPrompt(9.5, 2, False),)
    assert box_of(prompts, width=10, height=10) == BoxPrompt(1, 1, 9, 9)
    assert box_of(prompts[1:], width=10, height=10) is None


def test_what_no_annotator_can_do_is_a_bug() -> None:
    with pytest.raises(ValueError, match="nan"):
        clip_point(float("nan"), 1, width=10, height=10)
    with pytest.raises(ValueError, match="corners"):
        box_of([PromptRecord("box", 1, 1)], width=10, height=10)
