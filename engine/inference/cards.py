"""Everything a person wants to know of a backend before using it or fetching its weights."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from models import keeping, registry
from models.api import BackendStatus, Task

Readiness = Literal["ready", "package", "weights", "broken"]


@dataclass(frozen=True, slots=True)
class BackendCard:
    """One backend with its weights.

    ``state`` says what it lacks: nothing, a package, its weights, or it cannot be used (``reason`` says why). ``size``
    is what would be fetched, in bytes; ``source`` the address it comes from, empty if it cannot be fetched; ``accept``
    where a licence stands that must be accepted before; ``kept`` where weights lie, ``kept_size`` in bytes, ``ours``
    if they may be removed; ``begun`` the bytes of an unfinished download, ``free`` those left on the disk for it.
    """

    name: str
    title: str
    task: Task
    description: str
    state: Readiness
    reason: str
    licence: str
    takes_weights: bool = False
    file: str = ""
    size: int = 0
    source: str = ""
    accept: str = ""
    kept: str = ""
    kept_size: int = 0
    ours: bool = False
    begun: int = 0
    free: int = 0


def cards(*, hidden: bool = False) -> list[BackendCard]:
    """List every backend, best first; test doubles only when ``hidden`` is asked for. Looks into folders."""
    return [_card(status) for status in registry.available() if hidden or not status.spec.hidden]


def _card(status: BackendStatus) -> BackendCard:
    spec, weights = status.spec, status.spec.weights
    card = BackendCard(
        spec.name, spec.title, spec.task, spec.description, _state(status), status.reason, _licence(status)
    )
    if weights is None:
        return card
    kept = keeping.found(spec)
    return replace(
        card,
        takes_weights=True,
        file=weights.file,
        size=weights.bytes,
        source=keeping.address(weights),
        accept=weights.accept,
        kept="" if kept is None else str(kept),
        kept_size=0 if kept is None else keeping.size(kept),
        ours=kept is not None and keeping.own(kept),
        begun=keeping.begun(spec),
        free=keeping.free(),
    )


def _licence(status: BackendStatus) -> str:
    weights = status.spec.weights
    return status.spec.licence if weights is None or not weights.licence else weights.licence


def _state(status: BackendStatus) -> Readiness:
    if status.available:
        return "ready"
    if status.missing:
        return "package"
    weights = status.spec.weights
    if weights is not None and status.spec.factory and keeping.found(status.spec) is None:
        return "weights"
    return "broken"
