"""Which backends a person may choose from: the registry seen from upstairs."""

from __future__ import annotations

from dataclasses import dataclass

from models import registry
from models.api import Task


@dataclass(frozen=True, slots=True)
class BackendChoice:
    """One backend as the settings and the command line list it; ``reason`` says why it cannot be used."""

    name: str
    title: str
    task: Task
    available: bool
    reason: str
    description: str
    licence: str
    hidden: bool


def choices(task: Task | None = "mask", *, hidden: bool = False) -> list[BackendChoice]:
    """List backends, best first; test doubles only when ``hidden`` is asked for."""
    return [
        BackendChoice(
            name=status.spec.name,
            title=status.spec.title,
            task=status.spec.task,
            available=status.available,
            reason=status.reason,
            description=status.spec.description,
            licence=status.spec.licence,
            hidden=status.spec.hidden,
        )
        for status in registry.available(task)
        if hidden or not status.spec.hidden
    ]
