from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path

import numpy as np
import pytest

from engine.drafting.active_clock import ActiveClock
from engine.drafting.prompting import DraftState, Prompting
from engine.errors import EngineError, InferenceCancelled, InferenceCrashed, InvalidOp
from engine.inference.draft import Answer, Candidate, Draft, ImageRef
from engine.ops.instances import AddInstance, RefineInstance
from engine.records import Level
from models import masks
from models.api import BackendInfo

IMAGE = ImageRef(7, Path("a.jpg"), "hash", 40, 30)


def candidate(size: int, level: Level) -> Candidate:
    mask = np.zeros((30, 40), dtype=bool)
    mask[:size, :size] = True
    rle = masks.encode(mask)
    logits = np.full((4, 4), size, dtype=np.float16)
    return Candidate(rle, masks.bbox(rle), masks.area(rle), 1 - size / 100, 0.9, level, logits)


class Desk:
    """Plays the inference process and the store by hand, one step at a time."""

    def __init__(self) -> None:
        self.now = 0.0
        self.asked: list[tuple[Draft, Future[Answer]]] = []
        self.stored: list[tuple[AddInstance | RefineInstance, Callable[[], None], Callable[[EngineError], None]]] = []
        self.shown: list[DraftState] = []
        self.prompting = Prompting(
            ask=self._ask,
            post=lambda closure: closure(),
            show=self.shown.append,
            store=lambda op, done, failed: self.stored.append((op, done, failed)),
            clock=ActiveClock(lambda: self.now),
        )
        self.prompting.start_image(IMAGE)

    def _ask(self, draft: Draft) -> Future[Answer]:
        future: Future[Answer] = Future()
        self.asked.append((draft, future))
        return future

    def answer(self, index: int = -1, sizes: tuple[int, ...] = (12, 8, 4)) -> None:
        draft, future = self.asked[index]
        levels = (Level.WHOLE, Level.PART, Level.SUBPART)
        found = tuple(candidate(size, level) for size, level in zip(sizes, levels, strict=False))
        info = BackendInfo("fake", "mask", "cpu", "w1")
        future.set_result(Answer(draft.generation, found, info, 1.0))


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_click_answer_choose_enter_stores_prompts_scores_and_seconds(desk: Desk) -> None:
    desk.prompting.label_id = 3
    desk.prompting.add_point(5, 6, positive=True)
    desk.now = 2_000
    desk.answer()
    desk.prompting.cycle(1)
    desk.now = 5_000
    assert desk.prompting.commit()
    op, done, _ = desk.stored[0]
    assert isinstance(op, AddInstance)
    assert (op.image_id, op.label_id, op.level) == (7, 3, Level.PART)
    assert op.mask == candidate(8, Level.PART).mask
    assert [c.chosen for c in op.candidates] == [False, True, False]
    assert [c.logits is not None for c in op.candidates] == [False, True, False]
    assert (op.prompts[0].x0, op.prompts[0].y0, op.prompts[0].positive) == (5, 6, True)
    assert (op.provenance.backend, op.provenance.weights_hash, op.provenance.clicks) == ("fake", "w1", 1)
    assert op.provenance.active_ms == 5_000
    done()
    assert not desk.prompting.active


def test_a_stale_answer_is_dropped(desk: Desk) -> None:
    desk.prompting.add_point(1, 1, positive=True)
    desk.prompting.add_point(9, 9, positive=False)
    desk.answer(0)
    assert desk.prompting.state.waiting
    assert desk.prompting.state.answer is None
    desk.answer(1)
    assert not desk.prompting.state.waiting
    assert len(desk.prompting.state.candidates) == 3


def test_a_second_click_refines_the_candidate_that_was_looked_at(desk: Desk) -> None:
    desk.prompting.add_point(1, 1, positive=True)
    desk.answer()
    desk.prompting.choose(2)
    desk.prompting.add_point(3, 3, positive=True)
    draft = desk.asked[1][0]
    assert draft.clicks == 2
    assert 2 in draft.choices


