"""The one excepthook, Qt's own messages and the log file: known failures go to the banner, bugs to the bug dialog."""

from __future__ import annotations

import logging
import logging.handlers
import sys
import threading
import traceback
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from platformdirs import user_log_dir
from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler

from annotator.messages import BugReport as BugReport
from annotator.messages import Message as Message
from engine.errors import EngineError

_LOG = logging.getLogger("maskwright")
_QT_LOG = logging.getLogger("maskwright.qt")
_LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}
LOG_BYTES = 2_000_000
LOG_FILES = 3


class ExceptHook:
    """Catches what nobody caught, on every thread, and hands it to the GUI thread."""

    def __init__(
        self,
        *,
        post: Callable[[Callable[[], None]], None],
        known: Callable[[Message], None],
        bug: Callable[[BugReport], None],
    ) -> None:
        """``post`` runs a closure on the GUI thread; ``known`` shows a message there, ``bug`` a dialog."""
        self._post = post
        self._known = known
        self._bug = bug
        self._before_sys = sys.excepthook
        self._before_threading = threading.excepthook
        self._installed = False

    def install(self) -> None:
        """Take over ``sys``'s and ``threading``'s hooks and Qt's messages."""
        if self._installed:
            return
        self._before_sys, sys.excepthook = sys.excepthook, self._caught
        self._before_threading, threading.excepthook = threading.excepthook, self._caught_in_thread
        qInstallMessageHandler(log_qt_message)
        self._installed = True

    def uninstall(self) -> None:
        """Give everything back as it was."""
        if not self._installed:
            return
        sys.excepthook = self._before_sys
        threading.excepthook = self._before_threading
        qInstallMessageHandler(None)
        self._installed = False

    def _caught(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt | SystemExit):
            self._before_sys(kind, error, trace)
            return
        if isinstance(error, EngineError):
            _LOG.warning("%s: %s", kind.__name__, error)
            message = Message("error", str(error))
            self._post(lambda: self._known(message))
            return
        report = report_of(error, trace)
        _LOG.error("unexpected: %s\n%s", report.summary, report.details)
        self._post(lambda: self._bug(report))

    def _caught_in_thread(self, args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None:
            self._caught(args.exc_type, args.exc_value, args.exc_traceback)


class LogFile:
    """The log in a file that never grows beyond a few megabytes."""

    def __init__(self, handler: logging.handlers.RotatingFileHandler | None, path: Path, problem: str = "") -> None:
        """Made by ``start_logging``."""
        self._handler = handler
        self.path = path
        self.problem = problem

    def close(self) -> None:
        """Stop writing to it."""
        if self._handler is not None:
            _LOG.removeHandler(self._handler)
            self._handler.close()
            self._handler = None


def start_logging(folder: Path | None = None) -> LogFile:
    """Log to ``maskwright.log`` in the user's log folder; where that cannot be written, ``problem`` says so."""
    path = (folder or Path(user_log_dir("maskwright", appauthor=False))) / "maskwright.log"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handler = logging.handlers.RotatingFileHandler(
            path, maxBytes=LOG_BYTES, backupCount=LOG_FILES, encoding="utf-8", delay=False
        )
    except OSError as error:
        return LogFile(None, path, f"The log file {path} cannot be written ({error.strerror}); nothing is logged.")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(threadName)s: %(message)s"))
    _LOG.addHandler(handler)
    _LOG.setLevel(logging.INFO)
    return LogFile(handler, path)


def report_of(error: BaseException, trace: TracebackType | None = None) -> BugReport:
    """Return a bug's one line and its whole traceback, causes included."""
    shown = trace if trace is not None else error.__traceback__
    details = "".join(traceback.format_exception(type(error), error, shown))
    text = str(error).strip().splitlines()
    return BugReport(f"{type(error).__name__}: {text[0]}" if text else type(error).__name__, details)


def log_qt_message(kind: QtMsgType, context: QMessageLogContext, text: str) -> None:
    """Write what Qt has to say to our log."""
    where = f" [{context.category}]" if context.category else ""
    _QT_LOG.log(_LEVELS.get(kind, logging.WARNING), "%s%s", text, where)
