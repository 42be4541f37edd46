from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from engine.errors import InvalidOp
from engine.ops.decide import DecideMany, Decision
from engine.ops.reviews import SetState
from engine.records import Provenance, Stage, State
from engine.review import NO_LABEL, Measure, Place, ReviewBy, ReviewFilter, ReviewOrder
from engine.storage.review import _key, conditions
from engine.storage.tables import Instance, table_of

ALL = ReviewFilter()


def propose(desk: Any, image: int = 0, *, score: float | None, stability: float | None = 0.97, **more: Any) -> int:
    told = Provenance(stage=Stage.AUTO, backend=more.pop("backend", "fake"), score=score, stability=stability)
    return desk.add_proposed(image, provenance=told, prompts=(), candidates=(), **more)


def read(desk: Any, ask: Any) -> Any:
    with desk.workspace.read() as reader:
        return ask(reader.review)


def walk(desk: Any, order: ReviewOrder, narrowed: ReviewFilter = ALL, *, limit: int = 2) -> list[int]:
    """Go through the queue page by page."""
    found: list[Place] = []
    while True:
        after = found[-1] if found else None
        page = read(desk, lambda queue: queue.places(order, narrowed, after=after, limit=limit))  # noqa: B023
        if not page:
            return [place.instance_id for place in found]
        found += page


def test_uncertainty_begins_at_the_line_and_with_what_says_nothing(desk: Any) -> None:
    sure = propose(desk, score=0.99, stability=0.99)
    bad = propose(desk, score=0.30, stability=0.99)
    near = propose(desk, score=0.885, stability=0.99)
    shaky = propose(desk, score=0.99, stability=0.94)
    silent = propose(desk, score=None, stability=None)
    assert walk(desk, ReviewOrder()) == [silent, near, shaky, sure, bad]


def test_every_order_has_its_direction(desk: Any) -> None:
    first = propose(desk, score=0.9, stability=0.5, size=2, label_id=desk.dog)
    second = propose(desk, 1, score=0.5, stability=0.9, size=4, label_id=None)
    third = propose(desk, 1, score=None, stability=None, size=3, label_id=desk.cat)
    assert walk(desk, ReviewOrder(ReviewBy.SCORE)) == [third, second, first]
    assert walk(desk, ReviewOrder(ReviewBy.STABILITY)) == [third, first, second]
    assert walk(desk, ReviewOrder(ReviewBy.AREA)) == [second, third, first]
    assert walk(desk, ReviewOrder(ReviewBy.LABEL)) == [second, third, first]
    assert walk(desk, ReviewOrder(ReviewBy.IMAGE)) == [first, second, third]


@pytest.mark.parametrize("by", list(ReviewBy))
@pytest.mark.parametrize("reverse", [False, True])
def test_pages_go_on_without_gap_or_repeat_and_back_again(desk: Any, by: ReviewBy, reverse: bool) -> None:
    for number in range(9):
        propose(desk, number % 2, score=(0.5, 0.7, None)[number % 3], stability=0.9 + number % 2 / 20, x=number)
    order = ReviewOrder(by, reverse, seed=5)
    whole = read(desk, lambda queue: queue.places(order, ALL, limit=100))
    assert walk(desk, order, limit=2) == [place.instance_id for place in whole]
    assert len({place.instance_id for place in whole}) == 9
    back = read(desk, lambda queue: queue.places(order, ALL, after=whole[5], limit=3, back=True))
    assert back == [whole[4], whole[3], whole[2]]
    for number, place in enumerate(whole):
        assert read(desk, lambda queue: queue.before(order, ALL, place)) == number  # noqa: B023
        assert read(desk, lambda queue: queue.place_of(order, place.instance_id)) == place  # noqa: B023


def test_reversed_is_the_other_way_round(desk: Any) -> None:
    for number in range(5):
        propose(desk, score=0.5 + number / 10, x=number)
    for by in ReviewBy:
        assert walk(desk, ReviewOrder(by, reverse=True, seed=1)) == walk(desk, ReviewOrder(by, seed=1))[::-1]


def test_random_is_shuffled_by_its_seed_alone(desk: Any) -> None:
    ids = [propose(desk, score=0.5, x=number) for number in range(8)]
    orders = {tuple(walk(desk, ReviewOrder(ReviewBy.RANDOM, seed=seed))) for seed in range(20)}
    assert all(sorted(order) == ids for order in orders) and len(orders) > 10
    assert walk(desk, ReviewOrder(ReviewBy.RANDOM, seed=3)) == walk(desk, ReviewOrder(ReviewBy.RANDOM, seed=3))


def test_a_place_stays_good_when_its_instance_was_decided(desk: Any) -> None:
    ids = [propose(desk, score=0.1 * number, x=number) for number in range(1, 6)]
    order = ReviewOrder(ReviewBy.SCORE)
    third = read(desk, lambda queue: queue.place_of(order, ids[2]))
    desk.workspace.execute(DecideMany(Decision.ACCEPT, (ids[2],)))
    rest = read(desk, lambda queue: queue.places(order, ALL, after=third, limit=9))
    assert [place.instance_id for place in rest] == ids[3:]
    assert read(desk, lambda queue: queue.before(order, ALL, third)) == 2


