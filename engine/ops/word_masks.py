"""Ops that turn words into proposed masks: the run over many images, and what one image's answers become."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from engine.ops import checks
from engine.ops.base import Op
from engine.ops.jobs import WORDS, create
from engine.ops.labels import AddLabel
from engine.ops.proposals import box_prompt, insert_proposed, machine_story
from engine.records import Box, Json, State
from engine.stages import wording
from engine.stages.auto_mask import AutoMask, Detection
from engine.stages.words import TOOL, WordParams
from engine.storage.reader import Reader
from engine.transaction import Tx
from models import masks
from models.api import BackendInfo


@dataclass(frozen=True)
class CreateWordJob(Op[int]):
    """Note a run that looks for words, with one item an image; returns the job's number."""

    backend: str
    params: WordParams
    image_ids: Sequence[int] = field(repr=False)
    about: Json = field(default_factory=dict)
    undoable: ClassVar[bool] = False

    @property
    def title(self) -> str:
        """Say what is looked for."""
        return f"Start to find {', '.join(self.params.words)} on {len(self.image_ids)} images"

    def apply(self, tx: Tx) -> int:
        """Write the job and its items."""
        return create(tx, WORDS, self.backend, {**self.about, WORDS: self.params.to_json()}, self.image_ids)


@dataclass(frozen=True)
class StoreWordMasks(Op[tuple[int, ...]]):
    """Propose what words found in one image, as one step; returns the ids."""

    image_id: int
    found: tuple[AutoMask, ...] = field(repr=False)
    backend: BackendInfo
    params: WordParams

    @property
    def title(self) -> str:
        """Say what was looked for."""
        return f"Find {', '.join(self.params.words)}"

    def apply(self, tx: Tx) -> tuple[int, ...]:
        """Write instances, boxes with their words as prompts, and labels that are wanted."""
        return store_found(tx, self.image_id, self.found, self.backend, self.params, None)


def stored_boxes(reader: Reader, image_id: int) -> tuple[Box, ...]:
    """Return the boxes of what an image has, rejected ones included: what is there is not found again."""
    instances = reader.instances.of_image(image_id, tuple(State))
    return tuple(each.bbox for each in instances if each.bbox is not None and not each.iscrowd)


def store_found(
    tx: Tx,
    image_id: int,
    found: Sequence[AutoMask],
    backend: BackendInfo,
    params: WordParams,
    job_id: int | None,
) -> tuple[int, ...]:
    """Write one proposed instance for each mask, with the label that its word means and the box as its prompt."""
    image = tx.read.images.get(image_id)
    labels = _labels(tx, [each.detection.word for each in found if each.detection is not None], params)
    rows: list[dict[str, Any]] = []
    prompts: list[dict[str, Any]] = []
    first = tx.read.instances.top_z(image_id) + 1
    # Drawn from the largest to the smallest, so that what lies on something else can be seen and hit.
    for answer in sorted(found, key=lambda each: -masks.area(each.mask)):
        if answer.detection is None:
            continue
        rows.append(
            {
                "label_id": labels.get(answer.detection.word),
                "z": first + len(rows),
                **checks.mask_values(image, answer.mask),
                **machine_story(backend, TOOL, answer.score, answer.stability),
            }
        )
        prompts.append(_prompt(answer.detection))
    return insert_proposed(tx, image_id, rows, prompts, job_id)


def _labels(tx: Tx, found: Sequence[str], params: WordParams) -> dict[str, int]:
    """Return the labels of words that found something; those that are wanted are made, of one meaning only once."""
    names = {label.name: label.id for label in tx.read.labels.all()}
    there = frozenset(names.values())
    labels = {word: label_id for word, label_id in params.labels if label_id in there}
    for word in params.words:
        if params.new_labels and word in found and word not in labels:
            meant = wording.match([word], names)
            if not meant:
                label = AddLabel(wording.one_of(word)).apply(tx)
                names[label.name] = label.id
                meant = {word: label.id}
            labels |= meant
    return labels


def _prompt(found: Detection) -> dict[str, Any]:
    checks.finite((found.score,), "scores")
    box = found.box
    told = {"text": found.word, "detector": found.detector, "score": found.score}
    return {**box_prompt(box.x0, box.y0, box.x1, box.y1), **told}
