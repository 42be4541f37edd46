"""Counts what the engine's table is made of: the database adds up, only sums and histograms leave it.

All queries but the last two take a stretch of ids, so that a million rows are read in slices that can be cancelled.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, ColumnElement, Connection, and_, case, distinct, func, or_, select, type_coerce

from engine.records import Rle, Stage, State
from engine.storage.images import BATCH
from engine.storage.tables import Instance, table_of
from engine.storage.types import UtcType

_I = table_of(Instance)
SCORE_BINS = 20
"""Scores from 0 to 1 in twentieths; the last bin holds 1 and above, the first all below a twentieth."""
NO_SCORE = -1
DAY_US = 86_400_000_000
TENTH_MS = 100
_PRIME = 2_147_483_647

_HAND = or_(_I.c.clicks > 0, _I.c.active_ms > 0)
_ACCEPTED = _I.c.state == State.ACCEPTED
_DECIDED = and_(_I.c.state != State.PROPOSED, _I.c.reviewed_at.is_not(None), _I.c.stage != Stage.ASSISTED)
_TOUCHED = or_(_HAND, _I.c.reviewed_at.is_not(None))
_COUNTED = and_(_ACCEPTED, or_(_I.c.stage != Stage.IMPORTED, _TOUCHED))
_TIMED = and_(
    _ACCEPTED,
    or_(_I.c.active_ms > 0, _I.c.reviewed_at.is_not(None), _I.c.stage.in_([Stage.SEMI, Stage.AUTO])),
)
_WHEN: ColumnElement[datetime] = func.coalesce(_I.c.reviewed_at, _I.c.created_at, type_=UtcType())
# Who clicked a mask is credited with it; one that nobody clicked is credited to whoever accepted it.
_PERSON = case((_HAND, _I.c.author), (_I.c.reviewed_by != "", _I.c.reviewed_by), else_=_I.c.author)


class Group(NamedTuple):
    """Masks alike in stage, state, backend, weights, score bin and reviewer, with their sums (times in ms)."""

    stage: str
    state: str
    backend: str
    weights_hash: str
    score_bin: int
    reviewed_by: str
    masks: int
    counted: int
    clicks: int
    hand_made: int
    timed: int
    active_ms: int
    edited: int
    decided: int
    kept: int
    kept_edited: int
    review_ms: int
    timed_decisions: int


class Credit(NamedTuple):
    """Accepted masks of one stage, day (since 1970, UTC) and person; ``active_ms`` over the ``hand_made`` ones."""

    stage: str
    day: int
    person: str
    masks: int
    hand_made: int
    active_ms: int
    clicks: int


class Effort(NamedTuple):
    """Accepted masks of one stage that took so many clicks and so many whole tenths of a second (0: not timed)."""

    stage: str
    clicks: int
    tenths: int
    counted: int
    masks: int


class PoseGroup(NamedTuple):
    """Poses that one backend proposed for instances, with what became of them (times in ms)."""

    backend: str
    weights_hash: str
    proposed: int
    accepted: int
    rejected: int
    decided: int
    kept: int
    kept_edited: int
    review_ms: int
    timed_decisions: int


class Figures:
    """Aggregates over instances that carry a mask, and over proposed poses.

    ``since`` leaves only what was accepted, decided or stored then.
    """

    def __init__(self, connection: Connection) -> None:
        """Read through ``connection``."""
        self._connection = connection

    def top_id(self) -> int:
        """Return the highest id of any instance, 0 without one."""
        return int(self._connection.execute(select(func.max(_I.c.id))).scalar() or 0)

    def groups(self, low: int, high: int, since: datetime | None) -> list[Group]:
        """Count and add up the masks with ids above ``low`` up to ``high``."""
        keys = (
            _I.c.stage,
            _I.c.state,
            _I.c.backend,
            _I.c.weights_hash,
            _score_bin(),
            case((_DECIDED, _I.c.reviewed_by), else_=""),
        )
        kept = and_(_DECIDED, _ACCEPTED)
        sums = (
            func.count(),
            _how_many(_COUNTED),
            _total(_I.c.clicks, _COUNTED),
            _how_many(and_(_ACCEPTED, _I.c.active_ms > 0)),
            _how_many(_TIMED),
            _total(_I.c.active_ms, _ACCEPTED),
            _how_many(and_(_ACCEPTED, _I.c.edits > 0)),
            _how_many(_DECIDED),
            _how_many(kept),
            _how_many(and_(kept, _I.c.edits > 0)),
            _total(_I.c.review_ms, _DECIDED),
            _how_many(and_(_DECIDED, _I.c.review_ms > 0)),
        )
        named = [key.label(f"k{place}") for place, key in enumerate(keys)]
        query = select(*named, *sums).where(_slice(low, high, since)).group_by(*named)
        return [
            Group._make((*map(str, row[:4]), int(row[4]), str(row[5]), *map(int, row[6:]))) for row in self._rows(query)
        ]

    def credits(self, low: int, high: int, since: datetime | None) -> list[Credit]:
        """Count the accepted masks of a stretch of ids by stage, day and person."""
        day = (type_coerce(_WHEN, BigInteger) // DAY_US).label("day")
        person = _PERSON.label("person")
        timed = _I.c.active_ms > 0
        query = (
            select(_I.c.stage, day, person, func.count(), _how_many(timed), _total(_I.c.active_ms, timed))
            .add_columns(_total(_I.c.clicks, _HAND))
            .where(_slice(low, high, since), _ACCEPTED)
            .group_by(_I.c.stage, day, person)
        )
        return [Credit(str(row[0]), int(row[1]), str(row[2]), *map(int, row[3:])) for row in self._rows(query)]

    def efforts(self, low: int, high: int, since: datetime | None) -> list[Effort]:
        """Count the accepted masks of a stretch of ids by stage, clicks and tenths of active seconds."""
        # Up to the next tenth, so that a mask of a few milliseconds is not taken for one that was not timed.
        tenths = ((_I.c.active_ms + (TENTH_MS - 1)) // TENTH_MS).label("tenths")
        query = (
            select(_I.c.stage, _I.c.clicks, tenths, _how_many(_COUNTED), func.count())
            .where(_slice(low, high, since), _ACCEPTED)
            .group_by(_I.c.stage, _I.c.clicks, tenths)
        )
        return [Effort(str(row[0]), *map(int, row[1:])) for row in self._rows(query)]

    def poses(self, since: datetime | None) -> list[PoseGroup]:
        """Count the poses proposed for instances by backend; joined ones are accepted ones."""
        accepted = _I.c.state.in_((State.ACCEPTED, State.JOINED))
        decided = and_(_I.c.state != State.PROPOSED, _I.c.reviewed_at.is_not(None))
        kept = and_(decided, accepted)
        sums = (
            _how_many(_I.c.state == State.PROPOSED),
            _how_many(accepted),
            _how_many(_I.c.state == State.REJECTED),
            _how_many(decided),
            _how_many(kept),
            _how_many(and_(kept, _I.c.edits > 0)),
            _total(_I.c.review_ms, decided),
            _how_many(and_(decided, _I.c.review_ms > 0)),
        )
        which = [_I.c.pose_of.is_not(None), *([] if since is None else [since <= _WHEN])]
        query = select(_I.c.backend, _I.c.weights_hash, *sums).where(*which).group_by(_I.c.backend, _I.c.weights_hash)
        return [PoseGroup(str(row[0]), str(row[1]), *map(int, row[2:])) for row in self._rows(query)]

    def images(self, since: datetime | None) -> dict[str, int]:
        """Count the images with an accepted mask by stage; under "" those with one of any stage."""
        which = and_(*_masks(since), _ACCEPTED)
        pairs = select(_I.c.stage, _I.c.image_id).where(which).distinct().subquery()
        query = select(pairs.c.stage, func.count()).group_by(pairs.c.stage)
        found = {str(stage): int(number) for stage, number in self._rows(query)}
        total = self._connection.execute(select(func.count(distinct(pairs.c.image_id)))).scalar_one()
        return {**found, "": int(total)}

    def drawn_images(self, number: int, seed: int, since: datetime | None) -> list[int]:
        """Return up to ``number`` images with an accepted mask, drawn in an order that ``seed`` alone decides."""
        which = select(_I.c.image_id).where(and_(*_masks(since), _ACCEPTED)).distinct().subquery()
        image_id = which.c.image_id
        # A linear congruence modulo a prime shuffles the ids alike on every database, without reading them all.
        dice = random.Random(seed)
        place = ((image_id % _PRIME) * dice.randrange(1, _PRIME) + dice.randrange(_PRIME)) % _PRIME
        return [int(row[0]) for row in self._rows(select(image_id).order_by(place, image_id).limit(number))]

    def accepted_masks(self, image_ids: Sequence[int]) -> Iterator[tuple[int, Rle]]:
        """Yield (image, mask) of the accepted instances of several images, image by image in the order of ids."""
        for start in range(0, len(image_ids), BATCH):
            batch = sorted(image_ids)[start : start + BATCH]
            query = (
                select(_I.c.image_id, _I.c.mask)
                .where(_I.c.image_id.in_(batch), _ACCEPTED, _I.c.mask.is_not(None))
                .order_by(_I.c.image_id, _I.c.id)
            )
            for image_id, mask in self._rows(query):
                yield int(image_id), mask

    def _rows(self, query: Any) -> Any:
        return self._connection.execute(query)


def _masks(since: datetime | None) -> list[ColumnElement[bool]]:
    return [_I.c.mask.is_not(None), *([] if since is None else [since <= _WHEN])]


def _slice(low: int, high: int, since: datetime | None) -> ColumnElement[bool]:
    return and_(_I.c.id > low, _I.c.id <= high, *_masks(since))


def _how_many(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)


def _total(value: ColumnElement[int], condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, value), else_=0)), 0)


def _score_bin() -> ColumnElement[int]:
    # Casts of a float to a whole number round on one database and cut off on the other.
    edges = [(_I.c.score < (place + 1) / SCORE_BINS, place) for place in range(SCORE_BINS - 1)]
    return case((_I.c.score.is_(None), NO_SCORE), *edges, else_=SCORE_BINS - 1)
