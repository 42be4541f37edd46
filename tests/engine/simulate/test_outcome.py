from __future__ import annotations

import pytest

from engine.errors import InvalidOp
from engine.simulate.habits import Habits
from engine.simulate.outcome import StageOutcome, saved
from engine.simulate.person import Effort
from engine.simulate.plays import Played
from engine.simulate.report import table, verdict


def outcome(stage: str, clicks: int, keys: int, ious: tuple[float, ...]) -> StageOutcome:
    return StageOutcome(stage, (Played("a", 4, Effort(clicks, keys, 10.0)),), ious, len(ious))


def test_costs_are_shared_out_over_the_masks_that_were_left() -> None:
    """Clicks on what was given up count too."""
    told = outcome("assisted", 9, 3, (0.8, 0.95, 0.7)).to_json()
    assert (told["clicks_per_mask"], told["actions_per_mask"]) == (3.0, 4.0)
    assert told["recall"] == 0.75
    assert (told["above_75"], told["above_90"]) == (pytest.approx(2 / 3), pytest.approx(1 / 3))


def test_saving_is_said_for_clicks_and_with_keys_counted() -> None:
    figures = [outcome("assisted", 8, 4, (0.9,) * 4).to_json(), outcome("semi", 4, 12, (0.9,) * 4).to_json()]
    assert saved(figures) == 0.5
    words = verdict(figures)
    assert "50 % fewer clicks (2.00 to 1.00)" in words
    assert "33 % more clicks and keys" in words


def test_nothing_is_said_where_there_is_nothing_to_compare() -> None:
    alone = [outcome("semi", 4, 12, (0.9,)).to_json()]
    assert (saved(alone), verdict(alone)) == (None, "")
    empty = [outcome("assisted", 3, 1, ()).to_json(), outcome("semi", 0, 4, (0.9,)).to_json()]
    assert verdict(empty) == ""
    assert ("mean IoU", "-", "0.900") in table(empty)


@pytest.mark.parametrize("wrong", [{"good": 1.5}, {"least": -0.1}, {"patience": 0}, {"gaps": -1}])
def test_habits_that_make_no_sense(wrong: dict[str, float]) -> None:
    with pytest.raises(InvalidOp, match="Nothing was started"):
        Habits(**wrong)
