"""Trains the stages one after the other; a training that was killed goes on as if it never stopped."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from models.compact.checkpoint import Average, Progress, resume, save
from models.compact.rounds import normalise
from models.deeppose.cascade import Cascade
from models.deeppose.network import FULL, STAGES, DeepPose, DeepSize
from models.deeppose.regions import SIGMA, Region, around, diameter
from models.people import Person
from models.pose.augment import lit
from models.pose.skeletons import Joints
from models.training_loop import Report, fraction_done, run_through

_PICTURE_BYTES = 512 << 20
"""Photographs kept in memory: small sets of one's own are seen again and again."""
_FITTED = 120
"""People on whom a stage's start is measured before it learns."""
_LEAST_DRIFT = 0.03
"""Deviation in diameters that a stage sees at least: on people it knows, the stage before is better than on others."""


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
    batch: int = 32
    peak: float = 1e-3
    floor: float = 0.01
    warm: int = 30
    check_every: float = 5.0
    save_every: float = 1.0
    size: DeepSize = FULL


class Trainer:
    """A training in progress."""

    def __init__(
        self, plan: Plan, joints: Joints, people: list[Person], start: dict[str, Tensor] | None = None
    ) -> None:
        """Take up the earlier training if ``plan.resume``; ``start`` holds weights to begin with, where they fit."""
        if plan.threads:
            torch.set_num_threads(plan.threads)
        cv2.setNumThreads(1)
        torch.manual_seed(plan.seed)
        self.plan = plan
        self.device = torch.device(plan.device)
        self._joints = joints
        self._learned = [person for person in people if not person.held]
        self._held = [person for person in people if person.held]
        if not self._learned:
            raise ValueError("All labelled photographs belong to the validation part: there is nothing to learn from.")
        self.network = DeepPose(len(joints.names), plan.size).to(self.device)
        _begin_with(self.network, start or {})
        self.average = Average(self.network)
        self.optimiser = torch.optim.AdamW(self.network.parameters(), lr=plan.peak, weight_decay=0.03)
        self.progress = Progress()
        self._pictures: dict[Path, NDArray[np.uint8]] = {}
        self._room = _PICTURE_BYTES
        self.checkpoint = plan.out / "training.pt"
        plan.out.mkdir(parents=True, exist_ok=True)
        if plan.resume and self.checkpoint.is_file():
            self.progress = resume(self.checkpoint, self.network, self.average, self.optimiser)

    def run(self, report: Report, should_stop: Callable[[], bool] = lambda: False) -> None:
        """Train to the end of the plan, or until ``should_stop``; the state is saved in any case."""
        run_through(self, lambda line: report({**line, "stage": self.stage() + 1}), should_stop)

    def learn(self) -> dict[str, Any]:
        """Take the next step and return its loss."""
        return {"loss": self._step()}

    def fraction(self) -> float:
        """Return how much of the plan is done, 0 to 1."""
        return fraction_done(self.plan, self.progress)

    def stage(self) -> int:
        """Return the stage that learns now, from 0; each has its share of the plan."""
        return min(int(self.fraction() * STAGES), STAGES - 1)

    def validate(self, stages: int | None = None) -> dict[str, Any]:
        """Return the shares of held-out joints within 5 and 10 % of the box's longer side.

        They are those after so many ``stages``, by default all up to the one that learns now.
        """
        if not self._held:
            return {}
        stages = self.stage() + 1 if stages is None else stages
        cascade = self._cascade()
        far = np.concatenate([self._off(cascade, person, stages) for person in self._held])
        return {"held_near": float((far < 0.05).mean()), "held_close": float((far < 0.1).mean())}

    def save(self) -> None:
        """Write everything the training needs to go on."""
        save(self.checkpoint, self.network, self.average, self.optimiser, self.progress)

    def _picture(self, person: Person) -> NDArray[np.uint8]:
        """Return the photograph, from memory if it was read before and there was room for it."""
        found = self._pictures.get(person.path)
        if found is None:
            found = person.image()
            if found.nbytes <= self._room:
                self._room -= found.nbytes
                self._pictures[person.path] = found
        return found

    def _off(self, cascade: Cascade, person: Person, stages: int) -> NDArray[np.float64]:
        points, _ = cascade.find(self._picture(person), person.box, stages)
        length = max(person.box[2] - person.box[0], person.box[3] - person.box[1])
        off = np.linalg.norm(points - person.joints[:, :2], axis=1) / length
        return np.asarray(off[person.joints[:, 2] > 0])

    def _cascade(self) -> Cascade:
        judged = DeepPose(len(self._joints.names), self.plan.size).to(self.device)
        judged.load_state_dict(self.average.state)
        return Cascade(judged.eval(), self._joints, self.device)

    def _step(self) -> float:
        stage = self.stage()
        if stage and not bool(self.network.drift[stage].any()):
            self._measure_drift(stage)
        rng = np.random.default_rng((self.plan.seed, self.progress.step))
        images, wanted, counted = self._draw(stage, rng)
        into = self.fraction() * STAGES - stage
        fall = self.plan.floor + (1 - self.plan.floor) * 0.5 * (1 + math.cos(math.pi * into))
        for group in self.optimiser.param_groups:
            group["lr"] = self.plan.peak * fall * min(1.0, (self.progress.step + 1) / self.plan.warm)
        self.network.eval()
        look = self.network.looks[stage].train()
        found = look(normalise(images.to(self.device)))
        squared = ((found - wanted.to(self.device)) ** 2).sum(dim=2) * counted.to(self.device)
        loss = squared.sum() / counted.sum().clamp(min=1)
        self.optimiser.zero_grad(set_to_none=True)
        torch.autograd.backward(loss)
        norm = torch.nn.utils.clip_grad_norm_(look.parameters(), 3.0)
        if torch.isfinite(norm):
            self.optimiser.step()
            # The average begins anew with each stage, whose weights were fresh until then.
            done = self.fraction()
            self.average.follow(self.network, int(into / STAGES * self.progress.step / done) if done else 0)
        return float(loss.detach())

    def _measure_drift(self, stage: int) -> None:
        """Measure how far the joints that this stage starts from are off, in diameters of the true pose."""
        cascade, size = self._cascade(), len(self._joints.names)
        offs, known = [], []
        for person in self._learned[:_FITTED]:
            points, _ = cascade.find(self._picture(person), person.box, stage)
            offs.append((points - person.joints[:, :2]) / _size(person, self._joints))
            known.append(person.joints[:, 2] > 0)
        off, labelled = np.array(offs), np.array(known)
        fitted = np.zeros((2, size, 2))
        for joint in range(size):
            own = off[labelled[:, joint], joint]
            fitted[:, joint] = (own.mean(axis=0), own.std(axis=0)) if len(own) > 1 else (np.zeros(2), np.ones(2) * 0.2)
        fitted[1] = fitted[1].clip(min=_LEAST_DRIFT)
        drift = torch.tensor(fitted, dtype=torch.float32, device=self.device)
        self.network.drift[stage] = drift
        self.average.state["drift"][stage] = drift

    def _draw(self, stage: int, rng: np.random.Generator) -> tuple[Tensor, Tensor, Tensor]:
        """Return crops uint8[B, side, side, 3], where the joints are in them, and which of them count."""
        images: list[NDArray[np.uint8]] = []
        wanted: list[NDArray[np.float64]] = []
        counted: list[NDArray[np.bool_]] = []
        while len(images) < self.plan.batch:
            person = self._learned[int(rng.integers(len(self._learned)))]
            region, joint = self._region(stage, person, rng)
            if region is None:
                continue
            crop = lit(region.cut(self._picture(person), self.plan.size.side), rng)
            places, known = region.into(person.joints[:, :2]), person.joints[:, 2] > 0
            if joint is not None:
                known = known & (np.arange(len(known)) == joint)
            if rng.random() < 0.5:
                mirror = list(self._joints.mirror)
                crop, places, known = crop[:, ::-1], places[mirror] * (-1.0, 1.0), known[mirror]
            images.append(crop)
            wanted.append(places)
            counted.append(known)
        return (
            torch.from_numpy(np.ascontiguousarray(np.stack(images))),
            torch.tensor(np.stack(wanted), dtype=torch.float32),
            torch.tensor(np.stack(counted), dtype=torch.float32),
        )

    def _region(self, stage: int, person: Person, rng: np.random.Generator) -> tuple[Region | None, int | None]:
        """Return the square of one example and the joint that it is about (None: all); None for an unlabelled joint."""
        if stage == 0:
            whole = around(person.box)
            off = rng.normal(0, 0.05, 2) * whole.side
            side = whole.side * float(np.exp(np.clip(rng.normal(0, 0.12), -0.3, 0.3)))
            return Region(whole.x + float(off[0]), whole.y + float(off[1]), side), None
        joint = int(rng.integers(len(person.joints)))
        if not person.joints[joint, 2]:
            return None, joint
        mean, deviation = self.network.drift[stage][:, joint].cpu().numpy().astype(np.float64)
        size = _size(person, self._joints)
        x, y = (person.joints[joint, :2] + rng.normal(mean, deviation) * size).tolist()
        return Region(x, y, SIGMA * size * float(np.exp(np.clip(rng.normal(0, 0.1), -0.25, 0.25)))), joint


def _size(person: Person, joints: Joints) -> float:
    """Return the diameter of a labelled pose; joints that are not labelled stand in its middle."""
    known = person.joints[:, 2] > 0
    points = np.where(known[:, None], person.joints[:, :2], person.joints[known, :2].mean(axis=0))
    return diameter(points, joints.names)


def _begin_with(network: DeepPose, start: dict[str, Tensor]) -> None:
    """Fill in what fits: weights of the same network, or an encoder's, which every stage begins with."""
    own = network.state_dict()
    found = dict(start)
    for stage in range(STAGES):
        found |= {f"looks.{stage}.{name}": value for name, value in start.items() if name.startswith("encoder.")}
    fitting = {name: value for name, value in found.items() if name in own and value.shape == own[name].shape}
    network.load_state_dict({**own, **fitting})
