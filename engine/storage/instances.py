"""Reads instances with their prompts and candidates."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from sqlalchemy import Connection, RowMapping, exists, func, or_, select

from engine.errors import NotFound
from engine.records import Box, CandidateRecord, InstanceRecord, Level, PromptRecord, Provenance, Stage, State
from engine.storage.images import BATCH
from engine.storage.tables import Candidate, Instance, Prompt, table_of
from models.masks import Rle

_INSTANCES = table_of(Instance)
_PROMPTS = table_of(Prompt)
_CANDIDATES = table_of(Candidate)
SHOWN = tuple(state for state in State if state.shown)


class Instances:
    """Instance rows as records."""

    def __init__(self, connection: Connection) -> None:
        """Read through ``connection``."""
        self._connection = connection

    def get(self, instance_id: int) -> InstanceRecord:
        """Return one instance; raises NotFound."""
        query = select(_INSTANCES).where(_INSTANCES.c.id == instance_id)
        row = self._connection.execute(query).mappings().first()
        if row is None:
            raise NotFound(f"The instance {instance_id} is no longer there.")
        return _record(row)

    def some(self, instance_ids: Sequence[int]) -> list[InstanceRecord]:
        """Return those of the instances that are there, in the order of ids."""
        found: list[InstanceRecord] = []
        for start in range(0, len(instance_ids), BATCH):
            batch = list(instance_ids[start : start + BATCH])
            query = select(_INSTANCES).where(_INSTANCES.c.id.in_(batch)).order_by(_INSTANCES.c.id)
            found.extend(_record(row) for row in self._connection.execute(query).mappings())
        return found

    def of_image(
        self, image_id: int, states: Collection[State] = (State.ACCEPTED, State.PROPOSED)
    ) -> list[InstanceRecord]:
        """Return an image's instances in drawing order: z, then id; rejected ones only if asked for."""
        query = (
            select(_INSTANCES)
            .where(_INSTANCES.c.image_id == image_id, _INSTANCES.c.state.in_(sorted(states)))
            .order_by(_INSTANCES.c.z, _INSTANCES.c.id)
        )
        return [_record(row) for row in self._connection.execute(query).mappings()]

    def of_images(self, image_ids: Sequence[int], states: Collection[State]) -> Iterator[InstanceRecord]:
        """Yield the instances of several images, image by image in the order of ids, each in the order of ids."""
        for start in range(0, len(image_ids), BATCH):
            query = (
                select(_INSTANCES)
                .where(_INSTANCES.c.image_id.in_(list(image_ids[start : start + BATCH])))
                .where(_INSTANCES.c.state.in_(sorted(states)))
                .order_by(_INSTANCES.c.image_id, _INSTANCES.c.id)
            )
            for row in self._connection.execute(query).mappings():
                yield _record(row)

    def stored_masks(self, image_id: int, *, after: int = 0) -> dict[int, Rle]:
        """Return the masks of an image's instances by id, rejected ones included; only ids above ``after``."""
        query = select(_INSTANCES.c.id, _INSTANCES.c.mask).where(
            _INSTANCES.c.image_id == image_id, _INSTANCES.c.id > after, _INSTANCES.c.mask.is_not(None)
        )
        return {int(row_id): mask for row_id, mask in self._connection.execute(query.order_by(_INSTANCES.c.id))}

    def box_prompts(self, image_id: int) -> set[tuple[float, float, float, float]]:
        """Return the boxes (x0, y0, x1, y1) that masks of an image were asked with, rejected ones included."""
        columns = [_PROMPTS.c[name] for name in ("x0", "y0", "x1", "y1")]
        query = (
            select(*columns)
            .join_from(_PROMPTS, _INSTANCES, _PROMPTS.c.instance_id == _INSTANCES.c.id)
            .where(_INSTANCES.c.image_id == image_id, _INSTANCES.c.mask.is_not(None), _PROMPTS.c.kind == "box")
        )
        return {(x0, y0, x1, y1) for x0, y0, x1, y1 in self._connection.execute(query)}

    def boxes_asked(self, instance_ids: Sequence[int]) -> dict[int, Box]:
        """Return the newest box (x, y, w, h) that these instances were asked with, by id; others are left out."""
        found: dict[int, Box] = {}
        columns = [_PROMPTS.c[name] for name in ("instance_id", "x0", "y0", "x1", "y1")]
        for start in range(0, len(instance_ids), BATCH):
            query = (
                select(*columns)
                .where(_PROMPTS.c.instance_id.in_(list(instance_ids[start : start + BATCH])), _PROMPTS.c.kind == "box")
                .order_by(_PROMPTS.c.instance_id, _PROMPTS.c.seq)
            )
            for row_id, x0, y0, x1, y1 in self._connection.execute(query):
                if x1 is not None and y1 is not None:
                    found[int(row_id)] = (x0, y0, x1 - x0, y1 - y0)
        return found

    def images_with_boxes(self) -> set[int]:
        """Return the images that have accepted or proposed boxes without a mask."""
        query = select(_INSTANCES.c.image_id).where(
            _INSTANCES.c.mask.is_(None),
            _INSTANCES.c.bbox_w.is_not(None),
            _INSTANCES.c.state.in_(SHOWN),
            _INSTANCES.c.pose_of.is_(None),
        )
        return set(self._connection.execute(query.distinct()).scalars())

    def images_to_pose(self, label_ids: Collection[int]) -> set[int]:
        """Return the images with an accepted or proposed instance of these labels that has no pose, and none proposed.

        Poses without a labelled joint, which files may hold, are not looked into: their images are named, too.
        """
        twin = _INSTANCES.alias("twin")
        query = select(_INSTANCES.c.image_id).where(
            _INSTANCES.c.label_id.in_(sorted(label_ids)),
            _INSTANCES.c.state.in_(SHOWN),
            _INSTANCES.c.bbox_w.is_not(None),
            _INSTANCES.c.pose_of.is_(None),
            ~_INSTANCES.c.iscrowd,
            ~_INSTANCES.c.locked,
            or_(_INSTANCES.c.keypoints.is_(None), _INSTANCES.c.stage == Stage.IMPORTED),
            ~exists().where(twin.c.pose_of == _INSTANCES.c.id),
        )
        return set(self._connection.execute(query.distinct()).scalars())

    def twins(self, instance_ids: Sequence[int]) -> list[InstanceRecord]:
        """Return the poses that were proposed for these instances, whatever became of them, in the order of ids."""
        found: list[InstanceRecord] = []
        for start in range(0, len(instance_ids), BATCH):
            batch = list(instance_ids[start : start + BATCH])
            query = select(_INSTANCES).where(_INSTANCES.c.pose_of.in_(batch)).order_by(_INSTANCES.c.id)
            found.extend(_record(row) for row in self._connection.execute(query).mappings())
        return found

    def prompts(self, instance_id: int) -> tuple[PromptRecord, ...]:
        """Return the prompts an instance was made with, in the order given."""
        query = select(_PROMPTS).where(_PROMPTS.c.instance_id == instance_id).order_by(_PROMPTS.c.seq)
        return tuple(
            PromptRecord(
                *(row[name] for name in ("kind", "x0", "y0", "x1", "y1", "positive", "at_ms")),
                *(row[name] for name in ("text", "detector", "score")),
            )
            for row in self._connection.execute(query).mappings()
        )

    def words(self, instance_ids: Sequence[int]) -> dict[int, tuple[str, float]]:
        """Return the words and the detector's score (in [0, 1]) by which instances were found, for those that were."""
        found: dict[int, tuple[str, float]] = {}
        for start in range(0, len(instance_ids), BATCH):
            batch = list(instance_ids[start : start + BATCH])
            columns = (_PROMPTS.c.instance_id, _PROMPTS.c.text, _PROMPTS.c.score)
            query = select(*columns).where(_PROMPTS.c.instance_id.in_(batch), _PROMPTS.c.text != "")
            found |= {int(row[0]): (str(row[1]), float(row[2] or 0.0)) for row in self._connection.execute(query)}
        return found

    def candidates(self, instance_id: int) -> tuple[CandidateRecord, ...]:
        """Return the answers the person chose from, best first."""
        query = select(_CANDIDATES).where(_CANDIDATES.c.instance_id == instance_id).order_by(_CANDIDATES.c.rank)
        return tuple(
            CandidateRecord(
                row["rank"],
                row["score"],
                row["stability"],
                row["area"],
                Level(row["level"]),
                row["chosen"],
                row["logits"],
            )
            for row in self._connection.execute(query).mappings()
        )

    def children(self, instance_id: int) -> list[int]:
        """Return the ids of the parts below an instance."""
        query = select(_INSTANCES.c.id).where(_INSTANCES.c.parent_id == instance_id).order_by(_INSTANCES.c.id)
        return list(self._connection.execute(query).scalars())

    def top_z(self, image_id: int) -> int:
        """Return the highest place in an image's drawing order, -1 for an empty image."""
        found = self._connection.execute(select(func.max(_INSTANCES.c.z)).where(_INSTANCES.c.image_id == image_id))
        highest = found.scalar()
        return -1 if highest is None else int(highest)

    def count(self) -> int:
        """Count all instances, rejected ones included."""
        return int(self._connection.execute(select(func.count()).select_from(_INSTANCES)).scalar_one())

    def count_by_label(self) -> dict[int | None, int]:
        """Count accepted and proposed instances by label id."""
        query = (
            select(_INSTANCES.c.label_id, func.count())
            .where(_INSTANCES.c.state.in_(SHOWN))
            .group_by(_INSTANCES.c.label_id)
        )
        return {label_id: int(number) for label_id, number in self._connection.execute(query)}

    def count_without_label(self, states: Collection[State]) -> int:
        """Count the instances of these states that have no label."""
        query = select(func.count()).select_from(_INSTANCES).where(_INSTANCES.c.label_id.is_(None))
        return int(self._connection.execute(query.where(_INSTANCES.c.state.in_(sorted(states)))).scalar_one())

    def count_by(self, column: str) -> dict[str, int]:
        """Count all instances by ``state`` or ``stage``."""
        target = {"state": _INSTANCES.c.state, "stage": _INSTANCES.c.stage}[column]
        found = self._connection.execute(select(target, func.count()).group_by(target))
        return {str(value): int(number) for value, number in found}

    def top_coco_id(self) -> int:
        """Return the highest COCO id any instance came with, or 0."""
        return int(self._connection.execute(select(func.max(_INSTANCES.c.coco_id))).scalar() or 0)


