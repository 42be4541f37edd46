from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.errors import InvalidOp
from engine.stages.coverage import Coverage, coverage
from engine.stages.gaps import Gap, GapParams, find_gaps
from models import masks

EVERYTHING = GapParams(least_share=0.0, least_width=0.0)


def covered(open_pixels: NDArray[np.bool_], side: int = 512) -> Coverage:
    height, width = open_pixels.shape
    return coverage(height, width, [masks.encode(~open_pixels)], side=side)


def blocks(*boxes: tuple[int, int, int, int], height: int = 100, width: int = 200) -> NDArray[np.bool_]:
    drawn = np.zeros((height, width), dtype=bool)
    for x, y, w, h in boxes:
        drawn[y : y + h, x : x + w] = True
    return drawn


def test_the_biggest_gap_comes_first_with_its_centre() -> None:
    first, second = find_gaps(covered(blocks((10, 10, 21, 21), (100, 40, 41, 41))))
    assert first.point == pytest.approx((120.5, 60.5))
    assert first.box == (100.0, 40.0, 41.0, 41.0)
    assert second.point == pytest.approx((20.5, 20.5))
    assert second.share < first.share < 41 * 41 / (100 * 200) + 1e-9


def test_the_point_lies_in_the_widest_place_and_not_at_the_mean() -> None:
    # A thin arm and a wide end: the mean of its pixels lies in the arm.
    (gap,) = find_gaps(covered(blocks((0, 48, 150, 5), (150, 30, 41, 41))), EVERYTHING)
    assert gap.point == pytest.approx((170.5, 50.5), abs=1)
    assert gap.radius == pytest.approx(21, abs=1)


def test_an_empty_image_is_one_gap_asked_for_in_its_middle() -> None:
    (gap,) = find_gaps(coverage(101, 201, []))
    assert gap.share > 0.99
    assert gap.point[1] == pytest.approx(50.5, abs=1)
    assert 45 < gap.point[0] < 156


def test_a_full_image_has_no_gap() -> None:
    assert find_gaps(covered(blocks())) == ()


def test_gaps_under_the_share_and_seams_are_left_out() -> None:
    picture = blocks((10, 10, 20, 20), (50, 0, 2, 100), (100, 40, 5, 5))
    assert [gap.box for gap in find_gaps(covered(picture), GapParams(least_share=0.01, least_width=0.05))] == [
        (10, 10, 20, 20)
    ]
    assert len(find_gaps(covered(picture), EVERYTHING)) == 3


def test_points_and_boxes_are_in_image_pixels_on_a_coarse_map_too() -> None:
    (gap,) = find_gaps(covered(blocks((400, 200, 200, 200), height=600, width=1000), side=100))
    assert gap.point == pytest.approx((500, 300), abs=10)
    assert gap.radius == pytest.approx(100, abs=10)
    assert gap.box == pytest.approx((400, 200, 200, 200), abs=10)


def test_what_was_seen_is_not_offered_again_and_asking_ends() -> None:
    picture = covered(blocks((10, 10, 21, 21), (100, 40, 41, 41)))
    seen: list[Gap] = []
    while left := find_gaps(picture, seen=seen):
        assert all(np.hypot(left[0].point[0] - s.point[0], left[0].point[1] - s.point[1]) > s.radius for s in seen)
        seen.append(left[0])
        assert len(seen) < 200
    assert len(seen) >= 2


def test_asking_ends_where_nothing_is_too_small_either() -> None:
    picture = covered(blocks((2, 2, 6, 6), height=20, width=20))
    seen: list[Gap] = []
    while left := find_gaps(picture, EVERYTHING, seen=seen):
        seen.append(left[0])
        assert len(seen) <= 36


@pytest.mark.parametrize("wrong", [-0.1, 1.5, float("nan")])
def test_shares_are_shares(wrong: float) -> None:
    with pytest.raises(InvalidOp, match="from 0 to 1"):
        GapParams(least_share=wrong)
