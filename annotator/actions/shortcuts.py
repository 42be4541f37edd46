"""Keys of actions: the table's, the person's own, and where two actions claim the same one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeAlias

from PySide6.QtGui import QKeySequence

from annotator.actions.action import Action

Overrides: TypeAlias = Mapping[str, tuple[str, ...]]


def keys_of(spec: Action, overrides: Overrides) -> tuple[str, ...]:
    """Return the keys in use for an action."""
    return overrides.get(spec.id, spec.shortcuts)


def normal(key: str) -> str:
    """Return a key in one portable spelling, so that ``ctrl+shift+a`` and ``Shift+Ctrl+A`` are the same; "" if none."""
    return QKeySequence(key).toString(QKeySequence.SequenceFormat.PortableText)


def conflicts(specs: Iterable[Action], overrides: Overrides) -> dict[str, tuple[str, ...]]:
    """Return each key claimed by more than one action, with their ids in the table's order."""
    claimed: dict[str, list[str]] = {}
    for spec in specs:
        for key in {normal(key) for key in keys_of(spec, overrides)} - {""}:
            claimed.setdefault(key, []).append(spec.id)
    return {key: tuple(ids) for key, ids in claimed.items() if len(ids) > 1}


def claimants(specs: Iterable[Action], overrides: Overrides, key: str, *, besides: str) -> tuple[Action, ...]:
    """Return the other actions that use ``key`` now."""
    wanted = normal(key)
    return tuple(
        spec
        for spec in specs
        if spec.id != besides and wanted and wanted in {normal(each) for each in keys_of(spec, overrides)}
    )
