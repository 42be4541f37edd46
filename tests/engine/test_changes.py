from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from engine.changes import Changes, ChangesBuilder

IDS = st.frozensets(st.integers(1, 9), max_size=3)
CHANGES = st.builds(
    Changes, images=IDS, image_contents=IDS, instances=IDS, labels=IDS, skeletons=IDS, jobs=IDS,
    project=st.booleans(), everything=st.booleans(),
)  # fmt: skip


@given(CHANGES, CHANGES)
def test_a_union_holds_both(first: Changes, second: Changes) -> None:
    both = first | second
    assert both == second | first == both | first
    assert bool(both) == (bool(first) or bool(second))
    assert both.images == first.images | second.images and both.everything == (first.everything or second.everything)


def test_nothing_is_false() -> None:
    assert not Changes()
    assert Changes(project=True) and Changes(jobs=frozenset({1}))


def test_a_builder_sorts_rows_by_table() -> None:
    builder = ChangesBuilder()
    builder.note("instances", 5, (7, None, 8))
    builder.note("images", 7)
    builder.note("labels", 1)
    builder.note("skeletons", 2)
    builder.note("jobs", 3)
    builder.note("prompts", 4)
    assert builder.freeze() == Changes(
        images=frozenset({7}),
        image_contents=frozenset({7, 8}),
        instances=frozenset({5}),
        labels=frozenset({1}),
        skeletons=frozenset({2}),
        jobs=frozenset({3}),
    )


def test_a_root_is_the_projects() -> None:
    builder = ChangesBuilder()
    builder.note("roots", 1)
    assert builder.freeze() == Changes(project=True)
