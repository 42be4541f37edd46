"""How much of the images accepted masks explain, from a sample where there are many."""

from __future__ import annotations

from datetime import datetime
from itertools import groupby

import numpy as np

from engine.control import QUIET, Control
from engine.measure.table_records import CoverageFigures
from engine.records import Rle
from engine.storage.reader import Reader
from models import masks

SAMPLE = 200
"""Images looked at: with so many the mean share is known to about two points."""
BINS = 10


def coverage_figures(
    reader: Reader, images: int, *, since: datetime | None, sample: int, seed: int, control: Control = QUIET
) -> CoverageFigures:
    """Look at up to ``sample`` of the ``images`` that have an accepted mask (since then); all their masks count."""
    drawn = reader.figures.drawn_images(sample, seed, since)
    shares: list[float] = []
    for _, pairs in groupby(reader.figures.accepted_masks(drawn), key=lambda pair: pair[0]):
        control.step(len(shares), len(drawn), what="The counting was stopped.")
        shares.append(share([mask for _, mask in pairs]))
    counts, _edges = np.histogram(shares, bins=BINS, range=(0.0, 1.0))
    return CoverageFigures(
        images=images,
        sampled=len(shares),
        mean=float(np.mean(shares)) if shares else None,
        median=float(np.median(shares)) if shares else None,
        bins=tuple(int(count) for count in counts),
    )


def share(found: list[Rle]) -> float:
    """Return the share (0 to 1) of an image that the union of its masks (at least one, all of its size) covers."""
    first = found[0]
    # An image that was replaced by one of another size may still hold masks of the old one; they cannot be joined.
    alike = [mask for mask in found if (mask.height, mask.width) == (first.height, first.width)]
    return masks.area(masks.union(alike)) / (first.height * first.width)
