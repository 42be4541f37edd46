"""Frozen records: the only form in which stored data leaves the engine.

Coordinates: x right, y down, origin at the top-left corner of the top-left pixel, in the displayed (EXIF-turned)
frame. Boxes are COCO's (x, y, w, h). Times are UTC.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from models.masks import Box as Box
from models.masks import Rle as Rle

Json: TypeAlias = Mapping[str, Any]
Keypoints: TypeAlias = tuple[tuple[float, float, int], ...]
"""(x, y, v) in the skeleton's joint order; v is COCO's visibility: 0 not labelled, 1 labelled but hidden, 2 visible."""


class State(StrEnum):
    """Where an instance stands: proposed by a machine, accepted or rejected by a person.

    *joined* is a proposed pose that was accepted and has gone over to the instance it was proposed for: its row stays
    as the pose's story and is shown nowhere.
    """

    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    JOINED = "joined"

    @property
    def shown(self) -> bool:
        """True where it is part of what people see and export."""
        return self in (State.ACCEPTED, State.PROPOSED)


class Stage(StrEnum):
    """How an instance came to be: the data engine's three stages, or a file."""

    ASSISTED = "assisted"
    SEMI = "semi"
    AUTO = "auto"
    IMPORTED = "imported"


class Level(StrEnum):
    """SAM's three answers to an ambiguous click; empty where it does not apply."""

    NONE = ""
    WHOLE = "whole"
    PART = "part"
    SUBPART = "subpart"


class ImageState(StrEnum):
    """What is left to do on an image."""

    TODO = "todo"
    DOING = "doing"
    DONE = "done"
    SKIPPED = "skipped"


class JobState(StrEnum):
    """Life of a job."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    WITHDRAWN = "withdrawn"


class ItemState(StrEnum):
    """Life of one image of a job."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


DEMANDS_LABEL = "demands_label"


@dataclass(frozen=True, slots=True)
class ProjectRecord:
    """The project itself; ``info`` holds COCO's top-level fields that survive import and export."""

    uuid: str
    name: str
    created_at: datetime
    info: Json
    settings: Json

    @property
    def demands_label(self) -> bool:
        """Whether people are asked for a label before an object is stored."""
        return bool(self.settings.get(DEMANDS_LABEL, False))


@dataclass(frozen=True, slots=True)
class ImageRecord:
    """One image. ``path`` is POSIX and relative to its root folder; ``file`` is where it is on this machine.

    ``width``/``height`` are displayed pixels (0 while unreadable, then ``error`` says why), ``orientation`` is EXIF's
    1..8 as stored in the file.
    """

    id: int
    root_id: int
    path: str
    file: Path
    content_hash: str
    width: int
    height: int
    orientation: int
    state: ImageState
    tags: tuple[str, ...]
    split: str
    error: str
    coco_id: int | None
    extra: Json


@dataclass(frozen=True, slots=True)
class ImageRow:
    """What the image list shows of one image."""

    image: ImageRecord
    accepted: int
    proposed: int


@dataclass(frozen=True, slots=True)
class LabelRecord:
    """One class of objects; ``color`` is ``#rrggbb``; ``position`` orders the list (digit keys take the first ten)."""

    id: int
    name: str
    color: str
    parent_id: int | None
    is_thing: bool
    position: int
    supercategory: str
    skeleton_id: int | None
    coco_id: int | None
    extra: Json


@dataclass(frozen=True, slots=True)
class SkeletonRecord:
    """Joints of a pose: ``edges`` and ``flip_pairs`` index ``joints``; ``sigmas`` are OKS's, one a joint or empty.

    ``colors`` are ``#rrggbb``, one a joint, or empty: then joints have the colour of their instance.
    """

    id: int
    name: str
    joints: tuple[str, ...]
    edges: tuple[tuple[int, int], ...]
    flip_pairs: tuple[tuple[int, int], ...]
    sigmas: tuple[float, ...]
    colors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Provenance:
    """Who or what made a mask: recorded once, when the instance is stored."""

    stage: Stage = Stage.ASSISTED
    backend: str = ""
    weights_hash: str = ""
    device: str = ""
    score: float | None = None
    stability: float | None = None
    clicks: int = 0
    active_ms: int = 0
    tool: str = ""
    crop: Box | None = None
    """Window of the image (x, y, w, h) in which the automatic stage found it; None for all else."""


@dataclass(frozen=True, slots=True)
class InstanceRecord:
    """One object of an image; it may carry a mask, a box and keypoints at once.

    ``edits``: how often its mask (of a pose without one: its joints) was changed after it was stored.
    """

    id: int
    image_id: int
    label_id: int | None
    state: State
    level: Level
    parent_id: int | None
    z: int
    mask: Rle | None
    bbox: Box | None
    area: float
    keypoints: Keypoints | None
    iscrowd: bool
    locked: bool
    attributes: Json
    provenance: Provenance
    author: str
    job_id: int | None
    created_at: datetime
    updated_at: datetime
    reviewed_by: str
    reviewed_at: datetime | None
    review_ms: int
    edits: int
    coco_id: int | None
    extra: Json
    joint_scores: tuple[float, ...] | None = None
    """How sure the backend was of each joint of a proposed pose, 0..1 in joint order; 1 where a person moved it."""
    pose_of: int | None = None
    """The instance that this pose was proposed for; None for all else."""

    @property
    def posed(self) -> bool:
        """True where a joint is labelled; a file may hold a pose without any."""
        return self.keypoints is not None and any(v for _, _, v in self.keypoints)


