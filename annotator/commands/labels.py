"""Commands on labels: choosing, making and editing them."""

from __future__ import annotations

from collections.abc import Callable

from annotator.desk import Desk
from annotator.dialogs.label_edit import LabelDialog, LabelDraft
from annotator.dialogs.label_search import LabelSearch
from engine.ops.labels import AddLabel, DeleteLabel, EditLabel, MergeLabels, MoveLabel
from engine.records import LabelRecord


class LabelCommands:
    """Binds label.* and answers the labels dock."""

    def __init__(self, desk: Desk) -> None:
        """Bind."""
        self._desk = desk
        self.label_elsewhere: Callable[[int | None], bool] = lambda _: False
        registry, dock, store = desk.registry, desk.window.labels, desk.store
        registry.bind("label.search", self.search_label)
        registry.bind("instance.relabel", self.search_label)
        registry.bind("label.digit", self.label_by_place)
        registry.bind("label.none", lambda: self.set_label(None))
        registry.bind("label.add", self.add_label_dialog)
        dock.chosen.connect(self.set_label)
        dock.add_asked.connect(lambda name: self._store(AddLabel(name), choose=True))
        dock.rename_asked.connect(lambda i, name: self._edit(i, name=name))
        dock.recolor_asked.connect(lambda i, color: self._edit(i, color=color))
        dock.delete_asked.connect(lambda i: store.execute(DeleteLabel(i)))
        dock.merge_asked.connect(lambda i, into: store.execute(MergeLabels(i, into)))
        dock.move_asked.connect(lambda i, place: store.execute(MoveLabel(i, place)))
        dock.edit_asked.connect(self.edit_label_dialog)

    def set_label(self, label_id: int | None) -> None:
        """Make a label the current one: for the selection, the draft and what comes next."""
        if not self.label_elsewhere(label_id):
            self._desk.editing.set_label(label_id)
        self.label_changed()

    def label_changed(self) -> None:
        """Tell everyone which label is the current one."""
        desk = self._desk
        desk.prompting.label_id = desk.editing.label_id
        desk.window.labels.set_current(desk.editing.label_id)
        desk.presenter.refresh_actions()

    def label_by_place(self, place: int) -> None:
        """Choose a label by its place in the list, 0 for the first."""
        labels = sorted(self._desk.editing.labels.values(), key=lambda label: (label.position, label.id))
        if place < len(labels):
            self.set_label(labels[place].id)

    def search_label(self) -> None:
        """Choose a label by typing; a name that is not there becomes a new label."""
        self.ask_label()

    def ask_label(self, then: Callable[[], object] = lambda: None) -> bool:
        """Do so and go on with ``then`` once the label is the current one; False where none was chosen."""
        labels = sorted(self._desk.editing.labels.values(), key=lambda label: (label.position, label.id))
        found = LabelSearch.ask(self._desk.window, labels, self._desk.icons)
        if isinstance(found, int):
            self.set_label(found)
            then()
        elif found:
            self._store(AddLabel(found), choose=True, then=then)
        return bool(found) or isinstance(found, int)

    def add_label_dialog(self) -> None:
        """Make a label with all its properties."""
        draft = LabelDialog.ask(self._desk.window, None, self._labels(), tuple(self._desk.editing.skeletons.values()))
        if draft is not None:
            op = AddLabel(
                draft.name, draft.color, draft.parent_id, draft.is_thing, draft.supercategory, draft.skeleton_id
            )
            self._store(op, choose=True)

    def edit_label_dialog(self, label_id: int) -> None:
        """Change a label's properties."""
        label = self._desk.editing.labels.get(label_id)
        if label is None:
            return
        draft = LabelDialog.ask(self._desk.window, label, self._labels(), tuple(self._desk.editing.skeletons.values()))
        if draft is not None:
            self._desk.store.execute(_edited(label, draft))

    def _labels(self) -> list[LabelRecord]:
        return sorted(self._desk.editing.labels.values(), key=lambda label: (label.position, label.id))

    def _edit(self, label_id: int, *, name: str = "", color: str = "") -> None:
        label = self._desk.editing.labels.get(label_id)
        if label is not None:
            draft = LabelDraft(
                name=name or label.name,
                color=color or label.color,
                parent_id=label.parent_id,
                supercategory=label.supercategory,
                is_thing=label.is_thing,
                skeleton_id=label.skeleton_id,
            )
            self._desk.store.execute(_edited(label, draft))

    def _store(self, op: AddLabel, *, choose: bool, then: Callable[[], object] = lambda: None) -> None:
        def chosen(label_id: int) -> None:
            if choose:
                self.set_label(label_id)
                then()

        def done(label_id: int) -> None:
            # The label list comes back after this read; then it can be chosen.
            self._desk.store.read(lambda _: None, lambda _: chosen(label_id))

        self._desk.store.execute(op, done=lambda outcome: done(outcome.value.id))


def _edited(label: LabelRecord, draft: LabelDraft) -> EditLabel:
    return EditLabel(
        label.id, draft.name, draft.color, draft.parent_id, draft.is_thing, draft.supercategory, draft.skeleton_id
    )
