from __future__ import annotations

import pytest

from models import registry
from models.compact import ready
from models.compact.spec import SPEC, WEIGHTS
from models.errors import WeightsMismatch, WeightsMissing


@pytest.fixture
def shipped_folder(tmp_path, monkeypatch):
    """Pretend that the program's files lie in an empty folder."""
    monkeypatch.setattr("models.assets._INSTALLED", tmp_path)
    monkeypatch.setattr("models.assets._SOURCE", tmp_path)
    monkeypatch.setattr("models.weights.cache_folder", lambda: tmp_path / "cache")
    monkeypatch.delenv("MASKWRIGHT_WEIGHTS", raising=False)
    return tmp_path


def test_without_its_weights_it_is_not_offered_and_the_list_says_why(shipped_folder):
    with pytest.raises(WeightsMissing, match=WEIGHTS):
        ready.verified()
    (status,) = (status for status in registry.available("mask") if status.spec.name == "compact")
    assert not status.available
    assert WEIGHTS in status.reason


def test_damaged_shipped_weights_are_refused(shipped_folder):
    (shipped_folder / WEIGHTS).write_bytes(b"half a file")
    with pytest.raises(WeightsMismatch, match="damaged"):
        ready.verified()
    assert "damaged" in ready.reason(SPEC)


def test_weights_of_ones_own_need_no_known_checksum(shipped_folder):
    own = shipped_folder / "own.safetensors"
    own.write_bytes(b"anything")
    path, checksum = ready.verified(own)
    assert path == own
    assert len(checksum) == 64
