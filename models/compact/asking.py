"""The order of looks that answers a prompt: a glance at every size, then closer looks at what was found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from models.compact.finish import canvas, cut_off, enlarge, seen_box
from models.compact.frames import Frame, around, carried
from models.compact.sight import LOOK_SIDE, PASSES, SIDE, Click, CompactEmbedding, Eye, Look, Sight, box_map

ZOOM = 1.8
"""Side of the crop looked at again, in lengths of the object."""
WIDER = 1.6
"""How much wider the next look is when the object runs out of the crop."""
CUT = 0.08
"""Share of a crop's side that a mask may run out at before the crop is taken for too small."""
FIT = (0.75, 1.25)
"""A crop is looked at again if the side that would suit is not between these multiples of its own."""
AGAIN = 2
"""Most looks after the first."""
CLOSER, CLOSER_BOX = 0.83, 0.7
"""Side of the second opinion's crop, in sides of the first's, for clicks and for a box alone."""
TWIN = 0.75
"""Masks that overlap more are one candidate."""
MARGIN = 0.02
"""How far a mask may reach beyond its box, as a share of the box."""
TRUST = 4.0
"""Power of the scores with which glances vote for each other's masks."""
LEAST = 24.0
"""Smallest side of a crop in pixels of the kept picture: below it there is nothing more to see."""

Box = tuple[float, float, float, float]
Field = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """Clicks and box in image pixels, and what is believed so far, float32[h, w] logits over the whole image."""

    clicks: tuple[Click, ...]
    box: Box | None = None
    belief: Field | None = None


def ask(eye: Eye, own: CompactEmbedding, question: Question, most: int) -> list[Sight]:
    """Return up to ``most`` different sights that answer ``question``, best score first."""
    region = _region(own, question)
    if region is None:
        return _first(eye, own, question, most)
    look = Look(_frame(own, region), question.clicks, question.box, question.belief)
    (sights,) = _settle(eye, own, [look])
    return _led(question, sights, most)


def ask_boxes(
    eye: Eye,
    own: CompactEmbedding,
    boxes: Sequence[Box],
    beliefs: Sequence[Field | None],
    most: int,
    *,
    twice: bool = True,
) -> list[list[Sight]]:
    """Answer each box, with what is believed of it so far, as ``ask`` does, all of them looked at together.

    Not ``twice`` leaves out the second opinion: for answers that only say where to look again.
    """
    questions = [Question((), box, belief) for box, belief in zip(boxes, beliefs, strict=True)]
    looks = [
        Look(_frame(own, _region(own, question) or box), (), box, question.belief)
        for question, box in zip(questions, boxes, strict=True)
    ]
    answers = zip(questions, _settle(eye, own, looks, twice=twice), strict=True)
    return [_led(question, sights, most) for question, sights in answers]


def _led(question: Question, sights: list[Sight], most: int) -> list[Sight]:
    """Return up to ``most`` different ones of ``sights``, the settled one before its guesses."""
    if question.box is not None and not question.clicks:
        sights = [_kept_in(question.box, sight) for sight in sights]
    settled, guesses = sights[0], sorted(sights[1:], key=lambda sight: -sight.score)
    # Once there is more to go by than one click, the settled mask is the one trained to be right: it leads.
    behind = [replace(sight, score=min(sight.score, 0.999 * settled.score)) for sight in guesses]
    return distinct([settled, *behind], most)


def _kept_in(box: Box, sight: Sight) -> Sight:
    """Cut off what lies beyond the box and a little margin: people draw boxes around what they mean."""
    margin = MARGIN * max(box[2] - box[0], box[3] - box[1])
    wide = (box[0] - margin, box[1] - margin, box[2] + margin, box[3] + margin)
    inside = box_map(wide, sight.frame, sight.logits.shape[0]) > 0
    return replace(sight, logits=np.where(inside, sight.logits, np.minimum(sight.logits, -1)).astype(np.float32))


