from __future__ import annotations

import numpy as np

from engine.measure.annotator import next_click, wrong_region

RNG = np.random.default_rng(0)


def truth():
    mask = np.zeros((60, 80), dtype=bool)
    mask[10:50, 20:60] = True
    return mask


def test_the_first_click_is_the_middle():
    click = next_click(truth(), np.zeros((60, 80), dtype=bool), "center", RNG)
    assert click.positive
    assert abs(click.x - 40) <= 1.5
    assert abs(click.y - 30) <= 1.5


def test_the_larger_error_is_clicked():
    found = truth()
    found[10:14, 20:60] = False
    found[:, 64:80] = True
    for protocol in ("center", "random"):
        click = next_click(truth(), found, protocol, RNG)
        assert not click.positive
        assert click.x >= 64
        region = wrong_region(truth(), found, click)
        assert region.sum() == 60 * 16
        assert region[int(click.y), int(click.x)]


def test_random_clicks_differ():
    clicks = {next_click(truth(), ~truth() & False, "random", RNG).x for _ in range(10)}
    assert len(clicks) > 3


def test_nothing_wrong_is_no_click():
    assert next_click(truth(), truth(), "center", RNG) is None
    assert next_click(truth(), truth(), "random", RNG) is None
