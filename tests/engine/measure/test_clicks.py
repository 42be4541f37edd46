from __future__ import annotations

import numpy as np
import pytest

from engine.measure.clicks import ClickScore, ClickTrack, measure_image, number_of_clicks, summarise
from engine.measure.truth import read_truth
from models import registry


def track(ious):
    nothing = np.zeros((4, 4), dtype=bool)
    steps = [0.0] * len(ious)
    return ClickTrack("x", ious, ious, ious, ious, [], steps, 0.5, nothing, nothing, ())


def test_number_of_clicks():
    assert number_of_clicks([0.3, 0.82, 0.9], 0.8) == 2
    assert number_of_clicks([0.3, 0.5, 0.6], 0.8) == 3


def test_summary_of_known_tracks():
    score = ClickScore("x", [track([0.5, 0.9, 0.95]), track([0.7, 0.7, 0.75])], [0.1])
    figures = summarise(score)
    assert figures["miou"] == {"1": 0.6, "2": 0.8, "3": 0.85}
    assert figures["noc"]["0.80"] == 2.5
    assert figures["failed"]["0.80"] == 0.5
    assert figures["each_click_helps_to"] == 3
    assert figures["box"] == 0.5
    assert figures["score_bias_first"] == 0


def test_a_backend_is_clicked_through(labelled):
    backend = registry.load("classic")
    score = ClickScore("classic")
    for image in read_truth(*labelled):
        measure_image(backend, image, score, clicks=3, protocol="center")
    figures = summarise(score)
    assert figures["objects"] == 2
    assert figures["miou"]["1"] > 0.9
    assert figures["oracle"]["1"] >= figures["miou"]["1"]
    assert figures["box"] > 0.9
    assert 0 < figures["seconds_click"] < 60
    assert len(score.encode_seconds) == 2
    assert figures["noc"]["0.85"] == pytest.approx(1, abs=0.01)
