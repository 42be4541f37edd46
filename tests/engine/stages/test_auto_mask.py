from __future__ import annotations

import numpy as np

from engine.records import Level
from engine.stages.auto_mask import AutoMask, without
from models import masks

RLE = masks.encode(np.ones((2, 2), dtype=bool))


def chain() -> tuple[AutoMask, ...]:
    return tuple(
        AutoMask(RLE, score, 1.0, (0, 0), (0, 0, 2, 2), Level.NONE, parent)
        for score, parent in ((0.1, None), (0.2, 0), (0.3, 1), (0.4, 2), (0.5, None))
    )


def test_parts_go_to_the_next_whole_that_stays() -> None:
    left = without(chain(), {1, 2})
    assert [(each.score, each.parent) for each in left] == [(0.1, None), (0.4, 0), (0.5, None)]


def test_parts_of_nothing_become_wholes() -> None:
    left = without(chain(), {0, 1})
    assert [(each.score, each.parent) for each in left] == [(0.3, None), (0.4, 0), (0.5, None)]


def test_nothing_goes() -> None:
    assert without(chain(), ()) == chain()
