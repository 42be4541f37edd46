"""Trains the pose network; a training that was killed goes on as if it never stopped."""

from __future__ import annotations

import math
from collections.abc import Callable, Generator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from models.compact.checkpoint import Average, Progress, resume, save
from models.compact.rounds import normalise
from models.people import Person
from models.pose.augment import Example, example, seen_in
from models.pose.frames import SIDE, around
from models.pose.heatmaps import draw, find
from models.pose.network import FULL, PoseNet, PoseSize, placed
from models.pose.skeletons import Joints
from models.training_loop import Report, fraction_done, run_through

RATE = 1e-3
"""Highest learning rate of a training from the beginning."""


@dataclass(frozen=True, slots=True)
class Plan:
    """One training run. It ends after ``minutes`` of processor time a thread, or ``steps`` if that is given."""

    out: Path
    minutes: float = 60.0
    steps: int | None = None
    seed: int = 1
    threads: int = 0
    device: str = "cpu"
    resume: bool = False
    batch: int = 16
    peak: float = RATE
    floor: float = 0.01
    warm: int = 150
    check_every: float = 5.0
    save_every: float = 1.0
    size: PoseSize = FULL


class Trainer:
    """A training in progress."""

    def __init__(
        self, plan: Plan, joints: Joints, figures: list[Person], start: dict[str, Tensor] | None = None
    ) -> None:
        """Take up the earlier training if ``plan.resume``; ``start`` holds weights to begin with, where they fit."""
        if plan.threads:
            torch.set_num_threads(plan.threads)
        cv2.setNumThreads(1)
        torch.manual_seed(plan.seed)
        self.plan = plan
        self.device = torch.device(plan.device)
        self._joints = joints
        self._learned = [figure for figure in figures if not figure.held]
        self._held = [figure for figure in figures if figure.held]
        if not self._learned:
            raise ValueError("All labelled photographs belong to the validation part: there is nothing to learn from.")
        self.network = placed(PoseNet(len(joints.names), plan.size), self.device)
        if start is not None:
            own = self.network.state_dict()
            self.network.load_state_dict(
                {
                    **own,
                    **{name: value for name, value in start.items() if name in own and value.shape == own[name].shape},
                }
            )
        self.average = Average(self.network)
        self.optimiser = torch.optim.AdamW(self.network.parameters(), lr=plan.peak, weight_decay=0.03, fused=True)
        self.progress = Progress()
        self.checkpoint = plan.out / "training.pt"
        plan.out.mkdir(parents=True, exist_ok=True)
        if plan.resume and self.checkpoint.is_file():
            self.progress = resume(self.checkpoint, self.network, self.average, self.optimiser)

    def run(self, report: Report, should_stop: Callable[[], bool] = lambda: False) -> None:
        """Train to the end of the plan, or until ``should_stop``; the state is saved in any case."""
        self._coming = self._batches()
        try:
            run_through(self, report, should_stop)
        finally:
            self._coming.close()

    def learn(self) -> dict[str, Any]:
        """Take the next step and return its loss."""
        return {"loss": self._step(*next(self._coming))}

    def fraction(self) -> float:
        """Return how much of the plan is done, 0 to 1."""
        return fraction_done(self.plan, self.progress)

    def validate(self) -> dict[str, Any]:
        """Return the shares of held-out joints within 5 and 10 % of the box's longer side, near and close."""
        if not self._held:
            return {}
        judged = placed(PoseNet(len(self._joints.names), self.plan.size), self.device)
        judged.load_state_dict(self.average.state)
        judged.eval()
        far: list[float] = []
        for start in range(0, len(self._held), 32):
            some = self._held[start : start + 32]
            seen = [seen_in(around(figure.box), figure, self._joints) for figure in some]
            images, joints = _stacked(seen)
            with torch.no_grad(), self._autocast():
                found, _ = find(judged(normalise(images.to(self.device))))
            off = (found.cpu() - joints[..., :2]).norm(dim=2)
            sizes = torch.tensor([around(figure.box).side for figure in some])
            length = torch.tensor([max(f.box[2] - f.box[0], f.box[3] - f.box[1]) for f in some]) * SIDE / sizes
            far += (off / length[:, None])[joints[..., 2] > 0].tolist()
        spread = np.array(far)
        return {"held_near": float((spread < 0.05).mean()), "held_close": float((spread < 0.1).mean())}

    def save(self) -> None:
        """Write everything the training needs to go on."""
        save(self.checkpoint, self.network, self.average, self.optimiser, self.progress)

    def _batches(self) -> Generator[tuple[int, Tensor, Tensor], None, None]:
        """Yield (step, images, joints), one batch ahead of the training."""
        with ThreadPoolExecutor(1, "draw") as pool:
            waiting = self._ask(pool, self.progress.step)
            while True:
                step, future = waiting
                images, joints = _stacked(future.result())
                waiting = self._ask(pool, step + 1)
                yield step, images, joints

    def _ask(self, pool: ThreadPoolExecutor, step: int) -> tuple[int, Future[list[Example]]]:
        return step, pool.submit(self._draw, np.random.default_rng((self.plan.seed, step)))

    def _draw(self, rng: np.random.Generator) -> list[Example]:
        chosen = rng.integers(len(self._learned), size=self.plan.batch)
        return [example(self._learned[int(number)], self._joints, rng) for number in chosen]

    def _step(self, step: int, images: Tensor, joints: Tensor) -> float:
        fall = self.plan.floor + (1 - self.plan.floor) * 0.5 * (1 + math.cos(math.pi * self.fraction()))
        for group in self.optimiser.param_groups:
            group["lr"] = self.plan.peak * min(1.0, (step + 1) / self.plan.warm) * fall
        self.network.train()
        with self._autocast():
            logits = self.network(normalise(images.to(self.device)))
        loss = cost(logits, joints.to(self.device))
        self.optimiser.zero_grad(set_to_none=True)
        torch.autograd.backward(loss)
        norm = torch.nn.utils.clip_grad_norm_(self.network.parameters(), 3.0)
        if torch.isfinite(norm):
            self.optimiser.step()
            self.average.follow(self.network, step)
        return float(loss.detach())

    def _autocast(self) -> torch.autocast:
        return torch.autocast(self.device.type, dtype=torch.bfloat16, enabled=self.plan.size == FULL)


def cost(logits: Tensor, joints: Tensor) -> Tensor:
    """Return the mean cross-entropy between maps (float[B, J, h, w] logits) and Gaussians at the labelled ``joints``.

    ``joints`` float[B, J, 3]: crop pixels, and 1 where labelled. A softmax over the cells learns in fewer steps than
    squared errors on single cells, of which nearly all are empty.
    """
    wanted = draw(joints[..., :2], logits.shape[-1])
    chance = functional.log_softmax(logits.flatten(2), 2).view_as(logits)
    each = -(wanted * chance).sum((2, 3))
    labelled = joints[..., 2]
    return (each * labelled).sum() / labelled.sum().clamp(min=1)


def _stacked(seen: list[Example]) -> tuple[Tensor, Tensor]:
    images = torch.from_numpy(np.stack([one.image for one in seen]))
    return images, torch.from_numpy(np.stack([one.joints for one in seen]))
