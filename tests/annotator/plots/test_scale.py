from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotator.plots.data import Unit
from annotator.plots.scale import name, shown, ticks


@given(st.floats(0, 1e9), st.sampled_from(["count", "seconds"]))
def test_the_highest_line_is_at_or_above_the_highest_value(top: float, unit: Unit) -> None:
    lines = ticks(top, unit)
    assert lines[0] == 0
    assert lines[-1] >= top * (1 - 1e-6)
    assert 2 <= len(lines) <= 7
    assert len({name(line, unit, lines) for line in lines}) == len(lines)


@pytest.mark.parametrize(
    ("top", "unit", "names"),
    [
        (0, "count", ["0", "1"]),
        (3, "count", ["0", "1", "2", "3"]),
        (19, "count", ["0", "5", "10", "15", "20"]),
        (21_000, "count", ["0", "10k", "20k", "30k"]),
        (0.4, "share", ["0 %", "25 %", "50 %", "75 %", "100 %"]),
        (30, "seconds", ["0 s", "10 s", "20 s", "30 s"]),
        (1.7, "seconds", ["0.0 s", "0.5 s", "1.0 s", "1.5 s", "2.0 s"]),
    ],
)
def test_lines_are_round_and_named_shortly(top: float, unit: Unit, names: list[str]) -> None:
    lines = ticks(top, unit)
    assert [name(line, unit, lines) for line in lines] == names


@given(st.lists(st.floats(1, 80), min_size=1, max_size=60), st.floats(10, 900))
def test_labels_that_are_shown_do_not_touch(widths: list[float], room: float) -> None:
    places = shown(widths, room, 10)
    assert places[0] == 0
    distance = room / len(widths)
    for before, after in pairwise(places):
        assert (after - before) * distance >= (widths[before] + widths[after]) / 2 + 9.99


def test_all_labels_are_shown_where_there_is_room() -> None:
    assert shown([20.0] * 5, 400, 10) == [0, 1, 2, 3, 4]
    assert shown([], 400, 10) == []
