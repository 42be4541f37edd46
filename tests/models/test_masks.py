from __future__ import annotations

import hypothesis.extra.numpy as hnp
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pycocotools import mask as coco_mask

from models import masks
from models.masks import Polygon, Rle

any_mask = hnp.arrays(np.bool_, hnp.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=12))


@given(any_mask)
def test_code_round_trip(mask):
    code = masks.encode(mask)
    assert np.array_equal(masks.decode(code), mask)
    masks.check(code)
    lengths = masks.runs(code)
    assert sum(lengths) == mask.size
    assert masks.from_counts(code.height, code.width, lengths) == code
    assert masks.area(code) == mask.sum()


@given(st.lists(st.integers(0, 70_000), min_size=1, max_size=60))
def test_runs_read_what_pycocotools_writes(lengths):
    total = sum(lengths)
    coded = coco_mask.frPyObjects({"size": [1, total], "counts": lengths}, 1, total)
    assert masks.runs(Rle(1, total, coded["counts"])) == lengths


@given(any_mask)
def test_polygons_round_trip_and_are_valid(mask):
    polygons = masks.to_polygons(mask)
    shapes = [shapely.Polygon(polygon.outer, polygon.holes) for polygon in polygons]
    assert all(shape.is_valid for shape in shapes)
    assert sum(shape.area for shape in shapes) == mask.sum()
    back = masks.from_polygons(polygons, height=mask.shape[0], width=mask.shape[1])
    assert np.array_equal(back, mask)


@pytest.mark.parametrize(
    ("rows", "parts", "holes"),
    [
        (["#"], 1, 0),
        (["#.", ".#"], 2, 0),
        (["###", "#.#", "###"], 1, 1),
        (["#####", "#...#", "#.#.#", "#...#", "#####"], 2, 1),
        (["####", "#.##", "##.#", "####"], 1, 2),
        ([".##", "#.#", "###"], 1, 1),
        (["..", ".."], 0, 0),
    ],
)
def test_parts_and_holes(rows, parts, holes):
    mask = np.array([[char == "#" for char in row] for row in rows])
    polygons = masks.to_polygons(mask)
    assert len(polygons) == parts
    assert sum(len(polygon.holes) for polygon in polygons) == holes
    assert np.array_equal(masks.from_polygons(polygons, height=mask.shape[0], width=mask.shape[1]), mask)


@given(any_mask, st.floats(0.1, 5))
def test_simplified_rings_keep_three_points(mask, tolerance):
    exact, short = masks.to_polygons(mask), masks.to_polygons(mask, tolerance=tolerance)
    assert len(short) == len(exact)
    for one, other in zip(exact, short, strict=True):
        assert 3 <= len(other.outer) <= len(one.outer)
        assert all(len(hole) >= 3 for hole in other.holes)


def test_simplified_disc_stays_close():
    y, x = np.mgrid[:200, :200]
    disc = (x - 100) ** 2 + (y - 90) ** 2 < 70**2
    (polygon,) = masks.to_polygons(disc, tolerance=1.0)
    assert len(polygon.outer) < 60
    back = masks.from_polygons([polygon], height=200, width=200)
    assert (back & disc).sum() / (back | disc).sum() > 0.97


def test_polygons_fill_by_pixel_centres_add_up_and_may_leave_the_image():
    triangle = Polygon(np.array([[-5.0, -5.0], [2.6, -5.0], [2.6, 1.6], [-5.0, 1.6]]))
    other = Polygon(np.array([[2.0, 0.0], [4.0, 0.0], [4.0, 4.0], [2.0, 4.0]]))
    filled = masks.from_polygons([triangle, other], height=4, width=4)
    expected = np.zeros((4, 4), dtype=bool)
    expected[:2, :3] = True
    expected[:, 2:] = True
    assert np.array_equal(filled, expected)


@given(any_mask)
def test_coco_polygons_lose_exactly_the_holes(mask):
    segmentation, lost, lost_pixels = masks.to_coco_polygons(mask)
    outer = [Polygon(polygon.outer) for polygon in masks.to_polygons(mask)]
    filled = masks.from_polygons(outer, height=mask.shape[0], width=mask.shape[1])
    assert lost_pixels == (filled != mask).sum()
    assert lost is (lost_pixels > 0)
    back = masks.decode(masks.from_coco_polygons(segmentation, *mask.shape))
    assert np.array_equal(back, filled)


