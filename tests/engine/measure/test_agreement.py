"""Annotators with known carelessness."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from engine.cli.main import app
from engine.errors import BadFile, InvalidOp
from engine.measure.agreement import agreement, read_answers
from tests.engine.test_training_data import POSE, project_of_poses

JOINTS = ["tip", "left_edge", "right_edge"]
SIGMAS = np.array([0.02, 0.05, 0.1])
AREA = 900.0


def annotated(path, seed, *, count=150, names=JOINTS, leave_out=(), careless=1.0):
    """Write what one annotator says of ``count`` objects, two on each photograph."""
    truth = np.random.default_rng(0).uniform(20, 80, (count, 3, 2)) + (np.arange(count) % 2)[:, None, None] * 200
    off = np.random.default_rng(seed).normal(0, 1, truth.shape) * careless * SIGMAS[:, None] * np.sqrt(AREA / 2)
    annotations = []
    for number in range(count):
        if number not in leave_out:
            flat = [value for x, y in (truth + off)[number].tolist() for value in (x, y, 2)]
            box = [200.0 * (number % 2), 0, 100, 100]
            annotations.append(
                {
                    "id": number + 1,
                    "image_id": number // 2,
                    "category_id": 1,
                    "keypoints": flat,
                    "bbox": box,
                    "area": AREA,
                }
            )
    table = {
        "images": [{"id": number, "file_name": f"folder/p{number}.png"} for number in range(count)],
        "categories": [{"id": 1, "name": "tool", "keypoints": names}],
        "annotations": annotations,
    }
    path.write_text(json.dumps(table))
    return path


def test_sigmas_are_those_the_annotators_were_careless_by(tmp_path):
    files = [annotated(tmp_path / f"{seed}.json", seed) for seed in (1, 2, 3, 4)]
    figures = agreement([read_answers(file) for file in files])
    found = [figures["joints"][name]["sigma"] for name in JOINTS]
    assert found == pytest.approx(SIGMAS, rel=0.1)
    assert figures["joints"]["tip"] == {"number": 150, "sigma": found[0], "usual": 0.08}
    assert len(figures["pairs"]) == 6


def test_careful_people_agree_more_and_who_left_something_out_is_told(tmp_path):
    first = read_answers(annotated(tmp_path / "a.json", 1, careless=0))
    same = read_answers(annotated(tmp_path / "b.json", 2, careless=0, leave_out=(3, 10)))
    rough = read_answers(annotated(tmp_path / "c.json", 3, careless=3))
    figures = agreement([first, same, rough])
    by_pair = {(Path(pair["first"]).stem, Path(pair["second"]).stem): pair["oks"] for pair in figures["pairs"]}
    assert by_pair["a", "b"] == 1
    assert by_pair["a", "c"] == by_pair["b", "c"] < 0.95
    assert figures["objects"] == 148
    assert [each["matched"] for each in figures["annotators"]] == [150, 148, 150]


def test_a_project_agrees_with_itself(tmp_path):
    answers = read_answers(project_of_poses(tmp_path), label="tool")
    figures = agreement([answers, answers])
    assert figures["pairs"][0]["oks"] == 1
    assert figures["joints"]["tip"]["sigma"] == 0
    assert answers.people[0].joints[:, :2].tolist() == [[x, y] for x, y, _ in POSE]


def test_what_cannot_be_compared_is_named(tmp_path):
    first = read_answers(annotated(tmp_path / "a.json", 1, count=4))
    with pytest.raises(InvalidOp, match="at least two"):
        agreement([first])
    other = read_answers(annotated(tmp_path / "b.json", 1, names=["a", "b", "c"], count=4))
    with pytest.raises(InvalidOp, match="other joints"):
        agreement([first, other])
    nobody = read_answers(annotated(tmp_path / "c.json", 1, count=4, leave_out=(0, 1, 2)))
    with pytest.raises(InvalidOp, match="same photographs"):
        agreement([nobody, read_answers(annotated(tmp_path / "d.json", 1, count=4, leave_out=(3,)))])
    (tmp_path / "broken.json").write_text("{")
    with pytest.raises(BadFile, match=r"broken\.json"):
        read_answers(tmp_path / "broken.json")


def test_the_command_prints_sigmas(tmp_path):
    files = [str(annotated(tmp_path / f"{seed}.json", seed, count=20)) for seed in (1, 2)]
    done = CliRunner().invoke(app, ["bench", "agreement", *files], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    assert "Sigmas from 20 objects" in done.output
    done = CliRunner().invoke(app, ["bench", "agreement", *files, "--json"], catch_exceptions=False)
    assert json.loads(done.output)["objects"] == 20
    assert CliRunner().invoke(app, ["bench", "agreement", files[0]]).exit_code == 1
