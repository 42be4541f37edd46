"""Work leaves the GUI thread and comes back to it: in order, nothing lost, nothing to those who are gone."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from annotator.lanes import Lanes, Task

HOPS = 10_000
WAIT_MS = 20_000


@pytest.fixture
def lanes(qapp: object) -> Iterator[Lanes]:
    made = Lanes()
    yield made
    made.close()


class Caught:
    """Stands in for the excepthook."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.errors: list[BaseException] = []
        monkeypatch.setattr(sys, "excepthook", lambda _kind, error, _trace: self.errors.append(error))


def test_a_result_comes_back_on_the_gui_thread(lanes: Lanes, qtbot: QtBot) -> None:
    seen: list[tuple[int, int]] = []
    lanes.store.run(threading.get_ident, done=lambda worker: seen.append((worker, threading.get_ident())))
    qtbot.waitUntil(lambda: bool(seen))
    worker, gui = seen[0]
    assert worker != gui == threading.get_ident()


def test_the_store_lane_keeps_the_order(lanes: Lanes) -> None:
    seen: list[int] = []
    for number in range(200):
        lanes.store.run(lambda number=number: number, done=seen.append)
    lanes.drain()
    assert seen == list(range(200))


def test_io_calls_run_side_by_side(lanes: Lanes) -> None:
    both = threading.Barrier(2, timeout=10)
    lanes.io.run(both.wait)
    lanes.io.run(both.wait)
    lanes.drain()
    assert not both.broken


def test_ten_thousand_hops_from_four_threads(lanes: Lanes, qtbot: QtBot) -> None:
    seen: dict[int, list[int]] = {number: [] for number in range(4)}

    def hop(number: int) -> None:
        for at in range(HOPS // 4):
            lanes.post(lambda at=at: seen[number].append(at))

    threads = [threading.Thread(target=hop, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    qtbot.waitUntil(lambda: sum(map(len, seen.values())) == HOPS, timeout=WAIT_MS)
    for thread in threads:
        thread.join()
    assert all(hops == list(range(HOPS // 4)) for hops in seen.values())


def test_a_failure_reaches_failed_with_its_traceback(lanes: Lanes) -> None:
    failures: list[BaseException] = []

    def broken() -> None:
        raise ValueError("the disk is gone")

    lanes.store.run(broken, failed=failures.append)
    lanes.drain()
    [error] = failures
    assert str(error) == "the disk is gone"
    names = []
    trace = error.__traceback__
    while trace is not None:
        names.append(trace.tb_frame.f_code.co_name)
        trace = trace.tb_next
    assert "broken" in names


def test_a_failure_that_nobody_takes_reaches_the_excepthook(
    lanes: Lanes, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    caught = Caught(monkeypatch)

    def broken() -> None:
        raise ValueError("unexpected")

    lanes.io.run(broken)
    qtbot.waitUntil(lambda: bool(caught.errors))
    assert [str(error) for error in caught.errors] == ["unexpected"]


def test_a_closure_that_raises_does_not_stop_the_others(
    lanes: Lanes, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    caught = Caught(monkeypatch)
    seen: list[int] = []

    def broken() -> None:
        raise ValueError("one of three")

    lanes.post(lambda: seen.append(1))
    lanes.post(broken)
    lanes.post(lambda: seen.append(2))
    qtbot.waitUntil(lambda: seen == [1, 2])
    assert len(caught.errors) == 1


def test_nothing_reaches_an_owner_that_is_gone(lanes: Lanes, qtbot: QtBot) -> None:
    owner = QObject()
    free = threading.Event()
    seen: list[str] = []
    lanes.store.run(free.wait, done=lambda _: seen.append("to the owner"), owner=owner)
    lanes.store.run(lambda: None, done=lambda _: seen.append("to nobody special"))
    with qtbot.waitSignal(owner.destroyed):
        owner.deleteLater()
    free.set()
    lanes.drain()
    assert seen == ["to nobody special"]


def test_a_cancelled_task_tells_nothing_and_is_not_begun(lanes: Lanes) -> None:
    free = threading.Event()
    begun: list[int] = []
    told: list[object] = []
    lanes.store.run(free.wait)
    task = lanes.store.run(lambda: begun.append(1), done=told.append, failed=told.append)
    task.cancel()
    free.set()
    lanes.drain()
    assert (begun, told) == ([], [])


def test_a_job_reports_and_is_asked_to_stop(lanes: Lanes, qtbot: QtBot) -> None:
    shown: list[tuple[int, int | None]] = []
    stopped = threading.Event()

    def work(task: Task) -> None:
        task.report(1, 10)
        while not task.should_stop():
            stopped.wait(0.001)
        stopped.set()

    task = lanes.io.job(work, progress=lambda done, total: shown.append((done, total)))
    qtbot.waitUntil(lambda: shown == [(1, 10)])
    task.cancel()
    qtbot.waitUntil(stopped.is_set)


def test_many_reports_end_with_the_latest(lanes: Lanes, qtbot: QtBot) -> None:
    shown: list[int] = []
    reported, free = threading.Event(), threading.Event()

    def work(task: Task) -> None:
        for number in range(1, 1001):
            task.report(number, 1000)
        reported.set()
        free.wait(10)

    lanes.io.job(work, progress=lambda done, _total: shown.append(done))
    # The GUI thread does not turn meanwhile, so all reports but the last are overtaken.
    assert reported.wait(10)
    qtbot.waitUntil(lambda: bool(shown))
    free.set()
    lanes.drain()
    assert shown == [1000]


def test_close_finishes_what_the_store_was_given(qapp: object) -> None:
    lanes = Lanes()
    written: list[int] = []
    for number in range(50):
        lanes.store.run(lambda number=number: written.append(number))
    lanes.close()
    assert written == list(range(50))
    task = lanes.store.run(lambda: written.append(99))
    lanes.post(lambda: written.append(98))
    assert task.cancelled
    assert len(written) == 50


def test_close_leaves_no_thread(qapp: object) -> None:
    before = set(threading.enumerate())
    lanes = Lanes()
    lanes.io.run(lambda: None)
    lanes.store.run(lambda: None)
    lanes.drain()
    lanes.close()
    assert set(threading.enumerate()) <= before


def test_inline_runs_at_once(qapp: object) -> None:
    lanes = Lanes(inline=True)
    seen: list[object] = []
    lanes.store.run(lambda: 3, done=seen.append)
    lanes.io.job(lambda task: task.report(1, 2), progress=lambda done, total: seen.append((done, total)))
    lanes.post(lambda: seen.append("posted"))
    assert seen == [3, (1, 2), "posted"]
    with pytest.raises(ZeroDivisionError):
        lanes.store.run(lambda: 1 // 0)
    lanes.close()


def test_drain_says_when_it_takes_too_long(lanes: Lanes) -> None:
    free = threading.Event()
    lanes.io.run(free.wait)
    with pytest.raises(TimeoutError):
        lanes.drain(timeout_s=0.05)
    free.set()
    lanes.drain()
