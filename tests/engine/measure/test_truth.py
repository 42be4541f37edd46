from __future__ import annotations

import json

import pytest

from engine.errors import BadFile
from engine.measure.truth import count_truth, read_truth


def test_objects_come_with_their_photographs(labelled):
    found = list(read_truth(*labelled))
    assert [image.name for image in found] == ["1.png", "2.png"]
    assert [[int(thing.mask.sum()) for thing in image.objects] for image in found] == [[3000], [3000]]
    (thing,) = found[0].objects
    assert (found[0].pixels[thing.mask] == (210, 180, 40)).all()
    assert count_truth(labelled[0], None) == 2


def test_a_limit_takes_the_same_objects_every_time(labelled):
    first = [thing.name for image in read_truth(*labelled, limit=1) for thing in image.objects]
    assert len(first) == 1
    assert first == [thing.name for image in read_truth(*labelled, limit=1) for thing in image.objects]


def test_what_is_no_coco_file_is_named(tmp_path, labelled):
    with pytest.raises(BadFile, match="cannot be read"):
        list(read_truth(tmp_path / "none.json", tmp_path))
    (tmp_path / "list.json").write_text("[1]")
    with pytest.raises(BadFile, match="no COCO"):
        list(read_truth(tmp_path / "list.json", tmp_path))
    table = json.loads(labelled[0].read_text())
    table["annotations"][0]["segmentation"] = {"size": [5, 5], "counts": [25]}
    (tmp_path / "odd.json").write_text(json.dumps(table))
    with pytest.raises(BadFile, match="5 x 5"):
        list(read_truth(tmp_path / "odd.json", labelled[1]))
