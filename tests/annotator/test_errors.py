"""What nobody caught is told: known failures as messages, bugs with their traceback, and all of it in the log."""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import qWarning

from annotator.errors import BugReport, ExceptHook, Message, report_of, start_logging
from engine.errors import ProjectBusy


class Told:
    """Collects what the hook tells, on whichever thread it asks for."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.bugs: list[BugReport] = []
        self.threads: list[int] = []
        self.hook = ExceptHook(post=self.post, known=self.messages.append, bug=self.bugs.append)

    def post(self, closure: Callable[[], None]) -> None:
        self.threads.append(threading.get_ident())
        closure()


@pytest.fixture
def told() -> Iterator[Told]:
    made = Told()
    made.hook.install()
    yield made
    made.hook.uninstall()


def raise_to_hook(error: BaseException) -> None:
    try:
        raise error
    except type(error) as caught:
        sys.excepthook(type(caught), caught, caught.__traceback__)


def test_a_known_failure_becomes_a_message(told: Told) -> None:
    raise_to_hook(ProjectBusy("Another process holds the project. Try again."))
    assert told.messages == [Message("error", "Another process holds the project. Try again.")]
    assert told.bugs == []


def test_a_bug_becomes_a_report_with_its_cause(told: Told) -> None:
    try:
        try:
            {}["missing"]
        except KeyError as cause:
            raise RuntimeError("could not\nread it") from cause
    except RuntimeError as error:
        raise_to_hook(error)
    [report] = told.bugs
    assert report.summary == "RuntimeError: could not"
    assert "KeyError: 'missing'" in report.details
    assert "raise_to_hook" in report.details


def test_a_bug_on_another_thread_is_posted(told: Told) -> None:
    def broken() -> None:
        raise ValueError("in a thread")

    thread = threading.Thread(target=broken)
    thread.start()
    thread.join()
    assert [report.summary for report in told.bugs] == ["ValueError: in a thread"]
    assert told.threads[0] != threading.get_ident()


def test_keyboard_interrupt_is_left_to_the_hook_before(monkeypatch: pytest.MonkeyPatch) -> None:
    passed: list[type[BaseException]] = []
    monkeypatch.setattr(sys, "excepthook", lambda kind, _error, _trace: passed.append(kind))
    told = Told()
    told.hook.install()
    raise_to_hook(KeyboardInterrupt())
    told.hook.uninstall()
    assert passed == [KeyboardInterrupt]
    assert told.bugs == []


def test_uninstall_gives_back_what_was_there() -> None:
    before = sys.excepthook, threading.excepthook
    hook = Told().hook
    hook.install()
    hook.install()
    assert sys.excepthook != before[0]
    hook.uninstall()
    assert (sys.excepthook, threading.excepthook) == before


def test_qt_messages_go_to_the_log(told: Told, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="maskwright.qt"):
        qWarning("a widget complains")
    [record] = caplog.records
    assert record.levelno == logging.WARNING
    assert "a widget complains" in record.getMessage()


def test_the_log_file_holds_the_bug(tmp_path: Path, told: Told) -> None:
    log = start_logging(tmp_path / "logs")
    raise_to_hook(ValueError("for the log: \u00fc"))
    log.close()
    text = log.path.read_text(encoding="utf-8")
    assert "ValueError: for the log: \u00fc" in text
    assert log.problem == ""


def test_a_log_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    blocker = tmp_path / "file"
    blocker.write_text("not a folder")
    log = start_logging(blocker)
    assert str(blocker) in log.problem
    log.close()


def test_an_exception_without_words_is_named_by_its_kind() -> None:
    assert report_of(StopIteration()).summary == "StopIteration"
