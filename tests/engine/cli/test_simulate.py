from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import Result
from PIL import Image
from typer.testing import CliRunner

from engine.cli.main import app


@pytest.fixture
def truth(tmp_path: Path) -> list[str]:
    pixels = np.full((120, 160, 3), 70, dtype=np.uint8)
    pixels[30:90, 40:100] = (210, 180, 40)
    Image.fromarray(pixels).save(tmp_path / "a.png")
    table = {
        "images": [{"id": 1, "file_name": "a.png"}],
        "annotations": [
            {"id": 1, "image_id": 1, "bbox": [40, 30, 60, 60], "segmentation": [[40, 30, 100, 30, 100, 90, 40, 90]]}
        ],
    }
    (tmp_path / "a.json").write_text(json.dumps(table))
    return ["--coco", str(tmp_path / "a.json"), "--images", str(tmp_path), "--backend", "classic"]


def call(*words: str) -> Result:
    return CliRunner().invoke(app, ["simulate", *words], catch_exceptions=False)


def test_table_report_and_projects(truth: list[str], tmp_path: Path) -> None:
    done = call(*truth, "--stages", "assisted,semi", "--min-score", "0.6", "--out", str(tmp_path / "out"))
    assert done.exit_code == 0, done.output
    assert "1 images, 1 objects, classic, center clicks" in done.output
    assert "With objects filled in, a mask took" in done.output
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert {"assisted.maskwright", "semi.maskwright", "report.md", "report.json", "cost.png", "sheet.png"} <= names
    again = call(*truth, "--stages", "semi", "--out", str(tmp_path / "out"))
    assert again.exit_code == 1
    assert "is there already" in again.stderr


def test_json_and_random_clicks(truth: list[str], tmp_path: Path) -> None:
    more = ["--stages", "assisted", "--protocol", "random", "--seed", "3", "--json", "--out", str(tmp_path / "out")]
    done = call(*truth, *more)
    assert json.loads(done.stdout) == json.loads((tmp_path / "out" / "report.json").read_text())


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        (["--stages", "guess"], "no stage 'guess'"),
        (["--backend", "fake-pose"], "cannot play"),
        (["--preset", "x"], "preset"),
    ],
)
def test_what_is_wrong_is_one_line(truth: list[str], tmp_path: Path, changed: list[str], words: str) -> None:
    done = call(*truth, "--out", str(tmp_path / "out"), *changed)
    assert (done.exit_code, done.stderr.count("\n")) == (1, 1)
    assert words in done.stderr
    assert not (tmp_path / "out").exists()
