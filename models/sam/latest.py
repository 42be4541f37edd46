"""What was made of the last image, kept for the next prompt on it."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import Generic, TypeVar

from torch import Tensor

T = TypeVar("T")


class Latest(Generic[T]):
    """One thing that goes with one tensor; a new tensor takes the place of the old one."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self._known: tuple[weakref.ref[Tensor], T] | None = None

    def of(self, source: Tensor, make: Callable[[], T]) -> T:
        """Return what ``make`` returns for this very tensor, made once."""
        if self._known is not None and self._known[0]() is source:
            return self._known[1]
        made = make()
        self._known = (weakref.ref(source), made)
        return made
