from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from engine.errors import InvalidOp, NotFound
from engine.ops.instances import DeleteInstances, ReplaceMask
from engine.ops.prefill import Confirmed, ConfirmPrefill, StorePrefill
from engine.ops.reviews import SetLocked, SetState
from engine.records import Level, Stage, State
from engine.stages.auto_mask import AutoMask
from engine.stages.semi import FLOOR, SemiParams
from models.api import BackendInfo

BACKEND = BackendInfo("net", "mask", "cpu", "w-1", "1")
CROP = (0.0, 0.0, 20.0, 10.0)
ANY = replace(FLOOR, min_area=0.0, max_area=1.0)


def find(desk: Any, x: int, score: float = 0.9, stability: float = 0.97, size: int = 3) -> AutoMask:
    return AutoMask(desk.square(x, size=size), score, stability, (x + 1.5, 3.5), CROP, Level.WHOLE)


def fill(desk: Any, *found: AutoMask, params: SemiParams = ANY) -> tuple[int, ...]:
    ids: tuple[int, ...] = desk.workspace.execute(StorePrefill(desk.images[0], found, BACKEND, params)).value
    return ids


def confirm(desk: Any, score: float = 0.8, stability: float = 0.9, ms: int = 0) -> Confirmed:
    done: Confirmed = desk.workspace.execute(ConfirmPrefill(desk.images[0], score, stability, ms)).value
    return done


def states(desk: Any) -> dict[int, State]:
    with desk.workspace.read() as read:
        return {each.id: each.state for each in read.instances.of_image(desk.images[0], tuple(State))}


def test_filled_in_objects_are_proposed_and_noted(desk: Any) -> None:
    outcome = desk.workspace.execute(
        StorePrefill(desk.images[0], (find(desk, 1), find(desk, 6, score=0.3)), BACKEND, ANY, {"grid": 16})
    )
    assert len(outcome.value) == 1
    assert outcome.changes.image_contents == {desk.images[0]}
    with desk.workspace.read() as read:
        (made,) = read.instances.of_image(desk.images[0])
        note = read.prefills.find(desk.images[0])
        assert read.prefills.find(desk.images[1]) is None
    assert (made.state, made.provenance.stage, made.provenance.score) == (State.PROPOSED, Stage.SEMI, 0.9)
    assert note is not None and note.confirmed_at is None
    assert (note.backend, note.weights_hash, note.author) == ("net", "w-1", "ann")
    assert note.params == {"grid": 16, "floor": ANY.to_json()}


def test_what_overlaps_stored_or_rejected_masks_is_not_filled_in(desk: Any) -> None:
    desk.add(x=1)
    rejected = desk.add_proposed(x=10)
    desk.workspace.execute(SetState((rejected,), State.REJECTED))
    ids = fill(desk, find(desk, 1), find(desk, 2), find(desk, 10), find(desk, 15))
    with desk.workspace.read() as read:
        assert [read.instances.get(each).mask for each in ids] == [desk.square(15)]


def test_confirming_accepts_above_the_thresholds_and_drops_the_rest_as_one_step(desk: Any) -> None:
    sure, unsure, unstable = fill(desk, find(desk, 1), find(desk, 6, score=0.7), find(desk, 11, stability=0.6))
    before = desk.dump()
    done = confirm(desk, ms=900)
    assert done == Confirmed((sure,), 2)
    assert states(desk) == {sure: State.ACCEPTED}
    with desk.workspace.read() as read:
        made, note = read.instances.get(sure), read.prefills.find(desk.images[0])
    assert (made.reviewed_by, made.review_ms, made.provenance.stage) == ("ann", 900, Stage.SEMI)
    assert made.reviewed_at is not None
    assert note is not None and (note.confirmed_by, note.kept["accepted"], note.kept["dropped"]) == ("ann", 1, 2)
    after = desk.dump()
    undone = desk.workspace.undo(desk.images[0])
    assert desk.images[0] in undone.changes.image_contents
    assert desk.dump() == before
    assert set(states(desk)) == {sure, unsure, unstable}
    desk.workspace.redo(desk.images[0])
    assert desk.dump() == after


