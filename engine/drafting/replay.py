"""An instance's stored prompts as the steps in which they were given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.records import PromptRecord, Rle
from models import masks


@dataclass(frozen=True, slots=True)
class Step:
    """What a backend was asked after one more prompt; ``answered`` is False while nothing says where the object is."""

    prompts: tuple[PromptRecord, ...]

    @property
    def newest(self) -> PromptRecord:
        """The prompt that was given in this step."""
        return self.prompts[-1]

    @property
    def answered(self) -> bool:
        """Whether a backend can answer: there is a box or a click that includes."""
        return any(each.kind == "box" or each.positive for each in self.prompts)


def steps_of(prompts: Sequence[PromptRecord]) -> tuple[Step, ...]:
    """Return a step for each click and box in the order given; a new box takes the place of the one before."""
    steps: list[Step] = []
    given: tuple[PromptRecord, ...] = ()
    for prompt in prompts:
        if prompt.kind not in ("point", "box"):
            continue
        kept = tuple(each for each in given if not (prompt.kind == each.kind == "box"))
        given = (*kept, prompt)
        steps.append(Step(given))
    return tuple(steps)


def likeness(first: Rle, second: Rle) -> float:
    """Return the IoU of two masks, 0 where they are of different sizes."""
    if (first.height, first.width) != (second.height, second.width):
        return 0.0
    return float(masks.iou([first], [second])[0, 0])