@dataclass(frozen=True, slots=True)
class PromptRecord:
    """One prompt of an instance in the order given: ``kind`` point (x0, y0, positive), box (x0..y1) or mask.

    ``at_ms`` counts from the draft's first prompt. A box that a detector gave has the ``text`` it was asked, its name
    and its ``score`` in [0, 1].
    """

    kind: str
    x0: float
    y0: float
    x1: float | None = None
    y1: float | None = None
    positive: bool = True
    at_ms: int = 0
    text: str = ""
    detector: str = ""
    score: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class CandidateRecord:
    """One of the backend's last answers; ``logits`` (float16[h, w]) only for the chosen one, to refine it later."""

    rank: int
    score: float
    stability: float
    area: int
    level: Level
    chosen: bool
    logits: NDArray[np.float16] | None = None


@dataclass(frozen=True, slots=True)
class JobRecord:
    """A run over many images, or an import: ``params`` are all constants it ran with."""

    id: int
    kind: str
    state: JobState
    backend: str
    weights_hash: str
    params: Json
    author: str
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    error: str


@dataclass(frozen=True, slots=True)
class JobItemRecord:
    """One image of a job; ``account`` tells how it went: points asked, answers left, seconds spent."""

    id: int
    job_id: int
    image_id: int
    state: ItemState
    reason: str
    lease_owner: str
    lease_until: datetime | None
    started_at: datetime | None
    ended_at: datetime | None
    instances: int
    account: Json


@dataclass(frozen=True, slots=True)
class JobProgress:
    """How far a job is. ``workers`` hold a lease that has not run out; ``left`` seconds are None while unknown."""

    job_id: int
    state: JobState
    total: int
    waiting: int
    running: int
    done: int
    failed: int
    instances: int
    workers: int
    left: float | None

    @property
    def ended(self) -> int:
        """Images that need no more work."""
        return self.done + self.failed

    @property
    def alive(self) -> bool:
        """True while somebody works on it."""
        return self.state in (JobState.WAITING, JobState.RUNNING) and self.workers > 0


@dataclass(frozen=True, slots=True)
class JobFailure:
    """An image that a job could not do, and why."""

    image_id: int
    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class PrefillRecord:
    """What a machine filled in on an image: ``params`` are its constants, ``kept`` what the person confirmed with.

    ``confirmed_at`` is None until then; afterwards no machine fills in anything on this image any more.
    """

    image_id: int
    backend: str
    weights_hash: str
    params: Json
    author: str
    created_at: datetime
    confirmed_by: str
    confirmed_at: datetime | None
    kept: Json


@dataclass(frozen=True, slots=True)
class DismissalRecord:
    """A finding of the data check that was left alone; ``seen`` is a digest of what its objects looked like then."""

    id: int
    image_id: int
    kind: str
    instance_id: int
    other_id: int | None
    seen: str


@dataclass(frozen=True, slots=True)
class AuditRecord:
    """A quality audit; ``params`` say how many images were asked for and drawn, of how many, by which seed."""

    id: int
    author: str
    created_at: datetime
    params: Json


@dataclass(frozen=True, slots=True)
class AuditImage:
    """One image drawn for an audit: how many masks were frozen, and who checked it when (None: not yet)."""

    image_id: int
    path: str
    masks: int
    checked_by: str
    checked_at: datetime | None


@dataclass(frozen=True, slots=True)
class HistoryRecord:
    """One op as the history dock and the audit trail show it; ``state`` is done, undone or dropped (no redo left)."""

    id: int
    title: str
    op: str
    author: str
    at: datetime
    image_id: int | None
    state: str
    undoable: bool
    undone_at: datetime | None = None
    undone_by: str = ""


@dataclass(frozen=True, slots=True)
class ImageFilter:
    """What the image list is narrowed to; empty fields do not narrow. ``text`` matches anywhere in the path."""

    text: str = ""
    states: frozenset[ImageState] = frozenset()
    label_id: int | None = None
    has_proposed: bool | None = None
    split: str = ""
    tag: str = ""
    has_accepted: bool | None = None


@dataclass(frozen=True, slots=True)
class ProjectStats:
    """Counts for ``maskwright info`` and the dashboard."""

    images: int
    images_by_state: Mapping[str, int]
    instances_by_state: Mapping[str, int]
    instances_by_stage: Mapping[str, int]
    instances_by_label: Mapping[str, int] = field(default_factory=dict)
