from __future__ import annotations

import json
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from engine.control import Cancelled, Control
from engine.errors import BadFile
from engine.measure.run import run_boxes, run_clicks, run_grid
from models.api import KeepRule
from models.errors import BackendUnavailable


def test_clicks_are_written_down(labelled, tmp_path):
    figures = run_clicks(*labelled, ["classic", "fake"], tmp_path / "out", clicks=2)
    assert [each["backend"] for each in figures] == ["classic", "fake"]
    assert json.loads((tmp_path / "out" / "clicks.json").read_text())["results"] == figures
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert names == {"clicks.json", "clicks.png", "sheet-classic.png", "sheet-fake.png"}
    plot = Image.open(BytesIO((tmp_path / "out" / "clicks.png").read_bytes()))
    assert np.asarray(plot).std() > 5
    sheet = Image.open(BytesIO((tmp_path / "out" / "sheet-classic.png").read_bytes()))
    assert sheet.size == (600, 2 * 216)


def test_grid_is_written_down(labelled, tmp_path):
    rule = KeepRule(min_score=0.3, min_stability=0.3)
    figures = run_grid(*labelled, ["classic"], tmp_path, keep=rule)
    assert json.loads((tmp_path / "grid.json").read_text())["results"] == figures


def test_boxes_are_written_down_and_the_same_in_every_run(labelled, tmp_path):
    figures = run_boxes(*labelled, ["classic", "fake"], tmp_path)
    assert json.loads((tmp_path / "boxes.json").read_text())["results"] == figures
    again = run_boxes(*labelled, ["classic"], None)
    told = ("objects", "exact_once", "exact", "noisy", "good", "score_bias")
    assert [figures[0][name] for name in told] == [again[0][name] for name in told]
    assert figures[0]["objects"] == 2 and figures[0]["exact"] > 0.9


def test_a_stopped_run_writes_nothing(labelled, tmp_path):
    with pytest.raises(Cancelled, match="Nothing was written"):
        run_clicks(*labelled, ["fake"], tmp_path / "out", clicks=1, control=Control(should_stop=lambda: True))
    assert not (tmp_path / "out").exists()


def test_unknown_backends_and_empty_files_are_named(labelled, tmp_path):
    with pytest.raises(BackendUnavailable, match="no backend"):
        run_clicks(*labelled, ["none"], None)
    (tmp_path / "empty.json").write_text('{"images": [], "annotations": []}')
    with pytest.raises(BadFile, match="no object"):
        run_clicks(tmp_path / "empty.json", labelled[1], ["fake"], None)
