"""Stores a file's objects in batches and knows which of them are there already."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from engine.ops.import_joints import ImportedJoints
from engine.ops.incoming import ORIGINAL_ID, IncomingInstance
from engine.records import Rle, Stage, State
from engine.report import ReportBuilder
from engine.storage.tables import Instance, table_of
from engine.transaction import Tx

_INSTANCES = table_of(Instance)
_IDENTIFYING = (
    "image_id", "job_id", "extra", "label_id", "mask", "bbox_x", "bbox_y", "bbox_w", "bbox_h", "keypoints",
)  # fmt: skip


class InstanceStore:
    """Writes batches of instances and knows which of them are there already."""

    def __init__(
        self,
        tx: Tx,
        job_id: int,
        state: State,
        labels: Mapping[int, int],
        images: Mapping[int, int],
        joints: ImportedJoints,
        report: ReportBuilder,
    ) -> None:
        """``labels`` and ``images`` lead from the reader's keys to ids."""
        self._tx = tx
        self._job_id = job_id
        self._state = state
        self._labels = labels
        self._images = images
        self._fitted = joints.fitted
        self._report = report
        self._next_z: dict[int, int] = {}
        self._joints = self._joint_counts()

    def _joint_counts(self) -> dict[int, int]:
        """Return the number of joints of every label that has a skeleton."""
        counts = {skeleton.id: len(skeleton.joints) for skeleton in self._tx.read.skeletons.all()}
        labels = self._tx.read.labels.all()
        return {label.id: counts[label.skeleton_id] for label in labels if label.skeleton_id is not None}

    def add(self, batch: list[IncomingInstance]) -> int:
        """Store what is new and return how many that were."""
        rows: list[dict[str, Any]] = []
        taken = self._taken(batch)
        batch = [self._fitted(instance) for instance in batch]
        others = self._unnumbered(batch)
        for instance in batch:
            row = self._row(instance, taken, others)
            if row is not None:
                rows.append(row)
        self._tx.rows.insert_many("instances", rows)
        self._report.went("annotations", len(rows))
        return len(rows)

    def _row(
        self,
        instance: IncomingInstance,
        taken: dict[int, tuple[int, int | None]],
        others: _Unnumbered,
    ) -> dict[str, Any] | None:
        image_id = self._images.get(instance.image_key)
        label_id = None if instance.label_key is None else self._labels[instance.label_key]
        if image_id is None:
            self._report.drop("annotations", "the image could not be added", instance.where)
            return None
        if instance.keypoints is not None and label_id in self._joints:
            joints = self._joints[label_id]
            if joints != len(instance.keypoints):
                reason = f"it has {len(instance.keypoints)} keypoints, its label's skeleton {joints} joints"
                self._report.drop("annotations", reason, instance.where)
                return None
        coco_id, extra = instance.coco_id, dict(instance.extra)
        original: str | int | None = instance.original_id
        if coco_id is not None and coco_id in taken:
            holder_image, holder_job = taken[coco_id]
            if holder_image == image_id and holder_job != self._job_id:
                self._report.drop("annotations", "already here", instance.where)
                return None
            self._report.note("annotations", "its id is taken by another one; it gets a new one", instance.where)
            original, coco_id = coco_id, None
        if coco_id is None:
            # Two equal objects without ids in one file are one object: nothing tells them apart.
            identity = (image_id, original if original is not None else _content(label_id, instance))
            if identity in others.here:
                self._report.drop("annotations", "already here", instance.where)
                return None
            others.here.add(identity)
            if original is not None:
                extra = {**extra, ORIGINAL_ID: original}
        elif others.before and (image_id, _content(label_id, instance)) in others.before:
            # The project's own export comes back: its ids were made up by the exporter.
            self._report.drop("annotations", "already here", instance.where)
            return None
        else:
            taken[coco_id] = (image_id, self._job_id)
        return self._values(instance, image_id, label_id, coco_id, extra)

    def _values(
        self,
        instance: IncomingInstance,
        image_id: int,
        label_id: int | None,
        coco_id: int | None,
        extra: dict[str, Any],
    ) -> dict[str, Any]:
        if image_id not in self._next_z:
            self._next_z[image_id] = self._tx.read.instances.top_z(image_id) + 1
        z = self._next_z[image_id]
        self._next_z[image_id] = z + 1
        x, y, w, h = instance.box or (None, None, None, None)
        keypoints = None if instance.keypoints is None else [list(joint) for joint in instance.keypoints]
        return {
            "image_id": image_id,
            "label_id": label_id,
            "state": str(self._state),
            "stage": str(Stage.IMPORTED),
            "z": z,
            "mask": instance.mask,
            "bbox_x": x,
            "bbox_y": y,
            "bbox_w": w,
            "bbox_h": h,
            "area": instance.area,
            "keypoints": keypoints,
            "iscrowd": instance.iscrowd,
            "attributes": dict(instance.attributes),
            "score": instance.score,
            "tool": "import",
            "author": self._tx.author,
            "job_id": self._job_id,
            "created_at": self._tx.now,
            "updated_at": self._tx.now,
            "coco_id": coco_id,
            "extra": extra,
        }

    def _taken(self, batch: list[IncomingInstance]) -> dict[int, tuple[int, int | None]]:
        """Return image and job of every stored instance that holds one of the batch's ids."""
        wanted = [instance.coco_id for instance in batch if instance.coco_id is not None]
        if not wanted:
            return {}
        query = select(_INSTANCES.c.coco_id, _INSTANCES.c.image_id, _INSTANCES.c.job_id)
        found = self._tx.connection.execute(query.where(_INSTANCES.c.coco_id.in_(wanted)))
        return {int(coco_id): (int(image_id), job_id) for coco_id, image_id, job_id in found}

    def _unnumbered(self, batch: list[IncomingInstance]) -> _Unnumbered:
        """Return what is known of stored instances without an id of their own on the batch's images."""
        known = _Unnumbered(set(), set())
        images = {self._images[each.image_key] for each in batch if each.image_key in self._images}
        columns = (
            "image_id",
            "job_id",
            "extra",
            "label_id",
            "mask",
            "bbox_x",
            "bbox_y",
            "bbox_w",
            "bbox_h",
            "keypoints",
        )
        query = select(*(_INSTANCES.c[name] for name in columns)).where(
            _INSTANCES.c.image_id.in_(sorted(images)), _INSTANCES.c.coco_id.is_(None)
        )
        for row in self._tx.connection.execute(query):
            content = _identity(row.label_id, row.mask, row[5:9], row.keypoints)
            named = ORIGINAL_ID in row.extra
            known.here.add((row.image_id, row.extra[ORIGINAL_ID] if named else content))
            if row.job_id != self._job_id and not named:
                known.before.add((row.image_id, content))
        return known


@dataclass(frozen=True, slots=True)
class _Unnumbered:
    """Stored instances without an id: ``here`` by original id or content, ``before`` by content, without this job's."""

    here: set[tuple[int, Any]]
    before: set[tuple[int, Any]]


def _content(label_id: int | None, instance: IncomingInstance) -> Any:
    keypoints = None if instance.keypoints is None else [list(joint) for joint in instance.keypoints]
    return _identity(label_id, instance.mask, instance.box or (None,) * 4, keypoints)


def _identity(label_id: int | None, mask: Rle | None, box: Iterable[float | None], keypoints: Any) -> Any:
    return label_id, mask, tuple(box), repr(keypoints)
