"""The one loop of every trainer: steps until the plan is done, now and then a validation and a checkpoint."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Protocol

import torch

from models.compact.checkpoint import Progress

Report = Callable[[dict[str, Any]], None]


class Length(Protocol):
    """How long a training is and how often it looks up, in minutes of processor time a thread."""

    @property
    def minutes(self) -> float:
        """When it ends, unless ``steps`` is given."""

    @property
    def steps(self) -> int | None:
        """After how many steps it ends."""

    @property
    def check_every(self) -> float:
        """How often it is validated."""

    @property
    def save_every(self) -> float:
        """How often it is saved."""


class Learner(Protocol):
    """A training that can be taken a step further."""

    progress: Progress

    @property
    def plan(self) -> Length:
        """How long it is."""

    def learn(self) -> dict[str, Any]:
        """Take the next step and return what is to be told of it."""

    def validate(self) -> dict[str, Any]:
        """Judge the averaged weights on what training never sees; empty if there is nothing."""

    def save(self) -> None:
        """Write everything the training needs to go on."""


def fraction_done(plan: Length, progress: Progress) -> float:
    """Return how much of the plan is done, 0 to 1."""
    if plan.steps is not None:
        return min(1.0, progress.step / plan.steps) if plan.steps > 0 else 1.0
    return min(1.0, progress.minutes / plan.minutes)


def run_through(learner: Learner, report: Report, should_stop: Callable[[], bool]) -> None:
    """Train to the end of the plan, or until ``should_stop``; the state is saved in any case."""
    plan, progress = learner.plan, learner.progress
    begin, before = time.process_time(), progress.minutes
    saved = checked = before

    def told() -> dict[str, Any]:
        return {"step": progress.step, "minutes": progress.minutes, "done": fraction_done(plan, progress)}

    while fraction_done(plan, progress) < 1 and not should_stop():
        shown = learner.learn()
        progress.step += 1
        progress.minutes = before + (time.process_time() - begin) / 60 / max(1, torch.get_num_threads())
        report({**told(), **shown})
        if progress.minutes - checked >= plan.check_every:
            checked = progress.minutes
            report({**told(), **learner.validate()})
        if progress.minutes - saved >= plan.save_every:
            saved = progress.minutes
            learner.save()
    learner.save()
    report({**told(), **learner.validate()})
