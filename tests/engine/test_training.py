from __future__ import annotations

import pytest

from engine.errors import BackendFailed, BadFile, InvalidOp
from engine.training import TrainingOrder, train
from models.errors import BackendUnavailable
from tests.engine.test_training_data import project_of_discs, project_of_poses


@pytest.fixture
def project(tmp_path):
    return project_of_discs(tmp_path)


def test_training_on_a_project_ends_with_weights(project, tmp_path):
    lines = []
    order = TrainingOrder("compact", (project,), tmp_path / "run", minutes=0.01, threads=1, device="cpu")
    weights = train(order, lines.append)
    assert weights.is_file()
    assert any("loss" in line for line in lines)
    again = train(
        TrainingOrder("compact", (project,), tmp_path / "run", minutes=0.01, resume=True, device="cpu"), print
    )
    assert again == weights


def test_training_poses_on_a_project_ends_with_weights_that_know_its_joints(tmp_path):
    from models.pose.store import read_network

    project = project_of_poses(tmp_path)
    lines = []
    order = TrainingOrder("pose", (project,), tmp_path / "run", minutes=0.01, threads=1, device="cpu", label="tool")
    weights = train(order, lines.append)
    assert any("loss" in line for line in lines)
    _, joints = read_network(weights)
    assert joints.names == ("tip", "left_edge", "right_edge")
    with pytest.raises(InvalidOp, match="several skeletons"):
        train(TrainingOrder("pose", (project,), tmp_path / "run"), print)


def test_what_cannot_be_trained_is_named(tmp_path):
    with pytest.raises(InvalidOp, match="cannot be trained"):
        train(TrainingOrder("classic", (tmp_path,), tmp_path), print)
    with pytest.raises(BackendUnavailable, match="no backend"):
        train(TrainingOrder("none", (tmp_path,), tmp_path), print)
    with pytest.raises(BadFile, match="does not exist"):
        train(TrainingOrder("compact", (tmp_path / "gone",), tmp_path), print)
    with pytest.raises(BackendFailed, match="no labels"):
        train(TrainingOrder("compact", (tmp_path,), tmp_path / "run", device="cpu"), lambda line: None)
