from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from engine.imaging.tiff_tags import IMAGE_LENGTH, IMAGE_WIDTH, ORIENTATION, orientation_of, read_tags


def test_reads_a_real_file_and_real_exif() -> None:
    out = io.BytesIO()
    Image.fromarray(np.zeros((7, 9, 3), dtype=np.uint8)).save(out, "TIFF")
    tags = read_tags(out.getvalue())
    assert (tags[IMAGE_WIDTH], tags[IMAGE_LENGTH]) == (9, 7)
    exif = Image.Exif()
    exif[ORIENTATION] = 8
    assert orientation_of(read_tags(exif.tobytes())) == 8


@pytest.mark.parametrize("data", [b"", b"II*\0", b"II*\0\xff\xff\xff\xff", b"MM\0*\0\0\0\x08\xff\xff", b"Exif\0\0"])
def test_damage_yields_what_is_there(data: bytes) -> None:
    assert read_tags(data) == {}


def test_nonsense_orientation_counts_as_upright() -> None:
    assert orientation_of({ORIENTATION: 0}) == 1
    assert orientation_of({ORIENTATION: 9}) == 1
