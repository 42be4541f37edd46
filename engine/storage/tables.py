"""The schema. Every row a person can change has an integer id that is never used twice.

Where a later room needs more than it finds here, add a column with a migration; do not overload one.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from engine.storage.types import HalfArrayType, RleType, UtcType
from models.masks import Rle

# SQLite counts rowids only for a column declared exactly INTEGER; PostgreSQL gets 64 bits.
RowId = BigInteger().with_variant(Integer(), "sqlite")


class Base(DeclarativeBase):
    """Carries the metadata that Alembic compares."""

    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads it as a plain class attribute
        str: Text(),
        dict[str, Any]: JSON(),
        list[Any]: JSON(),
        datetime: UtcType(),
    }


def _id() -> Mapped[int]:
    return mapped_column(RowId, primary_key=True, autoincrement=True)


class Project(Base):
    """One row: the project itself. ``info`` is what COCO files carried at top level, ``settings`` are ours."""

    __tablename__ = "project"

    id: Mapped[int] = _id()
    uuid: Mapped[str]
    name: Mapped[str]
    created_at: Mapped[datetime]
    info: Mapped[dict[str, Any]]
    settings: Mapped[dict[str, Any]]


class Root(Base):
    """A folder of images; ``path`` is relative to the project file's folder where that is possible."""

    __tablename__ = "roots"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = _id()
    path: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]


