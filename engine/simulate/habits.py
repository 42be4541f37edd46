"""How the simulated person works: when a mask is good enough, how long they try, and how long each thing takes."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from engine.errors import InvalidOp
from engine.measure.annotator import Protocol


@dataclass(frozen=True, slots=True)
class TimeModel:
    """Seconds that each thing takes. They are our assumptions, stated in every report; the machine's time is left out.

    ``find``: see the next object; ``click``: aim and click; ``look``: judge an answer; ``key``: press a key that needs
    no thought; ``judge``: decide on a mask that somebody else made.
    """

    find: float = 1.5
    click: float = 1.0
    look: float = 0.8
    key: float = 0.4
    judge: float = 1.2


@dataclass(frozen=True, slots=True)
class Habits:
    """When the person is content. Raises InvalidOp on values that make no sense.

    ``good``: IoU from which a mask is accepted as it is; ``patience``: most clicks on one object; ``least``: IoU below
    which an object is given up when patience ends; ``worth``: IoU from which a wrong proposal is put right instead of
    rejected; ``gaps``: most gaps looked at on an image; ``switch``: how much better another candidate must be to be
    chosen. ``protocol`` says where they click: the middle of the largest error, or anywhere in it.
    """

    good: float = 0.85
    patience: int = 10
    least: float = 0.5
    worth: float = 0.7
    gaps: int = 8
    switch: float = 0.02
    protocol: Protocol = "center"
    times: TimeModel = TimeModel()

    def __post_init__(self) -> None:
        """Refuse what makes no sense."""
        for name in ("good", "least", "worth", "switch"):
            if not 0 <= getattr(self, name) <= 1:
                raise InvalidOp(f"'{name}' of the simulated person must be a number from 0 to 1. Nothing was started.")
        if self.patience < 1 or self.gaps < 0:
            raise InvalidOp("The simulated person needs patience for at least one click. Nothing was started.")

    def to_json(self) -> dict[str, Any]:
        """Return plain values by name."""
        return asdict(self)
