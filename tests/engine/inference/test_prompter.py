from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
import pytest

from engine.inference.draft import Draft, ImageRef
from engine.inference.prompter import Prompter
from engine.records import Level, PromptRecord
from models import masks, registry
from models.api import Embedding, Logits, MaskBackend, MaskCandidate, PromptSet
from models.errors import UnsupportedPrompt

SIZE = (40, 60)


@dataclass
class Call:
    prompts: PromptSet
    previous: Logits | None
    multimask: bool


@dataclass
class Recording:
    """The fake backend, its questions written down and its answers changeable."""

    inner: MaskBackend
    calls: list[Call] = field(default_factory=list)
    change: Callable[[list[MaskCandidate]], list[MaskCandidate]] = list

    def predict(
        self, embedding: Embedding, prompts: PromptSet, *, previous: Logits | None = None, multimask: bool = True
    ) -> list[MaskCandidate]:
        self.calls.append(Call(prompts, previous, multimask))
        return self.change(self.inner.predict(embedding, prompts, previous=previous, multimask=multimask))

    def __getattr__(self, name: str) -> object:
        return getattr(self.inner, name)


def point(x: float, y: float, positive: bool = True) -> PromptRecord:
    return PromptRecord("point", x, y, positive=positive)


@pytest.fixture
def backend() -> Recording:
    fake = registry.load("fake")
    assert isinstance(fake, MaskBackend)
    return Recording(fake)


@pytest.fixture
def prompter(backend: Recording) -> Prompter:
    return Prompter(backend)  # type: ignore[arg-type]  # all but predict goes through __getattr__


@pytest.fixture
def embedding(backend: Recording) -> Embedding:
    return backend.inner.encode(np.zeros((*SIZE, 3), dtype=np.uint8))


@pytest.fixture
def draft(tmp_path_factory: pytest.TempPathFactory) -> Draft:
    return Draft(ImageRef(1, tmp_path_factory.getbasetemp() / "a.png", "ab" * 32, SIZE[1], SIZE[0]))


def base_mask() -> masks.Rle:
    mask = np.zeros(SIZE, dtype=np.bool_)
    mask[5:15, 5:25] = True
    return masks.encode(mask)


def test_the_first_click_asks_for_three_and_names_them_by_area(
    prompter: Prompter, backend: Recording, embedding: Embedding, draft: Draft
) -> None:
    found = prompter.answer(embedding, draft.with_prompt(point(30, 20), generation=1))
    assert [c.score for c in found] == [0.95, 0.90, 0.85]
    assert [c.level for c in found] == [Level.SUBPART, Level.PART, Level.WHOLE]
    assert [c.area for c in found] == sorted(c.area for c in found)
    assert [(call.multimask, call.previous) for call in backend.calls] == [(True, None)]
    for candidate in found:
        assert candidate.area == masks.area(candidate.mask)
        assert candidate.bbox == masks.bbox(candidate.mask)
        assert candidate.logits is not None
        assert candidate.logits.dtype == np.float16


def test_the_second_click_asks_for_one_with_the_logits_of_the_chosen_candidate(
    prompter: Prompter, backend: Recording, embedding: Embedding, draft: Draft
) -> None:
    first = draft.with_prompt(point(30, 20), generation=1)
    shown = prompter.answer(embedding, first)
    for chosen in (0, 1, 2):
        found = prompter.answer(embedding, first.with_prompt(point(40, 20), generation=2, chosen=chosen))
        assert [c.level for c in found] == [Level.NONE]
        call = backend.calls[-1]
        assert not call.multimask
        assert len(call.prompts.points) == 2
        assert call.previous is not None
        assert shown[chosen].logits is not None
        np.testing.assert_array_equal(call.previous, shown[chosen].logits.astype(np.float32))
    assert len(backend.calls) == 4


