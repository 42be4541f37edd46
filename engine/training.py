"""Trains a backend in a process of its own, on labelled folders, COCO files and projects."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from engine.errors import BackendFailed, BadFile, InvalidOp
from engine.records import State
from engine.workspace import Workspace
from models import registry

Told = Callable[[Mapping[str, Any]], None]
_PROJECT = ".maskwright"


@dataclass(frozen=True, slots=True)
class TrainingOrder:
    """What is to be trained on what. ``data`` holds folders and projects; ``coco`` holds (file, images folder)."""

    backend: str
    data: tuple[Path, ...]
    out: Path
    coco: tuple[tuple[Path, Path], ...] = ()
    minutes: float = 60.0
    resume: bool = False
    device: str | None = None
    threads: int = 0
    start: Path | None = None


def train(order: TrainingOrder, told: Told) -> Path:
    """Run the training to its end and return the weights file; ``told`` gets each line of progress.

    Ctrl+C stops it with everything saved. Raises BackendUnavailable, InvalidOp (this backend cannot be trained, or
    there is nothing to learn from), BadFile and BackendFailed.
    """
    trainer = registry.find(order.backend).trainer
    if not trainer:
        raise InvalidOp(f"The backend '{order.backend}' cannot be trained.")
    missing = [path for path in order.data if not path.exists()]
    if missing:
        raise BadFile(f"{missing[0]} does not exist. Name folders of labelled photographs, or projects.")
    with tempfile.TemporaryDirectory(prefix="maskwright-train-") as folder:
        return _run(_command(trainer, order, Path(folder)), told)


def project_as_coco(project: str, target: Path) -> int:
    """Write a project's accepted masks to ``target`` as COCO with whole image paths; return how many there are.

    Raises InvalidOp if there is none, and the workspace's errors.
    """
    images: list[dict[str, Any]] = []
    annotations: list[dict[str, Any]] = []
    workspace = Workspace.open(project)
    try:
        with workspace.read() as reader:
            listed = [image for image in reader.images.stream() if not image.error]
            for image in listed:
                entry = {"id": image.id, "file_name": str(image.file), "width": image.width, "height": image.height}
                images.append(entry)
            for instance in reader.instances.of_images([image.id for image in listed], {State.ACCEPTED}):
                if instance.mask is None or instance.iscrowd:
                    continue
                size, counts = [instance.mask.height, instance.mask.width], instance.mask.counts.decode("ascii")
                annotations.append(
                    {
                        "id": instance.id,
                        "image_id": instance.image_id,
                        "segmentation": {"size": size, "counts": counts},
                    }
                )
    finally:
        workspace.close()
    if not annotations:
        raise InvalidOp(f"{project} has no accepted mask to learn from.")
    target.write_bytes(orjson.dumps({"images": images, "annotations": annotations, "categories": []}))
    return len(annotations)


def _command(trainer: str, order: TrainingOrder, folder: Path) -> list[str]:
    command = [sys.executable, "-P", "-m", trainer, "--out", str(order.out), "--minutes", str(order.minutes)]
    for number, path in enumerate(order.data):
        if path.suffix == _PROJECT:
            exported = folder / f"project{number}.json"
            project_as_coco(str(path), exported)
            command += ["--coco", str(exported), str(path.parent)]
        else:
            command += ["--data", str(path)]
    for file, images in order.coco:
        command += ["--coco", str(file), str(images)]
    for name, value in (("--device", order.device), ("--start", order.start), ("--threads", order.threads)):
        if value:
            command += [name, str(value)]
    return [*command, "--resume"] if order.resume else command


def _run(command: Sequence[str], told: Told) -> Path:
    weights: Path | None = None
    failure = ""
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None and process.stderr is not None
        try:
            for raw in process.stdout:
                line = _parsed(raw)
                if "weights" in line:
                    weights = Path(line["weights"])
                failure = str(line.get("error", failure))
                told(line)
        except KeyboardInterrupt:
            process.terminate()
            process.wait()
            raise
        trouble = process.stderr.read().decode(errors="replace").strip().splitlines()
    if failure:
        raise BackendFailed(failure)
    if process.returncode or weights is None:
        last = trouble[-1] if trouble else f"exit code {process.returncode}"
        raise BackendFailed(f"The training ended with a fault: {last}")
    return weights


def _parsed(raw: bytes) -> Mapping[str, Any]:
    try:
        line = orjson.loads(raw)
    except orjson.JSONDecodeError:
        return {}
    return line if isinstance(line, dict) else {}
