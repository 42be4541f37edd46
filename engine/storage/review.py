"""Reads the review queue: proposed instances of the whole project in an order, page by page.

Every query is answered from the index ``ix_instances_review`` alone (but for a filter on the backend), so that masks
are never read to order, narrow or count; a page goes on after a key, never after a number of rows.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Float,
    Integer,
    Select,
    and_,
    case,
    cast,
    func,
    literal,
    or_,
    select,
)

from engine.records import State
from engine.review import (
    BINS,
    NO_LABEL,
    Facets,
    Measure,
    Place,
    ReviewBy,
    ReviewEntry,
    ReviewFilter,
    ReviewOrder,
    Spread,
)
from engine.stages.params import AutoParams
from engine.stages.words import TOOL
from engine.storage.images import Images
from engine.storage.instances import Instances
from engine.storage.tables import Instance, table_of

_I = table_of(Instance)
_PRIME = 2_147_483_647
_FAR = 9.0
"""Stands for a missing number where the smaller of two counts."""
_LINE = AutoParams()
_PROPOSED = _I.c.state == State.PROPOSED


class ReviewQueue:
    """The proposed instances of a project; what is decided is not in it any more."""

    def __init__(self, connection: Connection, images: Images, instances: Instances) -> None:
        """Read through ``connection``."""
        self._connection = connection
        self._images = images
        self._instances = instances

    def count(self, narrowed: ReviewFilter | None = None) -> int:
        """Count what waits."""
        query = select(func.count()).select_from(_I).where(*conditions(narrowed or ReviewFilter()))
        return int(self._connection.execute(query).scalar_one())

    def places(
        self, order: ReviewOrder, narrowed: ReviewFilter, *, after: Place | None = None, limit: int, back: bool = False
    ) -> list[Place]:
        """Return the next places behind ``after`` (or from the start); ``back``: those before it, nearest first."""
        key = _key(order).label("k")
        downwards = order.downwards != back
        query: Select[Any] = select(key, _I.c.id).where(*conditions(narrowed))
        if after is not None:
            query = query.where(_beyond(key.element, after, downwards=downwards))
        turned = (key.desc(), _I.c.id.desc()) if downwards else (key, _I.c.id)
        return [
            Place(float(row[0]), int(row[1])) for row in self._connection.execute(query.order_by(*turned).limit(limit))
        ]

    def entries(self, places: Sequence[Place]) -> list[ReviewEntry]:
        """Return the instances at these places with their images, in the same order; those gone are left out."""
        found = {each.id: each for each in self._instances.some([place.instance_id for place in places])}
        ids = list(dict.fromkeys(each.image_id for each in found.values()))
        images = {row.id: row for row in self._images.some(ids)}
        asked = self._instances.words([each.id for each in found.values() if each.provenance.tool == TOOL])
        return [
            ReviewEntry(
                place,
                found[place.instance_id],
                images[found[place.instance_id].image_id],
                asked.get(place.instance_id),
            )
            for place in places
            if place.instance_id in found
        ]

    def place_of(self, order: ReviewOrder, instance_id: int) -> Place | None:
        """Return where an instance stands (or would, were it proposed); None when it is gone."""
        row = self._connection.execute(select(_key(order)).where(_I.c.id == instance_id)).first()
        return None if row is None else Place(float(row[0]), instance_id)

    def before(self, order: ReviewOrder, narrowed: ReviewFilter, place: Place) -> int:
        """Count what comes before a place: 16 for the 17th."""
        earlier = _beyond(_key(order), place, downwards=not order.downwards)
        query = select(func.count()).select_from(_I).where(*conditions(narrowed), earlier)
        return int(self._connection.execute(query).scalar_one())

    def ids(self, narrowed: ReviewFilter) -> list[int]:
        """Return the ids of all that waits, ascending."""
        return list(self._connection.execute(select(_I.c.id).where(*conditions(narrowed)).order_by(_I.c.id)).scalars())

    def spread(self, measure: Measure, narrowed: ReviewFilter | None = None) -> Spread:
        """Count what waits by score or stability, in hundredths that agree to the last bit with a filter's bounds."""
        value = _column(measure)
        bin_ = self._bin(value).label("bin")
        query = select(bin_, func.count()).where(*conditions(narrowed or ReviewFilter())).group_by(bin_)
        found = {int(row[0]): int(row[1]) for row in self._connection.execute(query)}
        counts = tuple(found.get(number, 0) for number in range(BINS))
        return Spread(measure, counts, found.get(-1, 0))

    def facets(self) -> Facets:
        """Count what waits by label, job and backend."""
        return Facets(
            {int(key or NO_LABEL): number for key, number in self._by(_I.c.label_id)},
            {int(key): number for key, number in self._by(_I.c.job_id) if key is not None},
            {str(key): number for key, number in self._by(_I.c.backend) if key},
        )

    def _by(self, column: ColumnElement[Any]) -> Iterator[tuple[Any, int]]:
        query = select(column, func.count()).where(_PROPOSED).group_by(column)
        for key, number in self._connection.execute(query):
            yield key, int(number)

    def _bin(self, value: ColumnElement[float]) -> ColumnElement[int]:
        # Only SQLite's cast cuts off; a product may miss the bin by a last bit, so both borders are looked at again.
        hundredths = value * float(BINS)
        whole = cast(hundredths if self._connection.dialect.name == "sqlite" else func.floor(hundredths), Integer)
        step = cast(whole, Float)
        exact = case(
            (value < step / float(BINS), whole - 1), (value >= (step + 1.0) / float(BINS), whole + 1), else_=whole
        )
        return case((value.is_(None), -1), (value < 0.0, 0), (value >= (BINS - 1) / BINS, BINS - 1), else_=exact)