class Image(Base):
    """One image file; ``width``/``height`` are displayed pixels, ``orientation`` is EXIF's, ``path`` is POSIX."""

    __tablename__ = "images"
    __table_args__ = (
        UniqueConstraint("root_id", "path"),
        Index("ix_images_path", "path", "id"),
        Index("ix_images_state", "state"),
        Index("ix_images_hash", "content_hash"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = _id()
    root_id: Mapped[int] = mapped_column(ForeignKey("roots.id"))
    path: Mapped[str]
    content_hash: Mapped[str] = mapped_column(default="")
    width: Mapped[int] = mapped_column(default=0)
    height: Mapped[int] = mapped_column(default=0)
    orientation: Mapped[int] = mapped_column(default=1)
    state: Mapped[str] = mapped_column(default="todo")
    tags: Mapped[list[Any]] = mapped_column(default=list)
    split: Mapped[str] = mapped_column(default="")
    error: Mapped[str] = mapped_column(default="")
    coco_id: Mapped[int | None] = mapped_column(BigInteger, unique=True)
    extra: Mapped[dict[str, Any]] = mapped_column(default=dict)
    added_at: Mapped[datetime]


class Skeleton(Base):
    """Joints, edges, flip pairs, OKS sigmas and colours of a pose."""

    __tablename__ = "skeletons"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = _id()
    name: Mapped[str] = mapped_column(unique=True)
    joints: Mapped[list[Any]]
    edges: Mapped[list[Any]]
    flip_pairs: Mapped[list[Any]] = mapped_column(default=list)
    sigmas: Mapped[list[Any]] = mapped_column(default=list)
    colors: Mapped[list[Any]] = mapped_column(default=list, server_default="[]")


class Label(Base):
    """One class of objects: thing or stuff, perhaps under a parent, perhaps with a skeleton."""

    __tablename__ = "labels"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = _id()
    name: Mapped[str] = mapped_column(unique=True)
    color: Mapped[str]
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("labels.id"))
    is_thing: Mapped[bool] = mapped_column(default=True)
    position: Mapped[int] = mapped_column(default=0)
    supercategory: Mapped[str] = mapped_column(default="")
    skeleton_id: Mapped[int | None] = mapped_column(ForeignKey("skeletons.id"))
    coco_id: Mapped[int | None] = mapped_column(BigInteger, unique=True)
    extra: Mapped[dict[str, Any]] = mapped_column(default=dict)


class Job(Base):
    """A run over many images (or an import): every constant it ran with is in ``params``."""

    __tablename__ = "jobs"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = _id()
    kind: Mapped[str]
    state: Mapped[str]
    backend: Mapped[str] = mapped_column(default="")
    weights_hash: Mapped[str] = mapped_column(default="")
    params: Mapped[dict[str, Any]] = mapped_column(default=dict)
    author: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    error: Mapped[str] = mapped_column(default="")


class JobItem(Base):
    """One image of a job; ``lease_*`` lets several workers share the job without doing an image twice."""

    __tablename__ = "job_items"
    __table_args__ = (
        UniqueConstraint("job_id", "image_id"),
        Index("ix_job_items_state", "job_id", "state"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = _id()
    job_id: Mapped[int] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"))
    image_id: Mapped[int] = mapped_column(ForeignKey("images.id", ondelete="CASCADE"))
    state: Mapped[str] = mapped_column(default="waiting")
    reason: Mapped[str] = mapped_column(default="")
    lease_owner: Mapped[str] = mapped_column(default="")
    lease_until: Mapped[datetime | None]
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    instances: Mapped[int] = mapped_column(default=0)
    timings: Mapped[dict[str, Any]] = mapped_column(default=dict)


class Instance(Base):
    """One object of an image with its whole story; mask, box and keypoints are each optional, not all three absent.

    ``edits`` counts how often its mask (of a pose without one: its joints) was changed after it was stored; ``crop_*``
    is the window of the image in which the automatic stage found it. ``pose_of`` is the instance that a pose was
    proposed for; no foreign key, for that one may be deleted while an accepted pose stays.
    """

    __tablename__ = "instances"
    __table_args__ = (
        CheckConstraint("mask IS NOT NULL OR bbox_w IS NOT NULL OR keypoints IS NOT NULL", name="has_geometry"),
        Index("ix_instances_image", "image_id", "state"),
        Index("ix_instances_label", "label_id", "state", "image_id"),
        Index("ix_instances_state", "state", "image_id"),
        Index("ix_instances_job", "job_id"),
        Index("ix_instances_parent", "parent_id"),
        # Holds all that orders, narrows and counts the review queue, so that masks are not read for it.
        Index(
            "ix_instances_review",
            *("state", "score", "image_id", "label_id", "area", "stability", "stage", "job_id", "least_joint"),
        ),
        Index("ix_instances_pose_of", "pose_of"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = _id()
    image_id: Mapped[int] = mapped_column(ForeignKey("images.id"))
    label_id: Mapped[int | None] = mapped_column(ForeignKey("labels.id"))
    state: Mapped[str]
    stage: Mapped[str]
    level: Mapped[str] = mapped_column(default="")
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("instances.id"))
    z: Mapped[int] = mapped_column(default=0)
    mask: Mapped[Rle | None] = mapped_column(RleType)
    bbox_x: Mapped[float | None]
    bbox_y: Mapped[float | None]
    bbox_w: Mapped[float | None]
    bbox_h: Mapped[float | None]
    area: Mapped[float] = mapped_column(default=0.0)
    keypoints: Mapped[list[Any] | None] = mapped_column(JSON(none_as_null=True))
    joint_scores: Mapped[list[Any] | None] = mapped_column(JSON(none_as_null=True))
    least_joint: Mapped[float | None]
    pose_of: Mapped[int | None] = mapped_column(BigInteger)
    iscrowd: Mapped[bool] = mapped_column(default=False)
    locked: Mapped[bool] = mapped_column(default=False)
    attributes: Mapped[dict[str, Any]] = mapped_column(default=dict)
    backend: Mapped[str] = mapped_column(default="")
    weights_hash: Mapped[str] = mapped_column(default="")
    device: Mapped[str] = mapped_column(default="")
    tool: Mapped[str] = mapped_column(default="")
    score: Mapped[float | None]
    stability: Mapped[float | None]
    clicks: Mapped[int] = mapped_column(default=0)
    active_ms: Mapped[int] = mapped_column(default=0)
    author: Mapped[str] = mapped_column(default="")
    job_id: Mapped[int | None] = mapped_column(ForeignKey("jobs.id"))
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    reviewed_by: Mapped[str] = mapped_column(default="")
    reviewed_at: Mapped[datetime | None]
    review_ms: Mapped[int] = mapped_column(default=0)
    edits: Mapped[int] = mapped_column(default=0, server_default="0")
    crop_x: Mapped[float | None]
    crop_y: Mapped[float | None]
    crop_w: Mapped[float | None]
    crop_h: Mapped[float | None]
    coco_id: Mapped[int | None] = mapped_column(BigInteger, unique=True)
    extra: Mapped[dict[str, Any]] = mapped_column(default=dict)


class Prompt(Base):
    """One prompt of an instance, in the order given; ``at_ms`` counts from the draft's first prompt."""

    __tablename__ = "prompts"
    __table_args__ = (Index("ix_prompts_instance", "instance_id", "seq"), {"sqlite_autoincrement": True})

    id: Mapped[int] = _id()
    instance_id: Mapped[int] = mapped_column(ForeignKey("instances.id"))
    seq: Mapped[int]
    kind: Mapped[str]
    x0: Mapped[float]
    y0: Mapped[float]
    x1: Mapped[float | None]
    y1: Mapped[float | None]
    positive: Mapped[bool] = mapped_column(default=True)
    at_ms: Mapped[int] = mapped_column(default=0)
    text: Mapped[str] = mapped_column(default="", server_default="")
    detector: Mapped[str] = mapped_column(default="", server_default="")
    score: Mapped[float | None]


class Candidate(Base):
    """One of the answers a person chose from; only the chosen one keeps its logits."""

    __tablename__ = "candidates"
    __table_args__ = (Index("ix_candidates_instance", "instance_id", "rank"), {"sqlite_autoincrement": True})

    id: Mapped[int] = _id()
    instance_id: Mapped[int] = mapped_column(ForeignKey("instances.id"))
    rank: Mapped[int]
    score: Mapped[float]
    stability: Mapped[float]
    area: Mapped[int] = mapped_column(BigInteger)
    level: Mapped[str] = mapped_column(default="")
    chosen: Mapped[bool] = mapped_column(default=False)
    logits: Mapped[NDArray[np.float16] | None] = mapped_column(HalfArrayType)


class Audit(Base):
    """A quality audit: masks drawn at random and kept as they were, to be compared with an expert's."""

    __tablename__ = "audits"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = _id()
    author: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
    params: Mapped[dict[str, Any]] = mapped_column(default=dict)


class AuditItem(Base):
    """One mask of an audit as it was when drawn; an instance that is gone since has no row any more."""

    __tablename__ = "audit_items"
    __table_args__ = (Index("ix_audit_items_audit", "audit_id", "image_id"), {"sqlite_autoincrement": True})

    id: Mapped[int] = _id()
    audit_id: Mapped[int] = mapped_column(ForeignKey("audits.id", ondelete="CASCADE"))
    image_id: Mapped[int] = mapped_column(ForeignKey("images.id", ondelete="CASCADE"))
    instance_id: Mapped[int] = mapped_column(BigInteger)
    mask: Mapped[Rle] = mapped_column(RleType)
    checked_by: Mapped[str] = mapped_column(default="")
    checked_at: Mapped[datetime | None]


class Prefill(Base):
    """What a machine filled in on one image for a person to complete; once confirmed it is not run again."""

    __tablename__ = "prefills"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = _id()
    image_id: Mapped[int] = mapped_column(ForeignKey("images.id", ondelete="CASCADE"), unique=True)
    backend: Mapped[str] = mapped_column(default="")
    weights_hash: Mapped[str] = mapped_column(default="")
    params: Mapped[dict[str, Any]] = mapped_column(default=dict)
    author: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
    confirmed_by: Mapped[str] = mapped_column(default="")
    confirmed_at: Mapped[datetime | None]
    kept: Mapped[dict[str, Any]] = mapped_column(default=dict)


class Dismissal(Base):
    """A finding of the data check that a person left alone; ``seen`` tells whether the objects are still as then."""

    __tablename__ = "dismissals"
    __table_args__ = (Index("ix_dismissals_image", "image_id"), {"sqlite_autoincrement": True})

    id: Mapped[int] = _id()
    image_id: Mapped[int] = mapped_column(ForeignKey("images.id", ondelete="CASCADE"))
    kind: Mapped[str]
    instance_id: Mapped[int] = mapped_column(BigInteger)
    other_id: Mapped[int | None] = mapped_column(BigInteger)
    seen: Mapped[str] = mapped_column(default="")
    author: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]


class History(Base):
    """One committed op: who did what and when; ``state`` is done, undone or dropped (can no longer be redone)."""

    __tablename__ = "history"
    __table_args__ = (Index("ix_history_scope", "image_id", "state", "id"), {"sqlite_autoincrement": True})

    id: Mapped[int] = _id()
    op: Mapped[str]
    title: Mapped[str]
    author: Mapped[str]
    at: Mapped[datetime]
    image_id: Mapped[int | None] = mapped_column(ForeignKey("images.id"))
    state: Mapped[str] = mapped_column(default="done")
    undoable: Mapped[bool] = mapped_column(default=True)
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[str] = mapped_column(default="")


class HistoryRow(Base):
    """One row an op changed: packed column values before and after (absent for inserts and deletes)."""

    __tablename__ = "history_rows"
    __table_args__ = (Index("ix_history_rows_history", "history_id", "id"), {"sqlite_autoincrement": True})

    id: Mapped[int] = _id()
    history_id: Mapped[int] = mapped_column(ForeignKey("history.id"))
    table_name: Mapped[str]
    row_id: Mapped[int] = mapped_column(BigInteger)
    before: Mapped[bytes | None] = mapped_column(LargeBinary)
    after: Mapped[bytes | None] = mapped_column(LargeBinary)


def table_of(model: type[Base]) -> Table:
    """Return the Core table of a mapped class: statements here are Core, the classes give names and types."""
    return Base.metadata.tables[model.__tablename__]
