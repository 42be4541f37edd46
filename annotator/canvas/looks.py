"""Which look an instance has in each of its roles: stored, hovered, selected, draft."""

from __future__ import annotations

from annotator.canvas.overlay_style import LINE, Look
from annotator.canvas.scene_data import InstanceView, Rgb
from engine.records import State


def stored(view: InstanceView, opacity: float, ratio: float) -> Look:
    """Accepted: solid; proposed: dashed outline and light hatch; a box without a mask has no fill."""
    fill = opacity if view.mask is not None else 0.0
    return Look(view.color, fill=fill, dashed=view.state is State.PROPOSED, ratio=ratio)


def hovered(view: InstanceView, ratio: float) -> Look:
    """Brighter than the rest."""
    fill = 0.3 if view.mask is not None else 0.08
    return Look(brighter(view.color, 0.35), fill=fill, width=LINE + 0.6, ratio=ratio)


def selected(view: InstanceView, ratio: float) -> Look:
    """A near-white outline around the instance's own colour."""
    return Look(brighter(view.color, 0.75), fill=0.1, width=LINE + 0.8, ratio=ratio)


def draft(color: Rgb, ratio: float, *, dashed: bool) -> Look:
    """The candidate not yet stored."""
    return Look(color, fill=0.45, width=LINE + 0.5, dashed=dashed, ratio=ratio)


def brighter(color: Rgb, share: float) -> Rgb:
    """Mix a colour with white."""
    red, green, blue = (round(part + (255 - part) * share) for part in color)
    return red, green, blue
