"""``maskwright pose``: boxes of people to proposed poses, in processes of their own."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from click.testing import Result
from PIL import Image
from typer.testing import CliRunner

from engine.cli.main import app

Run = Callable[..., Result]


@pytest.fixture
def run() -> Run:
    return lambda *words: CliRunner().invoke(app, [str(word) for word in words], catch_exceptions=False)


@pytest.fixture
def project(run: Run, tmp_path: Path) -> Path:
    """Two images with two people each, from a COCO file whose people have no pose yet; one dog."""
    for number, name in enumerate(("a", "b")):
        pixels = np.random.default_rng(number).integers(100, 255, (40, 60, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(tmp_path / f"{name}.png")
    person = {"id": 1, "name": "person", "keypoints": ["head", "foot"], "skeleton": [[1, 2]]}
    boxes = [(1, [4, 4, 20, 30]), (1, [30, 4, 20, 30]), (2, [4, 4, 20, 30]), (2, [30, 4, 20, 30])]
    people = [
        {"id": n, "image_id": image, "category_id": 1, "bbox": box, "keypoints": [0] * 6, "num_keypoints": 0}
        for n, (image, box) in enumerate(boxes, start=1)
    ]
    dog = {"id": 9, "image_id": 1, "category_id": 2, "bbox": [1, 1, 5, 5]}
    file = tmp_path / "people.json"
    file.write_text(
        json.dumps(
            {
                "images": [
                    {"id": n, "file_name": f"{x}.png", "width": 60, "height": 40} for n, x in ((1, "a"), (2, "b"))
                ],
                "categories": [person, {"id": 2, "name": "dog"}],
                "annotations": [*people, dog],
            }
        )
    )
    assert run("new", tmp_path / "p.maskwright", tmp_path).exit_code == 0
    assert run("import", tmp_path / "p.maskwright", file, "--format", "coco").exit_code == 0
    return tmp_path / "p.maskwright"


def test_people_get_poses_that_are_reviewed_joined_and_exported(run: Run, project: Path, tmp_path: Path) -> None:
    done = run("pose", project, "--backend", "fake-pose", "--label", "person")
    assert done.exit_code == 0, done.output
    assert "is done: 4 poses proposed on 2 of 2 images" in done.stdout
    again = run("pose", project, "--backend", "fake-pose")
    assert again.exit_code == 1 and "that lacks a pose" in again.stderr
    queue = run("review", project, "--by", "joint", "--json")
    assert json.loads(queue.stdout)["waiting"] == 4
    assert run("review", project, "--accept-above", "0.5").exit_code == 0
    assert run("export", project, tmp_path / "out.json", "--format", "coco").exit_code == 0
    records = json.loads((tmp_path / "out.json").read_text())["annotations"]
    assert len(records) == 5
    assert [(each["bbox"], each["num_keypoints"]) for each in records if each["category_id"] == 1] == [
        ([4, 4, 20, 30], 2), ([30, 4, 20, 30], 2), ([4, 4, 20, 30], 2), ([30, 4, 20, 30], 2),
    ]  # fmt: skip
    assert records[0]["keypoints"] == [9, 11.5, 2, 19, 26.5, 2]


def test_what_cannot_be_is_one_clear_line(run: Run, project: Path) -> None:
    for words, told in (
        (("--backend", "fake"), "The backend 'fake' finds no poses. Choose another one."),
        (("--backend", "fake-pose", "--label", "dog"), "The label 'dog' has no skeleton."),
        (("--backend", "fake-pose", "--label", "cow"), "The project has no label 'cow'."),
        (("--backend", "fake-pose", "--images", "state:done"), "No image of the project fits 'state:done'."),
    ):
        refused = run("pose", project, *words)
        assert refused.exit_code == 1 and told in refused.stderr, refused.output
    assert json.loads(run("jobs", project, "--json").stdout)[0]["kind"] == "import"
