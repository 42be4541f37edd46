"""The shape of every op."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar, Generic, TypeVar

from engine.transaction import Tx

T = TypeVar("T")


class Op(ABC, Generic[T]):
    """One user action on the data; subclasses are frozen dataclasses.

    ``apply`` validates, writes through ``tx.rows`` and returns what the caller wants to know. It raises InvalidOp (or
    a kin) before or after writing: the workspace rolls everything back.
    """

    undoable: ClassVar[bool] = True
    """False: recorded in the audit trail, but not one step that Ctrl+Z takes back (imports, jobs)."""

    @property
    @abstractmethod
    def title(self) -> str:
        """What the history and the undo menu call it, as in "Add instance"."""

    @abstractmethod
    def apply(self, tx: Tx) -> T:
        """Do it inside the open transaction."""
