from __future__ import annotations

import contextlib
import sqlite3
from typing import Any

import pytest

from engine.changes import Changes
from engine.errors import NothingToUndo, UndoConflict
from engine.history import scope_of
from engine.ops.combine import DuplicateInstances
from engine.ops.images import AddImages, NewImage, NoteFile, SetImageState
from engine.ops.instances import DeleteInstances, RefineInstance
from engine.ops.labels import AddLabel, DeleteLabel, EditLabel
from engine.ops.reviews import SetLabel, SetLevel, SetState
from engine.records import ImageState, Level, State
from engine.workspace import Workspace


def history(desk: Any, image: int | None = None) -> list[tuple[str, str]]:
    with desk.workspace.read() as read:
        return [(each.op, each.state) for each in read.history(image)]


@pytest.mark.parametrize(
    ("changes", "scope"),
    [
        (Changes(images=frozenset({3})), 3),
        (Changes(image_contents=frozenset({3}), instances=frozenset({1, 2})), 3),
        (Changes(images=frozenset({3}), image_contents=frozenset({3})), 3),
        (Changes(images=frozenset({3}), image_contents=frozenset({4})), None),
        (Changes(image_contents=frozenset({3}), labels=frozenset({1})), None),
        (Changes(images=frozenset({3}), everything=True), None),
        (Changes(), None),
    ],
)
def test_scope(changes: Changes, scope: int | None) -> None:
    assert scope_of(changes) == scope


def test_undo_and_redo_restore_every_row(desk: Any) -> None:
    empty = desk.dump()
    first = desk.add()
    one = desk.dump()
    desk.workspace.execute(SetState((first,), State.REJECTED))
    rejected = desk.dump()
    desk.workspace.execute(DeleteInstances((first,)))
    gone = desk.dump()
    for expected in (rejected, one, empty):
        desk.workspace.undo(desk.images[0])
        assert desk.dump() == expected
    for expected in (one, rejected, gone):
        desk.workspace.redo(desk.images[0])
        assert desk.dump() == expected
    with pytest.raises(NothingToUndo, match="nothing left to redo"):
        desk.workspace.redo(desk.images[0])


def test_logits_survive_undo_and_redo_many_times(desk: Any) -> None:
    instance = desk.add()
    with desk.workspace.read() as read:
        candidates = read.instances.candidates(instance)
    refined = desk.square(4, size=4)
    desk.workspace.execute(RefineInstance(instance, refined, candidates=candidates))
    after = desk.dump()
    for _ in range(3):
        desk.workspace.undo(desk.images[0])
        desk.workspace.undo(desk.images[0])
        desk.reopen()
        desk.workspace.redo(desk.images[0])
        desk.workspace.redo(desk.images[0])
        assert desk.dump() == after


def test_undo_reaches_yesterday(desk: Any) -> None:
    before = desk.dump()
    desk.add()
    after = desk.dump()
    desk.reopen()
    assert desk.workspace.undo(desk.images[0]).title == "Add smart instance"
    assert desk.dump() == before
    desk.reopen()
    desk.workspace.redo(desk.images[0])
    assert desk.dump() == after


def test_undo_stays_on_its_image(desk: Any) -> None:
    here = desk.add(0)
    there = desk.add(1)
    outcome = desk.workspace.undo(desk.images[0])
    assert outcome.changes == Changes(instances=frozenset({here}), image_contents=frozenset({desk.images[0]}))
    with desk.workspace.read() as read:
        assert [each.id for each in read.instances.of_image(desk.images[1])] == [there]


def test_project_wide_steps_are_undone_from_any_image(desk: Any) -> None:
    desk.add(0)
    desk.workspace.execute(AddLabel("bird"))
    assert desk.workspace.undo(desk.images[1]).title == "Add label bird"
    assert desk.workspace.redo(None).title == "Add label bird"


def test_a_new_step_ends_redo_on_its_image_only(desk: Any) -> None:
    desk.add(0)
    desk.add(1)
    desk.workspace.undo(desk.images[0])
    desk.workspace.undo(desk.images[1])
    desk.add(0)
    assert history(desk)[:3] == [("AddInstance", "done"), ("AddInstance", "undone"), ("AddInstance", "dropped")]
    with pytest.raises(NothingToUndo):
        desk.workspace.redo(desk.images[0])
    desk.workspace.redo(desk.images[1])


