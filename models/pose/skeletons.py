"""What a pose network was taught: its joints by name, and which swap sides in a mirror."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from models.joint_names import matched, mirror_of, plain


@dataclass(frozen=True, slots=True)
class Joints:
    """Names in order, and for each joint the number of its mirror image (itself where it has none)."""

    names: tuple[str, ...]
    mirror: tuple[int, ...]

    def places(self, wanted: Sequence[str]) -> list[int | None]:
        """Return for each wanted name the number of the joint that it means, or None."""
        return matched(self.names, wanted)


def joints_named(names: Sequence[str]) -> Joints:
    """Return the joints with these names, in the spelling by which they are compared."""
    return Joints(tuple(plain(name) for name in names), mirror_of(names))