def test_taking_a_click_back_gives_the_answer_there_was(
    prompter: Prompter, backend: Recording, embedding: Embedding, draft: Draft
) -> None:
    one = draft.with_prompt(point(30, 20), generation=1)
    two = one.with_prompt(point(40, 20), generation=2, chosen=1)
    three = two.with_prompt(point(20, 20, positive=False), generation=3)
    answers = [prompter.answer(embedding, each) for each in (one, two, three)]
    calls = len(backend.calls)
    back = three.without_last(generation=4)
    assert back.choices == two.choices == (1,)
    assert prompter.answer(embedding, back) is answers[1]
    assert prompter.answer(embedding, back.without_last(generation=5)) is answers[0]
    assert len(backend.calls) == calls


def test_a_fresh_process_plays_the_chain_again_to_the_same_answer(
    prompter: Prompter, backend: Recording, embedding: Embedding, draft: Draft
) -> None:
    one = draft.with_prompt(point(30, 20), generation=1)
    two = one.with_prompt(point(40, 20), generation=2, chosen=2)
    three = two.with_prompt(point(20, 20, positive=False), generation=3)
    remembered = [prompter.answer(embedding, each) for each in (one, two, three)][-1]
    replayed = Prompter(backend.inner, remembered=1).answer(embedding, three)
    assert [c.mask for c in replayed] == [c.mask for c in remembered]
    assert replayed[0].logits is not None
    assert remembered[0].logits is not None
    np.testing.assert_array_equal(replayed[0].logits, remembered[0].logits)


def test_the_time_of_a_click_does_not_matter_but_all_else_does(
    prompter: Prompter, backend: Recording, embedding: Embedding, draft: Draft
) -> None:
    one = draft.with_prompt(point(30, 20), generation=1)
    prompter.answer(embedding, one)
    later = replace(one, prompts=(replace(one.prompts[0], at_ms=77),), generation=9)
    prompter.answer(embedding, later)
    assert len(backend.calls) == 1
    other_image = replace(one, image=replace(one.image, content_hash="cd" * 32))
    for different in (other_image, replace(one, base=base_mask()), replace(one, logits=np.ones((2, 3), np.float16))):
        before = len(backend.calls)
        prompter.answer(embedding, different)
        assert len(backend.calls) == before + 1


def test_a_reopened_object_starts_from_its_logits(
    prompter: Prompter, backend: Recording, embedding: Embedding, draft: Draft
) -> None:
    logits = np.full((40, 60), -8, dtype=np.float16)
    logits[5:15, 5:25] = 8
    reopened = replace(draft, base=base_mask(), logits=logits, instance_id=7)
    prompter.answer(embedding, reopened.with_prompt(point(30, 20), generation=1))
    (call,) = backend.calls
    assert not call.multimask
    assert call.prompts.mask is None
    assert call.previous is not None
    np.testing.assert_array_equal(call.previous, logits.astype(np.float32))


def test_a_reopened_object_without_logits_starts_from_its_mask(
    prompter: Prompter, backend: Recording, embedding: Embedding, draft: Draft
) -> None:
    reopened = replace(draft, base=base_mask(), instance_id=7).with_prompt(point(30, 20), generation=1)
    (first,) = prompter.answer(embedding, reopened)
    assert backend.calls[0].previous is None
    assert backend.calls[0].prompts.mask is not None
    np.testing.assert_array_equal(backend.calls[0].prompts.mask, masks.decode(base_mask()))
    prompter.answer(embedding, reopened.with_prompt(point(40, 20), generation=2))
    assert backend.calls[1].prompts.mask is None
    assert backend.calls[1].previous is not None
    assert first.logits is not None
    np.testing.assert_array_equal(backend.calls[1].previous, first.logits.astype(np.float32))


@pytest.mark.parametrize("with_base", [True, False])
def test_exclude_clicks_alone_take_from_the_reopened_mask(
    with_base: bool, prompter: Prompter, embedding: Embedding, draft: Draft
) -> None:
    logits = np.full((40, 60), -8, dtype=np.float16)
    logits[5:15, 5:25] = 8
    reopened = replace(draft, base=base_mask() if with_base else None, logits=logits)
    (found,) = prompter.answer(embedding, reopened.with_prompt(point(10, 10, positive=False), generation=1))
    mask = masks.decode(found.mask)
    assert not mask[10, 10]
    assert mask[6, 20]
    assert 0 < found.area < masks.area(base_mask())


