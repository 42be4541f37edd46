from __future__ import annotations

import numpy as np
import pytest

from models.compact.corpus import LONGEST, Corpus, Labelled, unpack
from models.held import is_held


def test_pictures_and_masks_come_back(corpus):
    held = [photo.held for photo in corpus.photos]
    assert any(held)
    assert not all(held)
    photo = corpus.photos[3]
    image = corpus.image(photo)
    assert image.shape == (96, 120, 3)
    disc, square = photo.things
    assert square.box == (85, 60, 115, 90)
    assert corpus.mask(square).all()
    x0, y0, x1, y1 = disc.box
    inside = corpus.mask(disc) > 0
    assert (image[y0:y1, x0:x1][inside] == (220, 60, 60)).all()
    assert not inside.all()


def test_the_split_follows_the_name_alone(corpus):
    for photo in corpus.photos:
        assert photo.held == is_held(photo.name) == is_held(f"elsewhere/{photo.name}")


def test_large_photographs_are_shrunk_with_their_masks(tmp_path):
    mask = np.zeros((800, 2 * LONGEST), dtype=bool)
    mask[200:600, 400:800] = True
    item = Labelled("wide.png", "g", np.zeros((*mask.shape, 3), dtype=np.uint8), (mask, np.zeros_like(mask)))
    (photo,) = unpack(tmp_path, "x", [item])
    assert (photo.width, photo.height) == (LONGEST, 400)
    (thing,) = Corpus(tmp_path).photos[0].things
    assert thing.box == (200, 100, 400, 300)


def test_another_format_is_refused(tmp_path):
    (tmp_path / "corpus.json").write_text('{"format": 1}')
    with pytest.raises(ValueError, match="another version"):
        Corpus(tmp_path)
