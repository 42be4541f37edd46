"""Small networks on drawn figures."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pytest
import torch

from models import registry
from models.api import BoxPrompt, PoseBackend
from models.deeppose.backend import DeepPoseBackend, read_network
from models.deeppose.network import TINY
from models.deeppose.spec import SPEC
from models.deeppose.trainer import Plan, Trainer
from models.errors import WeightsMismatch, WeightsMissing
from models.people import read
from models.pose.skeletons import joints_named
from models.state_dict import export_average
from tests.models.pose.conftest import NAMES, people, stick_figure

__all__ = ["people"]


def run(folder, out, stop_after=None, **changes):
    names, figures = read([folder])
    made = Plan(out, **{"steps": 6, "threads": 1, "batch": 4, "warm": 2, "size": TINY, **changes})
    trainer = Trainer(made, joints_named(names), figures)
    lines = []
    trainer.run(lines.append, lambda: stop_after is not None and len(lines) >= stop_after)
    return trainer, lines


def test_killed_and_resumed_is_the_same_as_never_stopped(people, tmp_path):
    whole, lines = run(people, tmp_path / "whole")
    assert [line["stage"] for line in lines if "loss" in line] == [1, 2, 2, 3, 3, 3]
    run(people, tmp_path / "broken", stop_after=3)
    resumed, _ = run(people, tmp_path / "broken", resume=True)
    assert resumed.progress.step == whole.progress.step == 6
    for name, value in whole.network.state_dict().items():
        assert torch.equal(value, resumed.network.state_dict()[name]), name


@pytest.fixture(scope="module")
def taught(people, tmp_path_factory):
    folder = tmp_path_factory.mktemp("taught")
    trainer, _ = run(people, folder, steps=240, batch=16, peak=4e-3, warm=10)
    target = folder / "deeppose.safetensors"
    export_average(trainer.checkpoint, target, {"network": "deeppose-1", "joints": json.dumps(NAMES)})
    return trainer, target


def test_a_second_look_is_nearer_than_the_first(taught):
    trainer, _ = taught
    first, second = trainer.validate(1), trainer.validate(2)
    assert second["held_near"] > first["held_near"]
    assert trainer.validate(3)["held_close"] > 0.7


def test_the_backend_names_joints_in_the_order_asked_for(taught):
    network, joints = read_network(taught[1], TINY)
    backend = DeepPoseBackend(SPEC, network, joints, torch.device("cpu"), "taught")
    assert isinstance(backend, PoseBackend)
    image, true = stick_figure(77)
    low, high = true[:, :2].min(0), true[:, :2].max(0)
    box = BoxPrompt(*low.tolist(), *high.tolist())
    wanted = ["Right Foot", "tail", "head_top"]
    one, two = backend.predict(image, [box, box], wanted)
    assert one == two
    assert one.keypoints[1][2] == 0
    for (x, y, sure), joint in zip((one.keypoints[0], one.keypoints[2]), (true[4], true[0]), strict=True):
        assert np.hypot(x - joint[0], y - joint[1]) < 15
        assert 0 < sure <= 1
    assert backend.predict(image, [], wanted) == []


def test_other_weights_are_refused(taught, tmp_path):
    from safetensors.torch import save_file

    file = tmp_path / "w.safetensors"
    save_file({"a": torch.zeros(1)}, file, metadata={"network": "pose-1", "joints": "[]"})
    with pytest.raises(WeightsMismatch, match="another kind"):
        read_network(file, TINY)
    with pytest.raises(WeightsMismatch):
        read_network(taught[1])
    with pytest.raises(WeightsMissing, match="does not exist"):
        read_network(tmp_path / "none.safetensors")


def test_without_weights_the_list_says_how_to_make_them(monkeypatch, tmp_path):
    monkeypatch.setenv("MASKWRIGHT_WEIGHTS", str(tmp_path))
    (status,) = (status for status in registry.available("pose") if status.spec.name == "deeppose")
    assert "maskwright train deeppose" in status.reason


def test_the_command_tells_a_fault_in_words(tmp_path):
    command = [sys.executable, "-m", "models.deeppose.train", "--out", str(tmp_path), "--data", str(tmp_path / "none")]
    done = subprocess.run(command, capture_output=True, check=False, timeout=120)
    assert done.returncode == 1
    assert "none" in json.loads(done.stdout.splitlines()[-1])["error"]
