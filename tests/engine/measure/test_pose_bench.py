"""People with known answers, measured as a command would."""

from __future__ import annotations

import json
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from engine.control import Cancelled, Control
from engine.errors import BadFile
from engine.measure.pose_bench import PoseScore, measure_image, summarise
from engine.measure.pose_run import run_poses
from engine.measure.true_poses import read_people
from models.api import BackendInfo, KeypointCandidate

LSP = [
    "right_ankle", "right_knee", "right_hip", "left_hip", "left_knee", "left_ankle", "right_wrist", "right_elbow",
    "right_shoulder", "left_shoulder", "left_elbow", "left_wrist", "neck", "head_top",
]  # fmt: skip
SHAPE = np.array(
    [[40, 180], [42, 140], [44, 100], [62, 100], [64, 140], [66, 180], [25, 95], [30, 75], [40, 50], [66, 50],
     [76, 75], [82, 95], [53, 45], [53, 15]], dtype=np.float64,
)  # fmt: skip


def folder_of(tmp_path, people, names=LSP):
    """Write photographs of people whose joints are given in our frame, in LSP's."""
    items = []
    for number, joints in enumerate(people):
        pixels = np.full((200, 120, 3), 90 + number, dtype=np.uint8)
        Image.fromarray(pixels).save(tmp_path / f"p{number}.png")
        rows = [[x + 0.5, y + 0.5, 1] for x, y in joints]
        items.append({"image": f"p{number}.png", "keypoints": [value for row in rows for value in row]})
    (tmp_path / "index.json").write_text(json.dumps({"keypoint_names": names, "items": items}))
    return tmp_path


@pytest.fixture
def people(tmp_path):
    rng = np.random.default_rng(3)
    return folder_of(tmp_path, [SHAPE + rng.uniform(-4, 4, 2) for _ in range(20)])


class Oracle:
    """Knows everybody's joints and answers with them, moved as it is told to."""

    def __init__(self, truth, change=lambda joints: joints):
        self.info = BackendInfo("oracle", "pose", "cpu")
        self.change = change
        self.answers = iter([person.joints for person in truth.people for _ in range(2)])

    def predict(self, image, boxes, joints):
        assert all(0 <= box.x0 < box.x1 <= image.shape[1] and 0 <= box.y0 < box.y1 <= image.shape[0] for box in boxes)
        found = []
        for box in boxes:
            moved = self.change(next(self.answers).copy())
            found.append(KeypointCandidate(tuple((x, y, sure) for x, y, sure in moved.tolist()), 0.9, box))
        return found


def figures_of(truth, change=lambda joints: joints):
    backend, score = Oracle(truth, change), PoseScore("oracle")
    for person in truth.people:
        measure_image(backend, np.zeros((200, 120, 3), dtype=np.uint8), [person], truth.joints, score)
    return summarise(score, truth.joints)


def test_the_truth_itself_is_perfect(people):
    figures = figures_of(read_people([people], only_held=False))
    for part in (figures["exact"], figures["noisy"]):
        assert part["pck"] == {"0.1": 1, "0.2": 1}
        assert (part["pckh"], part["pcp"], part["oks"], part["ap"]["ap"]) == (1, 1, 1, 1)
        assert part["swapped"] == 0
        assert part["unit"] == "torso"
    assert figures["people"] == 20
    assert figures["unknown_joints"] == []


def test_joints_off_by_a_share_of_the_torso_are_found_from_there_on(people):
    truth = read_people([people], only_held=False)
    torso = float(np.linalg.norm(SHAPE[9] - SHAPE[2]))

    def off(joints):
        joints[:, 0] += 0.15 * torso
        joints[:2, 2] = 0.2
        joints[0, 0] += torso
        return joints

    part = figures_of(truth, off)["exact"]
    assert part["pck"]["0.1"] == 0
    assert part["pck"]["0.2"] == pytest.approx(13 / 14, abs=1e-4)
    assert part["pdj"][13] == 0 < part["pdj"][15]
    assert part["joints"]["right_ankle"]["0.2"] == 0
    assert part["joints"]["left_ankle"] == {"number": 20, "0.1": 0, "0.2": 1, "median_off": 0.15, "confidence": 1}
    assert part["confidence_tells"] == pytest.approx(1 - 0.5 / 13, abs=1e-4)


def test_a_pose_with_left_and_right_changed_over_is_seen(people):
    truth = read_people([people], only_held=False)
    mirror = [5, 4, 3, 2, 1, 0, 11, 10, 9, 8, 7, 6, 12, 13]
    part = figures_of(truth, lambda joints: joints[mirror])["exact"]
    assert part["swapped"] == 1
    assert part["pck"]["0.2"] < 0.8
    assert part["pck_sides_aside"] == {"0.1": 1, "0.2": 1}


def test_joints_the_backend_does_not_know_are_left_out(people):
    truth = read_people([people], only_held=False)

    def without_head(joints):
        joints[13] = 0
        return joints

    figures = figures_of(truth, without_head)
    assert figures["unknown_joints"] == ["head_top"]
    assert figures["exact"]["pck"]["0.1"] == 1
    assert figures["exact"]["ap"]["ap"] == 1
    assert figures["exact"]["pckh"] is None
    assert "head_top" not in figures["exact"]["joints"]


def test_other_skeletons_are_measured_by_their_boxes(tmp_path):
    folder = folder_of(tmp_path, [SHAPE[:3] for _ in range(3)], ["tip", "middle", "end"])
    part = figures_of(read_people([folder], only_held=False))["exact"]
    assert (part["unit"], part["pck"]["0.1"], part["pcp"]) == ("box", 1, None)


def test_everything_is_written_down(people, tmp_path):
    truth = read_people([people], only_held=False)
    figures = run_poses(truth, ["fake-pose"], tmp_path / "out")
    assert json.loads((tmp_path / "out" / "poses.json").read_text())["results"] == figures
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"poses.json", "pdj.png", "sheet-fake-pose.png"}
    assert Image.open(BytesIO((tmp_path / "out" / "sheet-fake-pose.png").read_bytes())).size == (880, 8 * 236)
    with pytest.raises(Cancelled, match="Nothing was written"):
        run_poses(truth, ["fake-pose"], tmp_path / "no", control=Control(should_stop=lambda: True))
    assert not (tmp_path / "no").exists()
    with pytest.raises(BadFile, match="finds no poses"):
        run_poses(truth, ["fake"], None)


def test_only_the_validation_part_counts_and_a_limit_is_the_same_every_time(people):
    everybody = read_people([people], only_held=False)
    held = read_people([people])
    assert 0 < len(held.people) < len(everybody.people) == 20
    first = [person.name for person in read_people([people], limit=5, only_held=False).people]
    assert first == [person.name for person in read_people([people], limit=5, only_held=False).people]
    assert len(first) == 5
    assert np.abs(everybody.people[0].joints[:, 2] - 1).max() == 0


def test_nobody_there_is_said(people, tmp_path):
    with pytest.raises(BadFile, match=r"index\.json is not there"):
        read_people([tmp_path / "none"])
    (tmp_path / "broken.json").write_text("{")
    with pytest.raises(BadFile, match="cannot be read"):
        read_people([], [(tmp_path / "broken.json", tmp_path)])
    held = {person.path.name for person in read_people([people]).people}
    index = json.loads((people / "index.json").read_text())
    index["items"] = [item for item in index["items"] if item["image"] not in held]
    (people / "index.json").write_text(json.dumps(index))
    with pytest.raises(BadFile, match="validation part"):
        read_people([people])
