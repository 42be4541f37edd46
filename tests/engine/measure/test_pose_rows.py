"""What became of proposed poses, counted by the database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from engine.measure.engine_table import engine_table
from engine.measure.table_out import to_json
from engine.ops.decide import DecideMany, Decision
from engine.ops.instances import AddInstance, SetKeypoints
from engine.ops.labels import AddLabel
from engine.ops.poses import StorePoses
from engine.ops.skeletons import AddSkeleton
from engine.stages.auto_pose import AutoPose
from models.api import BackendInfo


def test_joined_poses_count_as_accepted_and_masks_are_counted_without_them(desk: Any) -> None:
    do, image = desk.workspace.execute, desk.images[0]
    skeleton = do(AddSkeleton("two", ("a", "b"))).value.id
    person = do(AddLabel("person", skeleton_id=skeleton)).value.id
    boxes = [do(AddInstance(image, label_id=person, box=(float(n), 1.0, 4.0, 4.0))).value.id for n in range(4)]
    found = tuple(AutoPose(each, ((1.0, 1.0, 2), (2.0, 2.0, 2)), (0.9, 0.4), 0.65) for each in boxes)
    first, second, third, _ = do(StorePoses(image, found, BackendInfo("net", "pose", "cpu", "w1"))).value
    do(SetKeypoints(second, ((1.0, 1.0, 2), (3.0, 2.0, 2))))
    do(DecideMany(Decision.ACCEPT, (first, second), review_ms=6000))
    do(DecideMany(Decision.REJECT, (third,)))
    with desk.workspace.read() as reader:
        table = engine_table(reader)
        later = engine_table(reader, since=datetime.now(UTC) + timedelta(days=1))
    (row,) = table.poses
    assert (row.backend, row.weights_hash, row.accepted, row.proposed, row.rejected) == ("net", "w1", 2, 1, 1)
    assert (row.decided, row.kept, row.edited, row.acceptance, row.edit_rate) == (3, 2, 1, 2 / 3, 0.5)
    assert (row.seconds_per_decision, row.timed_decisions) == (3.0, 2)
    assert (table.total.accepted, table.total.proposed, later.poses) == (0, 0, ())
    assert to_json(table)["poses"][0]["acceptance"] == 2 / 3
