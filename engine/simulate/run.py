"""Plays the stages one after the other on the same images, each in a project of its own, and adds up what happened."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import numpy as np

from engine.control import QUIET, Control
from engine.errors import BadFile, CannotWrite, InvalidOp
from engine.inference.draft import ImageRef
from engine.jobs.finder import LocalFinder
from engine.jobs.start import create_auto_job, run_job
from engine.measure.engine_table import engine_table
from engine.measure.table_out import to_json
from engine.measure.truth import TrueImage, read_true_images, true_names
from engine.project import add_images
from engine.records import Stage
from engine.simulate.habits import Habits
from engine.simulate.outcome import StageOutcome, outcome_of
from engine.simulate.person import Person
from engine.simulate.plays import Played, assisted, job_params, review, semi
from engine.stages.params import PRESETS, AutoParams
from engine.stages.semi import SemiParams
from engine.workspace import Workspace
from models import registry
from models.api import MaskBackend

STAGES = ("assisted", "semi", "auto")
AUTHOR = "simulated person"
_STOPPED = "The simulation was stopped. Its projects so far are whole; no report was written."


@dataclass(frozen=True, slots=True)
class Simulation:
    """What is to be played: truth, stages, backend, habits, and what the machine fills in and keeps."""

    coco: Path
    images: Path
    out: Path
    backend: str
    stages: tuple[str, ...] = STAGES
    habits: Habits = field(default_factory=Habits)
    limit: int | None = None
    seed: int = 1
    device: str | None = None
    prefill: SemiParams = field(default_factory=SemiParams)
    auto: AutoParams = field(default_factory=lambda: PRESETS["default"])

    def __post_init__(self) -> None:
        """Refuse stages that there are not."""
        for stage in self.stages:
            if stage not in STAGES:
                raise InvalidOp(f"There is no stage '{stage}'. Choose of: {', '.join(STAGES)}. Nothing was started.")
        if not self.stages:
            raise InvalidOp(f"Name at least one stage of: {', '.join(STAGES)}. Nothing was started.")

    def place(self, stage: str) -> Path:
        """Return where the project of ``stage`` lies; people can open it in the window afterwards."""
        return self.out / f"{stage}.maskwright"


@dataclass(frozen=True, slots=True)
class Result:
    """The outcome of each stage, the engine's own table of its project, and who answered."""

    simulation: Simulation
    weights_hash: str
    device: str
    outcomes: tuple[StageOutcome, ...]
    tables: dict[str, dict[str, Any]]

    def figures(self) -> list[dict[str, Any]]:
        """Return the figures of each stage."""
        return [outcome.to_json() for outcome in self.outcomes]


def simulate(order: Simulation, *, control: Control = QUIET) -> Result:
    """Play ``order``; what is wrong with it is found before anything is made. ``control`` counts images times stages.

    Raises BadFile (no truth, no images), InvalidOp (a simulation lies there already, a backend that cannot),
    CannotWrite and the backend's errors.
    """
    total = _checked(order)
    backend = cast("MaskBackend", registry.load(order.backend, device=order.device))
    try:
        try:
            order.out.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise CannotWrite(f"Nothing can be written in {order.out}: {error.strerror or error}.") from error
        outcomes, tables = [], {}
        for number, stage in enumerate(order.stages):
            done = number * total

            def told(images: int, before: int = done) -> None:
                control.step(before + images, total * len(order.stages), what=_STOPPED)

            with Workspace.create(order.place(stage), name=f"Simulated: {stage}", author=AUTHOR) as workspace:
                refs = _add(workspace, order)
                plays = _play(stage, order, workspace, backend, refs, told)
                outcomes.append(outcome_of(stage, workspace, plays, _paired(order, refs)))
                with workspace.read() as reader:
                    tables[stage] = to_json(engine_table(reader))
        return Result(order, backend.info.weights_hash, backend.info.device, tuple(outcomes), tables)
    finally:
        backend.close()


def _checked(order: Simulation) -> int:
    """Return how many images there are to play; raises what is wrong before anything is made."""
    names = true_names(order.coco, order.limit)
    if not names:
        raise BadFile(f"{order.coco} has no object of 32 x 32 pixels and more to annotate.")
    lost = [name for name in names if not (order.images / name).is_file()]
    if lost:
        others = f" and {len(lost) - 1} others of {order.coco.name} are" if len(lost) > 1 else " is"
        raise BadFile(f"{order.images / lost[0]}{others} not there. Give --images their folder. Nothing was started.")
    there = [order.place(stage) for stage in order.stages if order.place(stage).exists()]
    if there:
        raise InvalidOp(f"{there[0]} is there already. Name another folder, or remove it. Nothing was started.")
    spec = registry.find(order.backend)
    wanted = {"points", "grid"} if {"semi", "auto"} & set(order.stages) else {"points"}
    if spec.task != "mask" or not wanted <= spec.prompts:
        raise InvalidOp(f"The backend '{order.backend}' cannot play these stages. Choose another one.")
    return len(names)


def _play(
    stage: str,
    order: Simulation,
    workspace: Workspace,
    backend: MaskBackend,
    refs: dict[str, ImageRef],
    told: Callable[[int], None],
) -> list[Played]:
    person = Person(workspace, backend, order.habits, np.random.default_rng(order.seed))
    if stage == "auto":
        ids = [ref.image_id for ref in refs.values()]
        job = create_auto_job(workspace, order.backend, order.auto, ids, Stage.AUTO, device=order.device)
        run_job(order.place(stage), job, finder=LocalFinder(backend))
    plays = []
    for number, (ref, true) in enumerate(_paired(order, refs), 1):
        if stage == "assisted":
            plays.append(assisted(person, ref, true))
        elif stage == "semi":
            plays.append(semi(person, workspace, backend, ref, true, order.prefill))
        else:
            plays.append(review(person, workspace, ref, true))
        told(number)
    return plays


def _paired(order: Simulation, refs: dict[str, ImageRef]) -> Iterator[tuple[ImageRef, TrueImage]]:
    for true in read_true_images(order.coco, order.images, limit=order.limit):
        yield refs[true.name], true


def _add(workspace: Workspace, order: Simulation) -> dict[str, ImageRef]:
    """Add the images and return them by their name in the COCO file."""
    names = true_names(order.coco, order.limit)
    files = {str((order.images / name).resolve()): name for name in names}
    add_images(workspace, [Path(file) for file in files])
    refs = {}
    with workspace.read() as reader:
        for image in reader.images.stream():
            name = files.get(str(image.file.resolve()))
            if name is not None and image.content_hash:
                refs[name] = ImageRef(image.id, image.file, image.content_hash, image.width, image.height)
    lost = [name for name in names if name not in refs]
    if lost:
        raise BadFile(f"{order.images / lost[0]} could not be added to the project. Nothing was simulated.")
    return refs


def params_of(preset: str, score: float | None, stability: float | None) -> tuple[SemiParams, AutoParams]:
    """Return what is filled in and what the automatic stage keeps, with the thresholds that are given."""
    if preset not in PRESETS:
        raise InvalidOp(f"There is no preset '{preset}'. Choose one of: {', '.join(PRESETS)}.")
    given = {"min_score": score, "min_stability": stability}
    filled = SemiParams(**{name: value for name, value in given.items() if value is not None})
    return filled, job_params(PRESETS[preset], score, stability)


def stages_named(text: str) -> tuple[str, ...]:
    """Return the stages of a list such as "assisted,semi"."""
    return tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
