"""Reads skeletons, and the poses that were placed with them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from sqlalchemy import Connection, RowMapping, func, select

from engine.errors import NotFound
from engine.records import SkeletonRecord, State
from engine.skeletons.migration import SkeletonUse
from engine.storage.tables import Instance, Label, Skeleton, table_of

_SKELETONS = table_of(Skeleton)
_LABELS = table_of(Label)
_INSTANCES = table_of(Instance)
_POSE = (
    *("id", "image_id", "state", "keypoints", "joint_scores", "least_joint"),
    *("bbox_x", "bbox_y", "bbox_w", "bbox_h", "area", "updated_at"),
)


class Skeletons:
    """Skeleton rows as records."""

    def __init__(self, connection: Connection) -> None:
        """Read through ``connection``."""
        self._connection = connection

    def all(self) -> list[SkeletonRecord]:
        """Return every skeleton in the order of names."""
        query = select(_SKELETONS).order_by(_SKELETONS.c.name)
        return [_skeleton(row) for row in self._connection.execute(query).mappings()]

    def get(self, skeleton_id: int) -> SkeletonRecord:
        """Return one skeleton; raises NotFound."""
        query = select(_SKELETONS).where(_SKELETONS.c.id == skeleton_id)
        row = self._connection.execute(query).mappings().first()
        if row is None:
            raise NotFound(f"The skeleton {skeleton_id} is no longer there.")
        return _skeleton(row)

    def by_name(self, name: str) -> SkeletonRecord | None:
        """Return the skeleton of exactly this name, or None."""
        row = self._connection.execute(select(_SKELETONS).where(_SKELETONS.c.name == name)).mappings().first()
        return None if row is None else _skeleton(row)

    def poses(self, skeleton_id: int) -> Iterator[RowMapping]:
        """Yield the columns ``_POSE`` and ``masked`` of every pose whose label has this skeleton."""
        query = (
            select(*(_INSTANCES.c[name] for name in _POSE), _INSTANCES.c.mask.is_not(None).label("masked"))
            .join(_LABELS, _LABELS.c.id == _INSTANCES.c.label_id)
            .where(_LABELS.c.skeleton_id == skeleton_id, _INSTANCES.c.keypoints.is_not(None))
            .order_by(_INSTANCES.c.id)
        )
        yield from self._connection.execute(query).mappings()

    def use(self, skeleton_id: int) -> SkeletonUse:
        """Return which labels use a skeleton and which joints their poses have labelled; stories are no poses."""
        query = select(_LABELS.c.name).where(_LABELS.c.skeleton_id == skeleton_id)
        names = self._connection.execute(query.order_by(_LABELS.c.position, _LABELS.c.id)).scalars()
        patterns = Counter(
            sum(1 << place for place, joint in enumerate(pose["keypoints"]) if joint[2])
            for pose in self.poses(skeleton_id)
            if pose["state"] != State.JOINED
        )
        return SkeletonUse(tuple(names), dict(patterns))

    def pose_counts(self) -> dict[int, int]:
        """Return how many poses were placed with each skeleton that has some."""
        query = (
            select(_LABELS.c.skeleton_id, func.count())
            .join(_INSTANCES, _INSTANCES.c.label_id == _LABELS.c.id)
            .where(_LABELS.c.skeleton_id.is_not(None), _INSTANCES.c.keypoints.is_not(None))
            .where(_INSTANCES.c.state != State.JOINED)
            .group_by(_LABELS.c.skeleton_id)
        )
        return {int(skeleton_id): int(number) for skeleton_id, number in self._connection.execute(query)}

    def misfit(self, skeleton_ids: set[int], label_ids: set[int]) -> SkeletonRecord | None:
        """Return a skeleton among these, or of these labels, with a pose of another number of joints; else None."""
        query = select(_LABELS.c.skeleton_id).where(_LABELS.c.skeleton_id.is_not(None)).distinct()
        query = query.where(_LABELS.c.skeleton_id.in_(skeleton_ids) | _LABELS.c.id.in_(label_ids))
        for skeleton_id in list(self._connection.execute(query).scalars()):
            skeleton = self.get(skeleton_id)
            if any(len(pose["keypoints"]) != len(skeleton.joints) for pose in self.poses(skeleton_id)):
                return skeleton
        return None


def _skeleton(row: RowMapping) -> SkeletonRecord:
    return SkeletonRecord(
        id=row["id"],
        name=row["name"],
        joints=tuple(row["joints"]),
        edges=tuple((int(a), int(b)) for a, b in row["edges"]),
        flip_pairs=tuple((int(a), int(b)) for a, b in row["flip_pairs"]),
        sigmas=tuple(float(s) for s in row["sigmas"]),
        colors=tuple(row["colors"]),
    )
