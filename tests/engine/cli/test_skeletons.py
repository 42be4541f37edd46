from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from PIL import Image
from typer.testing import CliRunner

from engine.cli.main import app
from engine.ops.instances import AddInstance
from engine.records import Keypoints
from engine.skeletons.templates import LSP_14
from engine.workspace import Workspace

Run = Callable[..., Result]


@pytest.fixture
def run() -> Run:
    runner = CliRunner()
    return lambda *words: runner.invoke(app, [str(word) for word in words], catch_exceptions=False)


@pytest.fixture
def project(run: Run, tmp_path: Path) -> Path:
    """A person with LSP's joints, all of them labelled on one image."""
    Image.new("RGB", (40, 40)).save(tmp_path / "a.png")
    file = tmp_path / "p.maskwright"
    run("new", file, tmp_path / "a.png")
    run("labels", "add", file, "person")
    assert "14 joints" in run("skeletons", "add", file, "--template", "lsp 14", "--name", "people").output
    assert run("skeletons", "give", file, "people", "person").exit_code == 0
    with Workspace.open(file) as workspace:
        pose = tuple((float(place), 1.0, 2) for place in range(14))
        workspace.execute(AddInstance(1, keypoints=pose, label_id=1))
    return file


def pose(project: Path) -> Keypoints:
    with Workspace.open(project) as workspace, workspace.read() as reader:
        (instance,) = reader.instances.of_image(1)
    assert instance.keypoints is not None
    return instance.keypoints


def test_the_list_tells_labels_and_poses(run: Run, project: Path) -> None:
    (row,) = json.loads(run("skeletons", "list", project, "--json").stdout)
    assert (row["name"], row["labels"], row["poses"]) == ("people", ["person"], 1)
    assert row["joints"][0] == {"name": "right_ankle", "sigma": 0.089, "color": LSP_14.colors[0]}
    assert "people" in run("skeletons", "list", project).output


def test_shown_changed_and_given_back(run: Run, project: Path, tmp_path: Path) -> None:
    shown: dict[str, Any] = json.loads(run("skeletons", "show", project, "people").stdout)
    shown["joints"][13] = {**shown["joints"][13], "name": "crown", "was": "head_top"}
    shown["joints"].insert(0, {"name": "nose", "sigma": 0.026, "color": "#ffffff"})
    shown["edges"] = [["nose", "crown"]]
    file = tmp_path / "s.json"
    file.write_text(json.dumps(shown))
    told = run("skeletons", "edit", project, "people", "--file", file)
    assert told.exit_code == 0, told.output
    assert "1 pose keeps all joints. Renamed: head_top to crown. New and not labelled yet: nose." in told.output
    assert pose(project)[0] == (0.0, 0.0, 0) and pose(project)[14] == (13.0, 1.0, 2)
    run("undo", project)
    assert len(pose(project)) == 14


def test_nothing_is_lost_without_yes(run: Run, project: Path) -> None:
    refused = run("skeletons", "edit", project, "people", "--template", "coco-17")
    assert refused.exit_code == 1
    assert "1 of 1 pose lose neck" not in refused.output
    assert "loses neck" in refused.output and "Say --yes" in refused.output
    assert len(pose(project)) == 14
    done = run("skeletons", "edit", project, "people", "--template", "coco-17", "--yes", "--name", "crowd")
    assert done.exit_code == 0 and "Changed crowd; 1 poses changed with it" in done.output
    assert [v for _, _, v in pose(project)] == [0] * 5 + [2] * 12


def test_deleted_and_brought_back(run: Run, project: Path) -> None:
    assert "1 poses have no skeleton now" in run("skeletons", "delete", project, "people").output
    assert run("undo", project).exit_code == 0
    assert run("skeletons", "give", project, "", "person").exit_code == 0
    assert run("skeletons", "give", project, "people", "person").exit_code == 0


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "is not a JSON file"),
        ("[]", "an object is expected"),
        ('{"joints": [1]}', "a joint is a name"),
        ('{"joints": ["a"], "edges": [["a", "b"]]}', "does not name two of the joints"),
        ('{"joints": ["a"], "edges": 3}', "a list of pairs"),
        ('{"joints": [{"name": "a", "sigma": "x"}]}', 'sigma "x" is not a number'),
        ('{"joints": ["b", {"name": "a", "sigma": 1}]}', "1 of 2 joints have a sigma"),
        ('{"joints": [{"name": "a", "was": "tail"}]}', "was 'tail'"),
    ],
)
def test_a_bad_file_is_refused(run: Run, project: Path, tmp_path: Path, text: str, words: str) -> None:
    file = tmp_path / "s.json"
    file.write_text(text)
    told = run("skeletons", "edit", project, "people", "--file", file, "--yes")
    assert told.exit_code == 1
    assert words in told.output
    assert len(pose(project)) == 14


def test_unknown_names(run: Run, project: Path, tmp_path: Path) -> None:
    for words in (
        ("show", project, "ghost"),
        ("add", project, "--template", "ghost"),
        ("add", project, "--file", tmp_path / "none.json"),
        ("give", project, "people", "ghost"),
    ):
        told = run("skeletons", *words)
        assert told.exit_code == 1 and "maskwright:" in told.output
    assert run("skeletons", "add", project).exit_code == 2
