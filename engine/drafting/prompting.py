"""The draft: prompts become candidates, one of them becomes a stored instance. No click is ever lost on the way."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass, replace

from engine.drafting.active_clock import ActiveClock
from engine.errors import EngineError, InferenceCancelled, InferenceCrashed
from engine.inference.draft import Answer, Candidate, Draft, ImageRef
from engine.ops.instances import AddInstance, RefineInstance
from engine.records import CandidateRecord, InstanceRecord, Level, PromptRecord, Provenance, Stage

Commit = AddInstance | RefineInstance


@dataclass(frozen=True, slots=True, eq=False)
class DraftState:
    """What the canvas and the context bar show: the draft, its candidates and which one Enter would take."""

    draft: Draft | None = None
    answer: Answer | None = None
    chosen: int = 0
    waiting: bool = False
    problem: str = ""

    @property
    def candidates(self) -> tuple[Candidate, ...]:
        """The latest answer's candidates, best first."""
        return self.answer.candidates if self.answer else ()

    @property
    def candidate(self) -> Candidate | None:
        """The one that Enter would take."""
        return self.candidates[self.chosen] if self.chosen < len(self.candidates) else None


class Prompting:
    """Owns the draft. Every prompt makes a new immutable draft of a higher generation; stale answers are dropped."""

    def __init__(
        self,
        *,
        ask: Callable[[Draft], Future[Answer]],
        post: Callable[[Callable[[], None]], None],
        show: Callable[[DraftState], None],
        store: Callable[[Commit, Callable[[], None], Callable[[EngineError], None]], None],
        clock: ActiveClock,
    ) -> None:
        """``post`` runs a closure on this thread; ``store(op, done, failed)`` executes an op and calls back here."""
        self._ask = ask
        self._post = post
        self._show = show
        self._store = store
        self._clock = clock
        self._generation = 0
        self._image: ImageRef | None = None
        self._commit_on_answer = False
        self._committing = False
        self._asked_again = False
        self._queued: list[PromptRecord] = []
        self.label_id: int | None = None
        self.stage = Stage.ASSISTED
        self.state = DraftState()

    @property
    def active(self) -> bool:
        """True while there is a draft: Ctrl+Z and Esc belong to it then."""
        return self.state.draft is not None

    def start_image(self, image: ImageRef | None) -> None:
        """Turn to another image; a draft left on the old one is dropped (the caller has asked or committed)."""
        self._image = image
        self._queued.clear()
        self._reset()

    def add_point(self, x: float, y: float, *, positive: bool) -> None:
        """Take a click in image pixels."""
        self._add(PromptRecord("point", x, y, positive=positive))

    def add_box(self, x0: float, y0: float, x1: float, y1: float) -> None:
        """Take a dragged box in image pixels; it replaces an earlier one."""
        self._add(PromptRecord("box", x0, y0, x1, y1))

    def reopen(self, instance: InstanceRecord, candidates: tuple[CandidateRecord, ...]) -> None:
        """Start a draft on a stored instance: its mask, and its logits where they were kept."""
        if self._image is None or instance.mask is None:
            return
        logits = next((c.logits for c in candidates if c.chosen and c.logits is not None), None)
        self._clock.start()
        draft = Draft(self._image, (), self._next(), instance.mask, logits, instance.id)
        self._set(DraftState(draft=draft))

    def offer(self, point: tuple[float, float], answer: Answer, chosen: int) -> bool:
        """Begin a draft with a point (image pixels) that was asked already; False where the person has one open."""
        if self._image is None or self.active or self._committing:
            return False
        self._clock.start()
        prompt = PromptRecord("point", point[0], point[1])
        draft = Draft(self._image).with_prompt(prompt, generation=self._next(), chosen=0)
        self._set(DraftState(draft=draft, answer=answer, chosen=chosen))
        return True

    @property
    def image(self) -> ImageRef | None:
        """The image that prompts belong to, None until its pixels are there."""
        return self._image

    @property
    def active_ms(self) -> int:
        """Active milliseconds that the open draft has taken; 0 without one."""
        return self._clock.so_far if self.active else 0

    def remove_last(self) -> bool:
        """Take back the last prompt; False when there is none (then undo belongs to somebody else)."""
        draft = self.state.draft
        if draft is None:
            return False
        self._clock.touch()
        if not draft.prompts:
            self._reset()
            return True
        place = len(draft.prompts) - 2
        looked_at = draft.choices[place] if 0 <= place < len(draft.choices) else 0
        shorter = draft.without_last(generation=self._next())
        if not shorter.prompts and shorter.instance_id is None:
            self._reset()
            return True
        self._commit_on_answer = False
        if not any(prompt.kind == "box" or prompt.positive for prompt in shorter.prompts) and shorter.base is None:
            self._set(DraftState(draft=shorter))
            return True
        if not shorter.prompts:
            self._set(DraftState(draft=shorter))
            return True
        self._request(shorter, chosen=looked_at)
        return True

    def cycle(self, step: int) -> None:
        """Choose the next or previous candidate."""
        count = len(self.state.candidates)
        if count:
            self.choose((self.state.chosen + step) % count)

    def choose(self, index: int) -> None:
        """Choose a candidate by its place, best first."""
        if 0 <= index < len(self.state.candidates):
            self._clock.touch()
            self._set(replace(self.state, chosen=index))

    def touch(self) -> None:
        """Note that the person is at work (pointer moves over the canvas)."""
        if self.active:
            self._clock.touch()

    def cancel(self) -> bool:
        """Drop the draft; False when there was none."""
        had = self.active
        self._reset()
        return had

    def commit(self) -> bool:
        """Store the chosen candidate; if its answer is still coming, store it as soon as it is here."""
        if self.state.draft is None or self._committing:
            return False
        if self.state.waiting:
            self._commit_on_answer = True
            return True
        op = self._op()
        if op is None:
            return False
        self._committing = True
        generation = self._generation
        self._store(op, lambda: self._stored(generation), lambda error: self._refused(generation, error))
        return True

    def retry(self) -> None:
        """Ask again for the draft as it stands (after a crash, or with another backend)."""
        if self.state.draft is not None and self.state.draft.prompts:
            self._request(replace(self.state.draft, generation=self._next()))

    def _add(self, prompt: PromptRecord) -> None:
        if self._image is None:
            return
        if self._committing:
            # The store answers within milliseconds; a click in between begins the next object.
            self._queued.append(prompt)
            return
        self._commit_on_answer = False
        if self.state.draft is None:
            self._clock.start()
            draft = Draft(self._image)
        else:
            self._clock.touch()
            draft = self.state.draft
        timed = replace(prompt, at_ms=self._clock.since_start)
        # The backend refines what the person was looking at; of an answer that never came, the best.
        looked_at = 0 if self.state.waiting else self.state.chosen
        self._request(draft.with_prompt(timed, generation=self._next(), chosen=looked_at))

    def _request(self, draft: Draft, *, chosen: int = 0) -> None:
        # The last answer stays on screen until the new one replaces it.
        self._set(replace(self.state, draft=draft, waiting=True, problem=""))
        future = self._ask(draft)
        future.add_done_callback(lambda done: self._post(lambda: self._answered(draft.generation, done, chosen)))

    def _answered(self, generation: int, done: Future[Answer], chosen: int) -> None:
        if generation != self._generation or self.state.draft is None:
            return
        try:
            answer = done.result()
        except (InferenceCancelled, CancelledError):
            return
        except EngineError as error:
            if isinstance(error, InferenceCrashed) and not self._asked_again:
                # The process is being replaced; what the person asked is asked once more, and no oftener.
                self._asked_again = True
                self._request(replace(self.state.draft, generation=self._next()), chosen=chosen)
                return
            self._commit_on_answer = False
            self._set(replace(self.state, waiting=False, problem=str(error)))
            return
        self._asked_again = False
        self._set(DraftState(draft=self.state.draft, answer=answer, chosen=min(chosen, len(answer.candidates) - 1)))
        if self._commit_on_answer:
            self._commit_on_answer = False
            self.commit()

    def _op(self) -> Commit | None:
        draft, candidate, answer = self.state.draft, self.state.candidate, self.state.answer
        if draft is None or candidate is None or answer is None:
            return None
        provenance = Provenance(
            stage=self.stage,
            backend=answer.backend.name,
            weights_hash=answer.backend.weights_hash,
            device=answer.backend.device,
            score=candidate.score,
            stability=candidate.stability,
            clicks=draft.clicks,
            active_ms=self._clock.stop(),
            tool="smart",
        )
        records = tuple(
            CandidateRecord(
                rank=rank,
                score=each.score,
                stability=each.stability,
                area=each.area,
                level=each.level,
                chosen=rank == self.state.chosen,
                logits=each.logits if rank == self.state.chosen else None,
            )
            for rank, each in enumerate(self.state.candidates)
        )
        if draft.instance_id is not None:
            level = candidate.level if len(records) > 1 else None
            return RefineInstance(draft.instance_id, candidate.mask, provenance, draft.prompts, records, level)
        return AddInstance(
            draft.image.image_id,
            mask=candidate.mask,
            label_id=self.label_id,
            level=candidate.level if len(records) > 1 else Level.NONE,
            provenance=provenance,
            prompts=draft.prompts,
            candidates=records,
        )

    def _stored(self, generation: int) -> None:
        if generation != self._generation:
            return  # the person has gone on to another image meanwhile
        self._committing = False
        self._reset()
        queued, self._queued = self._queued, []
        for prompt in queued:
            self._add(prompt)

    def _refused(self, generation: int, error: EngineError) -> None:
        if generation != self._generation:
            self._show(replace(self.state, problem=str(error)))
            return
        # Nothing was written and the draft is still there; what was clicked meanwhile belongs to it now.
        self._committing = False
        self._set(replace(self.state, problem=str(error)))
        queued, self._queued = self._queued, []
        for prompt in queued:
            self._add(prompt)

    def _reset(self) -> None:
        self._next()
        self._commit_on_answer = False
        self._committing = False
        self._set(DraftState())

    def _next(self) -> int:
        self._generation += 1
        return self._generation

    def _set(self, state: DraftState) -> None:
        self.state = state
        self._show(state)
