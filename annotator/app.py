"""The application: made in order, ended in order.

Start: settings and state -> QApplication, icons and theme -> lanes, bus and excepthook -> window and presenter ->
store and controllers -> commands -> the window is shown -> the project is opened on the store lane and the inference
process is started. End: jobs are asked to stop, the draft is dropped, layout is saved, the inference process ends, the
io lane is joined, the workspace is closed on the store lane, which is joined last.
"""

from __future__ import annotations

import argparse
import faulthandler
import importlib.metadata
import sys
import time
from collections.abc import Sequence

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from annotator.actions.registry import ActionRegistry
from annotator.bus import Bus
from annotator.commands import Commands
from annotator.controllers.editing import Editing
from annotator.controllers.inference import Inference
from annotator.controllers.navigation import Navigation
from annotator.controllers.posing import Posing
from annotator.controllers.preview import Preview
from annotator.controllers.projects import Projects
from annotator.controllers.store import Store
from annotator.desk import Desk
from annotator.dialogs.bug import BugReporter
from annotator.errors import ExceptHook, LogFile, start_logging
from annotator.icons import Icons
from annotator.lanes import Lanes
from annotator.presenter import Presenter
from annotator.settings import Settings
from annotator.state import AppState
from annotator.theme import ThemeSwitch
from annotator.tokens import DARK
from annotator.window import MainWindow
from engine.drafting.active_clock import ActiveClock
from engine.drafting.prompting import Prompting
from engine.inference.backends import choices
from engine.inference.settings import CacheSettings, default_folder

IMAGE_CACHE_BYTES = 700_000_000
"""Six to ten images of 12 megapixels with their pyramids."""
THUMBNAIL_PX = 96
WATCH_MS = 2_000
"""How often we look whether another process has written to the project."""
MEGABYTE = 1 << 20


class Application:
    """Everything of one window, wired up."""

    def __init__(self, app: QApplication) -> None:
        """Build all; nothing is opened or started yet."""
        self.log: LogFile = start_logging()
        # A crash in native code ends the process without a Python traceback; its stack goes to a file of its own.
        self._faults = (
            (self.log.path.parent / "crash.log").open("a", encoding="utf-8") if not self.log.problem else None
        )
        if self._faults is not None:
            faulthandler.enable(self._faults)
        self.settings = Settings()
        self.state = AppState()
        self.icons = Icons(DARK)
        self.theme = ThemeSwitch(app, self.settings, self.icons)
        self.lanes = Lanes()
        self.bus = Bus()
        self.registry = ActionRegistry(app, self.icons, overrides=self.settings.shortcuts)
        self.window = MainWindow(self.registry, self.icons)
        self.bugs = BugReporter(self.window, self.icons)
        self.hook = ExceptHook(post=self.lanes.post, known=self.bus.message.emit, bug=self.bugs.report)
        self.desk = self._desk()
        self.commands = Commands(self.desk, log=self.log.path)
        self._watch = QTimer(self.window)
        self._watch.setInterval(WATCH_MS)
        self._watch.timeout.connect(self.commands.notice_others)
        self._watch.start()
        self.window.closing.connect(self.close)
        self._closed = False
        # Last: a bug before this point has no window to be told in, so it goes to stderr.
        self.hook.install()

    def _desk(self) -> Desk:
        presenter = Presenter(self.window, bus=self.bus, lanes=self.lanes, settings=self.settings)
        store = Store(self.lanes, self.bus)
        editing = Editing(store, presenter)
        navigation = Navigation(store, self.lanes, presenter, cache_bytes=IMAGE_CACHE_BYTES, thumbnail_px=THUMBNAIL_PX)
        cache = CacheSettings(
            memory_bytes=self.settings.number("backend.memory_cache_mb") * MEGABYTE,
            disk_bytes=self.settings.number("backend.disk_cache_mb") * MEGABYTE,
            folder=default_folder(),
        )
        inference = Inference(
            post=self.lanes.post,
            show=presenter.show_backend,
            say=presenter.say,
            cache=cache,
            titles={choice.name: choice.title for choice in choices(hidden=True)},
        )
        clock = ActiveClock(_milliseconds)
        prompting = Prompting(
            ask=inference.ask,
            post=self.lanes.post,
            show=presenter.show_draft,
            store=lambda op, done, failed: store.execute(
                # One more read comes back after the canvas has shown the new mask: no flicker in between.
                op,
                initiator=store,
                done=lambda _: store.read(lambda _: None, lambda _: done()),
                failed=failed,
            ),
            clock=clock,
        )
        posing = Posing(presenter.show_pose, editing.pose)
        preview = Preview(
            ask=inference.hover,
            post=self.lanes.post,
            show=presenter.show_preview,
            blocked=lambda: prompting.active or self.window.canvas.tool != "smart",
        )
        projects = Projects(
            store=store,
            lanes=self.lanes,
            bus=self.bus,
            progress=self.window.progress,
            author=lambda: self.settings.text("person.author"),
        )
        return Desk(
            window=self.window,
            registry=self.registry,
            settings=self.settings,
            state=self.state,
            icons=self.icons,
            theme=self.theme,
            bus=self.bus,
            lanes=self.lanes,
            presenter=presenter,
            store=store,
            editing=editing,
            navigation=navigation,
            inference=inference,
            prompting=prompting,
            posing=posing,
            preview=preview,
            projects=projects,
        )

    def start(self, project: str | None) -> None:
        """Show the window; open a project if one was named."""
        self.commands.restore_layout()
        self.window.show()
        self.commands.start(project)

    def close(self) -> None:
        """End everything in order; safe to call twice."""
        if self._closed:
            return
        self._closed = True
        self._watch.stop()
        self.commands.save_layout()
        self.desk.projects.cancel_all()
        self.desk.prompting.cancel()
        self.desk.inference.close()
        self.commands.pose_proposals.close()
        self.desk.projects.close()
        self.lanes.close()
        self.theme.close()
        self.hook.uninstall()
        self.log.close()
        if self._faults is not None:
            faulthandler.disable()
            self._faults.close()


def main(argv: Sequence[str] | None = None) -> int:
    """Open the window, on a project if one is named; returns the exit code."""
    parser = argparse.ArgumentParser(prog="maskwright-window", description="Annotate images with a model's help.")
    parser.add_argument("project", nargs="?", help="project file or PostgreSQL URL")
    version = importlib.metadata.version("maskwright")
    parser.add_argument("--version", action="version", version=f"Maskwright {version}")
    options = parser.parse_args(argv)
    app = make_app()
    application = Application(app)
    application.start(options.project)
    code = app.exec()
    application.close()
    return code


def make_app() -> QApplication:
    """Return the one QApplication, made if need be, with our names set."""
    existing = QApplication.instance()
    app = existing if isinstance(existing, QApplication) else QApplication(sys.argv[:1])
    app.setApplicationName("maskwright")
    app.setApplicationDisplayName("Maskwright")
    app.setDesktopFileName("maskwright")
    return app


def _milliseconds() -> float:
    return time.monotonic() * 1000
