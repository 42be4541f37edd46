from __future__ import annotations

import pytest

from engine.control import QUIET, Cancelled, Control


def test_a_step_reports_first_and_then_stops() -> None:
    seen: list[tuple[int, int | None]] = []
    control = Control(lambda done, total: seen.append((done, total)), lambda: len(seen) == 2)
    control.step(1, None, what="x")
    with pytest.raises(Cancelled, match="nothing was kept"):
        control.step(2, 5, what="nothing was kept")
    assert seen == [(1, None), (2, 5)]


def test_quiet_never_stops() -> None:
    assert QUIET.step(1, 2, what="x") is None
