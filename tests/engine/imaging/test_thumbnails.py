from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine.errors import BadImage
from engine.imaging import thumbnails
from engine.imaging.probe import probe
from engine.imaging.thumbnails import thumbnail


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "photo.jpg"
    picture = np.zeros((300, 600, 3), dtype=np.uint8)
    picture[:, :300] = (200, 40, 30)
    exif = Image.Exif()
    exif[274] = 6
    Image.fromarray(picture).save(path, exif=exif, quality=95)
    return path


def test_size_orientation_and_colour(photo: Path, tmp_path: Path) -> None:
    small = thumbnail(photo, 100, cache=tmp_path / "cache")
    assert small.shape == (100, 50, 3)
    assert np.abs(small[10, 25].astype(int) - (200, 40, 30)).max() < 12
    assert small[90, 25].max() < 12


def test_second_time_it_comes_from_the_cache_without_the_file(photo: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    first = thumbnail(photo, 64, cache=cache)
    known = probe(photo).content_hash
    photo.unlink()
    again = thumbnail(photo, 64, content_hash=known, cache=cache)
    assert again.shape == first.shape
    assert np.abs(again.astype(int) - first).max() < 40
    with pytest.raises(BadImage):
        thumbnail(photo, 64, cache=cache)


def test_damaged_cache_is_a_miss_and_is_repaired(photo: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    thumbnail(photo, 64, cache=cache)
    (kept,) = cache.rglob("*.jpg")
    good = kept.read_bytes()
    for bad in (b"", b"junk", good[:100]):
        kept.write_bytes(bad)
        assert thumbnail(photo, 64, cache=cache).shape == (64, 32, 3)
        assert kept.read_bytes() == good
    assert not list(cache.rglob("*.part"))


def test_unwritable_cache_only_costs_time(photo: Path, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.touch()
    assert thumbnail(photo, 64, cache=blocked).shape == (64, 32, 3)


def test_never_enlarged_and_grey_or_deep_pictures(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    Image.fromarray(np.arange(60, dtype=np.uint16).reshape(6, 10) * 100).save(path)
    assert thumbnail(path, 64, cache=tmp_path / "cache").shape == (6, 10, 3)


def test_errors(tmp_path: Path) -> None:
    bad = tmp_path / "bad.jpg"
    bad.write_bytes(b"\xff\xd8\xff nothing more")
    with pytest.raises(BadImage, match=r"bad\.jpg"):
        thumbnail(bad, 64, cache=tmp_path / "cache")
    with pytest.raises(ValueError, match="at least one pixel"):
        thumbnail(bad, 0)


def test_default_cache_is_the_users(monkeypatch: pytest.MonkeyPatch) -> None:
    assert thumbnails.default_cache().name == "thumbnails"
    assert "maskwright" in thumbnails.default_cache().parts
