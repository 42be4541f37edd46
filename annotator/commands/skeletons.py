"""Commands on skeletons: the list, a new one, a change with its preview, deleting."""

from __future__ import annotations

from annotator.desk import Desk
from annotator.dialogs.skeleton import SkeletonDialog, SkeletonDraft
from annotator.dialogs.skeletons import SkeletonRow, SkeletonsDialog
from engine.ops.skeletons import AddSkeleton, DeleteSkeleton, EditSkeleton
from engine.records import LabelRecord, SkeletonRecord
from engine.skeletons.migration import SkeletonUse
from engine.storage.reader import Reader

_GIVE = "Give it to a label: right-click the label, Edit."


class SkeletonCommands:
    """Binds label.skeletons."""

    def __init__(self, desk: Desk) -> None:
        """Bind."""
        self._desk = desk
        desk.registry.bind("label.skeletons", self.show)

    def show(self) -> None:
        """List all skeletons and do what the person wants with one."""

        def query(reader: Reader) -> tuple[SkeletonRow, ...]:
            counts, labels = reader.skeletons.pose_counts(), reader.labels.all()
            return tuple(_row(each, labels, counts.get(each.id, 0)) for each in reader.skeletons.all())

        self._desk.store.read(query, self._choose)

    def _choose(self, rows: tuple[SkeletonRow, ...]) -> None:
        wish = SkeletonsDialog.ask(self._desk.window, rows)
        if wish is None:
            return
        names = tuple(row.skeleton.name for row in rows)
        skeleton_id = wish.skeleton_id
        if skeleton_id is None:
            self._add(names)
        elif wish.what == "delete":
            self._desk.store.execute(
                DeleteSkeleton(skeleton_id), done=lambda outcome: self._say_deleted(int(outcome.value))
            )
        else:

            def query(reader: Reader) -> tuple[SkeletonRecord, SkeletonUse]:
                return reader.skeletons.get(skeleton_id), reader.skeletons.use(skeleton_id)

            self._desk.store.read(query, lambda found: self._edit(*found, names))

    def _add(self, taken: tuple[str, ...]) -> None:
        draft = SkeletonDialog.ask(self._desk.window, self._desk.icons, None, taken=taken)
        if draft is not None:
            op = AddSkeleton(draft.name, draft.joints, draft.edges, draft.flip_pairs, draft.sigmas, draft.colors)
            self._desk.store.execute(
                op, done=lambda outcome: self._say(f"Skeleton {outcome.value.name} added. {_GIVE}")
            )

    def _edit(self, skeleton: SkeletonRecord, use: SkeletonUse, names: tuple[str, ...]) -> None:
        taken = tuple(name for name in names if name != skeleton.name)
        draft = SkeletonDialog.ask(self._desk.window, self._desk.icons, skeleton, use=use, taken=taken)
        if draft is not None:
            self._desk.store.execute(
                _edited(skeleton, draft), done=lambda outcome: self._say_edited(draft.name, int(outcome.value))
            )

    def _say_edited(self, name: str, poses: int) -> None:
        moved = f" {poses:,} pose{'' if poses == 1 else 's'} changed with it." if poses else ""
        self._say(f"Skeleton {name} changed.{moved} Ctrl+Z takes it back.")

    def _say_deleted(self, poses: int) -> None:
        bare = f" {poses:,} pose{'' if poses == 1 else 's'} stay as points without bones." if poses else ""
        self._say(f"Skeleton deleted.{bare} Ctrl+Z brings it back.")

    def _say(self, text: str) -> None:
        self._desk.presenter.say("info", text)


def _row(skeleton: SkeletonRecord, labels: list[LabelRecord], poses: int) -> SkeletonRow:
    return SkeletonRow(skeleton, tuple(each.name for each in labels if each.skeleton_id == skeleton.id), poses)


def _edited(skeleton: SkeletonRecord, draft: SkeletonDraft) -> EditSkeleton:
    return EditSkeleton(
        skeleton.id,
        draft.name,
        draft.joints,
        draft.sources,
        draft.edges,
        draft.flip_pairs,
        draft.sigmas,
        draft.colors,
        seen=skeleton.joints,
    )
