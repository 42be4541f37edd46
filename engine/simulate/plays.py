"""The three stages as the simulated person plays them on one image after the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from engine.inference.draft import ImageRef
from engine.jobs.finder import LocalFinder
from engine.measure.overlap import iou
from engine.measure.truth import TrueImage, TrueObject
from engine.ops.decide import DecideMany, Decision
from engine.ops.prefill import ConfirmPrefill, StorePrefill
from engine.records import InstanceRecord, Rle, Stage, State
from engine.simulate.person import Effort, Person
from engine.stages.gaps import Gap
from engine.stages.params import AutoParams
from engine.stages.semi import FLOOR, SEARCH, SemiParams
from engine.workspace import Workspace
from models import masks
from models.api import MaskBackend


@dataclass(frozen=True, slots=True)
class Played:
    """One image as it was left: what it cost, and what came of the machine's proposals and of its gaps.

    ``given_up``: objects nobody got right in time. ``shown`` proposals were ``right`` as they were, ``put_right`` by
    hand, or rejected. ``gaps`` were looked at, ``gap_objects`` of them held an object that was missing.
    """

    name: str
    objects: int
    effort: Effort
    given_up: int = 0
    shown: int = 0
    right: int = 0
    put_right: int = 0
    gaps: int = 0
    gap_objects: int = 0


def assisted(person: Person, image: ImageRef, true: TrueImage) -> Played:
    """Draw every object by clicking, the most prominent first."""
    person.turn_to(image, true.pixels, Stage.ASSISTED)
    before = person.effort
    given_up = sum(not person.draw(thing) for thing in by_prominence(true.objects))
    return Played(true.name, len(true.objects), person.effort - before, given_up)


def semi(
    person: Person, workspace: Workspace, backend: MaskBackend, image: ImageRef, true: TrueImage, params: SemiParams
) -> Played:
    """Decide on what the backend fills in, then add what is missing: by gaps first, then the rest."""
    person.turn_to(image, true.pixels, Stage.SEMI)
    found = LocalFinder(backend).find(image, SEARCH, (), lambda: None)
    workspace.execute(StorePrefill(image.image_id, found.masks, backend.info, FLOOR))
    before = person.effort
    shown = _shown(workspace, image, params)
    missing = {thing.name: thing for thing in by_prominence(true.objects)}
    right = put_right = 0
    for instance, thing in list(matched(shown, true.objects)):
        seconds = person.effort.seconds
        person.judge()
        overlap = 0.0 if thing is None else iou(masks.decode(_mask(instance)), thing.mask)
        if thing is not None and overlap >= person.habits.good:
            right += 1
            del missing[thing.name]
            continue
        if thing is not None and overlap >= person.habits.worth and person.put_right(instance, thing):
            put_right += 1
            del missing[thing.name]
            continue
        person.press()
        spent = round(1000 * (person.effort.seconds - seconds))
        workspace.execute(DecideMany(Decision.REJECT, (instance.id,), review_ms=spent))
    person.press()
    judged = round(1000 * right * person.habits.times.judge)
    workspace.execute(ConfirmPrefill(image.image_id, params.min_score, params.min_stability, judged))
    gaps, filled = _fill_gaps(person, workspace, image, missing)
    given_up = sum(not person.draw(thing) for thing in missing.values())
    effort = person.effort - before
    return Played(true.name, len(true.objects), effort, given_up, len(shown), right, put_right, gaps, filled)


def review(person: Person, workspace: Workspace, image: ImageRef, true: TrueImage) -> Played:
    """Accept or reject each mask that the automatic stage has proposed on ``image``; nothing is drawn."""
    before = person.effort
    with workspace.read() as reader:
        shown = reader.instances.of_image(image.image_id, (State.PROPOSED,))
    right = 0
    for instance, thing in matched(shown, true.objects):
        seconds = person.effort.seconds
        person.judge()
        person.press()
        good = thing is not None and iou(masks.decode(_mask(instance)), thing.mask) >= person.habits.good
        right += good
        spent = round(1000 * (person.effort.seconds - seconds))
        decision = Decision.ACCEPT if good else Decision.REJECT
        workspace.execute(DecideMany(decision, (instance.id,), review_ms=spent))
    missed = len(true.objects) - right
    return Played(true.name, len(true.objects), person.effort - before, missed, len(shown), right)


def by_prominence(things: Sequence[TrueObject]) -> list[TrueObject]:
    """Return the objects in the order in which people see them: the largest first."""
    return sorted(things, key=lambda thing: (-int(thing.mask.sum()), thing.name))


def matched(
    shown: Sequence[InstanceRecord], things: Sequence[TrueObject]
) -> Iterator[tuple[InstanceRecord, TrueObject | None]]:
    """Yield each instance with the object that it is meant to be, each object once: the best overlaps first."""
    pairs = sorted(
        (
            (iou(masks.decode(_mask(instance)), thing.mask), instance.id, thing.name, instance, thing)
            for instance in shown
            for thing in things
        ),
        key=lambda pair: (-pair[0], pair[1], pair[2]),
    )
    meant: dict[int, TrueObject] = {}
    taken: set[str] = set()
    for overlap, number, name, _, thing in pairs:
        if overlap > 0 and number not in meant and name not in taken:
            meant[number] = thing
            taken.add(name)
    for instance in shown:
        yield instance, meant.get(instance.id)


def stored_masks(workspace: Workspace, image: ImageRef) -> list[Rle]:
    """Return what is accepted or proposed on an image."""
    with workspace.read() as reader:
        there = reader.instances.of_image(image.image_id, (State.ACCEPTED, State.PROPOSED))
    return [each.mask for each in there if each.mask is not None]


def job_params(params: AutoParams, score: float | None, stability: float | None) -> AutoParams:
    """Return ``params`` with other thresholds where they are given; raises InvalidOp."""
    changed = {name: value for name, value in (("min_score", score), ("min_stability", stability)) if value is not None}
    return AutoParams.from_json({**params.to_json(), **changed})


def _fill_gaps(
    person: Person, workspace: Workspace, image: ImageRef, missing: dict[str, TrueObject]
) -> tuple[int, int]:
    """Look at gaps until none is left, all is found or patience ends; takes what was drawn out of ``missing``."""
    seen: list[Gap] = []
    filled = 0
    while missing and len(seen) < person.habits.gaps:
        stop = person.next_gap(stored_masks(workspace, image), seen)
        if stop is None:
            break
        gap, answer = stop
        seen.append(gap)
        if answer is None:
            continue
        column, row = int(gap.point[0]), int(gap.point[1])
        under = [thing for thing in missing.values() if thing.mask[row, column]]
        if not under:
            person.press()  # Esc: nothing that is wanted
            continue
        thing = min(under, key=lambda each: int(each.mask.sum()))
        if person.take_up(gap, answer, thing):
            filled += 1
            del missing[thing.name]
    return len(seen), filled


def _shown(workspace: Workspace, image: ImageRef, params: SemiParams) -> list[InstanceRecord]:
    with workspace.read() as reader:
        kept, _ = reader.prefills.open_ids(
            image.image_id, min_score=params.min_score, min_stability=params.min_stability
        )
        return reader.instances.some(kept)


def _mask(instance: InstanceRecord) -> Rle:
    assert instance.mask is not None  # machines propose masks
    return instance.mask