def test_filters_narrow(desk: Any) -> None:
    one = propose(desk, 0, score=0.9, stability=0.8, label_id=desk.cat, backend="fake")
    two = propose(desk, 1, score=0.6, stability=0.95, label_id=None, backend="other")
    desk.workspace.execute(SetState((propose(desk, 0, score=0.9),), State.ACCEPTED))
    for narrowed, expected in (
        (ALL, [one, two]),
        (ReviewFilter(image_id=desk.images[1]), [two]),
        (ReviewFilter(label_ids=frozenset({desk.cat})), [one]),
        (ReviewFilter(label_ids=frozenset({NO_LABEL})), [two]),
        (ReviewFilter(label_ids=frozenset({NO_LABEL, desk.cat})), [one, two]),
        (ReviewFilter(backend="other"), [two]),
        (ReviewFilter(job_id=7), []),
        (ReviewFilter(stage=Stage.AUTO), [one, two]),
        (ReviewFilter(stage=Stage.SEMI), []),
        (ReviewFilter(least_score=0.9), [one]),
        (ReviewFilter(below_score=0.9), [two]),
        (ReviewFilter(least_stability=0.81), [two]),
        (ReviewFilter(below_stability=0.95), [one]),
    ):
        assert read(desk, lambda queue: queue.ids(narrowed)) == expected, narrowed  # noqa: B023
        assert read(desk, lambda queue: queue.count(narrowed)) == len(expected)  # noqa: B023
        assert ReviewFilter.from_json(narrowed.to_json()) == narrowed


def test_bounds_only_grow_tighter() -> None:
    narrowed = ReviewFilter(least_score=0.5, below_score=0.9)
    assert narrowed.least(Measure.SCORE, 0.4) == narrowed
    assert narrowed.least(Measure.SCORE, 0.6).least_score == 0.6
    assert narrowed.below(Measure.SCORE, 0.95) == narrowed
    assert narrowed.below(Measure.STABILITY, 0.7).below_stability == 0.7


@pytest.mark.parametrize("bound", [float("nan"), float("inf")])
def test_a_threshold_that_is_no_number_is_refused(bound: float) -> None:
    with pytest.raises(InvalidOp, match="threshold"):
        ReviewFilter(least_score=bound)


def test_a_seed_no_database_can_hold_is_refused() -> None:
    with pytest.raises(InvalidOp, match="seed"):
        ReviewOrder(ReviewBy.RANDOM, seed=2**31)


@given(st.lists(st.none() | st.integers(0, 100).map(lambda step: step / 100) | st.floats(-0.5, 1.5), max_size=12))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=25)
def test_histogram_and_thresholds_agree_to_the_last_bit(desk: Any, scores: list[float | None]) -> None:
    desk.workspace.execute(DecideMany(Decision.REJECT, among=ALL))
    for number, score in enumerate(scores):
        propose(desk, score=score, stability=score, x=number)
    for measure in Measure:
        spread = read(desk, lambda queue: queue.spread(measure))  # noqa: B023
        assert spread.unknown == scores.count(None) and sum(spread.counts) + spread.unknown == len(scores)
        for step in range(1, 100):
            above, below = ALL.least(measure, step / 100), ALL.below(measure, step / 100)
            known = [score for score in scores if score is not None]
            assert spread.from_on(step) == sum(score >= step / 100 for score in known)
            assert spread.below(step) == sum(score < step / 100 for score in known)
            if step % 33 == 0:
                assert read(desk, lambda queue: queue.count(above)) == spread.from_on(step)  # noqa: B023
                assert read(desk, lambda queue: queue.count(below)) == spread.below(step)  # noqa: B023


def test_entries_bring_all_that_is_needed_and_leave_out_what_is_gone(desk: Any) -> None:
    first, second = propose(desk, 0, score=0.5), propose(desk, 1, score=0.6)
    places = read(desk, lambda queue: queue.places(ReviewOrder(ReviewBy.SCORE), ALL, limit=9))
    places.insert(1, Place(0.55, 999))
    entries = read(desk, lambda queue: queue.entries(places))
    assert [(each.instance.id, each.image.id) for each in entries] == [
        (first, desk.images[0]),
        (second, desk.images[1]),
    ]
    assert entries[0].instance.mask is not None and entries[0].place == places[0]


def test_facets_count_only_what_waits(desk: Any) -> None:
    propose(desk, score=0.5, label_id=desk.cat)
    propose(desk, score=0.5, label_id=None, backend="other")
    desk.add(0, label_id=desk.dog)
    facets = read(desk, lambda queue: queue.facets())
    assert (facets.labels, facets.jobs) == ({desk.cat: 1, NO_LABEL: 1}, {})
    assert facets.backends == {"fake": 1, "other": 1}


def test_reading_the_queue_needs_no_row(desk: Any) -> None:
    """The index alone answers what is asked at every step; a change of the schema must not lose that."""
    propose(desk, score=0.5)
    instances = table_of(Instance)
    with desk.workspace.read() as reader:
        connection = reader.review._connection
        for by, measure in itertools.product(ReviewBy, Measure):
            query = select(_key(ReviewOrder(by)), instances.c.id).where(*conditions(ALL.least(measure, 0.2)))
            text = str(query.compile(connection.engine, compile_kwargs={"literal_binds": True}))
            plan = " ".join(str(row[3]) for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}"))
            assert "COVERING INDEX ix_instances_review" in plan
