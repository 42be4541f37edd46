from __future__ import annotations

import numpy as np
import pytest

from engine.records import Level
from engine.stages.automatic import Counts, find_masks, search
from engine.stages.params import PRESETS, AutoParams
from models import masks, registry
from models.api import MaskBackend
from tests.engine.stages.discs import Disc, Discs, View, picture

SIZE = 240
IMAGE = picture(SIZE, SIZE)


def test_the_discs_of_a_picture_are_found_once_each() -> None:
    nest = [Disc(100, 100, 60), Disc(100, 100, 30), Disc(100, 100, 14), Disc(200, 60, 10, 0.93, 0.97)]
    found = search(Discs(nest), IMAGE, PRESETS["default"])
    assert [each.mask for each in found.masks] == [each.rle(SIZE, SIZE) for each in nest]
    assert [(each.level, each.parent) for each in found.masks] == [
        (Level.WHOLE, None),
        (Level.PART, 0),
        (Level.SUBPART, 1),
        (Level.WHOLE, None),
    ]
    assert (found.masks[3].score, found.masks[3].stability) == (0.93, 0.97)
    assert {each.crop for each in found.masks} == {(0, 0, SIZE, SIZE)}
    # The grid's first point in the disc: row by row, 7.5 pixels apart.
    assert found.masks[2].point == (101.25, 86.25)
    for each in found.masks:
        assert masks.decode(each.mask)[int(each.point[1]), int(each.point[0])]


@pytest.mark.parametrize(("name", "prompts", "windows"), [("fast", 256, 1), ("default", 1024, 1), ("sa1b", 3072, 21)])
def test_as_many_points_are_asked_as_the_preset_says(name: str, prompts: int, windows: int) -> None:
    backend = Discs([])
    found = search(backend, IMAGE, PRESETS[name])
    assert sum(len(points) for _, points, _ in backend.asked) == prompts
    assert len(backend.asked) == windows
    assert found.counts == Counts(asked=prompts)
    assert found.masks == ()


def test_thresholds_go_down_to_the_backend() -> None:
    weak, shaky = Disc(60, 60, 20, score=0.87), Disc(160, 160, 20, stability=0.94)
    assert find_masks(Discs([weak, shaky]), IMAGE, AutoParams()) == ()
    found = find_masks(Discs([weak, shaky]), IMAGE, AutoParams(min_score=0.87, min_stability=0.94))
    assert {each.score for each in found} == {0.87, 0.95}


def test_a_small_disc_is_seen_closer_and_lands_in_its_place() -> None:
    """Layer 1 finds it with a window that shows it whole; the masks of windows that cut it off go."""
    small = Disc(190, 180, 16)
    backend = Discs([small])
    params = AutoParams(points_per_side=(32, 16))
    found = search(backend, IMAGE, params)
    (mask,) = found.masks
    assert mask.mask == small.rle(SIZE, SIZE)
    # 240 px, overlap int(0.3413 * 240) = 81, windows of ceil(321 / 2) = 161 px from 0 and 80.
    assert mask.crop == (80, 80, 160, 160)
    assert [view for view, _, _ in backend.asked][1:] == [
        View(161, 161, 0, 0),
        View(160, 161, 0, 80),
        View(161, 160, 80, 0),
        View(160, 160, 80, 80),
    ]
    x, y = mask.point
    assert (x - small.x) ** 2 + (y - small.y) ** 2 < small.radius**2
    assert found.counts.offered > found.counts.kept == 1


def test_a_disc_that_every_window_cuts_is_the_image_s_own() -> None:
    (mask,) = find_masks(Discs([Disc(120, 120, 80)]), IMAGE, AutoParams(points_per_side=(32, 16)))
    assert mask.crop == (0, 0, SIZE, SIZE)


def test_the_whole_picture_is_no_object() -> None:
    assert find_masks(Discs([Disc(120, 120, 180)]), IMAGE, AutoParams()) == ()


def test_what_is_taken_is_not_found_again() -> None:
    large, small = Disc(100, 100, 60), Disc(100, 100, 20)
    backend = Discs([large, small])
    found = search(backend, IMAGE, AutoParams(), taken=[Disc(101, 100, 60).rle(SIZE, SIZE)])
    assert [(each.mask, each.level, each.parent) for each in found.masks] == [
        (small.rle(SIZE, SIZE), Level.WHOLE, None)
    ]
    assert (found.counts.kept, found.counts.new) == (2, 1)


def test_small_regions_are_cleaned() -> None:
    """Two discs far apart answered as one mask: the small one is an island."""

    class Pair(Discs):
        def predict_grid(self, embedding, points, keep):  # type: ignore[no-untyped-def]
            both = self.discs[0].draw(SIZE, SIZE) | self.discs[1].draw(SIZE, SIZE)
            return [masks_of(both)]

    def masks_of(mask: np.ndarray):  # type: ignore[no-untyped-def]
        from models.api import MaskCandidate, PointPrompt

        return MaskCandidate(mask, 0.9, 1.0, None, PointPrompt(60, 60))

    large, small = Disc(60, 60, 30), Disc(200, 200, 5)
    (kept,) = find_masks(Pair([large, small]), IMAGE, AutoParams())
    assert masks.area(kept.mask) == masks.area(large.rle(SIZE, SIZE)) + masks.area(small.rle(SIZE, SIZE))
    (clean,) = find_masks(Pair([large, small]), IMAGE, AutoParams(min_region=100))
    assert clean.mask == large.rle(SIZE, SIZE)


def test_each_window_begins_both_phases() -> None:
    told: list[str] = []
    search(Discs([]), IMAGE, AutoParams(points_per_side=(4, 2)), phase=told.append)
    assert told == ["encode", "grid"] * 5


def test_the_same_image_gives_the_same_masks_and_parents_come_first() -> None:
    rng = np.random.default_rng(4)
    discs = [Disc(*(int(v) for v in rng.integers(30, 210, 2)), int(rng.integers(4, 60))) for _ in range(25)]
    first = find_masks(Discs(discs), IMAGE, PRESETS["sa1b"])
    assert first == find_masks(Discs(discs), IMAGE, PRESETS["sa1b"])
    assert len(first) > 10
    areas = [masks.area(each.mask) for each in first]
    assert areas == sorted(areas, reverse=True)
    assert all(each.parent is None or each.parent < number for number, each in enumerate(first))


@pytest.mark.parametrize("name", ["fake", "classic"])
def test_real_backends_answer(name: str) -> None:
    backend = registry.load(name)
    assert isinstance(backend, MaskBackend)
    noise = np.random.default_rng(0).integers(0, 255, (60, 90, 3), dtype=np.uint8)
    noise[20:50, 30:70] = 250
    found = search(backend, noise, AutoParams(points_per_side=(8, 4), min_score=0.3, min_stability=0.3))
    assert found.masks
    assert all((each.mask.height, each.mask.width) == (60, 90) for each in found.masks)
    account = found.account()
    assert account["asked"] == 8 * 8 + 4 * 4 * 4 and account["new"] == len(found.masks)
    assert set(account) == {"asked", "offered", "kept", "new", "read", "encode", "grid", "select"}