def test_a_project_wide_step_ends_redo_everywhere(desk: Any) -> None:
    desk.add(0)
    desk.workspace.undo(desk.images[0])
    desk.workspace.execute(AddLabel("bird"))
    with pytest.raises(NothingToUndo):
        desk.workspace.redo(desk.images[0])


def test_looking_at_a_file_does_not_end_redo(desk: Any) -> None:
    desk.add(0)
    desk.workspace.undo(desk.images[0])
    desk.workspace.execute(NoteFile(desk.images[0], "new hash", 20, 10))
    desk.workspace.execute(AddImages("photos", "photos", (NewImage("late.png"),)))
    desk.workspace.redo(desk.images[0])


def test_what_cannot_be_undone_is_only_told(desk: Any) -> None:
    desk.workspace.execute(NoteFile(desk.images[0], "new hash", 20, 10))
    with desk.workspace.read() as read:
        entry = read.history(desk.images[0])[0]
    assert (entry.op, entry.undoable) == ("NoteFile", False)
    titles = [desk.workspace.undo(desk.images[0]).title for _ in range(2)]
    assert titles == ["Add label dog", "Add label cat"]
    with pytest.raises(NothingToUndo):
        desk.workspace.undo(desk.images[0])


def test_a_later_use_of_the_row_is_a_conflict(desk: Any) -> None:
    label = desk.workspace.execute(AddLabel("bird")).value.id
    instance = desk.add(0)
    desk.workspace.execute(SetLabel((instance,), label))
    before = desk.dump(story=True)
    with pytest.raises(UndoConflict, match=f"label {label} is tied to another step"):
        desk.workspace.undo(desk.images[1])
    assert desk.dump(story=True) == before


def test_a_change_from_elsewhere_is_a_conflict(desk: Any) -> None:
    with Workspace.open(desk.file, author="bob") as other:
        desk.workspace.execute(EditLabel(desk.cat, "cat", "#111111"))
        instance = desk.add(0)
        copies = other.execute(DuplicateInstances((instance,), desk.images[1])).value
        other.execute(SetLabel(copies, desk.dog))
        # Ops on two images are project-wide, so this one is the newest that image 3 sees.
        other.execute(SetLevel((instance, *copies), Level.WHOLE))
        other.execute(SetLevel(copies, Level.PART))
    before = desk.dump(story=True)
    with pytest.raises(UndoConflict, match=f"instance {copies[0]} was changed by something else"):
        desk.workspace.undo(desk.images[2])
    assert desk.dump(story=True) == before


def test_redo_meets_a_taken_name(desk: Any) -> None:
    desk.workspace.execute(AddLabel("bird"))
    desk.workspace.undo(None)
    with desk.workspace.read() as read:
        redo = read.history(None)[0]
    assert redo.state == "undone"
    with contextlib.closing(sqlite3.connect(desk.file)) as raw, raw:
        raw.execute("UPDATE labels SET name = 'bird' WHERE id = ?", (desk.dog,))
    before = desk.dump(story=True)
    with pytest.raises(UndoConflict, match="cannot be done again"):
        desk.workspace.redo(None)
    assert desk.dump(story=True) == before


def test_the_audit_trail_names_who_when_and_what(desk: Any) -> None:
    with Workspace.open(desk.file, author="bob") as other:
        other.execute(SetImageState((desk.images[0],), ImageState.DONE))
    desk.workspace.undo(desk.images[0])
    with desk.workspace.read() as read:
        entry = read.history(desk.images[0])[0]
    assert (entry.author, entry.undone_by, entry.title) == ("bob", "ann", "Mark image done")
    assert entry.undone_at is not None and entry.undone_at >= entry.at
    desk.workspace.redo(desk.images[0])
    with desk.workspace.read() as read:
        again = read.history(desk.images[0])[0]
    assert (again.state, again.undone_at, again.undone_by) == ("done", None, "")


def test_deleting_a_label_is_one_step(desk: Any) -> None:
    desk.add(0)
    desk.add(1)
    before = desk.dump()
    assert desk.workspace.execute(DeleteLabel(desk.cat)).value == 2
    desk.workspace.undo(None)
    assert desk.dump() == before
