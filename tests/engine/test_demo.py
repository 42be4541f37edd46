from __future__ import annotations

import json
from pathlib import Path

from PIL import Image

from engine.demo import make_sample, run_headless
from engine.ops.labels import DeleteLabel
from engine.records import Stage, State
from engine.samples import SAMPLE_LABELS, SAMPLE_PROMPTS
from engine.workspace import Workspace


def test_headless_makes_project_masks_coco_file_and_pictures_once(tmp_path: Path) -> None:
    report = run_headless(tmp_path / "d\u00e9mo")
    wanted = sum(len(prompts) for prompts in SAMPLE_PROMPTS.values())
    assert wanted * 0.8 <= report.made <= wanted
    written = json.loads(report.coco_file.read_text(encoding="utf-8"))
    assert len(written["annotations"]) == report.made == report.instances
    assert len(report.previews) == len(written["images"])
    for preview in report.previews:
        with Image.open(preview) as picture:
            picture.verify()
    workspace = Workspace.open(report.project)
    with workspace.read() as reader:
        first = reader.instances.of_image(1)[0]
        assert (first.provenance.stage, first.state) == (Stage.ASSISTED, State.ACCEPTED)
        assert first.provenance.backend == report.backend
        assert len(reader.instances.prompts(first.id)) == first.provenance.clicks > 0
        assert [each.chosen for each in reader.instances.candidates(first.id)].count(True) == 1
    workspace.close()
    before = report.coco_file.read_bytes()
    again = run_headless(tmp_path / "d\u00e9mo")
    assert (again.made, again.instances) == (0, report.made)
    assert again.coco_file.read_bytes() == before


def test_deleted_labels_do_not_come_back(tmp_path: Path) -> None:
    place = make_sample(tmp_path)
    workspace = Workspace.open(place)
    workspace.execute(DeleteLabel(1))
    workspace.close()
    make_sample(tmp_path)
    workspace = Workspace.open(place)
    with workspace.read() as reader:
        assert len(reader.labels.all()) == len(SAMPLE_LABELS) - 1
    workspace.close()
