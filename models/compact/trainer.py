"""Trains the network, step by step.

Each step follows from the seed and its number alone, so a training that was killed goes on as if it never stopped.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import cv2
import numpy as np
import torch
from torch import Tensor

from models.compact.augment import SHIPPED, Drawer, Recipe
from models.compact.checkpoint import Average, Progress, resume, save
from models.compact.corpus import Corpus
from models.compact.flood import Ground
from models.compact.network import FULL, CompactNet, NetSize, placed
from models.compact.rounds import PATIENT, Game, Manners, judge, play
from models.compact.schedule import Schedule
from models.compact.store import read_network
from models.training_loop import Report, fraction_done, run_through


@dataclass(frozen=True, slots=True)
class Plan:
    """One training run. It ends after ``minutes`` of processor time a thread, or ``steps`` if that is given."""

    corpus: Path
    out: Path
    minutes: float = 60.0
    steps: int | None = None
    seed: int = 1
    threads: int = 0
    device: str = "cpu"
    resume: bool = False
    start: Path | None = None
    check_every: float = 4.0
    save_every: float = 1.0
    checked: int = 128
    size: NetSize = FULL
    recipe: Recipe = SHIPPED
    schedule: Schedule = field(default_factory=Schedule)


class Batch(NamedTuple):
    """Crops to learn from: ``images`` uint8[B, S, S, 3], ``masks`` uint8[B, S, S], and each crop's ground."""

    images: Tensor
    masks: Tensor
    grounds: tuple[Ground, ...]


class Trainer:
    """A training in progress."""

    def __init__(self, plan: Plan) -> None:
        """Open the corpus and take up the earlier training if ``plan.resume``."""
        if plan.threads:
            torch.set_num_threads(plan.threads)
        cv2.setNumThreads(1)
        torch.manual_seed(plan.seed)
        self.plan = plan
        self.device = torch.device(plan.device)
        corpus = Corpus(plan.corpus)
        self._drawer = Drawer(corpus, plan.recipe)
        self._held = _held_drawer(corpus, plan.recipe)
        fresh = CompactNet(plan.size) if plan.start is None else read_network(plan.start, plan.size)
        self.network = placed(fresh, self.device)
        self.average = Average(self.network)
        self.optimiser = torch.optim.AdamW(_groups(self.network), lr=plan.schedule.peak, betas=(0.9, 0.98), fused=True)
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
        """Take the next step; return its loss, rate and the IoU after each round."""
        return self._step(*next(self._coming))

    def fraction(self) -> float:
        """Return how much of the plan is done, 0 to 1."""
        return fraction_done(self.plan, self.progress)

    def validate(self) -> dict[str, Any]:
        """Return the mean IoU of the averaged weights after 1, 3 and 5 clicks on crops of held-out photographs."""
        if self._held is None:
            return {}
        rng = np.random.default_rng(12345)
        judged = placed(CompactNet(self.plan.size), self.device)
        judged.load_state_dict(self.average.state)
        judged.eval()
        overlaps, scores = [], []
        with torch.no_grad(), self._autocast():
            for _ in range(max(1, self.plan.checked // 32)):
                batch = _draw(self._held, rng, min(32, self.plan.checked), self.plan.schedule.side)
                game = Game(batch.masks.to(self.device), batch.grounds, rng, PATIENT)
                iou, score = judge(judged, batch.images.to(self.device), game, 5)
                overlaps.append(iou)
                scores.append(score)
        iou, score = torch.cat(overlaps, 1), torch.cat(scores, 1)
        found = {f"held_{clicks}": float(iou[clicks - 1].mean()) for clicks in (1, 3, 5)}
        return {**found, "score_error": float((iou - score).abs().mean())}

    def _batches(self) -> Generator[tuple[int, Batch], None, None]:
        """Yield (step, batch), one batch ahead of the training."""
        with ThreadPoolExecutor(1, "draw") as pool:
            waiting = self._ask(pool, self.progress.step)
            while True:
                step, future = waiting
                batch = future.result()
                waiting = self._ask(pool, step + 1)
                yield step, batch

    def _ask(self, pool: ThreadPoolExecutor, step: int) -> tuple[int, Future[Batch]]:
        count, side = self.plan.schedule.shape(step, self.fraction())
        rng = np.random.default_rng((self.plan.seed, step, 0))
        return step, pool.submit(_draw, self._drawer, rng, count, side)

    def _step(self, step: int, batch: Batch) -> dict[str, Any]:
        schedule = self.plan.schedule
        rate = schedule.rate(step, self.fraction())
        for group in self.optimiser.param_groups:
            group["lr"] = rate
        rng = np.random.default_rng((self.plan.seed, step, 1))
        game = Game(batch.masks.to(self.device), batch.grounds, rng, Manners())
        self.network.train()
        with self._autocast():
            loss, shown = play(self.network, batch.images.to(self.device), game, schedule.clicks(step))
        self.optimiser.zero_grad(set_to_none=True)
        torch.autograd.backward(loss)
        norm = torch.nn.utils.clip_grad_norm_(self.network.parameters(), 2.0)
        if torch.isfinite(norm):
            self.optimiser.step()
            self.average.follow(self.network, step)
        return {"loss": float(loss.detach()), "iou": [round(float(value), 4) for value in shown], "rate": rate}

    def _autocast(self) -> torch.autocast:
        return torch.autocast(self.device.type, dtype=torch.bfloat16, enabled=self.plan.size == FULL)

    def save(self) -> None:
        """Write everything the training needs to go on."""
        save(self.checkpoint, self.network, self.average, self.optimiser, self.progress)


def _held_drawer(corpus: Corpus, recipe: Recipe) -> Drawer | None:
    plain = Recipe(
        {**recipe.groups, "ccp_clothing": 0.0, "dsb2018_nuclei": 0.0},
        small_side=24,
        pasted=0,
        shapes=0,
        gray=0,
        blurred=0,
        noisy=0,
    )
    try:
        return Drawer(corpus, plain, held=True)
    except ValueError:
        return None


def _draw(drawer: Drawer, rng: np.random.Generator, count: int, side: int) -> Batch:
    crops = [drawer.draw(rng, side) for _ in range(count)]
    images = torch.from_numpy(np.stack([crop.image for crop in crops]))
    masks = torch.from_numpy(np.stack([crop.mask for crop in crops]))
    return Batch(images, masks, tuple(Ground(crop.image) for crop in crops))


def _groups(network: CompactNet) -> list[dict[str, Any]]:
    """Let weights decay, but not biases and norms."""
    wide = [value for value in network.parameters() if value.ndim > 1]
    flat = [value for value in network.parameters() if value.ndim <= 1]
    return [{"params": wide, "weight_decay": 0.03}, {"params": flat, "weight_decay": 0.0}]
