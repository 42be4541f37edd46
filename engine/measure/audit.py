"""What a quality audit found: how far the masks drawn agree with what an expert left of them.

As in SAM's study, masks are compared with their corrected selves by IoU. The figures are over the masks of the images
that were checked, as these images are now: work done on one after its check counts too, and is told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.records import AuditRecord, Rle
from engine.storage.reader import Reader
from models import masks

GOOD, FAIR = 0.90, 0.75
"""An IoU above these counts as good, as fair."""
RESAMPLES = 1000
LEVEL = 0.95
"""Of a hundred such intervals, ninety-five hold the true value."""
SAM_GOOD, SAM_FAIR = 0.94, 0.97
SAM_SOURCE = "Kirillov et al. 2023, Segment Anything: 500 images, about 50,000 masks corrected by professionals"
HUMAN = "two people agree with an IoU of 85 to 91 % in earlier studies"


@dataclass(frozen=True, slots=True)
class AuditPair:
    """One mask: its IoU with what the expert left; a mask that was deleted or rejected is ``removed``, with IoU 0."""

    image_id: int
    instance_id: int
    iou: float
    removed: bool = False


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure and its bootstrap interval; None where there is nothing to say (fewer than two images: no interval)."""

    value: float | None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class AuditReport:
    """The account of an audit so far."""

    audit: AuditRecord
    images: int
    checked: int
    masks: int
    """Frozen masks of the checked images: those the shares are of."""
    removed: int
    """Of these, the ones that the expert deleted or rejected; their IoU is 0."""
    untouched: int
    """Of these, the ones that are bit for bit as they were."""
    added: int
    """Accepted masks that the expert added on checked images: what was missing."""
    changed_since: int
    """Checked images on which somebody worked after the check."""
    good: Estimate
    """Share of masks with an IoU above 0.90."""
    fair: Estimate
    """Share of masks with an IoU above 0.75."""
    mean_iou: Estimate

    @property
    def done(self) -> bool:
        """True when every image is checked."""
        return self.checked == self.images

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""

        def told(estimate: Estimate) -> dict[str, float | None]:
            return {"value": estimate.value, "low": estimate.low, "high": estimate.high}

        return {
            "audit": self.audit.id,
            "author": self.audit.author,
            "created_at": self.audit.created_at,
            "params": dict(self.audit.params),
            "images": self.images,
            "checked": self.checked,
            "masks": self.masks,
            "removed": self.removed,
            "untouched": self.untouched,
            "added": self.added,
            "changed_since_check": self.changed_since,
            "above_90": told(self.good),
            "above_75": told(self.fair),
            "mean_iou": told(self.mean_iou),
            "interval": LEVEL,
            "resamples": RESAMPLES,
            "sam": {"above_90": SAM_GOOD, "above_75": SAM_FAIR, "source": SAM_SOURCE},
        }


def audit_report(reader: Reader, audit_id: int, *, seed: int = 0) -> AuditReport:
    """Compare the frozen masks with those of today; ``seed`` decides the resamples. Raises NotFound."""
    audit = reader.audits.get(audit_id)
    images = reader.audits.images(audit_id)
    pairs = [
        AuditPair(pair.image_id, pair.instance_id, 0.0, removed=True)
        if pair.now is None
        else AuditPair(pair.image_id, pair.instance_id, _iou(pair.drawn, pair.now))
        for pair in reader.audits.pairs(audit_id)
    ]
    good, fair, mean_iou = estimates(pairs, seed=seed)
    return AuditReport(
        audit=audit,
        images=len(images),
        checked=sum(image.checked_at is not None for image in images),
        masks=len(pairs),
        removed=sum(pair.removed for pair in pairs),
        untouched=sum(pair.iou == 1.0 for pair in pairs),
        added=reader.audits.added(audit),
        changed_since=reader.audits.changed_since_check(audit_id),
        good=good,
        fair=fair,
        mean_iou=mean_iou,
    )


def estimates(pairs: Sequence[AuditPair], *, seed: int = 0) -> tuple[Estimate, Estimate, Estimate]:
    """Return the share above 0.90, the share above 0.75 and the mean IoU.

    The intervals resample whole images, since masks of one image are alike: 1000 times as many images as there are,
    drawn with replacement; the middle 95 % of what they give.
    """
    if not pairs:
        return Estimate(None), Estimate(None), Estimate(None)
    _, image = np.unique([pair.image_id for pair in pairs], return_inverse=True)
    ious = np.array([pair.iou for pair in pairs], dtype=np.float64)
    counts = np.bincount(image).astype(np.float64)
    how_often = np.random.default_rng(seed).multinomial(len(counts), np.full(len(counts), 1 / len(counts)), RESAMPLES)
    values = ((ious > GOOD).astype(np.float64), (ious > FAIR).astype(np.float64), ious)
    good, fair, mean_iou = (_estimate(value, image, counts, how_often) for value in values)
    return good, fair, mean_iou


def _estimate(
    value: NDArray[np.float64], image: NDArray[np.intp], counts: NDArray[np.float64], how_often: NDArray[np.int64]
) -> Estimate:
    mean = float(value.mean())
    if len(counts) < 2:
        return Estimate(mean)
    sums = np.bincount(image, weights=value)
    resampled = (how_often @ sums) / (how_often @ counts)
    low, high = np.quantile(resampled, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Estimate(mean, float(low), float(high))


def _iou(first: Rle, second: Rle) -> float:
    if (first.height, first.width) != (second.height, second.width):
        return 0.0
    return float(masks.iou([first], [second])[0, 0])