def _record(row: RowMapping) -> InstanceRecord:
    has_box = row["bbox_w"] is not None
    keypoints = row["keypoints"]
    return InstanceRecord(
        id=row["id"],
        image_id=row["image_id"],
        label_id=row["label_id"],
        state=State(row["state"]),
        level=Level(row["level"]),
        parent_id=row["parent_id"],
        z=row["z"],
        mask=row["mask"],
        bbox=(row["bbox_x"], row["bbox_y"], row["bbox_w"], row["bbox_h"]) if has_box else None,
        area=row["area"],
        keypoints=None if keypoints is None else tuple((x, y, int(v)) for x, y, v in keypoints),
        iscrowd=row["iscrowd"],
        locked=row["locked"],
        attributes=row["attributes"],
        provenance=Provenance(
            stage=Stage(row["stage"]),
            backend=row["backend"],
            weights_hash=row["weights_hash"],
            device=row["device"],
            score=row["score"],
            stability=row["stability"],
            clicks=row["clicks"],
            active_ms=row["active_ms"],
            tool=row["tool"],
            crop=None if row["crop_w"] is None else (row["crop_x"], row["crop_y"], row["crop_w"], row["crop_h"]),
        ),
        author=row["author"],
        job_id=row["job_id"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        reviewed_by=row["reviewed_by"],
        reviewed_at=row["reviewed_at"],
        review_ms=row["review_ms"],
        edits=row["edits"],
        coco_id=row["coco_id"],
        extra=row["extra"],
        joint_scores=None if row["joint_scores"] is None else tuple(row["joint_scores"]),
        pose_of=row["pose_of"],
    )
