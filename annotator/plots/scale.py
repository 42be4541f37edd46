"""The value axis: where its lines are, and what they are called."""

from __future__ import annotations

import math
from collections.abc import Sequence

from annotator.plots.data import Unit

LINES = 4
"""About so many lines above the ground; more would be noise."""


def ticks(top: float, unit: Unit) -> tuple[float, ...]:
    """Return round values from 0 up to or above ``top``; counts have no fractions, shares end at 1."""
    if unit == "share":
        return (0.0, 0.25, 0.5, 0.75, 1.0)
    step = _step(max(top, 1e-9) / LINES)
    if unit == "count":
        step = max(step, 1.0)
    number = max(math.ceil(top / step - 1e-9), 1)
    return tuple(round(step * place, 10) for place in range(number + 1))


def name(value: float, unit: Unit, lines: Sequence[float]) -> str:
    """Write a value of the axis, as short as the distance of the ``lines`` allows."""
    if unit == "share":
        return f"{100 * value:.0f} %"
    if value >= 10_000 and value % 1000 == 0:
        return f"{value / 1000:,.0f}k"
    decimals = 0 if len(lines) < 2 else max(0, -math.floor(math.log10(lines[1] - lines[0]) + 1e-9))
    text = f"{value:,.{decimals}f}"
    return f"{text} s" if unit == "seconds" else text


def shown(widths: Sequence[float], room: float, gap: float) -> list[int]:
    """Return which labels can stand along an axis of ``room`` pixels without touching: every n-th, from the first."""
    if not widths:
        return []
    for step in range(1, len(widths) + 1):
        places = range(0, len(widths), step)
        distance = room / len(widths) * step
        if max(widths[place] for place in places) + gap <= distance or len(places) == 1:
            return list(places)
    return [0]


def _step(least: float) -> float:
    power = 10.0 ** math.floor(math.log10(least))
    return next(power * factor for factor in (1, 2, 2.5, 5, 10) if power * factor >= least - 1e-12)
