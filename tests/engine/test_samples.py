from __future__ import annotations

import re
from pathlib import Path

import pytest

from engine.errors import CannotWrite
from engine.imaging.decode import read_image
from engine.samples import SAMPLE_LABELS, SAMPLE_PROMPTS, write_samples


def test_pictures_are_written_once_and_prompts_lie_in_them(tmp_path: Path) -> None:
    folder = tmp_path / "samples ü"
    paths = write_samples(folder)
    assert len(paths) == 12
    assert [path.name for path in paths] == sorted(SAMPLE_PROMPTS)
    labels = {label.name for label in SAMPLE_LABELS}
    for path in paths:
        image = read_image(path)
        for sample in SAMPLE_PROMPTS[path.name]:
            assert sample.label in labels
            assert not sample.prompts.empty
            for point in sample.prompts.points:
                assert 0 <= point.x < image.width
                assert 0 <= point.y < image.height
            box = sample.prompts.box
            if box is not None:
                assert 0 <= box.x0 < box.x1 <= image.width
                assert 0 <= box.y0 < box.y1 <= image.height
    stamps = [path.stat().st_mtime_ns for path in paths]
    assert write_samples(folder) == paths
    assert [path.stat().st_mtime_ns for path in paths] == stamps
    assert sorted(folder.iterdir()) == paths


def test_labels_differ_in_name_and_colour() -> None:
    assert len({label.name for label in SAMPLE_LABELS}) == len(SAMPLE_LABELS)
    assert len({label.color for label in SAMPLE_LABELS}) == len(SAMPLE_LABELS)
    assert all(re.fullmatch("#[0-9a-f]{6}", label.color) for label in SAMPLE_LABELS)


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(CannotWrite, match="another folder"):
        write_samples(tmp_path / "file" / "below")
