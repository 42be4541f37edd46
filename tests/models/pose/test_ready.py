from __future__ import annotations

import pytest

from models.assets import asset
from models.errors import WeightsMismatch, WeightsMissing
from models.pose import ready
from models.pose.spec import CHECKSUM, SPEC, WEIGHTS
from models.pose.store import read_network
from models.weights import checksum

MOST_BYTES = 12_000_000


@pytest.fixture
def shipped_folder(tmp_path, monkeypatch):
    """Pretend that the program's files lie in an empty folder."""
    monkeypatch.setattr("models.assets._INSTALLED", tmp_path)
    monkeypatch.setattr("models.assets._SOURCE", tmp_path)
    monkeypatch.setattr("models.weights.cache_folder", lambda: tmp_path / "cache")
    monkeypatch.delenv("MASKWRIGHT_WEIGHTS", raising=False)
    return tmp_path


def test_without_its_weights_the_list_says_why(shipped_folder):
    with pytest.raises(WeightsMissing, match=WEIGHTS):
        ready.verified()
    assert WEIGHTS in ready.reason(SPEC)


def test_damaged_shipped_weights_are_refused(shipped_folder):
    (shipped_folder / WEIGHTS).write_bytes(b"half a file")
    with pytest.raises(WeightsMismatch, match="damaged"):
        ready.verified()


def test_weights_of_ones_own_need_no_known_checksum(shipped_folder):
    own = shipped_folder / "own.safetensors"
    own.write_bytes(b"anything")
    assert ready.verified(own)[0] == own


def test_the_shipped_weights_are_small_whole_and_know_fourteen_joints():
    try:
        path = asset(WEIGHTS)
    except FileNotFoundError:
        pytest.skip("the pose weights do not ship yet")
    assert path.stat().st_size < MOST_BYTES
    assert checksum(path) == CHECKSUM
    _, joints = read_network(path)
    assert len(joints.names) == 14
    assert {"left_wrist", "right_ankle", "neck", "head_top"} <= set(joints.names)
