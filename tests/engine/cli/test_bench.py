from __future__ import annotations

import json

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from engine.cli.main import app


@pytest.fixture
def labelled(tmp_path):
    pixels = np.full((120, 160, 3), 70, dtype=np.uint8)
    pixels[30:90, 40:100] = (210, 180, 40)
    Image.fromarray(pixels).save(tmp_path / "a.png")
    ring = [40, 30, 100, 30, 100, 90, 40, 90]
    table = {
        "images": [{"id": 1, "file_name": "a.png"}],
        "annotations": [{"id": 1, "image_id": 1, "bbox": [40, 30, 60, 60], "segmentation": [ring]}],
    }
    (tmp_path / "a.json").write_text(json.dumps(table))
    return ["--coco", str(tmp_path / "a.json"), "--images", str(tmp_path)]


def call(*words):
    return CliRunner().invoke(app, ["bench", *words], catch_exceptions=False)


def test_clicks_print_a_table_of_several_backends(labelled, tmp_path):
    words = ["clicks", *labelled, "--backend", "classic, fake", "--clicks", "3", "--out", str(tmp_path / "out")]
    done = call(*words)
    assert done.exit_code == 0, done.output
    assert "classic" in done.output
    assert "mIoU, 3 clicks" in done.output
    assert (tmp_path / "out" / "clicks.png").is_file()


def test_clicks_give_json(labelled):
    done = call("clicks", *labelled, "--backend", "classic", "--clicks", "1", "--protocol", "random", "--json")
    table = json.loads(done.output)
    assert table["protocol"] == "random"
    assert table["results"][0]["objects"] == 1


def test_grid_prints_a_table(labelled):
    done = call("grid", *labelled, "--backend", "classic")
    assert done.exit_code == 0, done.output
    assert "average recall, 1000 masks" in done.output


def test_boxes_print_a_table(labelled):
    done = call("boxes", *labelled, "--backend", "classic")
    assert done.exit_code == 0, done.output
    assert "sides off by up to 10 %" in done.output


def test_an_unknown_backend_is_a_known_error(labelled):
    assert call("grid", *labelled, "--backend", "none").exit_code == 1


def test_poses_print_a_table(tmp_path):
    joints = [10.5, 20, 1, 60, 100, 1, 80, 40, 0]
    items = []
    for number in range(12):
        Image.fromarray(np.full((120, 100, 3), 80, dtype=np.uint8)).save(tmp_path / f"{number}.png")
        items.append({"image": f"{number}.png", "keypoints": joints})
    index = {"keypoint_names": ["left_shoulder", "right_hip", "tail"], "items": items}
    (tmp_path / "index.json").write_text(json.dumps(index))
    done = call("pose", "--data", str(tmp_path), "--backend", "fake-pose", "--all")
    assert done.exit_code == 0, done.output
    assert "12 people, 3 joints" in done.output
    assert "PCK@0.2 (torso) = PDJ@0.2, true boxes" in done.output
    done = call("pose", "--data", str(tmp_path), "--backend", "fake-pose", "--all", "--limit", "2", "--json")
    assert json.loads(done.output)["results"][0]["people"] == 2
    assert call("pose", "--coco", str(tmp_path / "x.json"), "--backend", "fake-pose").exit_code == 1
