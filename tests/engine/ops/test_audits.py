from __future__ import annotations

from typing import Any

import pytest

from engine.errors import InvalidOp, NotFound
from engine.ops.audits import CheckImage, StartAudit
from engine.ops.images import AddImages, NewImage
from engine.ops.instances import AddInstance, ReplaceMask
from engine.records import AuditImage, AuditRecord, Provenance, Stage, State


def start(desk: Any, images: int = 5, seed: int = 1, **more: Any) -> AuditRecord:
    return desk.workspace.execute(StartAudit(images, seed, **more)).value


def drawn(desk: Any, audit: AuditRecord) -> list[AuditImage]:
    with desk.workspace.read() as reader:
        return reader.audits.images(audit.id)


def test_masks_are_kept_as_they_are_drawn(desk: Any) -> None:
    instance = desk.add(0, x=2)
    desk.add_box(0)
    audit = start(desk)
    desk.workspace.execute(ReplaceMask(instance, desk.square(5)))
    desk.workspace.execute(CheckImage(audit.id, desk.images[0]))
    with desk.workspace.read() as reader:
        (pair,) = reader.audits.pairs(audit.id)
    assert (pair.instance_id, pair.drawn, pair.now) == (instance, desk.square(2), desk.square(5))
    assert audit.params["drawn"] == audit.params["of"] == 1
    assert (audit.author, audit.params["seed"], audit.params["images"]) == ("ann", 1, 5)


def test_the_seed_decides_which_images(desk: Any) -> None:
    more = tuple(NewImage(f"c/{number}.jpg", f"hash-{number}", 20, 10) for number in range(30))
    for image in desk.workspace.execute(AddImages("photos", "photos", more)).value:
        desk.workspace.execute(AddInstance(image, mask=desk.square(1)))
    first, again, other = (start(desk, 4, seed) for seed in (3, 3, 4))
    paths = [[each.path for each in drawn(desk, audit)] for audit in (first, again, other)]
    assert paths[0] == paths[1] != paths[2]
    assert [len(each) for each in paths] == [4, 4, 4]
    assert first.params["of"] == 30


@pytest.mark.parametrize(
    ("options", "wanted"),
    [
        ({}, {0}),
        ({"states": frozenset({State.PROPOSED})}, {1}),
        ({"states": frozenset({State.ACCEPTED, State.PROPOSED})}, {0, 1}),
        ({"states": frozenset(State), "stages": frozenset({Stage.SEMI})}, {2}),
    ],
)
def test_only_masks_asked_for_are_drawn(desk: Any, options: dict[str, Any], wanted: set[int]) -> None:
    desk.add(0)
    desk.add_proposed(1)
    mask = desk.square(1, width=8, height=8)
    desk.add(2, mask=mask, state=State.REJECTED, provenance=Provenance(stage=Stage.SEMI))
    assert {each.image_id for each in drawn(desk, start(desk, **options))} == {desk.images[at] for at in wanted}


@pytest.mark.parametrize(
    ("op", "words"),
    [
        (StartAudit(5, 1), "no accepted mask"),
        (StartAudit(5, 1, frozenset({State.PROPOSED}), frozenset({Stage.AUTO})), "no proposed auto mask"),
        (StartAudit(0, 1), "at least one image"),
        (StartAudit(5, 1, frozenset()), "accepted or proposed"),
    ],
)
def test_nothing_to_draw_is_said_and_leaves_nothing(desk: Any, op: StartAudit, words: str) -> None:
    desk.add_box(0)
    before = desk.dump(story=True)
    with pytest.raises(InvalidOp, match=words):
        desk.workspace.execute(op)
    assert desk.dump(story=True) == before


def test_a_check_says_who_and_is_undone_on_its_image_alone(desk: Any) -> None:
    desk.add(0)
    desk.add(1)
    audit = start(desk)
    before = desk.dump()
    outcome = desk.workspace.execute(CheckImage(audit.id, desk.images[0]))
    assert (outcome.changes.audits, outcome.changes.image_contents) == (True, {desk.images[0]})
    one, other = drawn(desk, audit)
    assert (one.checked_by, one.checked_at is not None, other.checked_at) == ("ann", True, None)
    assert desk.workspace.execute(CheckImage(audit.id, desk.images[0])).history_id == 0
    assert desk.workspace.undo(desk.images[1]).title != outcome.title
    assert desk.workspace.redo(desk.images[1])
    assert desk.workspace.undo(desk.images[0]).changes.audits
    assert desk.dump() == before
    desk.workspace.redo(desk.images[0])
    assert drawn(desk, audit)[0].checked_by == "ann"


def test_only_what_was_drawn_can_be_checked(desk: Any) -> None:
    desk.add(0)
    audit = start(desk)
    with pytest.raises(NotFound, match="not one of those drawn"):
        desk.workspace.execute(CheckImage(audit.id, desk.images[1]))
    with pytest.raises(NotFound, match="no audit 99"):
        desk.workspace.execute(CheckImage(99, desk.images[0]))


def test_starting_is_no_step_of_ctrl_z(desk: Any) -> None:
    desk.add(0)
    start(desk)
    assert desk.workspace.undo(desk.images[0]).title.startswith("Add")