def test_thresholds_that_keep_nothing_confirm_an_empty_image(desk: Any) -> None:
    fill(desk, find(desk, 1))
    assert confirm(desk, score=1.0) == Confirmed((), 1)
    before = desk.dump()
    undone = desk.workspace.undo(desk.images[0])
    assert undone.changes.image_contents == {desk.images[0]}
    desk.workspace.redo(desk.images[0])
    assert desk.dump() == before


def test_once_confirmed_no_machine_adds_anything(desk: Any) -> None:
    fill(desk, find(desk, 1))
    confirm(desk)
    before = desk.dump(story=True)
    with pytest.raises(InvalidOp, match="not filled in again"):
        fill(desk, find(desk, 10))
    with pytest.raises(InvalidOp, match="confirmed already"):
        confirm(desk)
    assert desk.dump(story=True) == before


def test_filling_in_again_replaces_only_what_nobody_touched(desk: Any) -> None:
    plain, edited, locked, accepted = fill(desk, find(desk, 0), find(desk, 5), find(desk, 10), find(desk, 15))
    desk.workspace.execute(ReplaceMask(edited, desk.square(5, size=4)))
    desk.workspace.execute(SetLocked((locked,), True))
    desk.workspace.execute(SetState((accepted,), State.ACCEPTED))
    fresh = fill(desk, find(desk, 0, score=0.95), find(desk, 10), find(desk, 15))
    assert len(fresh) == 1
    assert set(states(desk)) == {edited, locked, accepted, *fresh}
    assert plain not in states(desk)
    assert states(desk)[accepted] is State.ACCEPTED


def test_what_a_person_reshaped_is_kept_and_what_is_locked_stays_as_it_is(desk: Any) -> None:
    edited, locked, weak = fill(desk, find(desk, 0, score=0.6), find(desk, 6, score=0.6), find(desk, 12, score=0.6))
    desk.workspace.execute(ReplaceMask(edited, desk.square(0, size=4)))
    desk.workspace.execute(SetLocked((locked,), True))
    assert confirm(desk) == Confirmed((edited,), 1)
    assert states(desk) == {edited: State.ACCEPTED, locked: State.PROPOSED}
    assert weak not in states(desk)


def test_confirming_touches_no_other_proposals_and_nothing_accepted(desk: Any) -> None:
    mine, foreign = desk.add(x=15), desk.add_proposed(x=10)
    (filled,) = fill(desk, find(desk, 1))
    confirm(desk)
    assert states(desk) == {mine: State.ACCEPTED, foreign: State.PROPOSED, filled: State.ACCEPTED}


def test_what_was_deleted_meanwhile_is_no_trouble(desk: Any) -> None:
    one, two = fill(desk, find(desk, 1), find(desk, 6))
    desk.workspace.execute(DeleteInstances((one,)))
    assert confirm(desk).accepted == (two,)


def test_bad_input_is_refused_and_changes_nothing(desk: Any) -> None:
    before = desk.dump(story=True)
    with pytest.raises(InvalidOp, match="Find objects first"):
        confirm(desk)
    with pytest.raises(InvalidOp, match="from 0 to 1"):
        confirm(desk, score=1.5)
    with pytest.raises(NotFound):
        desk.workspace.execute(StorePrefill(999, (), BACKEND, ANY))
    with pytest.raises(InvalidOp, match="pixels"):
        desk.workspace.execute(StorePrefill(desk.images[2], (find(desk, 1),), BACKEND, ANY))
    assert desk.dump(story=True) == before


def test_an_image_on_which_nothing_was_found_can_be_confirmed_too(desk: Any) -> None:
    assert fill(desk) == ()
    assert confirm(desk) == Confirmed((), 0)
