from __future__ import annotations

from engine.inference.restarts import Restarts


def test_three_in_a_minute_and_more_when_time_has_passed() -> None:
    restarts = Restarts()
    assert [restarts.allow(now) for now in (0, 1, 2, 3, 59.9)] == [True, True, True, False, False]
    assert restarts.count == 3
    assert restarts.allow(60)
    assert not restarts.allow(60.5)
    assert restarts.allow(61)
