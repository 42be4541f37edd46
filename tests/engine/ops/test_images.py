from __future__ import annotations

from typing import Any

import pytest

from engine.changes import Changes
from engine.errors import InvalidOp, NotFound
from engine.ops.images import AddImages, NewImage, NoteFile, SetImageState, SetTags, StartImage
from engine.records import ImageFilter, ImageState


def get(desk: Any, number: int = 0) -> Any:
    with desk.workspace.read() as read:
        return read.images.get(desk.images[number])


def test_images_come_once(desk: Any) -> None:
    op = AddImages("photos", "photos", (NewImage("a.jpg"), NewImage("new.jpg", error="broken"), NewImage("new.jpg")))
    outcome = desk.workspace.execute(op)
    assert len(outcome.value) == 1 and outcome.changes == Changes(images=frozenset(outcome.value))
    with desk.workspace.read() as read:
        assert read.images.get(outcome.value[0]).error == "broken"
        assert read.images.count() == 4


def test_the_same_path_may_lie_below_another_root(desk: Any) -> None:
    outcome = desk.workspace.execute(AddImages("more", "more", (NewImage("a.jpg", extra={"license": 1}),)))
    assert outcome.changes.project
    with desk.workspace.read() as read:
        made = read.images.get(outcome.value[0])
        assert made.extra == {"license": 1} and made.file == desk.file.parent / "more" / "a.jpg"
        assert set(read.images.root_names().values()) == {"photos", "more"}


def test_states_tags_and_splits(desk: Any) -> None:
    desk.workspace.execute(SetImageState(desk.images[:2], ImageState.DONE))
    desk.workspace.execute(SetTags(desk.images[0], (" b", "a", "b", "", 'quote " and \\'), " train "))
    image = get(desk)
    assert (image.state, image.tags, image.split) == (ImageState.DONE, ("a", "b", 'quote " and \\'), "train")


def test_a_file_that_broke_keeps_its_size(desk: Any) -> None:
    desk.workspace.execute(NoteFile(desk.images[0], error="truncated"))
    assert (get(desk).error, get(desk).width, get(desk).content_hash) == ("truncated", 20, "hash-a")
    desk.workspace.execute(NoteFile(desk.images[0], "hash-2", 20, 10, 6))
    assert (get(desk).error, get(desk).content_hash, get(desk).orientation) == ("", "hash-2", 6)


def test_a_file_of_another_size_is_refused_once_annotated(desk: Any) -> None:
    desk.workspace.execute(NoteFile(desk.images[0], "hash-2", 21, 10))
    desk.workspace.execute(NoteFile(desk.images[0], "hash-2", 20, 10))
    desk.add(0)
    before = desk.dump(story=True)
    with pytest.raises(InvalidOp, match="annotated at 20 x 10"):
        desk.workspace.execute(NoteFile(desk.images[0], "hash-3", 21, 10))
    assert desk.dump(story=True) == before


@pytest.mark.parametrize(
    "op", [SetImageState((1, 99), ImageState.DONE), SetTags(99, (), ""), NoteFile(99), NoteFile(99, error="x")]
)
def test_an_unknown_image_changes_nothing(desk: Any, op: Any) -> None:
    before = desk.dump(story=True)
    with pytest.raises(NotFound, match="99"):
        desk.workspace.execute(op)
    assert desk.dump(story=True) == before


@pytest.mark.parametrize(
    ("narrowed", "expected"),
    [
        (ImageFilter(), (0, 1, 2)),
        (ImageFilter(text="JPG"), (0, 1)),
        (ImageFilter(text="Ä"), (1,)),
        (ImageFilter(text="%"), ()),
        (ImageFilter(text="_"), ()),
        (ImageFilter(states=frozenset({ImageState.DONE})), (1,)),
        (ImageFilter(states=frozenset({ImageState.DONE, ImageState.TODO})), (0, 1, 2)),
        (ImageFilter(tag="night"), (1,)),
        (ImageFilter(tag="nigh"), ()),
        (ImageFilter(tag='"'), (1,)),
        (ImageFilter(tag="%"), ()),
        (ImageFilter(split="val"), (1,)),
        (ImageFilter(label_id=1), (0, 2)),
        (ImageFilter(label_id=2), ()),
        (ImageFilter(has_proposed=True), (2,)),
        (ImageFilter(has_proposed=False), (0, 1)),
        (ImageFilter(label_id=1, has_proposed=False, text="a"), (0,)),
    ],
)
def test_filters(desk: Any, narrowed: ImageFilter, expected: tuple[int, ...]) -> None:
    desk.add(0)
    desk.add_proposed(2, mask=desk.square(1, width=8, height=8))
    desk.workspace.execute(SetImageState((desk.images[1],), ImageState.DONE))
    desk.workspace.execute(SetTags(desk.images[1], ("night", '"'), "val"))
    with desk.workspace.read() as read:
        found = read.images.ids(narrowed)
        assert read.images.count(narrowed) == len(found)
    assert found == [desk.images[each] for each in expected]


def test_rows_count_what_is_there(desk: Any) -> None:
    desk.add(0)
    desk.add_proposed(0)
    with desk.workspace.read() as read:
        rows = read.images.rows([desk.images[1], 99, desk.images[0]])
    assert [(row.image.id, row.accepted, row.proposed) for row in rows] == [
        (desk.images[1], 0, 0),
        (desk.images[0], 1, 1),
    ]


def test_beginning_an_image_is_noted_once_and_is_no_step_to_undo(desk: Any) -> None:
    instance = desk.add()
    desk.workspace.execute(StartImage(desk.images[0]))
    assert get(desk).state is ImageState.DOING
    desk.workspace.execute(SetImageState((desk.images[0],), ImageState.DONE))
    desk.workspace.execute(StartImage(desk.images[0]))
    assert get(desk).state is ImageState.DONE
    desk.workspace.undo(desk.images[0])
    desk.workspace.undo(desk.images[0])
    with desk.workspace.read() as read:
        assert read.instances.some([instance]) == []