def test_a_reopened_object_needs_no_click(prompter: Prompter, embedding: Embedding, draft: Draft) -> None:
    (found,) = prompter.answer(embedding, replace(draft, base=base_mask()))
    assert found.mask == base_mask()


def test_a_base_of_another_size_is_refused(prompter: Prompter, embedding: Embedding, draft: Draft) -> None:
    wrong = masks.encode(np.ones((3, 3), dtype=np.bool_))
    with pytest.raises(UnsupportedPrompt, match="3 x 3"):
        prompter.answer(embedding, replace(draft, base=wrong))


def test_nothing_to_answer_to(prompter: Prompter, embedding: Embedding, draft: Draft) -> None:
    with pytest.raises(UnsupportedPrompt, match="Click inside"):
        prompter.answer(embedding, draft)
    with pytest.raises(UnsupportedPrompt, match="only exclude clicks"):
        prompter.answer(embedding, draft.with_prompt(point(3, 3, positive=False), generation=1))


def test_an_exclude_click_may_come_first(
    prompter: Prompter, backend: Recording, embedding: Embedding, draft: Draft
) -> None:
    both = draft.with_prompt(point(3, 3, positive=False), generation=1).with_prompt(point(30, 20), generation=2)
    assert prompter.answer(embedding, both)
    assert [call.previous for call in backend.calls] == [None]


def test_a_box_then_a_click(prompter: Prompter, backend: Recording, embedding: Embedding, draft: Draft) -> None:
    boxed = draft.with_prompt(PromptRecord("box", 50, 30, 10, -5), generation=1)
    (found,) = prompter.answer(embedding, boxed)
    assert found.bbox == (10, 0, 40, 30)
    prompter.answer(embedding, boxed.with_prompt(point(12, 12, positive=False), generation=2))
    assert backend.calls[-1].previous is not None
    assert backend.calls[-1].prompts.box is not None


def test_multimask_overrules(prompter: Prompter, backend: Recording, embedding: Embedding, draft: Draft) -> None:
    assert len(prompter.answer(embedding, draft.with_prompt(point(30, 20), generation=1), multimask=False)) == 1
    two = draft.with_prompt(point(30, 20), generation=1).with_prompt(point(31, 20), generation=2)
    assert len(prompter.answer(embedding, two, multimask=True)) == 3


def test_answers_are_put_in_order_and_cleaned(backend: Recording, embedding: Embedding, draft: Draft) -> None:
    clicked = draft.with_prompt(point(30, 20), generation=1)
    backend.change = lambda found: [
        replace(found[2], score=float("nan")),
        replace(found[0], score=0.2, mask=np.zeros(SIZE, dtype=np.bool_)),
        replace(found[1], score=0.4, logits=None),
    ]
    found = Prompter(backend).answer(embedding, clicked)  # type: ignore[arg-type]  # as above
    assert [(c.score, c.level) for c in found] == [(0.4, Level.NONE), (0.0, Level.NONE)]


def test_logits_too_large_for_half_precision_are_cut(backend: Recording, embedding: Embedding, draft: Draft) -> None:
    backend.change = lambda found: [replace(found[0], logits=np.array([[1e9, -1e9]], dtype=np.float32))]
    (found,) = Prompter(backend).answer(  # type: ignore[arg-type]  # as above
        embedding, draft.with_prompt(point(30, 20), generation=1)
    )
    assert found.logits is not None
    assert np.isfinite(found.logits).all()


def test_a_backend_that_answers_nothing_or_another_size(backend: Recording, embedding: Embedding, draft: Draft) -> None:
    clicked = draft.with_prompt(point(30, 20), generation=1)
    backend.change = lambda found: []
    with pytest.raises(UnsupportedPrompt, match="found nothing"):
        Prompter(backend).answer(embedding, clicked)  # type: ignore[arg-type]  # as above
    backend.change = lambda found: [replace(found[0], mask=np.ones((2, 2), dtype=np.bool_))]
    with pytest.raises(ValueError, match="2 x 2"):
        Prompter(backend).answer(embedding, clicked)  # type: ignore[arg-type]  # as above
