from __future__ import annotations

from annotator.controllers.pace import Pace


def test_rate_and_rest_follow_what_came_lately() -> None:
    pace = Pace()
    pace.note(0.0, 0)
    assert pace.rate is None and pace.left(100) is None
    for second in range(1, 11):
        pace.note(float(second), 10 * second)
    assert pace.rate == 10 and pace.left(200) == 10
    # Twice as fast from now on: a few seconds later the slow beginning is forgotten.
    for second in range(11, 31):
        pace.note(float(second), 100 + 20 * (second - 10))
    assert pace.rate == 20
    assert pace.left(None) is None and pace.left(100) == 0


def test_what_stands_still_has_no_rate() -> None:
    pace = Pace()
    for second in range(20):
        pace.note(float(second), 50)
    assert pace.rate is None and pace.left(100) is None
