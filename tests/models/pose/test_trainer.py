from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pytest
import torch

from models.api import BoxPrompt
from models.errors import WeightsMismatch
from models.people import read
from models.pose.backend import EmbeddedPose
from models.pose.network import TINY, PoseNet
from models.pose.skeletons import joints_named
from models.pose.spec import SPEC
from models.pose.store import export, read_network
from models.pose.trainer import Plan, Trainer
from tests.models.pose.conftest import NAMES, stick_figure


def run(people, out, stop_after=None, **changes):
    names, figures = read([people])
    made = Plan(out, **{"steps": 6, "threads": 1, "batch": 4, "warm": 2, "size": TINY, **changes})
    trainer = Trainer(made, joints_named(names), figures)
    lines = []
    trainer.run(lines.append, lambda: stop_after is not None and len(lines) >= stop_after)
    return trainer, lines


def test_killed_and_resumed_is_the_same_as_never_stopped(people, tmp_path):
    whole, _ = run(people, tmp_path / "whole")
    run(people, tmp_path / "broken", stop_after=2)
    resumed, _ = run(people, tmp_path / "broken", resume=True)
    assert resumed.progress.step == whole.progress.step == 6
    for name, value in whole.network.state_dict().items():
        assert torch.equal(value, resumed.network.state_dict()[name]), name


@pytest.fixture(scope="module")
def taught(people, tmp_path_factory):
    folder = tmp_path_factory.mktemp("taught")
    trainer, lines = run(people, folder, steps=220, batch=8, peak=4e-3, warm=10)
    target = folder / "pose.safetensors"
    export(trainer.checkpoint, joints_named(NAMES), target)
    return target, lines


def test_it_learns_where_joints_are(taught):
    losses = [line["loss"] for line in taught[1] if "loss" in line]
    assert np.mean(losses[-10:]) < 0.8 * np.mean(losses[:5])
    assert taught[1][-1]["held_close"] > 0.5


def test_the_backend_names_joints_in_the_order_asked_for(taught):
    network, joints = read_network(taught[0], TINY)
    backend = EmbeddedPose(SPEC, network, joints, torch.device("cpu"), "taught")
    image, true = stick_figure(77)
    low, high = true[:, :2].min(0), true[:, :2].max(0)
    box = BoxPrompt(*low.tolist(), *high.tolist())
    wanted = ["Right Foot", "tail", "head_top"]
    (one, two) = backend.predict(image, [box, box], wanted)
    assert one == two
    assert one.box == box
    assert one.keypoints[1][2] == 0
    for (x, y, sure), joint in zip((one.keypoints[0], one.keypoints[2]), (true[4], true[0]), strict=True):
        assert np.hypot(x - joint[0], y - joint[1]) < 20
        assert 0 < sure <= 1
    assert backend.predict(image, [], wanted) == []


def test_weights_without_joints_are_refused(tmp_path):
    from safetensors.torch import save_file

    file = tmp_path / "w.safetensors"
    save_file(PoseNet(5, TINY).state_dict(), file)
    with pytest.raises(WeightsMismatch, match="which joints"):
        read_network(file, TINY)


def test_the_command_tells_a_fault_in_words(tmp_path):
    command = [sys.executable, "-m", "models.pose.train", "--out", str(tmp_path), "--data", str(tmp_path / "none")]
    done = subprocess.run(command, capture_output=True, check=False, timeout=120)
    assert done.returncode == 1
    assert "none" in json.loads(done.stdout.splitlines()[-1])["error"]
