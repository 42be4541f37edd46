"""Ops that turn boxes into proposed masks: the run over many images, and what one image's answers become."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from engine.ops import checks
from engine.ops.base import Op
from engine.ops.jobs import BOXES, create
from engine.ops.proposals import box_prompt, insert_proposed, machine_story
from engine.records import Box, InstanceRecord, Json
from engine.stages.auto_mask import AutoMask
from engine.stages.boxes import BoxParams
from engine.storage.reader import Reader
from engine.transaction import Tx
from models.api import BackendInfo

TOOL = "box2mask"


@dataclass(frozen=True)
class CreateBoxJob(Op[int]):
    """Note a run that turns boxes into masks, with one item an image; returns the job's number."""

    backend: str
    params: BoxParams
    image_ids: Sequence[int] = field(repr=False)
    about: Json = field(default_factory=dict)
    undoable: ClassVar[bool] = False

    @property
    def title(self) -> str:
        """Say on how much."""
        return f"Start masks from boxes on {len(self.image_ids)} images"

    def apply(self, tx: Tx) -> int:
        """Write the job and its items."""
        return create(tx, BOXES, self.backend, {**self.about, BOXES: self.params.to_json()}, self.image_ids)


@dataclass(frozen=True)
class StoreBoxMasks(Op[tuple[int, ...]]):
    """Propose the masks that boxes of one image gave, as one step; returns their ids.

    ``again`` also takes boxes that a mask was made from before: the person has asked for just these.
    """

    image_id: int
    found: tuple[AutoMask, ...] = field(repr=False)
    backend: BackendInfo
    again: bool = False

    @property
    def title(self) -> str:
        """Say how many."""
        return "Mask from a box" if len(self.found) == 1 else f"Masks from {len(self.found)} boxes"

    def apply(self, tx: Tx) -> tuple[int, ...]:
        """Write instances and their boxes as prompts."""
        return store_answers(tx, self.image_id, self.found, self.backend, None, again=self.again)


def open_boxes(reader: Reader, image_id: int, *, again: bool = False) -> tuple[tuple[int, Box], ...]:
    """Return an image's boxes without a mask by instance id, those left out that a mask was already made from.

    A mask that a person rejected counts too: it is not proposed a second time. ``again`` leaves none out.
    """
    asked = set() if again else reader.instances.box_prompts(image_id)
    boxes = ((each.id, box_of(each)) for each in reader.instances.of_image(image_id))
    return tuple((number, box) for number, box in boxes if box is not None and corners(box) not in asked)


def box_of(instance: InstanceRecord) -> Box | None:
    """Return the box of an instance that a mask can be made from, None where it has one, is a crowd, or
    is a pose proposed for another instance."""
    posed = instance.pose_of is not None
    return None if instance.mask is not None or instance.iscrowd or posed else instance.bbox


def corners(box: Box) -> tuple[float, float, float, float]:
    """Return a COCO box as prompts are kept: x0, y0, x1, y1."""
    x, y, w, h = box
    return x, y, x + w, y + h


def store_answers(
    tx: Tx,
    image_id: int,
    found: Sequence[AutoMask],
    backend: BackendInfo,
    job_id: int | None,
    *,
    again: bool = False,
) -> tuple[int, ...]:
    """Write one proposed instance for each answer, with the label of its box and the box as its prompt.

    The box itself is left as it is. A box that was removed, or got a mask meanwhile, is passed over.
    """
    image = tx.read.images.get(image_id)
    still = dict(open_boxes(tx.read, image_id, again=again))
    sources = {each.id: each for each in tx.read.instances.some([each.source or 0 for each in found])}
    rows: list[dict[str, Any]] = []
    prompts: list[dict[str, Any]] = []
    z = tx.read.instances.top_z(image_id) + 1
    for answer in found:
        if answer.source not in still:
            continue
        source = sources[answer.source]
        told = {**_row(answer, source, backend), **checks.mask_values(image, answer.mask), "z": z + len(rows)}
        rows.append(told)
        prompts.append(box_prompt(*corners(still[answer.source])))
    return insert_proposed(tx, image_id, rows, prompts, job_id)


def _row(answer: AutoMask, source: InstanceRecord, backend: BackendInfo) -> dict[str, Any]:
    return {
        "label_id": source.label_id,
        "attributes": dict(source.attributes),
        **machine_story(backend, TOOL, answer.score, answer.stability),
    }