@pytest.mark.filterwarnings("ignore:__array__:DeprecationWarning")  # pycocotools' decode under numpy 2
def test_coco_polygons_are_rasterised_as_pycocotools_does():
    flat = [[1.2, 1.7, 8.9, 2.1, 6.3, 9.4], [0.0, 0.0, 3.0, 0.0, 3.0, 3.0]]
    expected = coco_mask.decode(coco_mask.merge(coco_mask.frPyObjects(flat, 12, 11)))
    assert np.array_equal(masks.decode(masks.from_coco_polygons(flat, 12, 11)), expected.astype(bool))


@pytest.mark.parametrize("flat", [[0, 0, 1, 1], [0, 0, 1, 1, 2], [0, 0, 1, float("nan"), 2, 2], [0, 0, 1e9, 0, 1e9, 5]])
def test_bad_coco_polygons_are_refused(flat):
    with pytest.raises(ValueError, match="polygon 1"):
        masks.from_coco_polygons([flat], 10, 10)


@pytest.mark.parametrize(
    ("counts", "words"),
    [(b"\x20", "alphabet"), (b"P", "middle"), (b"PPPPPPPP0", "larger"), (b"04", "covers 4"), (b"OT3", "negative")],
)
def test_bad_codes_are_refused(counts, words):
    with pytest.raises(ValueError, match=words):
        masks.check(Rle(3, 3, counts))


def test_bad_run_lengths_are_refused():
    with pytest.raises(ValueError, match="negative"):
        masks.from_counts(2, 2, [5, -1])
    with pytest.raises(ValueError, match="cover 3"):
        masks.from_counts(2, 2, [1, 2])


@given(any_mask)
def test_parts_add_up_and_holes_fill(mask):
    parts = masks.components(mask)
    assert np.array_equal(sum((part.astype(int) for part in parts), np.zeros(mask.shape, int)), mask.astype(int))
    filled = masks.fill_holes(mask)
    assert (filled | mask == filled).all()
    assert np.array_equal(masks.fill_holes(filled), filled)
    assert np.array_equal(masks.drop_islands(mask, 1), mask)
    assert not masks.drop_islands(mask, mask.size + 1).any()


def test_fill_holes_and_islands_by_hand():
    mask = np.zeros((8, 8), dtype=bool)
    mask[1:6, 1:6] = True
    mask[3, 3] = False
    mask[7, 7] = True
    assert masks.fill_holes(mask).sum() == 26
    assert masks.drop_islands(mask, 2).sum() == 24
    assert len(masks.components(mask)) == 2


def test_smooth_rounds_a_spike_off():
    mask = np.zeros((40, 40), dtype=bool)
    mask[10:30, 10:30] = True
    mask[20, 30:38] = True
    rounded = masks.smooth(mask, 4)
    assert not rounded[20, 33]
    assert rounded[20, 20]
    assert np.array_equal(masks.smooth(mask, 0), mask)


@given(any_mask)
def test_extent_crop_and_paste(mask):
    box = masks.extent(mask)
    if box is None:
        assert not mask.any()
        return
    x, y, w, h = masks.bbox(masks.encode(mask))
    assert box == (x, y, x + w, y + h)
    part = masks.crop(mask, box)
    assert np.array_equal(masks.paste(part, x=box[0], y=box[1], height=mask.shape[0], width=mask.shape[1]), mask)


def test_shares_inside_divide_by_the_first() -> None:
    large, small = np.zeros((10, 10), dtype=bool), np.zeros((10, 10), dtype=bool)
    large[:, :5], small[:2, 4:8] = True, True
    codes = [masks.encode(large), masks.encode(small)]
    assert masks.shares_inside(codes, codes).tolist() == [[1, 2 / 50], [2 / 8, 1]]
    assert masks.shares_inside([], codes).shape == (0, 2)


@given(st.integers(1, 7), st.integers(1, 7), st.integers(0, 4), st.integers(0, 4), st.data())
def test_a_part_is_coded_as_the_whole_would_be(rows: int, columns: int, x: int, y: int, data: st.DataObject) -> None:
    bits = data.draw(st.lists(st.booleans(), min_size=rows * columns, max_size=rows * columns))
    part = np.array(bits, dtype=np.bool_).reshape(rows, columns)
    height = y + rows + data.draw(st.integers(0, 2))
    width = x + columns + data.draw(st.integers(0, 2))
    whole = masks.paste(part, x=x, y=y, height=height, width=width)
    assert masks.encode_part(part, x=x, y=y, height=height, width=width) == masks.encode(whole)


def test_a_part_beyond_the_mask_is_refused() -> None:
    with pytest.raises(ValueError, match="beyond"):
        masks.encode_part(np.ones((3, 3), dtype=np.bool_), x=2, y=0, height=3, width=4)
