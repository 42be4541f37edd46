"""What a pose network was taught: its joints by name, and which swap sides in a mirror."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Joints:
    """Names in order, and for each joint the number of its mirror image (itself where it has none)."""

    names: tuple[str, ...]
    mirror: tuple[int, ...]

    def places(self, wanted: Sequence[str]) -> list[int | None]:
        """Return for each wanted name the number of the joint that it means, or None."""
        known = {plain(name): number for number, name in enumerate(self.names)}
        return [known.get(plain(name)) for name in wanted]


def joints_named(names: Sequence[str]) -> Joints:
    """Return the joints with these names; left and right ones mirror each other."""
    known = {plain(name): number for number, name in enumerate(names)}
    mirror = tuple(known.get(_other_side(plain(name)), number) for number, name in enumerate(names))
    return Joints(tuple(names), mirror)


def plain(name: str) -> str:
    """Return ``name`` in the one spelling by which names are compared: "Left Knee" is "left_knee"."""
    return "_".join(name.lower().replace("-", " ").replace("_", " ").split())


def _other_side(name: str) -> str:
    words = name.split("_")
    swap = {"left": "right", "right": "left", "l": "r", "r": "l"}
    return "_".join(swap.get(word, word) for word in words)
