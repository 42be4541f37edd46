"""The simulated person: clicks through the window's own draft, and stores through the same ops."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from time import perf_counter

import numpy as np
from numpy.random import Generator

from engine.drafting.active_clock import ActiveClock
from engine.drafting.prompting import Commit, Prompting
from engine.errors import BackendFailed, EngineError
from engine.inference.draft import Answer, Draft, ImageRef
from engine.inference.prompter import Prompter
from engine.measure.annotator import next_click
from engine.measure.overlap import iou
from engine.measure.truth import TrueObject
from engine.records import InstanceRecord, PromptRecord, Rle, Stage
from engine.simulate.habits import Habits
from engine.stages.coverage import coverage
from engine.stages.gaps import Gap, find_gaps
from engine.stages.semi import suggestions
from engine.workspace import Workspace
from models import masks
from models.api import Embedding, Image, MaskBackend
from models.errors import ModelError
from models.masks import BoolMask


@dataclass(frozen=True, slots=True)
class Effort:
    """What the person has spent so far: clicks on the picture, keys, seconds of their own."""

    clicks: int = 0
    keys: int = 0
    seconds: float = 0.0

    def __sub__(self, other: Effort) -> Effort:
        """Return what was spent since ``other``."""
        return Effort(self.clicks - other.clicks, self.keys - other.keys, self.seconds - other.seconds)


class Person:
    """Works on one image after the other; time passes only in their own actions."""

    def __init__(self, workspace: Workspace, backend: MaskBackend, habits: Habits, rng: Generator) -> None:
        """Work in ``workspace`` with ``backend``, both the caller's."""
        self.habits = habits
        self._workspace = workspace
        self._backend = backend
        self._prompter = Prompter(backend)
        self._rng = rng
        self._embedding: Embedding | None = None
        self._clicks = self._keys = 0
        self._seconds = 0.0
        self._refusal: EngineError | None = None
        self.prompting = Prompting(
            ask=self._ask,
            post=_at_once,
            show=lambda _state: None,
            store=self._store,
            clock=ActiveClock(lambda: 1000 * self._seconds),
        )

    @property
    def effort(self) -> Effort:
        """Everything spent so far."""
        return Effort(self._clicks, self._keys, self._seconds)

    def turn_to(self, image: ImageRef, pixels: Image, stage: Stage) -> None:
        """Look at another image; what is drawn from now on belongs to ``stage``."""
        self._embedding = self._backend.encode(pixels)
        self.prompting.stage = stage
        self.prompting.start_image(image)

    def press(self, times: int = 1) -> None:
        """Press a key that needs no thought."""
        self._keys += times
        self._seconds += times * self.habits.times.key

    def judge(self) -> None:
        """Look at a mask that somebody else made, and make up one's mind."""
        self._seconds += self.habits.times.judge

    def draw(self, thing: TrueObject) -> bool:
        """Click an object until its mask is good; tell whether it was stored."""
        self._seconds += self.habits.times.find
        return self._refine(thing, np.zeros_like(thing.mask), 0)

    def put_right(self, instance: InstanceRecord, thing: TrueObject) -> bool:
        """Open a stored mask with a double click and correct it; tell whether that was stored."""
        assert instance.mask is not None
        with self._workspace.read() as reader:
            candidates = reader.instances.candidates(instance.id)
        self._clicks += 1
        self._seconds += self.habits.times.click
        self.prompting.reopen(instance, candidates)
        return self._refine(thing, masks.decode(instance.mask), 1)

    def next_gap(self, stored: Sequence[Rle], seen: Sequence[Gap]) -> tuple[Gap, Answer | None] | None:
        """Press the key for the biggest gap that is left; its suggestion is None where stored masks explain it."""
        image = self.prompting.image
        assert image is not None
        found = find_gaps(coverage(image.height, image.width, stored), seen=seen)
        if not found:
            return None
        self.press()
        self._seconds += self.habits.times.look
        draft = Draft(image).with_prompt(PromptRecord("point", *found[0].point), generation=0)
        try:
            answer = self._answer(draft)
        except BackendFailed:
            return found[0], None
        kept = suggestions([each.mask for each in answer.candidates], stored)
        return found[0], answer if kept else None

    def take_up(self, gap: Gap, answer: Answer, thing: TrueObject) -> bool:
        """Go on from a gap's suggestion, whose point cost no click, until ``thing`` is drawn; tell if it was stored."""
        self.prompting.offer(gap.point, answer, 0)
        self._choose(thing.mask)
        return self._refine(thing, self._shown(thing.mask), 0)

    def _refine(self, thing: TrueObject, found: BoolMask, made: int) -> bool:
        while iou(found, thing.mask) < self.habits.good and made < self.habits.patience:
            click = next_click(thing.mask, found, self.habits.protocol, self._rng)
            if click is None:
                break
            made += 1
            self._clicks += 1
            self._seconds += self.habits.times.click
            self.prompting.add_point(click.x, click.y, positive=click.positive)
            self._seconds += self.habits.times.look
            if self.prompting.state.problem:
                break
            self._choose(thing.mask)
            found = self._shown(thing.mask)
        if self.prompting.state.candidate is None or iou(found, thing.mask) < self.habits.least:
            self.prompting.cancel()
            self.press()
            return False
        self.press()
        self._refusal = None
        self.prompting.commit()
        if self._refusal is not None:
            raise self._refusal
        return True

    def _choose(self, true: BoolMask) -> None:
        """Take the candidate that fits best, if it is clearly better than the one on top."""
        overlaps = [iou(masks.decode(each.mask), true) for each in self.prompting.state.candidates]
        if not overlaps:
            return
        best = max(range(len(overlaps)), key=lambda place: overlaps[place])
        if overlaps[best] > overlaps[self.prompting.state.chosen] + self.habits.switch:
            self.press(abs(best - self.prompting.state.chosen))
            self.prompting.choose(best)

    def _shown(self, true: BoolMask) -> BoolMask:
        candidate = self.prompting.state.candidate
        return np.zeros_like(true) if candidate is None else masks.decode(candidate.mask)

    def _ask(self, draft: Draft) -> Future[Answer]:
        future: Future[Answer] = Future()
        try:
            future.set_result(self._answer(draft))
        except EngineError as error:
            future.set_exception(error)
        return future

    def _answer(self, draft: Draft) -> Answer:
        assert self._embedding is not None
        began = perf_counter()
        try:
            candidates = self._prompter.answer(self._embedding, draft)
        except ModelError as error:
            raise BackendFailed(str(error)) from error
        return Answer(draft.generation, candidates, self._backend.info, 1000 * (perf_counter() - began))

    def _store(self, op: Commit, done: Callable[[], None], failed: Callable[[EngineError], None]) -> None:
        try:
            self._workspace.execute(op)
        except EngineError as error:
            self._refusal = error
            failed(error)
            return
        done()


def _at_once(work: Callable[[], None]) -> None:
    work()
