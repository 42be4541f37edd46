"""The backend in use, and the dialog in which backends are chosen, fetched and added."""

from __future__ import annotations

import time
from collections.abc import Callable

from annotator.commands.encoding import EncodingCommands
from annotator.controllers.backend_files import BackendFiles, Said
from annotator.desk import Desk
from annotator.dialogs.backend_words import progress, share
from annotator.dialogs.backends import BackendsDialog, BackendsView
from annotator.messages import Message
from annotator.presenter import running_words
from engine.inference.backends import choices
from engine.inference.draft import BackendInfo
from engine.measure.words import size

_KEY = "backend weights"


class BackendCommands:
    """Binds file.backends."""

    def __init__(self, desk: Desk, *, answers: Callable[[], None]) -> None:
        """Bind; ``answers`` is called when a backend has been loaded."""
        self._desk = desk
        self._answers = answers
        self._dialog: BackendsDialog | None = None
        self._info: BackendInfo | None = None
        self._worked = self._settings
        self._returning = False
        self.files = BackendFiles(desk.lanes, now=time.monotonic, told=self._told, arrived=self._arrived)
        self.files.watch = self._show
        self.encoding = EncodingCommands(desk, changed=self._show_dialog)
        desk.registry.bind("file.backends", self.open)
        desk.window.context_bar.backend_clicked.connect(self.open)
        desk.window.progress.cancelled.connect(lambda key: self.files.stop() if key == _KEY else None)
        desk.settings.changed.connect(lambda key, _: self._use_setting(key))
        desk.presenter.backend_shown = self._show_dialog
        desk.inference.answers = self._answering
        desk.inference.returned = self._returned
        desk.inference.eased = self._eased
        desk.inference.down = self._down

    def use(self) -> None:
        """Start or switch to the backend of the settings; instead of an unavailable one the one in use goes on.

        At the start that is the best available.
        """
        wanted, device = self._desk.settings.text("backend.name"), self._desk.settings.text("backend.device")
        known = choices()
        usable = [choice.name for choice in choices(hidden=True) if choice.available]
        missing = next((choice for choice in known if choice.name == wanted and not choice.available), None)
        if missing is not None:
            self._desk.bus.message.emit(
                Message("warning", f"{missing.title} cannot be used: {missing.reason}", "Backends...", self.open)
            )
            if self._desk.inference.state.name in usable:
                self._returned()
                return
        name = wanted if wanted in usable else next((choice.name for choice in known if choice.available), "")
        if not name:
            self._desk.presenter.say("error", "No backend can be used on this machine. Run: maskwright doctor")
            return
        self._desk.inference.use(name, None if device == "auto" else device)

    def open(self) -> None:
        """Show the backends until the dialog is closed; a transfer goes on without it."""
        dialog = self._dialog = BackendsDialog(self._desk.window, self._desk.icons)
        page, files = dialog.page, self.files
        page.use_asked.connect(self._choose)
        page.get_asked.connect(files.get)
        page.add_asked.connect(files.add)
        page.remove_asked.connect(files.remove)
        page.stop_asked.connect(files.stop)
        dialog.clear_asked.connect(self.encoding.clear)
        self.encoding.measure()
        self._show()
        files.refresh()
        dialog.exec()
        self._dialog = None
        dialog.deleteLater()
        files.said.clear()

    @property
    def _settings(self) -> tuple[str, str]:
        return self._desk.settings.text("backend.name"), self._desk.settings.text("backend.device")

    def _use_setting(self, key: str) -> None:
        if key in ("backend.name", "backend.device") and not self._returning:
            self.use()

    def _returned(self) -> None:
        """What was chosen did not start: the settings say again what works."""
        self._returning = True
        self._desk.settings.set("backend.name", self._worked[0])
        self._desk.settings.set("backend.device", self._worked[1])
        self._returning = False

    def _eased(self, text: str) -> None:
        """The device was full: say what was given up; a card given up for the processor can be tried again."""
        if self._desk.inference.state.device == "cpu":
            again = Message("warning", text, "Try the card again", self._desk.inference.restart)
        else:
            again = Message("warning", text)
        self._desk.bus.message.emit(again)

    def _down(self, reason: str) -> None:
        """There is no backend now: say why, with the nearest way to one."""
        if self._settings[1] != "auto":
            again = Message("error", reason, "Choose the device for me", self._any_device)
        else:
            again = Message("error", reason, "Backends...", self.open)
        self._desk.bus.message.emit(again)

    def _any_device(self) -> None:
        self._desk.settings.set("backend.device", "auto")

    def _answering(self, info: BackendInfo) -> None:
        """A backend is loaded: another one than before is asked what the open draft asked, and prepares images."""
        self._worked = self._settings
        changed, self._info = info != self._info, info
        if changed or self._desk.prompting.state.waiting:
            self._desk.prompting.retry()
        self._answers()

    def _choose(self, name: str) -> None:
        self._desk.settings.set("backend.name", name)

    def _show(self) -> None:
        self._show_strip()
        self._show_dialog()

    def _show_dialog(self) -> None:
        if self._dialog is None:
            return
        state, files = self._desk.inference.state, self.files
        running = f"{running_words(state)}. {state.note}" if state.name else ""
        disk = "" if self.encoding.size is None else self._disk_words(self.encoding.size)
        self._dialog.show_view(BackendsView(files.cards, state.name, running, disk, files.transfer, dict(files.said)))

    def _disk_words(self, count: int) -> str:
        if not self.encoding.budget:
            return "Encoded images are not kept on the disk (settings, Backend)."
        kept = size(count) if count else "nothing"
        return f"Encoded images on the disk: {kept} of at most {size(self.encoding.budget)}."

    def _show_strip(self) -> None:
        """Show the transfer in the window too: it goes on when the dialog is closed."""
        strip, transfer = self._desk.window.progress, self.files.transfer
        if transfer is None:
            strip.finish(_KEY)
            return
        if _KEY not in strip.keys:
            what = "Checking the weights of" if transfer.kind == "add" else "Getting"
            strip.begin(_KEY, f"{what} {transfer.title}")
        strip.show_words(_KEY, transfer.done, transfer.total, progress(transfer) if share(transfer) else "")

    def _told(self, said: Said) -> None:
        """Say it in the window unless the dialog does."""
        card = self.files.card(said.name)
        if self._dialog is not None or card is None:
            return
        text = f"{card.title}: {said.text}"
        if said.kind == "success" and card.task == "mask":
            self._desk.bus.message.emit(Message("info", text, "Use it", lambda: self._choose(card.name)))
        else:
            self._desk.presenter.say("error" if said.kind == "error" else "info", text)

    def _arrived(self, name: str) -> None:
        if name == self._desk.inference.state.name:
            self._desk.inference.restart()