def conditions(narrowed: ReviewFilter) -> list[ColumnElement[bool]]:
    """Return what a row must satisfy to be in the queue."""
    found: list[ColumnElement[bool]] = [_PROPOSED]
    for column, wanted in (
        (_I.c.image_id, narrowed.image_id),
        (_I.c.job_id, narrowed.job_id),
        (_I.c.backend, narrowed.backend or None),
        (_I.c.stage, narrowed.stage),
    ):
        if wanted is not None:
            found.append(column == wanted)
    if narrowed.label_ids:
        named = _I.c.label_id.in_(sorted(narrowed.label_ids - {NO_LABEL}))
        found.append(or_(named, _I.c.label_id.is_(None)) if NO_LABEL in narrowed.label_ids else named)
    for measure in Measure:
        least, below = getattr(narrowed, f"least_{measure}"), getattr(narrowed, f"below_{measure}")
        if least is not None:
            found.append(_column(measure) >= least)
        if below is not None:
            found.append(_column(measure) < below)
    return found


def _column(measure: Measure) -> ColumnElement[float]:
    return _I.c.score if measure is Measure.SCORE else _I.c.stability


def _beyond(key: ColumnElement[Any], place: Place, *, downwards: bool) -> ColumnElement[bool]:
    # Written out: SQLite compares row values, too, but not when one is an expression of an index.
    if downwards:
        return or_(key < place.key, and_(key == place.key, _I.c.id < place.instance_id))
    return or_(key > place.key, and_(key == place.key, _I.c.id > place.instance_id))


def _key(order: ReviewOrder) -> ColumnElement[Any]:
    match order.by:
        case ReviewBy.UNCERTAINTY:
            return _doubt()
        case ReviewBy.SCORE:
            return func.coalesce(_I.c.score, -1.0)
        case ReviewBy.STABILITY:
            return func.coalesce(_I.c.stability, -1.0)
        case ReviewBy.JOINT:
            return func.coalesce(_I.c.least_joint, _FAR)
        case ReviewBy.AREA:
            return _I.c.area + 0.0
        case ReviewBy.LABEL:
            return func.coalesce(_I.c.label_id, NO_LABEL)
        case ReviewBy.IMAGE:
            return _I.c.image_id + 0
        case ReviewBy.RANDOM:
            # A linear congruence modulo a prime shuffles alike on every database.
            dice = random.Random(order.seed)
            return ((_I.c.id % _PRIME) * dice.randrange(1, _PRIME) + dice.randrange(_PRIME)) % _PRIME


def _doubt() -> ColumnElement[Any]:
    """Return the distance to the line between keeping and dropping; 0 where the machine said nothing at all.

    A pose's score is no predicted IoU and knows no such line: its least certain joint counts.
    """
    score = func.coalesce(_I.c.score - literal(_LINE.min_score), _FAR)
    stability = func.coalesce(_I.c.stability - literal(_LINE.min_stability), _FAR)
    tighter = case((score < stability, score), else_=stability)
    silent = and_(_I.c.score.is_(None), _I.c.stability.is_(None))
    return case((_I.c.least_joint.is_not(None), _I.c.least_joint), (silent, 0.0), else_=func.abs(tighter))