def _first(eye: Eye, own: CompactEmbedding, question: Question, most: int) -> list[Sight]:
    """Glance at the first click at every level, then look closer at the best that differ."""
    click = next(click for click in question.clicks if click[2])
    glances = eye.glance_around(own, click)
    tops = distinct(_agreed([_fair(sight, own) for sight in glances]), most)
    seen = [(sight, box) for sight in tops if (box := seen_box(sight.logits, sight.frame)) is not None]
    if not seen:
        return tops[:1]
    looks = [
        Look(
            _frame(own, _joined(box, question.clicks)),
            question.clicks,
            previous=canvas(sight.logits, sight.frame, own.height, own.width),
        )
        for sight, box in seen
    ]
    # A closer look sharpens the mask, but told what to see it believes it: the glance's score stands.
    # The best is seen as well as can be; its rivals, which only few people choose, as quickly as will do.
    answers = eye.look(own, looks[:1], passes=1) + eye.look(own, looks[1:], side=SIDE, passes=1)
    closer = [
        replace(sights[0], score=min(glance.score, seen[0][0].score))
        for sights, (glance, _) in zip(answers, seen, strict=True)
    ]
    # Looks that set out from different glances may end at one mask: the guesses of each then stand in as rivals.
    guesses = sorted((sight for sights in answers for sight in sights[1:]), key=lambda sight: -sight.score)
    behind = [replace(sight, score=min(sight.score, 0.999 * closer[-1].score)) for sight in guesses]
    return distinct([*closer, *behind], most)


def _settle(eye: Eye, own: CompactEmbedding, looks: Sequence[Look], *, twice: bool = True) -> list[list[Sight]]:
    """Look, and again where a crop does not suit what was found in it; then at each once more from closer by."""
    looks = list(looks)
    found = eye.look(own, looks)
    unsettled = list(range(len(looks)))
    for _ in range(AGAIN):
        better = {n: _better(own, looks[n], found[n][0]) for n in unsettled}
        again = {n: look for n, look in better.items() if look is not None}
        if not again:
            break
        unsettled = list(again)
        for n, sights in zip(unsettled, eye.look(own, list(again.values())), strict=True):
            looks[n], found[n] = again[n], sights
    if not twice:
        return found
    means = _seen_twice(eye, own, looks, [sights[0] for sights in found])
    return [[mean, *sights[1:]] for mean, sights in zip(means, found, strict=True)]


def _better(own: CompactEmbedding, look: Look, settled: Sight) -> Look | None:
    """Return the look that would suit what was found, None where this one does."""
    frame = look.frame
    if cut_off(settled.logits, frame, own.height, own.width) > CUT:
        better = around((frame.x0, frame.y0, frame.x1, frame.y1), own.height, own.width, reach=WIDER, least=1)
    else:
        seen = seen_box(settled.logits, frame)
        if seen is None:
            return None
        better = _frame(own, _joined(seen if look.box is None else _union(look.box, seen), look.clicks))
    if FIT[0] < better.width / frame.width < FIT[1]:
        return None
    return replace(look, frame=better, previous=canvas(settled.logits, frame, own.height, own.width))


def _seen_twice(eye: Eye, own: CompactEmbedding, looks: Sequence[Look], settled: Sequence[Sight]) -> list[Sight]:
    """Return for each look the mean of ``settled`` and of what a second one sees from closer by.

    The two err in different places: on training photographs the mean is 0.01 of IoU better than either. A click has to
    be answered at once and gets less detail; boxes, which come by the dozen and without floods, get all of it.
    """
    boxed = all(look.box is not None and not look.clicks for look in looks)
    share, side = (CLOSER_BOX, LOOK_SIDE) if boxed else (CLOSER, SIDE)
    closer: list[Frame] = []
    for frame in (look.frame for look in looks):
        margin = (1 - share) / 2 * frame.width
        closer.append(Frame(frame.x0 + margin, frame.y0 + margin, frame.x1 - margin, frame.y1 - margin))
    again = [replace(look, frame=frame) for look, frame in zip(looks, closer, strict=True)]
    second = eye.look(own, again, side=side, passes=PASSES if boxed else 1)
    means: list[Sight] = []
    for look, frame, first, sights in zip(looks, closer, settled, second, strict=True):
        seen = carried(sights[0].logits, frame, look.frame, first.logits.shape[0])
        mean = np.where(np.isnan(seen), first.logits, (first.logits + seen) / 2)
        means.append(replace(first, logits=mean.astype(np.float32)))
    return means


