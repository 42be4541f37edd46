"""All commands together: what follows from a project opened, an image shown, an op committed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QByteArray, QTimer

from annotator.actions.action import UiContext
from annotator.commands.assisted import AssistedCommands
from annotator.commands.backends import BackendCommands
from annotator.commands.boxes import BoxCommands
from annotator.commands.check import CheckCommands
from annotator.commands.dashboard import DashboardCommands
from annotator.commands.exchange import ExchangeCommands
from annotator.commands.files import FileCommands
from annotator.commands.find import FindCommands
from annotator.commands.instances import InstanceCommands
from annotator.commands.labels import LabelCommands
from annotator.commands.modes import FIRST, ModeCommands, ModePart
from annotator.commands.pose_proposals import PoseProposalCommands
from annotator.commands.poses import PoseCommands
from annotator.commands.replay import ReplayCommands
from annotator.commands.review import ReviewCommands
from annotator.commands.runs import RunCommands
from annotator.commands.semi import SemiCommands
from annotator.commands.skeletons import SkeletonCommands
from annotator.commands.view import ViewCommands
from annotator.controllers.finding import FindRun
from annotator.controllers.image_cache import LoadedImage
from annotator.desk import Desk
from annotator.messages import Message
from annotator.widgets.title import window_title
from engine.changes import Changes
from engine.inference.draft import ImageRef
from engine.records import HistoryRecord, ImageRecord, State
from engine.storage.reader import Reader
from engine.workspace import Workspace

SLOW_MS = 300
NOTES = frozenset({"StartImage", "NoteFile"})
"""Ops that the program does by itself: part of the audit trail, but nothing that a person did."""


class Commands:
    """Binds every command and keeps views and controllers in step."""

    def __init__(self, desk: Desk, *, log: Path) -> None:
        """``log`` is the log file that the help menu shows."""
        self._desk = desk
        self._version = 0
        self._history: list[HistoryRecord] = []
        self._docks = b""
        self.files = FileCommands(desk, opened=self._project_opened, closed=self._project_closed)
        self.exchange = ExchangeCommands(desk)
        self.instances = InstanceCommands(desk)
        self.poses = PoseCommands(desk)
        self.instances.pose_intent = self.poses.on_intent
        self.instances.step_joint = self.poses.step
        self.instances.unlabel_joint = self.poses.backspace
        self.instances.drop_joint = self.poses.joints.drop
        self.instances.flush_joint = self.poses.flush
        self.labels = LabelCommands(desk)
        self.skeletons = SkeletonCommands(desk)
        self.view = ViewCommands(desk, log=log, set_label=self.labels.set_label)
        self.dashboard = DashboardCommands(desk, annotate=lambda: self.modes.choose(FIRST))
        self.assisted = AssistedCommands(desk, ask_label=self.labels.ask_label)
        self.instances.labelled_first = self.poses.labelled_first = self.assisted.labelled_first
        self.replay = ReplayCommands(desk)
        self.instances.step_elsewhere = self.replay.replay.step
        self.instances.end_elsewhere = self.replay.replay.end
        self.boxes = BoxCommands(desk)
        self.find = FindCommands(desk, self._find_everywhere)
        self.pose_proposals = PoseProposalCommands(desk)
        self.backends = BackendCommands(desk, answers=self._encode_ahead)
        self.semi = SemiCommands(desk)
        self.check = CheckCommands(desk, go_to_image=self.dashboard.go_to_image)
        self.review = ReviewCommands(desk, propose=lambda: self.modes.choose("auto"))
        self.runs = RunCommands(desk)
        parts: dict[str, ModePart] = {
            "semi": self.semi,
            "auto": self.runs,
            "review": self.review,
            "dashboard": self.dashboard,
        }
        self.modes = ModeCommands(desk, parts)
        self.instances.decide_elsewhere = self.review.decide
        self.instances.undo_elsewhere = self.review.undo
        self.instances.redo_elsewhere = self.review.redo
        self.instances.select_elsewhere = self.review.select_all
        self.labels.label_elsewhere = self.review.relabel
        desk.presenter.refresh_actions = self.refresh
        desk.bus.changed.connect(self._changed)
        desk.bus.message.connect(self._message)
        desk.navigation.before_leaving = self._before_leaving
        desk.navigation.arrived = self._arrived
        desk.navigation.loaded = self._loaded
        desk.editing.labels_read = self._labels_read
        desk.store.on_writing = self._writing
        self._slow = QTimer(desk.window)
        self._slow.setSingleShot(True)
        self._slow.setInterval(SLOW_MS)
        self._slow.timeout.connect(lambda: self._show_title(saving=True))
        self._project_closed()

    def _find_everywhere(self, run: FindRun) -> None:
        """Start the run where its progress is seen."""
        self.modes.choose("auto")
        self.runs.runs.start(run)

    # --- start and end -------------------------------------------------------------------------------------------

    def start(self, project: str | None) -> None:
        """Open what was named on the command line and start the backend."""
        self.backends.use()
        if self._desk.settings.problem:
            self._desk.bus.message.emit(Message("warning", self._desk.settings.problem))
        if project is not None:
            self._desk.projects.open(project)

    def restore_layout(self) -> None:
        """Put window and docks where they were."""
        layout = self._desk.state.window
        if layout.geometry:
            self._desk.window.restoreGeometry(QByteArray(layout.geometry))
        else:
            self._desk.window.take_first_size()
        self._docks = layout.docks

    def save_layout(self) -> None:
        """Remember window and docks, and where a review was left."""
        self.review.remember()
        window = self._desk.window
        docks = self._docks if window.at_start else bytes(window.saveState().data())
        self._desk.state.save_window(bytes(window.saveGeometry().data()), docks)

    def _project_opened(self, workspace: Workspace) -> None:
        desk = self._desk
        desk.prompting.start_image(None)
        desk.navigation.reset()
        desk.editing.load(None)
        first = desk.window.at_start
        desk.window.show_work()
        if first and self._docks:
            desk.window.restoreState(QByteArray(self._docks))
        desk.state.opened(workspace.place)
        self._version = 0
        self._show_title()
        desk.bus.project_changed.emit(workspace.place)
        desk.editing.reload_labels()
        desk.navigation.reload()
        self.view.choose_tool("smart")
        desk.window.canvas.setFocus()

    def _project_closed(self) -> None:
        desk = self._desk
        if not desk.window.at_start:
            self._docks = bytes(desk.window.saveState().data())
        desk.prompting.start_image(None)
        desk.navigation.reset()
        desk.editing.forget()
        self._show_title()
        self.modes.reset()
        self.review.project_closed()
        desk.window.show_start()
        desk.bus.project_changed.emit(None)
        self.refresh()

    def _show_title(self, *, saving: bool = False) -> None:
        title = window_title(self._desk.store.place, saving=saving)
        self._desk.window.setWindowTitle(title)
        self._desk.window.top_bar.set_title(title)

    def _writing(self, busy: bool) -> None:
        """Say "saving" only when it takes long enough to be noticed."""
        if busy and not self._slow.isActive():
            self._slow.start()
        elif not busy:
            self._slow.stop()
            self._show_title()

    # --- what follows from what ----------------------------------------------------------------------------------

    def _changed(self, changes: Changes, initiator: object) -> None:
        desk = self._desk
        if desk.store.workspace is None:
            return
        if changes.everything:
            desk.window.images.invalidate(None)
        desk.editing.on_changed(changes)
        desk.navigation.on_changed(changes)
        if initiator is desk.store:
            self.assisted.draft_stored()
        image = desk.navigation.image
        if image is not None and image.id in changes.image_contents and initiator is not None:
            desk.navigation.started()
        self._read_history()

    def _read_history(self) -> None:
        if self._desk.store.workspace is None:
            self._history = []
            self._desk.window.history.set_records(())
            return
        image = self._desk.navigation.image
        image_id = image.id if image is not None else None

        def query(reader: Reader) -> list[HistoryRecord]:
            return reader.history(image_id, limit=200)

        def show(records: list[HistoryRecord]) -> None:
            self._history = records
            self._desk.window.history.set_records([each for each in records if each.op not in NOTES])
            self.refresh()

        self._desk.store.read(query, show)

    def _before_leaving(self) -> None:
        if self._desk.prompting.active:
            stored = self._desk.prompting.commit()
            words = "The open draft was stored." if stored else "The open draft had no mask yet and was dropped."
            self._desk.presenter.say("info", words)
            if stored:
                self.assisted.stored_on_leaving()
        self._desk.posing.cancel()
        self.poses.flush()

    def _arrived(self, image: ImageRecord | None) -> None:
        desk = self._desk
        desk.prompting.start_image(None)
        desk.preview.image = None
        desk.editing.load(image)
        self.semi.image_shown()
        self._read_history()

    def _loaded(self, image: ImageRecord, loaded: LoadedImage) -> None:
        """Now clicks can be answered: the backend is told this image and the next ones."""
        desk = self._desk
        ref = ImageRef(image.id, image.file, loaded.content_hash, loaded.width, loaded.height)
        desk.prompting.start_image(ref)
        desk.preview.image = ref
        self.semi.picture_ready()
        self.check.look()
        self.review.look.pixels_shown(image.id)
        self._encode_ahead()
        self.refresh()

    def _encode_ahead(self) -> None:
        """Let the backend prepare the image on screen and the next ones."""
        desk, ref = self._desk, self._desk.prompting.image
        if ref is None:
            return
        count = desk.settings.number("backend.encode_ahead")
        # Who reviews hardly ever clicks: only this image is encoded, not those that the list would bring next.
        count = 0 if self.review.on else count
        following = desk.navigation.ids[desk.navigation.index + 1 : desk.navigation.index + 1 + count]

        def ahead(images: Sequence[ImageRecord]) -> None:
            refs = [
                ImageRef(each.id, each.file, each.content_hash, each.width, each.height)
                for each in images
                if each.content_hash and not each.error
            ]
            desk.inference.encode_ahead([ref, *refs])

        desk.store.read(lambda reader: [row.image for row in reader.images.rows(following)], ahead)

    def _labels_read(self) -> None:
        desk = self._desk
        desk.presenter.use_skeletons(desk.editing.skeletons)
        self.labels.label_changed()
        self.review.look.labels_changed()
        self.refresh()

    def _message(self, message: Message) -> None:
        window = self._desk.window
        window.shown_banner.show_message(message)
        window.messages.add(message)

    def notice_others(self) -> None:
        """Look whether another process has written to the project."""

        def seen(version: int) -> None:
            self._version = version

        if not self._desk.projects.busy:
            self._desk.store.notice_others(self._version, seen)

    def refresh(self) -> None:
        """Enable what makes sense now."""
        desk = self._desk
        self.assisted.refresh()
        self.poses.refresh()
        editing, state = desk.editing, desk.prompting.state
        chosen = [editing.instances[i] for i in editing.selection if i in editing.instances]
        desk.registry.refresh(
            UiContext(
                has_project=desk.store.workspace is not None,
                has_image=desk.navigation.image is not None,
                image_count=len(desk.navigation.ids),
                instance_count=len(editing.instances),
                selection_count=len(chosen),
                proposed_selected=sum(each.state is State.PROPOSED for each in chosen),
                has_draft=desk.prompting.active or desk.posing.active,
                can_commit=state.candidate is not None or state.waiting or desk.posing.active,
                candidate_count=len(state.candidates),
                tool=desk.window.canvas.tool,
                mode=self.modes.mode,
                can_undo=self.review.can_undo or any(each.state == "done" and each.undoable for each in self._history),
                can_redo=self.review.can_redo
                or any(each.state == "undone" and each.undoable for each in self._history),
                label_count=len(editing.labels),
                has_clipboard=bool(self.instances.clipboard),
                reviewing=self.review.active,
                pose_selected=self.poses.pose_selected,
                joint_chosen=self.poses.joints.chosen is not None,
            )
        )
