from __future__ import annotations

import json
import subprocess
import sys

import pytest
import torch

from models.compact.augment import Recipe
from models.compact.network import TINY
from models.compact.schedule import Schedule
from models.compact.store import export, read_network
from models.compact.trainer import Plan, Trainer
from models.errors import WeightsMismatch

SMALL = Schedule(batch=4, side=32, large_side=48, warm=2, rounds=(1, 3))


def plan(corpus_folder, out, **changes):
    defaults = {"steps": 8, "threads": 1, "checked": 8, "size": TINY, "recipe": Recipe({}), "schedule": SMALL}
    return Plan(corpus_folder, out, **{**defaults, **changes})


def run(made, stop_after=None):
    lines = []
    trainer = Trainer(made)
    trainer.run(lines.append, lambda: stop_after is not None and sum("loss" in line for line in lines) >= stop_after)
    return trainer, lines


def test_killed_and_resumed_is_the_same_as_never_stopped(corpus_folder, tmp_path):
    whole, lines = run(plan(corpus_folder, tmp_path / "whole"))
    run(plan(corpus_folder, tmp_path / "broken"), stop_after=3)
    resumed, rest = run(plan(corpus_folder, tmp_path / "broken", resume=True))
    assert resumed.progress.step == whole.progress.step == 8
    assert [line["loss"] for line in rest if "loss" in line] == [line["loss"] for line in lines if "loss" in line][3:]
    for name, value in whole.network.state_dict().items():
        assert torch.equal(value, resumed.network.state_dict()[name]), name
    for name, value in whole.average.state.items():
        assert torch.equal(value, resumed.average.state[name]), name


def test_it_learns(corpus_folder, tmp_path):
    _, lines = run(plan(corpus_folder, tmp_path, steps=150))
    losses = [line["loss"] for line in lines if "loss" in line]
    assert sum(losses[-10:]) < 0.8 * sum(losses[:10])
    assert {"held_1", "held_3", "held_5"} <= set(lines[-1])


def test_weights_survive_export(corpus_folder, tmp_path):
    trainer, _ = run(plan(corpus_folder, tmp_path, steps=2))
    target = tmp_path / "w.safetensors"
    assert len(export(trainer.checkpoint, target)) == 64
    network = read_network(target, TINY)
    for name, value in network.state_dict().items():
        assert torch.allclose(value.float(), trainer.average.state[name].float(), rtol=1e-3, atol=1e-4)
    again, _ = run(plan(corpus_folder, tmp_path / "on", steps=1, start=target))
    assert again.progress.step == 1


def test_a_damaged_training_state_is_named(corpus_folder, tmp_path):
    (tmp_path / "training.pt").write_bytes(b"nonsense")
    with pytest.raises(WeightsMismatch, match="damaged"):
        Trainer(plan(corpus_folder, tmp_path, resume=True))


def test_the_command_tells_a_fault_in_words(tmp_path):
    command = [sys.executable, "-m", "models.compact.train", "--out", str(tmp_path), "--data", str(tmp_path / "none")]
    done = subprocess.run(command, capture_output=True, check=False, timeout=120)
    assert done.returncode == 1
    assert "none" in json.loads(done.stdout.splitlines()[-1])["error"]


def test_rate_warms_up_and_falls():
    schedule = Schedule()
    assert schedule.rate(0, 0) < schedule.rate(50, 0.0) < schedule.rate(schedule.warm, 0.0)
    assert schedule.rate(9999, 0.3) > schedule.rate(9999, 0.9) > 0
    assert schedule.shape(2, 0.9)[1] == schedule.large_side
    assert schedule.shape(2, 0.1)[1] == schedule.side
