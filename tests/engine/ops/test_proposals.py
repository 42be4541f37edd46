from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from engine.errors import InvalidOp, NotFound
from engine.ops.proposals import StoreProposals
from engine.records import Level, PromptRecord, Stage, State
from engine.stages.auto_mask import AutoMask
from models import masks
from models.api import BackendInfo

BACKEND = BackendInfo("net", "mask", "cpu", "w-1", "1")
CROP = (2.0, 0.0, 18.0, 10.0)


def found(desk: Any) -> tuple[AutoMask, ...]:
    """A subpart in a part in a whole, and another whole; not in the order of size."""
    told = ((6, 8, None), (4, 5, 0), (5, 2, 1), (15, 4, None))
    names = (Level.WHOLE, Level.PART, Level.SUBPART, Level.WHOLE)
    return tuple(
        AutoMask(desk.square(x, y=1, size=size), 0.9 + n / 100, 0.97, (x + 0.5, 1.5), CROP, names[n], parent)
        for n, (x, size, parent) in enumerate(told)
    )


def propose(desk: Any, masks_found: tuple[AutoMask, ...] | None = None, **more: Any) -> Any:
    op = StoreProposals(desk.images[0], found(desk) if masks_found is None else masks_found, Stage.SEMI, BACKEND)
    return desk.workspace.execute(replace(op, **more))


def test_proposals_keep_their_whole_story(desk: Any) -> None:
    before = desk.add()
    outcome = propose(desk)
    assert outcome.title == "Propose 4 masks"
    assert outcome.changes.image_contents == {desk.images[0]}
    assert outcome.changes.instances == set(outcome.value)
    with desk.workspace.read() as read:
        made = [read.instances.get(each) for each in outcome.value]
        prompts = [read.instances.prompts(each) for each in outcome.value]
        order = [each.id for each in read.instances.of_image(desk.images[0])]
    assert [each.mask for each in made] == [each.mask for each in found(desk)]
    assert {each.state for each in made} == {State.PROPOSED}
    assert [each.level for each in made] == [Level.WHOLE, Level.PART, Level.SUBPART, Level.WHOLE]
    assert [each.parent_id for each in made] == [None, made[0].id, made[1].id, None]
    assert prompts[1] == (PromptRecord("point", 4.5, 1.5),)
    told = made[2].provenance
    assert (told.stage, told.backend, told.weights_hash, told.device) == (Stage.SEMI, "net", "w-1", "cpu")
    assert (told.score, told.stability, told.crop, told.clicks, told.tool) == (0.92, 0.97, CROP, 0, "grid")
    assert made[0].area == 64 and made[0].bbox == (6, 1, 8, 8)
    # The largest is drawn first, above what was there.
    assert order == [before, *(made[n].id for n in (0, 1, 3, 2))]


def test_without_a_job_it_is_one_step(desk: Any) -> None:
    desk.add()
    before = desk.dump()
    propose(desk)
    after = desk.dump()
    desk.workspace.undo(desk.images[0])
    assert desk.dump() == before
    desk.workspace.redo(desk.images[0])
    assert desk.dump() == after


def test_nothing_found_is_no_change(desk: Any) -> None:
    before = desk.dump(story=True)
    assert propose(desk, ()).value == ()
    assert desk.dump(story=True) == before


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"score": float("nan")}, "finite"),
        ({"point": (float("inf"), 0)}, "finite"),
        ({"mask": masks.encode(np.zeros((10, 20), dtype=bool))}, "empty"),
        ({"mask": masks.encode(np.ones((5, 20), dtype=bool))}, "20 x 5 pixels"),
        ({"parent": 2}, "before its whole"),
        ({"parent": -1}, "before its whole"),
    ],
)
def test_nonsense_is_refused_whole(desk: Any, change: dict[str, Any], words: str) -> None:
    whole, part, subpart, other = found(desk)
    before = desk.dump(story=True)
    with pytest.raises(InvalidOp, match=words):
        propose(desk, (whole, replace(part, **change), subpart, other))
    assert desk.dump(story=True) == before


def test_a_job_that_is_not_there(desk: Any) -> None:
    with pytest.raises(NotFound):
        propose(desk, job_id=7)
