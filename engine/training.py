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
from engine.training_data import project_as_coco
from models import registry
from models.api import BackendSpec

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
    label: str = ""
    """Of projects, learn from this class only."""


def train(order: TrainingOrder, told: Told) -> Path:
    """Run the training to its end and return the weights file; ``told`` gets each line of progress.

    Ctrl+C stops it with everything saved. Raises BackendUnavailable, InvalidOp (this backend cannot be trained, or
    there is nothing to learn from), BadFile and BackendFailed.
    """
    spec = registry.find(order.backend, ask=False)
    if not spec.trainer:
        raise InvalidOp(f"The backend '{order.backend}' cannot be trained.")
    missing = [path for path in order.data if not path.exists()]
    if missing:
        raise BadFile(f"{missing[0]} does not exist. Name folders of labelled photographs, or projects.")
    with tempfile.TemporaryDirectory(prefix="maskwright-train-") as folder:
        return _run(_command(spec, order, Path(folder)), told)


def _command(spec: BackendSpec, order: TrainingOrder, folder: Path) -> list[str]:
    command = [sys.executable, "-P", "-m", spec.trainer, "--out", str(order.out), "--minutes", str(order.minutes)]
    for number, path in enumerate(order.data):
        if path.suffix == _PROJECT:
            exported = folder / f"project{number}.json"
            project_as_coco(str(path), exported, task=spec.task, label=order.label)
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
