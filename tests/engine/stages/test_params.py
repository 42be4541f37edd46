from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest

from engine.errors import InvalidOp
from engine.stages.params import PRESETS, AutoParams, preset
from models.api import KeepRule


def test_the_defaults_are_sams() -> None:
    params = AutoParams()
    assert params.keep_rule() == KeepRule(0.88, 0.95, 1.0, 0.95, 0)
    assert (params.box_nms, params.crop_nms, params.crop_edge, params.min_region) == (0.7, 0.7, 20, 0)
    assert params.crop_overlap == pytest.approx(0.34133, abs=1e-5)


@pytest.mark.parametrize(("name", "prompts", "windows"), [("fast", 256, 1), ("default", 1024, 1), ("sa1b", 3072, 21)])
def test_presets_ask_as_many_points_as_they_say(name: str, prompts: int, windows: int) -> None:
    assert (preset(name).prompts, preset(name).windows) == (prompts, windows)


def test_every_preset_survives_json() -> None:
    for params in PRESETS.values():
        assert AutoParams.from_json(json.loads(json.dumps(params.to_json()))) == params


def test_json_names_every_constant() -> None:
    assert set(AutoParams().to_json()) == {each.name for each in dataclasses.fields(AutoParams)}


def test_what_is_not_named_keeps_its_default() -> None:
    assert AutoParams.from_json({"min_score": 0.5, "points_per_side": 8}) == AutoParams((8,), 0.5)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"min_scor": 0.5}, "Did you mean 'min_score'"),
        ({"zzz": 1}, "There are: points_per_side"),
        ({"min_score": 1.5}, "least predicted IoU.*from 0 to 1, not 1.5"),
        ({"min_score": "high"}, "not 'high'"),
        ({"min_score": True}, "not True"),
        ({"min_stability": float("nan")}, "min_stability"),
        ({"box_nms": -0.1}, "box_nms"),
        ({"points_per_side": []}, "1 to 4 whole numbers"),
        ({"points_per_side": [32, 16, 8, 4, 2]}, "1 to 4 whole numbers"),
        ({"points_per_side": [0]}, "from 1 to 256"),
        ({"points_per_side": [16.0]}, "from 1 to 256"),
        ({"points_per_side": "32"}, "from 1 to 256"),
        ({"min_region": -1}, "0 or more"),
        ({"min_region": 2.5}, "whole number"),
        ({"max_area": 0}, "above 0"),
        ({"crop_overlap": 1}, "from 0 to 0.9"),
    ],
)
def test_nonsense_is_refused_in_words(values: dict[str, Any], words: str) -> None:
    with pytest.raises(InvalidOp, match=words):
        AutoParams.from_json(values)


def test_an_unknown_preset_names_the_known_ones() -> None:
    with pytest.raises(InvalidOp, match="fast, default, sa1b"):
        preset("huge")


def test_a_window_may_be_filled_as_long_as_the_image_is_not() -> None:
    assert AutoParams().keep_rule(0.25).max_area == pytest.approx(3.8)
