"""The reviewer's place in the queue: nobody is asked twice, nothing is lost, every key leads on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication

from annotator.bus import Bus
from annotator.controllers.review_queue import PAGE
from annotator.controllers.review_steps import Bookmark, Standing
from annotator.controllers.reviewing import Reviewing
from annotator.controllers.store import Store
from annotator.lanes import Lanes
from engine.changes import Changes
from engine.drafting.active_clock import ActiveClock
from engine.ops.decide import DecideMany, Decision
from engine.ops.images import AddImages, NewImage
from engine.ops.instances import AddInstance, DeleteInstances
from engine.ops.reviews import SetLocked, SetState
from engine.records import InstanceRecord, Provenance, Stage, State
from engine.review import Place, ReviewBy, ReviewEntry, ReviewFilter, ReviewOrder
from engine.workspace import Workspace
from models import masks

SQUARE = masks.encode(np.ones((4, 4), dtype=np.bool_))
BY_SCORE = Bookmark(ReviewOrder(ReviewBy.SCORE))


class Desk:
    """A project of three images; proposals of rising scores, so that ids are the order."""

    def __init__(self, folder: Path) -> None:
        self.lanes = Lanes(inline=True)
        self.bus = Bus()
        self.store = Store(self.lanes, self.bus)
        self.workspace = Workspace.create(folder / "p.maskwright", author="ann")
        new = tuple(NewImage(f"{name}.png", name, 4, 4) for name in "abc")
        self.images = self.workspace.execute(AddImages("r", "r", new)).value
        self.store.use(self.workspace)
        self.now = 0.0
        self.shown: list[int] = []
        self.following: list[int] = []
        self.updated: list[int] = []
        self.nothing: list[int] = []
        self.said: list[str] = []
        self.standing = Standing()
        self.reviewing = Reviewing(self.store, self, ActiveClock(lambda: self.now))
        self.bus.changed.connect(lambda changes, _initiator: self.reviewing.on_changed(changes))

    def fill(self, number: int) -> None:
        for place in range(number):
            told = Provenance(stage=Stage.AUTO, backend="fake", score=(place + 1) / 1000)
            image = self.images[place % 3]
            self.workspace.execute(AddInstance(image, mask=SQUARE, state=State.PROPOSED, provenance=told))

    def get(self, instance_id: int) -> InstanceRecord:
        with self.workspace.read() as reader:
            return reader.instances.get(instance_id)

    @property
    def current(self) -> int | None:
        return None if self.reviewing.current is None else self.reviewing.current.instance.id

    # The view.
    def show_entry(self, entry: ReviewEntry, following: Sequence[ReviewEntry]) -> None:
        self.shown.append(entry.instance.id)
        self.following = [each.instance.id for each in following]

    def update_entry(self, entry: ReviewEntry) -> None:
        self.updated.append(entry.instance.id)

    def stretch_changed(self) -> None:
        pass

    def show_nothing(self, *, blind: int) -> None:
        self.nothing.append(blind)

    def show_standing(self, standing: Standing) -> None:
        self.standing = standing

    def say(self, kind: str, text: str) -> None:
        self.said.append(text)


@pytest.fixture
def desk(qapp: QApplication, tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path)
    yield made
    made.store.use(None)
    made.lanes.close()


@pytest.fixture
def accept(desk: Desk) -> Callable[[], None]:
    return lambda: desk.reviewing.decide(Decision.ACCEPT)


def test_more_than_a_page_is_gone_through_without_a_gap(desk: Desk, accept: Callable[[], None]) -> None:
    number = 2 * PAGE + 7
    desk.fill(number)
    desk.reviewing.start(BY_SCORE)
    assert (desk.current, desk.following) == (1, [2, 3, 4, 5])
    for expected in range(1, number + 1):
        assert desk.current == expected and desk.standing == Standing(
            expected, number, expected - 1, number - expected + 1
        )
        accept()
    assert desk.shown == list(range(1, number + 1)) and desk.nothing == [0]
    assert desk.standing == Standing(0, number, number, 0)


def test_the_time_of_a_decision_is_the_time_on_screen_without_the_pause(desk: Desk, accept: Callable[[], None]) -> None:
    desk.fill(2)
    desk.reviewing.start(BY_SCORE)
    desk.now += 1200
    desk.reviewing.touch()
    desk.now += 300_000  # coffee
    accept()
    desk.now += 900
    accept()
    assert [desk.get(each).review_ms for each in (1, 2)] == [1200 + 10_000, 900]


def test_a_bookmark_leads_to_the_one_that_was_on_screen(desk: Desk, accept: Callable[[], None]) -> None:
    desk.fill(6)
    for mark in (BY_SCORE, Bookmark(ReviewOrder(ReviewBy.SCORE, reverse=True))):
        desk.reviewing.start(mark)
        first = desk.current
        assert Bookmark.from_json(desk.reviewing.bookmark.to_json()) == desk.reviewing.bookmark
        desk.reviewing.start(desk.reviewing.bookmark)
        assert desk.current == first
        desk.reviewing.skip()
        second = desk.current
        desk.reviewing.start(desk.reviewing.bookmark)
        assert desk.current == second and desk.standing.number == 2
    accept()
    third, standing = desk.current, desk.standing
    desk.reviewing.start(desk.reviewing.bookmark)
    assert (desk.current, desk.standing) == (third, standing) and desk.standing.done == 1


@pytest.mark.parametrize(
    "broken",
    [
        {},
        {"by": "beauty"},
        {"by": "score", "reverse": 0, "seed": -1, "filter": {}, "done": 0},
        {"by": "score", "reverse": 0, "seed": 0, "filter": {"x": 1}, "done": 0},
        {"by": "score", "reverse": 0, "seed": 0, "filter": {}, "place": [1], "done": 0},
    ],
)
def test_a_bookmark_that_cannot_be_read_is_the_start(broken: dict[str, object]) -> None:
    assert Bookmark.from_json(broken) == Bookmark()


def test_a_bookmark_at_the_end_begins_again_with_what_was_passed_over(desk: Desk) -> None:
    desk.fill(3)
    desk.reviewing.start(Bookmark(BY_SCORE.order, place=Place(1.0, 99)))
    assert desk.current == 1 and desk.said == []


def test_a_bookmark_whose_instance_was_decided_goes_on_behind_it(desk: Desk) -> None:
    desk.fill(5)
    desk.reviewing.start(BY_SCORE)
    desk.reviewing.skip()
    mark = desk.reviewing.bookmark
    desk.workspace.execute(DecideMany(Decision.REJECT, (1, 2)))
    desk.reviewing.start(mark)
    assert desk.current == 3


def test_passed_over_again_and_again_until_decided(desk: Desk, accept: Callable[[], None]) -> None:
    desk.fill(3)
    desk.reviewing.start(BY_SCORE)
    for _ in range(3):
        desk.reviewing.skip()
    assert desk.current == 1 and desk.said == ["That was the last one; 3 were passed over. From the start again."]
    accept()
    desk.reviewing.skip()
    accept()
    assert desk.current == 2 and "1 were passed over" in desk.said[-1]
    accept()
    assert desk.current is None and desk.nothing == [0]


def test_back_at_the_beginning_says_so(desk: Desk) -> None:
    desk.fill(1)
    desk.reviewing.start(BY_SCORE)
    desk.reviewing.back()
    assert desk.said == ["This is where the review began."] and desk.current == 1


def test_decided_otherwise_after_going_back(desk: Desk, accept: Callable[[], None]) -> None:
    desk.fill(3)
    desk.reviewing.start(BY_SCORE)
    accept()
    desk.reviewing.back()
    assert desk.reviewing.current is not None and desk.reviewing.state_of(desk.reviewing.current) is State.ACCEPTED
    desk.reviewing.decide(Decision.REJECT)
    assert desk.get(1).state is State.REJECTED and desk.current == 2
    assert desk.standing == Standing(2, 3, 1, 2)
    desk.reviewing.undo(None)
    assert desk.get(1).state is State.ACCEPTED and desk.current == 1
    desk.reviewing.undo(None)
    assert desk.get(1).state is State.PROPOSED and desk.standing == Standing(1, 3, 0, 3)


def test_the_same_decision_again_only_goes_on(desk: Desk, accept: Callable[[], None]) -> None:
    desk.fill(2)
    desk.reviewing.start(BY_SCORE)
    accept()
    desk.reviewing.back()
    before = desk.get(1)
    accept()
    assert desk.get(1) == before and desk.current == 2


def test_undo_brings_back_what_came_after(desk: Desk, accept: Callable[[], None]) -> None:
    desk.fill(5)
    desk.reviewing.start(BY_SCORE)
    accept()
    desk.reviewing.skip()
    desk.reviewing.skip()
    assert desk.current == 4
    desk.reviewing.undo(None)
    seen = []
    for _ in range(4):
        seen.append(desk.current)
        accept()
    assert seen == [1, 2, 3, 4] and desk.current == 5


def test_undo_with_nothing_decided_is_left_to_others(desk: Desk) -> None:
    desk.fill(1)
    desk.reviewing.start(BY_SCORE)
    assert not desk.reviewing.undo(desk.images[0]) and not desk.reviewing.redo()


def test_redo_decides_again_and_goes_on(desk: Desk, accept: Callable[[], None]) -> None:
    desk.fill(3)
    desk.reviewing.start(BY_SCORE)
    accept()
    desk.reviewing.undo(None)
    assert desk.current == 1
    assert desk.reviewing.redo()
    assert desk.get(1).state is State.ACCEPTED and desk.current == 2 and desk.standing == Standing(2, 3, 1, 2)
    desk.reviewing.undo(None)
    assert desk.current == 1 and desk.standing == Standing(1, 3, 0, 3)


def test_a_step_of_somebody_else_on_the_image_is_not_taken_for_ours(desk: Desk, accept: Callable[[], None]) -> None:
    desk.fill(4)
    desk.reviewing.start(BY_SCORE)
    accept()
    here = desk.current
    with Workspace.open(desk.workspace.place, author="bob") as other:
        other.execute(SetState((4,), State.ACCEPTED))
    # Both are steps of the first image; the newest one is undone, and it is not where our review was.
    desk.reviewing.undo(None)
    assert desk.get(1).state is State.ACCEPTED and desk.get(4).state is State.PROPOSED and desk.current == here


def test_locked_and_gone_are_passed_over_kindly(desk: Desk, accept: Callable[[], None]) -> None:
    desk.fill(4)
    desk.reviewing.start(BY_SCORE)
    desk.workspace.execute(SetLocked((1,), True))
    desk.workspace.execute(DeleteInstances((2,)))
    accept()
    assert "locked" in desk.said[-1] and desk.get(1).state is State.PROPOSED
    assert desk.current == 3 and desk.standing == Standing(2, 3, 0, 3)
    desk.workspace.execute(DeleteInstances((3,)))
    accept()
    assert "no longer there" in desk.said[-1] and desk.current == 4
    assert desk.standing == Standing(2, 2, 0, 2)


def test_others_empty_the_queue_under_us(desk: Desk) -> None:
    desk.fill(4)
    desk.reviewing.start(BY_SCORE)
    desk.workspace.execute(DecideMany(Decision.ACCEPT, among=ReviewFilter()))
    desk.bus.changed.emit(Changes(everything=True), None)
    assert desk.said == ["Somebody else has decided this mask meanwhile; on to the next one."]
    assert desk.current is None and desk.nothing == [0]


def test_others_add_to_the_queue(desk: Desk, accept: Callable[[], None]) -> None:
    desk.fill(2)
    desk.reviewing.start(BY_SCORE)
    desk.fill(1)
    desk.bus.changed.emit(Changes(everything=True), None)
    assert desk.current == 1 and desk.standing == Standing(1, 3, 0, 3)
    assert [each.instance.id for each in desk.reviewing.stretch] == [1, 3, 2]


def test_what_was_refined_is_accepted_and_yes_goes_on(desk: Desk, accept: Callable[[], None]) -> None:
    desk.fill(2)
    desk.reviewing.start(BY_SCORE)
    desk.store.execute(SetState((1,), State.ACCEPTED))
    assert desk.updated == [1] and desk.standing == Standing(1, 2, 1, 1)
    before = desk.get(1)
    accept()
    assert desk.get(1) == before and desk.current == 2 and desk.standing == Standing(2, 2, 1, 1)


def test_deleted_by_hand_goes_on(desk: Desk) -> None:
    desk.fill(3)
    desk.reviewing.start(BY_SCORE)
    desk.store.execute(DeleteInstances((1, 2)))
    assert desk.current == 3 and "deleted" in desk.said[-1]


def test_blind_images_are_passed_over_and_told_at_the_end(desk: Desk, accept: Callable[[], None]) -> None:
    desk.fill(6)
    desk.reviewing.start(BY_SCORE)
    desk.reviewing.image_is_blind(desk.images[0])
    seen = []
    while desk.current is not None:
        seen.append(desk.current)
        accept()
    assert seen == [2, 3, 5, 6] and desk.nothing == [1]
    assert desk.get(1).state is desk.get(4).state is State.PROPOSED


def test_a_bulk_decision_goes_on_behind_what_it_decided(desk: Desk) -> None:
    desk.fill(6)
    desk.reviewing.start(BY_SCORE)
    desk.reviewing.decide_many(Decision.REJECT, among=ReviewFilter(below_score=0.004))
    assert desk.current == 4 and desk.said == ["Rejected 3 masks. Ctrl+Z takes it back."]
    assert desk.standing == Standing(4, 6, 3, 3)
    desk.reviewing.undo(None)
    assert desk.standing.left == 6 and desk.get(1).state is State.PROPOSED
    desk.reviewing.redo()
    assert desk.standing.left == 3 and desk.get(1).state is State.REJECTED


def test_a_threshold_that_keeps_nothing_says_so(desk: Desk) -> None:
    desk.fill(2)
    desk.reviewing.start(BY_SCORE)
    desk.reviewing.decide_many(Decision.ACCEPT, among=ReviewFilter(least_score=0.9))
    assert desk.said == ["No mask in the queue is like that; nothing was changed."] and desk.current == 1
    assert not desk.reviewing.can_undo


def test_chosen_on_a_sheet_some_of_them_are_somebody_elses(desk: Desk) -> None:
    desk.fill(5)
    desk.reviewing.start(BY_SCORE)
    desk.workspace.execute(DecideMany(Decision.REJECT, (2,)))
    desk.reviewing.decide_many(Decision.ACCEPT, ids=(1, 2, 3))
    assert desk.said[-1].startswith("Accepted 2 masks. 1 mask decided by somebody else, left as before.")
    assert [each.instance.id for each in desk.reviewing.stretch] == [4, 5]


def test_after_stop_nothing_moves(desk: Desk) -> None:
    desk.fill(2)
    desk.reviewing.start(BY_SCORE)
    desk.reviewing.stop()
    shown = list(desk.shown)
    desk.store.execute(DeleteInstances((1,)))
    desk.bus.changed.emit(Changes(everything=True), None)
    assert desk.shown == shown
