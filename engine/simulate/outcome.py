"""What a simulation found, as plain figures: cost and quality of the masks of each stage."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.inference.draft import ImageRef
from engine.measure.overlap import iou
from engine.measure.truth import TrueImage
from engine.records import State
from engine.simulate.plays import Played, matched
from engine.workspace import Workspace
from models import masks


@dataclass(frozen=True, slots=True)
class StageOutcome:
    """One stage on all images. ``ious`` are those of the final masks with the objects that they are meant to be."""

    stage: str
    plays: tuple[Played, ...]
    ious: tuple[float, ...]
    stored: int

    @property
    def masks(self) -> int:
        """How many masks of true objects were left."""
        return len(self.ious)

    @property
    def clicks(self) -> int:
        """Clicks that the person made, on everything."""
        return sum(play.effort.clicks for play in self.plays)

    @property
    def keys(self) -> int:
        """Keys that the person pressed."""
        return sum(play.effort.keys for play in self.plays)

    @property
    def seconds(self) -> float:
        """The person's seconds by the time model."""
        return sum(play.effort.seconds for play in self.plays)

    def total(self, name: str) -> int:
        """Return the sum of a field of ``Played`` over the images."""
        return sum(int(getattr(play, name)) for play in self.plays)

    def to_json(self) -> dict[str, Any]:
        """Return the figures by name; what cannot be said is None."""
        objects = self.total("objects")
        return {
            "stage": self.stage,
            "images": len(self.plays),
            "objects": objects,
            "masks": self.masks,
            "stored": self.stored,
            "recall": _share(self.masks, objects),
            "mean_iou": float(np.mean(self.ious)) if self.ious else None,
            "above_75": _share(sum(value > 0.75 for value in self.ious), self.masks),
            "above_90": _share(sum(value > 0.90 for value in self.ious), self.masks),
            "clicks": self.clicks,
            "keys": self.keys,
            "seconds": round(self.seconds, 1),
            "clicks_per_mask": _share(self.clicks, self.masks),
            "actions_per_mask": _share(self.clicks + self.keys, self.masks),
            "seconds_per_mask": _share(self.seconds, self.masks),
            **{name: self.total(name) for name in ("given_up", "shown", "right", "put_right", "gaps", "gap_objects")},
        }


def outcome_of(
    stage: str, workspace: Workspace, plays: Sequence[Played], seen: Iterable[tuple[ImageRef, TrueImage]]
) -> StageOutcome:
    """Compare what is accepted in the database with the truth of each image."""
    ious: list[float] = []
    stored = 0
    for image, true in seen:
        with workspace.read() as reader:
            there = reader.instances.of_image(image.image_id, (State.ACCEPTED,))
        accepted = [each for each in there if each.mask is not None]
        stored += len(accepted)
        for instance, thing in matched(accepted, true.objects):
            if thing is not None and instance.mask is not None:
                ious.append(iou(masks.decode(instance.mask), thing.mask))
    return StageOutcome(stage, tuple(plays), tuple(ious), stored)


def saved(figures: Sequence[Mapping[str, Any]], key: str = "clicks_per_mask") -> float | None:
    """Return the share of ``key`` that the semi-automatic stage saved against the assisted one, or None."""
    by_stage = {each["stage"]: each for each in figures}
    before, after = (by_stage.get(stage, {}).get(key) for stage in ("assisted", "semi"))
    return None if not before or after is None else 1 - after / before


def _share(part: float, whole: float) -> float | None:
    return part / whole if whole else None
