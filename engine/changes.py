"""What an op touched, as sets of ids: views decide from it what to refresh."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, fields

MOST_NAMED = 2000
"""An op that touches more instances on several images tells views to read everything again."""
_NONE: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Changes:
    """Ids touched by one committed transaction; ``everything`` means too many to name (imports): reload.

    ``images`` are images whose own row changed; ``image_contents`` are images whose instances changed.
    """

    images: frozenset[int] = _NONE
    image_contents: frozenset[int] = _NONE
    instances: frozenset[int] = _NONE
    labels: frozenset[int] = _NONE
    skeletons: frozenset[int] = _NONE
    jobs: frozenset[int] = _NONE
    project: bool = False
    audits: bool = False
    everything: bool = False

    def __bool__(self) -> bool:
        """Tell whether anything was touched."""
        return any(getattr(self, f.name) for f in fields(self))

    def __or__(self, other: Changes) -> Changes:
        """Return the union of both."""
        return Changes(**{f.name: getattr(self, f.name) | getattr(other, f.name) for f in fields(self)})


@dataclass(slots=True)
class ChangesBuilder:
    """Collects ids during a transaction; lives inside it only."""

    images: set[int] = field(default_factory=set)
    image_contents: set[int] = field(default_factory=set)
    instances: set[int] = field(default_factory=set)
    labels: set[int] = field(default_factory=set)
    skeletons: set[int] = field(default_factory=set)
    jobs: set[int] = field(default_factory=set)
    project: bool = False
    audits: bool = False
    everything: bool = False

    def note(self, table: str, row_id: int, image_ids: Iterable[int | None] = ()) -> None:
        """Remember that row ``row_id`` of ``table`` was touched; ``image_ids`` are the images it belongs to."""
        named = {"images": self.images, "instances": self.instances, "labels": self.labels}
        named |= {"skeletons": self.skeletons, "jobs": self.jobs}
        if table in named:
            named[table].add(row_id)
        elif table in ("project", "roots"):
            self.project = True
        elif table in ("audits", "audit_items"):
            self.audits = True
        self.image_contents.update(image_id for image_id in image_ids if image_id is not None)

    def freeze(self) -> Changes:
        """Return what was collected."""
        if len(self.instances) > MOST_NAMED and len(self.image_contents) > 1:
            return Changes(labels=frozenset(self.labels), project=self.project, audits=self.audits, everything=True)
        return Changes(
            images=frozenset(self.images),
            image_contents=frozenset(self.image_contents),
            instances=frozenset(self.instances),
            labels=frozenset(self.labels),
            skeletons=frozenset(self.skeletons),
            jobs=frozenset(self.jobs),
            project=self.project,
            audits=self.audits,
            everything=self.everything,
        )
