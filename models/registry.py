"""Finds backends by entry point without importing torch, and loads one by name."""

from __future__ import annotations

import importlib
import importlib.util
from collections import Counter
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import cast

from models.api import Backend, BackendSpec, BackendStatus, Task
from models.errors import BackendUnavailable

GROUP = "maskwright.backends"


def available(task: Task | None = None) -> list[BackendStatus]:
    """List every registered backend in order of rank; one that cannot be used is listed with the reason.

    An entry point that does not lead to a ``BackendSpec`` has no known task and is listed under every task.
    """
    return _listed(task, ask=True)


def _listed(task: Task | None, *, ask: bool) -> list[BackendStatus]:
    """List as ``available`` does; backends are not asked whether their own weights are there unless ``ask``."""
    entries = sorted(set(entry_points(group=GROUP)), key=lambda entry: (entry.name, entry.value))
    statuses = _mark_duplicates([_status(entry, ask=ask) for entry in entries])
    return sorted(
        (status for status in statuses if task is None or status.spec.task == task or not status.spec.factory),
        key=lambda status: (status.spec.rank, status.spec.name),
    )


def default(task: Task) -> BackendSpec:
    """Return the first backend of ``task`` that is available and not hidden; raises BackendUnavailable if none is."""
    for status in available(task):
        if status.available and not status.spec.hidden:
            return status.spec
    raise BackendUnavailable(f"No backend for the task '{task}' is installed and ready.")


def find(name: str, *, ask: bool = True) -> BackendSpec:
    """Return the spec of the backend called ``name``; raises BackendUnavailable with the reason and the remedy.

    Without ``ask`` it is found also where its own weights are not there yet.
    """
    statuses = _listed(None, ask=ask)
    named = [status for status in statuses if status.spec.name == name]
    if not named:
        known = ", ".join(status.spec.name for status in statuses if not status.spec.hidden) or "none"
        raise BackendUnavailable(f"There is no backend called '{name}'. Known backends: {known}.")
    if not named[0].available:
        raise BackendUnavailable(f"The backend '{name}' cannot be used: {named[0].reason}")
    return named[0].spec


def load(name: str, *, device: str | None = None, weights: Path | None = None) -> Backend:
    """Load the backend called ``name``, ready to work, with the weights that are there or those at ``weights``.

    Raises BackendUnavailable (unknown, a package or the device is missing), WeightsMissing or WeightsMismatch.
    """
    spec = find(name, ask=weights is None)
    module_name, _, attribute = spec.factory.partition(":")
    try:
        factory = getattr(importlib.import_module(module_name), attribute)
    except (ImportError, AttributeError, ValueError) as error:
        raise BackendUnavailable(f"The backend '{name}' does not start: {error}") from error
    return cast("Backend", factory(spec, device=device, weights=weights))


def _status(entry: EntryPoint, *, ask: bool) -> BackendStatus:
    try:
        spec = entry.load()
    except (ImportError, AttributeError, SyntaxError, TypeError, ValueError) as error:
        return _broken(entry, f"its entry point '{entry.value}' does not load: {error}")
    if not isinstance(spec, BackendSpec):
        return _broken(entry, f"its entry point '{entry.value}' is not a BackendSpec but {type(spec).__name__}")
    missing = tuple(module for module in spec.requires if not _importable(module))
    reason = _remedy(spec, missing) or (_unready(spec) if ask else "")
    return BackendStatus(spec, not reason, reason, missing)


def _unready(spec: BackendSpec) -> str:
    """Ask the backend itself, for instance whether its weights are there."""
    if not spec.ready:
        return ""
    module_name, _, attribute = spec.ready.partition(":")
    try:
        return str(getattr(importlib.import_module(module_name), attribute)(spec))
    except (ImportError, AttributeError, ValueError) as error:
        return f"its check '{spec.ready}' does not run: {error}"


def _broken(entry: EntryPoint, reason: str) -> BackendStatus:
    return BackendStatus(BackendSpec(entry.name, "mask", entry.name, factory="", rank=1000), False, reason)


def _importable(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except (ImportError, ValueError):
        return False


def _remedy(spec: BackendSpec, missing: tuple[str, ...]) -> str:
    if not missing:
        return ""
    packages = "the package " + missing[0] if len(missing) == 1 else "the packages " + ", ".join(missing)
    wanted = f"'maskwright[{spec.extra}]'" if spec.extra else " ".join(missing)
    return f"needs {packages}: pip install {wanted}"


def _mark_duplicates(statuses: list[BackendStatus]) -> list[BackendStatus]:
    """Refuse every backend whose name is taken twice, rather than guess which one was meant."""
    counts = Counter(status.spec.name for status in statuses)
    return [
        status
        if counts[status.spec.name] == 1
        else BackendStatus(
            status.spec,
            False,
            f"{counts[status.spec.name]} installed packages register this name; uninstall all but one",
        )
        for status in statuses
    ]
