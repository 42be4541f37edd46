from __future__ import annotations

import pytest

from engine.measure.grid import GridScore, grid_points, measure_image, recall, summarise
from engine.measure.truth import read_truth
from models import registry
from models.api import KeepRule


def test_points_are_the_middles_of_an_even_grid():
    points = grid_points(100, 200, 4)
    assert points.shape == (16, 2)
    assert points[0].tolist() == [25, 12.5]
    assert points[-1].tolist() == [175, 87.5]


def test_recall_is_the_mean_over_thresholds():
    assert recall([1.0, 1.0]) == 1
    assert recall([0.76, 0.0]) == pytest.approx(0.3)


def test_a_grid_finds_plain_objects(labelled):
    backend = registry.load("classic")
    score = GridScore("classic")
    for image in read_truth(*labelled):
        measure_image(backend, image, score, KeepRule(min_score=0.3, min_stability=0.3), side=8)
    figures = summarise(score)
    assert figures["images"] == figures["objects"] == 2
    assert figures["best_iou"] > 0.8
    assert figures["recall"]["1000"] >= figures["recall"]["100"] > 0.5
    assert figures["masks_per_image"] >= 1