def test_taking_a_click_back_shows_the_candidate_chosen_before(desk: Desk) -> None:
    desk.prompting.add_point(1, 1, positive=True)
    desk.answer()
    desk.prompting.choose(2)
    desk.prompting.add_point(3, 3, positive=True)
    desk.answer(sizes=(10,))
    desk.prompting.remove_last()
    desk.answer()
    assert desk.prompting.state.chosen == 2


def test_undo_takes_back_the_last_click_then_the_draft(desk: Desk) -> None:
    desk.prompting.add_point(1, 1, positive=True)
    desk.answer()
    desk.prompting.add_point(3, 3, positive=True)
    assert desk.prompting.remove_last()
    assert desk.asked[-1][0].clicks == 1
    assert desk.prompting.remove_last()
    assert not desk.prompting.active
    assert not desk.prompting.remove_last()


def test_enter_while_the_backend_thinks_stores_when_the_answer_comes(desk: Desk) -> None:
    desk.prompting.add_point(1, 1, positive=True)
    assert desk.prompting.commit()
    assert not desk.stored
    desk.answer()
    assert len(desk.stored) == 1


def test_after_a_crash_the_same_draft_is_asked_again_once(desk: Desk) -> None:
    desk.prompting.add_point(1, 1, positive=True)
    desk.asked[0][1].set_exception(InferenceCrashed("The inference process ended."))
    assert desk.prompting.state.waiting
    assert [draft.clicks for draft, _ in desk.asked] == [1, 1]
    desk.answer()
    assert desk.prompting.state.candidate is not None


def test_a_second_crash_keeps_the_draft_and_says_why(desk: Desk) -> None:
    desk.prompting.add_point(1, 1, positive=True)
    for _ in range(2):
        desk.asked[-1][1].set_exception(InferenceCrashed("The inference process ended."))
    assert len(desk.asked) == 2
    assert desk.prompting.state.problem == "The inference process ended."
    assert desk.prompting.state.draft is not None
    desk.prompting.retry()
    desk.answer()
    assert desk.prompting.state.problem == ""
    assert desk.prompting.state.candidate is not None


def test_a_replaced_request_is_no_problem(desk: Desk) -> None:
    desk.prompting.add_point(1, 1, positive=True)
    desk.asked[0][1].set_exception(InferenceCancelled("replaced"))
    assert desk.prompting.state.problem == ""
    assert desk.prompting.state.waiting


def test_a_refused_store_keeps_the_draft_and_the_clicks_made_meanwhile(desk: Desk) -> None:
    desk.prompting.add_point(1, 1, positive=True)
    desk.answer()
    desk.prompting.commit()
    desk.prompting.add_point(2, 2, positive=False)
    desk.stored[0][2](InvalidOp("The disk is full."))
    draft = desk.prompting.state.draft
    assert draft is not None
    assert draft.clicks == 2


def test_a_click_during_the_store_begins_the_next_object(desk: Desk) -> None:
    desk.prompting.add_point(1, 1, positive=True)
    desk.answer()
    desk.prompting.commit()
    desk.prompting.add_point(20, 20, positive=True)
    desk.stored[0][1]()
    draft = desk.prompting.state.draft
    assert draft is not None
    assert [(p.x0, p.y0) for p in draft.prompts] == [(20, 20)]


def test_pauses_do_not_count_as_work(desk: Desk) -> None:
    desk.prompting.add_point(1, 1, positive=True)
    desk.answer()
    desk.now = 600_000
    desk.prompting.commit()
    assert desk.stored[0][0].provenance.active_ms == 10_000


def test_a_box_replaces_the_box_before_it(desk: Desk) -> None:
    desk.prompting.add_box(0, 0, 5, 5)
    desk.prompting.add_point(2, 2, positive=True)
    desk.prompting.add_box(0, 0, 9, 9)
    draft = desk.asked[-1][0]
    assert [p.kind for p in draft.prompts] == ["point", "box"]
    assert draft.prompts[1].x1 == 9
