"""What an op may touch while its transaction is open: the rows, a snapshot to read, who and when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from engine.changes import ChangesBuilder
from engine.joint_scores import carried_scores
from engine.storage.pack import same
from engine.storage.reader import Reader
from engine.storage.recorder import Recorder


@dataclass(frozen=True, slots=True)
class Tx:
    """Handed to ``Op.apply`` by the workspace, which alone begins and ends the transaction."""

    connection: Connection
    rows: Recorder
    read: Reader
    author: str
    now: datetime

    @property
    def changes(self) -> ChangesBuilder:
        """What was touched so far; ops that write in bulk note it here themselves."""
        return self.rows.changes

    def touch(self, instance_id: int, values: Mapping[str, Any]) -> None:
        """Update an instance and, if that changes anything, its time of change; another mask is counted as an edit.

        What a person does to the joints of a pose keeps the scores of the others; a pose without a mask counts edits.
        """
        row = self.rows.get("instances", instance_id)
        stamp: dict[str, Any] = {"updated_at": self.now}
        if "keypoints" in values:
            values = {**carried_scores(row, values["keypoints"]), **values}
        if ("mask" in values and values["mask"] != row["mask"]) or _pose_corrected(row, values):
            stamp["edits"] = row["edits"] + 1
        self.rows.update("instances", instance_id, values, stamp=stamp, row=row)

    def touch_many(self, instance_ids: Sequence[int], values: Mapping[str, Any]) -> None:
        """Give many instances the same values (no mask), each with its time of change where that changes anything."""
        self.rows.update_many("instances", instance_ids, values, stamp={"updated_at": self.now})


def _pose_corrected(row: Mapping[str, Any], values: Mapping[str, Any]) -> bool:
    if row["mask"] is not None or row["keypoints"] is None or "keypoints" not in values:
        return False
    return not same(values["keypoints"], row["keypoints"])
