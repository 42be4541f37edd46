"""One person, one image: what is clicked, stored and given up, with the fake backend whose discs are known."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import cast

import numpy as np
import pytest
from PIL import Image

from engine.inference.draft import ImageRef
from engine.measure.overlap import iou
from engine.measure.truth import TrueObject
from engine.project import add_images
from engine.records import InstanceRecord, Stage, State
from engine.simulate.habits import Habits
from engine.simulate.person import Effort, Person
from engine.stages.coverage import coverage
from engine.stages.gaps import find_gaps
from engine.workspace import Workspace
from models import masks, registry
from models.api import MaskBackend

PIXELS = np.zeros((100, 140, 3), dtype=np.uint8)


def disc(x: float, y: float, radius: float) -> TrueObject:
    """The pixels whose centres lie in a circle."""
    rows, columns = np.mgrid[:100, :140] + 0.5
    return TrueObject(f"{x},{y}", np.hypot(columns - x, rows - y) <= radius)


SQUARE = TrueObject("square", np.pad(np.ones((60, 60), dtype=np.bool_), ((20, 20), (40, 40))))


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    (tmp_path / "images").mkdir()
    Image.fromarray(PIXELS).save(tmp_path / "images" / "a.png")
    with Workspace.create(tmp_path / "p.maskwright", author="somebody") as made:
        add_images(made, [tmp_path / "images"])
        yield made


def person(workspace: Workspace, **habits: float) -> Person:
    made = Person(workspace, cast("MaskBackend", registry.load("fake")), Habits(**habits), np.random.default_rng(0))
    with workspace.read() as read:
        image = read.images.get(1)
    made.turn_to(ImageRef(1, image.file, image.content_hash, 140, 100), PIXELS, Stage.ASSISTED)
    return made


def stored(workspace: Workspace) -> list[InstanceRecord]:
    with workspace.read() as read:
        return read.instances.of_image(1, tuple(State))


def test_a_disc_takes_a_click_and_the_right_candidate(workspace: Workspace) -> None:
    """The fake backend shows the smallest of its discs first; the middle one (16 of 100 pixels) is the next."""
    one = person(workspace)
    assert one.draw(disc(70.5, 50.5, 16))
    (made,) = stored(workspace)
    assert made.mask is not None and iou(masks.decode(made.mask), disc(70.5, 50.5, 16).mask) > 0.9
    # Tab once, Enter.
    assert (one.effort.clicks, one.effort.keys) == (1, 2)
    times = one.habits.times
    assert one.effort.seconds == pytest.approx(times.find + times.click + times.look + 2 * times.key)
    with workspace.read() as read:
        assert [each.chosen for each in read.instances.candidates(made.id)] == [False, True, False]
        (prompt,) = read.instances.prompts(made.id)
    assert (prompt.x0, prompt.y0, prompt.at_ms) == (70.5, 50.5, 0)


def test_patience_ends_and_nothing_is_stored(workspace: Workspace) -> None:
    one = person(workspace, patience=3, good=0.99, least=0.97)
    assert not one.draw(SQUARE)
    assert stored(workspace) == []
    assert one.effort.clicks == 3
    assert not one.prompting.active


def test_what_is_good_enough_when_patience_ends_is_kept(workspace: Workspace) -> None:
    one = person(workspace, patience=3, good=0.99, least=0.3)
    assert one.draw(SQUARE)
    (made,) = stored(workspace)
    assert made.provenance.clicks == one.effort.clicks == 3
    with workspace.read() as read:
        prompts = read.instances.prompts(made.id)
    assert len(prompts) == 3
    assert all(SQUARE.mask[int(each.y0), int(each.x0)] == each.positive for each in prompts)
    assert [each.at_ms for each in prompts] == sorted(each.at_ms for each in prompts)


def test_a_stored_mask_is_put_right_by_a_double_click_and_clicks(workspace: Workspace) -> None:
    first = person(workspace)
    assert first.draw(disc(70.5, 50.5, 8))
    (before,) = stored(workspace)
    second = person(workspace, good=0.8)
    assert second.put_right(before, disc(70.5, 50.5, 16))
    (after,) = stored(workspace)
    assert after.id == before.id and after.area > before.area
    # The double click counts, but is no prompt.
    assert second.effort.clicks == 1 + after.provenance.clicks - before.provenance.clicks


def test_a_gap_costs_a_key_and_its_point_no_click(workspace: Workspace) -> None:
    one = person(workspace)
    (gap, *_) = find_gaps(coverage(100, 140, []))
    stop = one.next_gap([], [])
    assert stop is not None and stop[0] == gap and stop[1] is not None
    assert (one.effort.clicks, one.effort.keys) == (0, 1)
    thing = disc(*gap.point, 16)
    assert one.take_up(gap, stop[1], thing)
    assert one.effort.clicks == 0
    (made,) = stored(workspace)
    assert made.mask is not None
    # What is stored now explains the place, and what was seen is not offered again.
    again = one.next_gap([made.mask], [gap])
    assert again is None or again[0].point != gap.point


def test_a_whole_image_explained_has_no_gap(workspace: Workspace) -> None:
    one = person(workspace)
    assert one.next_gap([masks.encode(np.ones((100, 140), dtype=np.bool_))], []) is None
    assert one.effort == Effort()
