from __future__ import annotations

from typing import Any

import pytest

from engine.errors import InvalidOp, NotFound
from engine.jobs.planning import parse, plan
from engine.ops.images import SetImageState, SetTags
from engine.ops.labels import AddLabel
from engine.records import ImageFilter, ImageState, State


def planned(desk: Any, *queries: str) -> list[str]:
    with desk.workspace.read() as read:
        return [read.images.get(image_id).path for image_id in plan(read, queries)]


def parsed(desk: Any, query: str) -> ImageFilter:
    with desk.workspace.read() as read:
        return parse(read, query)


def test_without_a_query_all_images_in_the_order_of_paths(desk: Any) -> None:
    assert planned(desk) == ["a.jpg", "b/ä.jpg", "small.png"]


def test_a_path_is_one_image_and_a_part_of_it_any(desk: Any) -> None:
    assert planned(desk, "b/ä.jpg") == ["b/ä.jpg"]
    assert planned(desk, "b\\ä.jpg") == ["b/ä.jpg"]
    assert planned(desk, "jpg") == ["a.jpg", "b/ä.jpg"]
    assert planned(desk, "a.jpg") == ["a.jpg"]
    with desk.workspace.read() as read:
        file = read.images.get(desk.images[1]).file
    assert planned(desk, str(file)) == ["b/ä.jpg"]


def test_several_queries_add_up(desk: Any) -> None:
    assert planned(desk, "small", "a.jpg") == ["a.jpg", "small.png"]


def test_words_must_all_hold(desk: Any) -> None:
    desk.workspace.execute(SetImageState(desk.images[:2], ImageState.DONE))
    desk.workspace.execute(SetTags(desk.images[0], ("night",), "val"))
    assert planned(desk, "state:done") == ["a.jpg", "b/ä.jpg"]
    assert planned(desk, "state:done,todo small") == ["small.png"]
    assert planned(desk, "state:done tag:night split:val") == ["a.jpg"]


def test_images_by_what_is_on_them(desk: Any) -> None:
    desk.add(0)
    desk.add(1, x=5, state=State.PROPOSED, label_id=desk.dog)
    assert planned(desk, "accepted:no") == ["b/ä.jpg", "small.png"]
    assert planned(desk, "accepted:yes") == ["a.jpg"]
    assert planned(desk, "proposed:yes") == ["b/ä.jpg"]
    assert planned(desk, "label:dog") == ["b/ä.jpg"]


def test_quotes_keep_words_together(desk: Any) -> None:
    label = desk.workspace.execute(AddLabel("traffic light")).value
    assert parsed(desk, 'label:"traffic light" some "two  words"') == ImageFilter(
        text="some two  words", label_id=label.id
    )


def test_a_colon_that_is_no_key_is_text(desk: Any) -> None:
    assert parsed(desk, "C:x proposed") == ImageFilter(text="C:x proposed")


@pytest.mark.parametrize(
    ("query", "kind", "words"),
    [
        ("state:ready", InvalidOp, "todo, doing, done, skipped"),
        ("accepted:maybe", InvalidOp, "accepted:yes or accepted:no"),
        ("label:horse", NotFound, "no label 'horse'"),
        ("zebra", NotFound, "No image of the project fits 'zebra'"),
    ],
)
def test_what_cannot_be_meant(desk: Any, query: str, kind: type[Exception], words: str) -> None:
    with pytest.raises(kind, match=words):
        planned(desk, query)