def _agreed(sights: list[Sight]) -> list[Sight]:
    """Order ``sights``: first the one that the others agree with most, weighed by their scores, then by score.

    A score alone is a shaky judge of one click; a mask that several windows see is right more often.
    """
    masks = _drawn(sights)
    weights = [sight.score**TRUST for sight in sights]
    support = [sum(w * _overlap(mask, other) for w, other in zip(weights, masks, strict=True)) for mask in masks]
    first = max(range(len(sights)), key=lambda n: support[n])
    rest = sorted((sight for n, sight in enumerate(sights) if n != first), key=lambda sight: -sight.score)
    return [sights[first], *rest]


def distinct(sights: list[Sight], most: int) -> list[Sight]:
    """Return the first ``most`` sights of which none is much the same as one before it, without empty ones."""
    kept: list[tuple[Sight, NDArray[np.bool_]]] = []
    for sight, mask in zip(sights, _drawn(sights), strict=True):
        if mask.any() and all(_overlap(mask, other) < TWIN for _, other in kept):
            kept.append((sight, mask))
        if len(kept) == most:
            break
    return [sight for sight, _ in kept] or sights[:1]


def _drawn(sights: list[Sight]) -> list[NDArray[np.bool_]]:
    """Return the masks drawn on one small picture that holds them all."""
    boxes = [box for sight in sights if (box := seen_box(sight.logits, sight.frame)) is not None]
    if not boxes:
        return [np.zeros((1, 1), dtype=np.bool_) for _ in sights]
    x0, y0, x1, y1 = boxes[0]
    for box in boxes[1:]:
        x0, y0, x1, y1 = _union((x0, y0, x1, y1), box)
    whole = Frame(x0, y0, max(x1, x0 + 1e-3), max(y1, y0 + 1e-3))
    return [_on(sight, whole) for sight in sights]


def _region(own: CompactEmbedding, question: Question) -> Box | None:
    """Return the box to look at: what is believed, the box drawn, and the clicks; None for a bare first click."""
    box = question.box
    if question.belief is not None:
        seen = seen_box(question.belief, Frame(0, 0, own.width, own.height))
        if seen is not None:
            box = seen if box is None else _union(box, seen)
    if box is None:
        inside = [click for click in question.clicks if click[2]]
        if len(inside) < 2:
            return None
        return _joined((inside[0][0], inside[0][1], inside[0][0], inside[0][1]), question.clicks)
    return _joined(box, question.clicks)


def _joined(box: Box, clicks: tuple[Click, ...]) -> Box:
    for x, y, inside in clicks:
        if inside:
            box = _union(box, (x, y, x, y))
    return box


def _union(one: Box, two: Box) -> Box:
    return min(one[0], two[0]), min(one[1], two[1]), max(one[2], two[2]), max(one[3], two[3])


def _frame(own: CompactEmbedding, box: Box) -> Frame:
    scale = max(own.height, own.width) / max(own.work.shape[:2])
    return around(box, own.height, own.width, reach=ZOOM, least=LEAST * scale)


def _fair(sight: Sight, own: CompactEmbedding) -> Sight:
    """Trust a sight less the more it runs out of its window."""
    lost = cut_off(sight.logits, sight.frame, own.height, own.width)
    return replace(sight, score=sight.score * (1 - min(1.0, lost)))


def _on(sight: Sight, whole: Frame) -> NDArray[np.bool_]:
    """Return the mask drawn on a small picture of ``whole``."""
    kx, ky = SIDE / whole.width, SIDE / whole.height
    frame = Frame(
        (sight.frame.x0 - whole.x0) * kx,
        (sight.frame.y0 - whole.y0) * ky,
        (sight.frame.x1 - whole.x0) * kx,
        (sight.frame.y1 - whole.y0) * ky,
    )
    return enlarge(sight.logits, frame, SIDE, SIDE, ())


def _overlap(one: NDArray[np.bool_], two: NDArray[np.bool_]) -> float:
    either = np.count_nonzero(one | two)
    return float(np.count_nonzero(one & two) / either) if either else 1.0
