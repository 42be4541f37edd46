"""The sample project: photographs of scikit-image, labels, and on demand masks, a COCO file and preview pictures."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import platformdirs

from engine.control import QUIET, Control
from engine.errors import BackendFailed, CannotWrite
from engine.formats import coco
from engine.imaging.decode import read_image
from engine.ops.instances import AddInstance
from engine.ops.labels import AddLabel
from engine.preview import write_preview
from engine.project import add_images
from engine.records import CandidateRecord, ImageRecord, InstanceRecord, Level, PromptRecord, Provenance, Stage, State
from engine.report import Report
from engine.samples import SAMPLE_LABELS, SAMPLE_PROMPTS, write_samples
from engine.workspace import Workspace
from models import masks, registry
from models.api import Embedding, Image, MaskBackend, MaskCandidate, PromptSet
from models.errors import ModelError

PROJECT = "sample.maskwright"
_STOPPED = "The demonstration was stopped. Start it again to go on where it was."


@dataclass(frozen=True, slots=True)
class DemoReport:
    """Where things are, and how many masks were made now and are there in all."""

    project: Path
    coco_file: Path
    previews: tuple[Path, ...]
    backend: str
    made: int
    instances: int
    export: Report


def default_folder() -> Path:
    """Return where the sample project lives when nobody says otherwise."""
    return Path(platformdirs.user_data_dir("maskwright", appauthor=False)) / "demo"


def make_sample(folder: Path) -> Path:
    """Write the sample photographs and the project with its labels into ``folder``; what is there is kept."""
    pictures = folder / "images"
    write_samples(pictures)
    place = folder / PROJECT
    workspace = Workspace.open(place) if place.exists() else Workspace.create(place, name="Sample")
    try:
        add_images(workspace, [pictures])
        with workspace.read() as reader:
            there = {label.name for label in reader.labels.all()}
        # Once there are labels they are the person's: one that was deleted must not come back.
        for label in () if there else SAMPLE_LABELS:
            workspace.execute(AddLabel(label.name, color=label.color))
    finally:
        workspace.close()
    return place


def run_headless(folder: Path, *, control: Control = QUIET) -> DemoReport:
    """Make the sample project, ask the default backend for its objects, export and draw everything.

    Pictures that hold instances already are left as they are. Raises BackendFailed, Cancelled and the engine's errors.
    """
    place = make_sample(folder)
    workspace = Workspace.open(place)
    try:
        backend_name, made = _annotate(workspace, control)
        coco_file = folder / "sample-coco.json"
        report = coco.write(workspace, coco_file)
        previews = _draw(workspace, folder / "previews")
        with workspace.read() as reader:
            instances = reader.instances.count()
    finally:
        workspace.close()
    return DemoReport(place, coco_file, previews, backend_name, made, instances, report)


def _annotate(workspace: Workspace, control: Control) -> tuple[str, int]:
    with workspace.read() as reader:
        labels = {label.name: label.id for label in reader.labels.all()}
        waiting = [
            image
            for image in reader.images.stream()
            if image.width and image.path in SAMPLE_PROMPTS and not reader.instances.of_image(image.id, tuple(State))
        ]
    if not waiting:
        return "", 0
    made = 0
    try:
        backend = registry.load(registry.default("mask").name)
        if not isinstance(backend, MaskBackend):
            raise CannotWrite("The default backend makes no masks.")
        for done, image in enumerate(waiting):
            control.step(done, len(waiting), what=_STOPPED)
            made += _annotate_image(workspace, backend, image, labels)
        control.step(len(waiting), len(waiting), what=_STOPPED)
        name = backend.info.name
        backend.close()
    except ModelError as error:
        raise BackendFailed(str(error)) from error
    return name, made


def _annotate_image(workspace: Workspace, backend: MaskBackend, image: ImageRecord, labels: dict[str, int]) -> int:
    pixels: Image = read_image(image.file).pixels
    embedding = backend.encode(pixels)
    made = 0
    for sample in SAMPLE_PROMPTS[image.path]:
        instance = _instance(backend, embedding, sample.prompts, image.id, labels.get(sample.label))
        if instance is not None:
            workspace.execute(instance)
            made += 1
    return made


def _instance(
    backend: MaskBackend, embedding: Embedding, prompts: PromptSet, image_id: int, label_id: int | None
) -> AddInstance | None:
    candidates = [each for each in backend.predict(embedding, prompts) if each.to_bool().any()]
    if not candidates:
        return None
    best = candidates[0]
    return AddInstance(
        image_id,
        mask=masks.encode(best.to_bool()),
        label_id=label_id,
        provenance=Provenance(
            stage=Stage.ASSISTED,
            backend=backend.info.name,
            weights_hash=backend.info.weights_hash,
            device=backend.info.device,
            score=best.score,
            stability=best.stability,
            clicks=len(_records(prompts)),
            tool="smart",
        ),
        prompts=_records(prompts),
        candidates=tuple(_candidate(rank, each) for rank, each in enumerate(candidates)),
    )


def _records(prompts: PromptSet) -> tuple[PromptRecord, ...]:
    box = () if prompts.box is None else (prompts.box,)
    boxes = tuple(PromptRecord("box", each.x0, each.y0, each.x1, each.y1) for each in box)
    return boxes + tuple(PromptRecord("point", each.x, each.y, positive=each.positive) for each in prompts.points)


def _candidate(rank: int, found: MaskCandidate) -> CandidateRecord:
    logits = None if found.logits is None else found.logits.astype(np.float16)
    area = int(np.count_nonzero(found.to_bool()))
    return CandidateRecord(rank, found.score, found.stability, area, Level.NONE, rank == 0, logits)


def _draw(workspace: Workspace, folder: Path) -> tuple[Path, ...]:
    with workspace.read() as reader:
        labels = {label.id: label for label in reader.labels.all()}
        work: list[tuple[ImageRecord, list[InstanceRecord]]] = [
            (image, reader.instances.of_image(image.id)) for image in reader.images.stream() if image.width
        ]
    written = []
    for image, instances in work:
        target = folder / f"{Path(image.path).stem}.png"
        write_preview(target, read_image(image.file).pixels, instances, labels)
        written.append(target)
    return tuple(written)
