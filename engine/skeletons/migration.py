"""What a changed skeleton does to the poses that are stored: joints are matched by identity, renames keep theirs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias, TypeVar

from models.joint_names import plain

T = TypeVar("T")
Sources: TypeAlias = tuple[int | None, ...]
"""For each joint of the new skeleton the number it had in the old one; None for a new joint."""
_MOST_NAMED = 6


@dataclass(frozen=True, slots=True)
class SkeletonUse:
    """Who uses a skeleton: names of labels, and stored poses by which joints they have labelled (bit i: joint i)."""

    labels: tuple[str, ...] = ()
    patterns: Mapping[int, int] = field(default_factory=dict)

    @property
    def poses(self) -> int:
        """How many poses there are."""
        return sum(self.patterns.values())

    def labelled(self, joints: Iterable[int]) -> int:
        """Return in how many poses at least one of ``joints`` is labelled."""
        mask = sum(1 << joint for joint in set(joints))
        return sum(number for pattern, number in self.patterns.items() if pattern & mask)


@dataclass(frozen=True, slots=True)
class Migration:
    """What would happen: ``lost`` are removed joints with the poses that have them, ``kept`` poses that lose nothing.

    ``emptied`` poses are left without any joint; ``moved`` tells that joints change their order.
    """

    poses: int
    kept: int
    emptied: int
    lost: tuple[tuple[str, int], ...]
    added: tuple[str, ...]
    renamed: tuple[tuple[str, str], ...]
    moved: bool

    @property
    def loses(self) -> bool:
        """Whether a stored joint would go."""
        return self.kept < self.poses


def migration(before: Sequence[str], after: Sequence[str], sources: Sources, use: SkeletonUse) -> Migration:
    """Return what changing the joints from ``before`` to ``after`` does to the poses of ``use``."""
    stay = [source for source in sources if source is not None]
    gone = [place for place in range(len(before)) if place not in set(stay)]
    remaining = use.labelled(stay)
    return Migration(
        poses=use.poses,
        kept=use.poses - use.labelled(gone),
        emptied=use.labelled(range(len(before))) - remaining,
        lost=tuple((before[place], use.labelled((place,))) for place in gone),
        added=tuple(name for name, source in zip(after, sources, strict=True) if source is None),
        renamed=tuple(
            (before[source], name)
            for name, source in zip(after, sources, strict=True)
            if source is not None and before[source] != name
        ),
        moved=stay != sorted(stay),
    )


def carried(values: Sequence[T], sources: Sources, new: T) -> list[T]:
    """Return one value a joint of the new skeleton: its old one, or ``new``."""
    return [new if source is None else values[source] for source in sources]


def by_name(before: Sequence[str], after: Sequence[str]) -> Sources:
    """Match joints by their names in any spelling, each old joint once."""
    known = {plain(name): place for place, name in enumerate(before)}
    return tuple(known.pop(plain(name), None) for name in after)


def words(found: Migration) -> str:
    """Say it in sentences; nothing where no pose is stored."""
    if not found.poses:
        return ""
    poses = _count(found.poses, "pose")
    parts = []
    for name, number in found.lost[:_MOST_NAMED]:
        parts.append(f"{number:,} of {poses} lose{'s' if number == 1 else ''} {name}." if number else "")
    if len(found.lost) > _MOST_NAMED:
        parts.append(f"{len(found.lost) - _MOST_NAMED} more joints go.")
    unused = [name for name, number in found.lost[:_MOST_NAMED] if not number]
    if unused:
        parts.append(f"No pose has {_names(unused)}.")
    if found.emptied:
        left = "is" if found.emptied == 1 else "are"
        parts.append(f"{_count(found.emptied, 'pose')} {left} left without a joint.")
    kept = _count(found.kept, "pose") if found.kept else "No pose"
    parts.append(f"{kept} keep{'' if found.kept > 1 else 's'} all joints.")
    if found.renamed:
        parts.append(f"Renamed: {_names([f'{old} to {new}' for old, new in found.renamed])}.")
    if found.added:
        parts.append(f"New and not labelled yet: {_names(found.added)}.")
    if found.moved:
        parts.append("Joints change their order.")
    return " ".join(part for part in parts if part)


def _names(names: Sequence[str]) -> str:
    more = len(names) - _MOST_NAMED
    return ", ".join(names[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"
