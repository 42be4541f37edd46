from __future__ import annotations

import numpy as np

from models.compact.simulate import careless_box, first_click, next_click, region_at


def disc():
    y, x = np.mgrid[:50, :70]
    return (x - 30) ** 2 + (y - 20) ** 2 < 15**2


def test_a_centred_first_click_hits_the_middle():
    x, y, sign = first_click(disc(), np.random.default_rng(0), 1.0)
    assert abs(x - 30) <= 1.5
    assert abs(y - 20) <= 1.5
    assert sign == 1


def test_other_first_clicks_fall_anywhere_inside():
    rng = np.random.default_rng(0)
    clicks = [first_click(disc(), rng, 0.0) for _ in range(50)]
    assert all(disc()[int(y), int(x)] for x, y, _ in clicks)
    assert np.std([x for x, _, _ in clicks]) > 4


def test_corrections_fall_on_errors():
    true = disc()
    found = np.zeros_like(true)
    found[:, 28:] = True
    rng = np.random.default_rng(2)
    x, y, sign = next_click(true, found, rng, 1.0)
    assert sign == 0
    assert found[int(y), int(x)]
    assert not true[int(y), int(x)]
    for _ in range(30):
        x, y, sign = next_click(true, found, rng, 0.0)
        assert true[int(y), int(x)] == bool(sign)
        assert true[int(y), int(x)] != found[int(y), int(x)]
    assert next_click(true, true, rng, 0.5) is None


def test_a_correction_names_the_whole_region_it_corrects():
    true = disc()
    found = np.zeros_like(true)
    found[:12, 28:32] = found[30:40, 60:] = True
    region = region_at(true, found, (62.5, 31.5, 0.0))
    assert region.sum() == 100
    assert region[30:40, 60:].all()
    missed = region_at(true, found, (30.5, 20.5, 1.0))
    assert (missed == (true & ~found)).all()
    assert not region_at(true, found, (2.5, 2.5, 1.0)).any()


def test_boxes_are_careless_but_not_empty():
    rng = np.random.default_rng(3)
    for _ in range(50):
        x0, y0, x1, y1 = careless_box(disc(), rng)
        assert 0 <= x0 < x1 <= 70
        assert 0 <= y0 < y1 <= 50
        assert abs(x0 - 16) <= 7
        assert abs(y1 - 35) <= 7
