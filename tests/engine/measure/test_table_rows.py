from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from engine.measure.table_rows import last_days, period_rows, periods, person_rows
from engine.measure.tally import Tally, median
from engine.records import Stage
from engine.storage.figures import Credit, Effort

ZERO = date(1970, 1, 1)


def credit(day: date, masks: int = 1, *, stage: Stage = Stage.AUTO, person: str = "ann") -> Credit:
    return Credit(str(stage), (day - ZERO).days, person, masks, 0, 0, 0)


@given(st.lists(st.integers(1, 50), min_size=1, max_size=30))
def test_the_median_of_a_histogram_is_that_of_its_values(values: list[int]) -> None:
    ordered = sorted(values)
    middle = (ordered[(len(values) - 1) // 2] + ordered[len(values) // 2]) / 2
    assert median(Counter(values), 1.0) == middle


def test_no_values_have_no_median() -> None:
    assert median(Counter(), 0.1) is None


def test_a_short_span_is_told_in_days_with_its_gaps() -> None:
    first = date(2026, 11, 2)
    unit, found = periods([credit(first), credit(first + timedelta(days=3))])
    assert (unit, found) == ("day", tuple(first + timedelta(days=at) for at in range(4)))


def test_a_long_span_is_told_in_weeks_from_monday() -> None:
    days = [date(2026, 9, 2), date(2026, 11, 26)]
    unit, found = periods([credit(day) for day in days])
    assert (unit, found[0], found[-1], len(found)) == ("week", date(2026, 8, 31), date(2026, 11, 23), 13)
    rows = period_rows([credit(date(2026, 11, 23), 2), credit(date(2026, 11, 29), 3)], "week")
    assert [(row.start, row.masks) for row in rows] == [(date(2026, 11, 23), 5)]


def test_period_rows_come_in_order_of_time_stage_and_person() -> None:
    monday = date(2026, 11, 23)
    mixed = [
        credit(monday + timedelta(days=1)),
        credit(monday, stage=Stage.AUTO, person="bob"),
        credit(monday, stage=Stage.AUTO),
        credit(monday, stage=Stage.ASSISTED),
    ]
    rows = period_rows(mixed, "day")
    assert [(row.start.day, row.stage, row.person) for row in rows] == [
        (23, Stage.ASSISTED, "ann"),
        (23, Stage.AUTO, "ann"),
        (23, Stage.AUTO, "bob"),
        (24, Stage.AUTO, "ann"),
    ]


def test_the_last_seven_days_end_with_today() -> None:
    today = date(2026, 11, 26)
    given_ = [credit(today - timedelta(days=back), masks=10**place) for place, back in enumerate((0, 6, 7, 13, 14))]
    assert last_days(given_, today) == (11, 1100)


def test_whoever_made_most_comes_first() -> None:
    rows = person_rows([], [credit(ZERO, 1, person="ann"), credit(ZERO, 5, person="bob"), credit(ZERO, 1, person="")])
    assert [row.name for row in rows] == ["bob", "", "ann"]


def test_many_clicks_share_the_last_bar() -> None:
    tally = Tally()
    tally.add([], [], [Effort("auto", 12, 0, 1, 1), Effort("auto", 300, 0, 2, 2), Effort("auto", 0, 0, 4, 4)])
    assert tally.clicks["auto"] == {12: 3, 0: 4}
    assert not tally.tenths
