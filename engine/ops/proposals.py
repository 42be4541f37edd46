"""Stores what a machine found on an image as proposals; what is there already is never touched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from engine.errors import InvalidOp
from engine.ops import checks
from engine.ops.base import Op
from engine.ops.instances import provenance_values
from engine.records import PromptRecord, Provenance, Stage, State
from engine.stages.auto_mask import AutoMask
from engine.transaction import Tx
from models import masks
from models.api import BackendInfo

TOOL = "grid"


@dataclass(frozen=True)
class StoreProposals(Op[tuple[int, ...]]):
    """Store masks of the automatic stage as proposed instances and return their ids in the order of ``found``.

    Without a job it is one step that Ctrl+Z takes back; what a job stored is withdrawn with the job.
    """

    image_id: int
    found: tuple[AutoMask, ...]
    stage: Stage
    backend: BackendInfo
    job_id: int | None = None

    @property
    def title(self) -> str:
        """Say how many."""
        return "Propose 1 mask" if len(self.found) == 1 else f"Propose {len(self.found)} masks"

    @property
    def undoable(self) -> bool:  # type: ignore[override]  # a constant of other ops; here it depends on the job
        """Only without a job."""
        return self.job_id is None

    def apply(self, tx: Tx) -> tuple[int, ...]:
        """Write instances and their grid points, wholes before their parts."""
        if self.job_id is not None:
            tx.read.jobs.get(self.job_id)
        return store(tx, self.image_id, self.found, self.stage, self.backend, self.job_id)


def store(
    tx: Tx, image_id: int, found: Sequence[AutoMask], stage: Stage, backend: BackendInfo, job_id: int | None
) -> tuple[int, ...]:
    """Write ``found`` inside an open transaction; row by row into the history where no job can withdraw it."""
    rows = _rows(tx, image_id, found, stage, backend, job_id)
    ids: dict[int, int] = {}
    for generation in _generations(found):
        for number in generation:
            parent = found[number].parent
            rows[number]["parent_id"] = None if parent is None else ids[parent]
        batch = [rows[number] for number in generation]
        ids |= dict(zip(generation, _insert(tx, "instances", batch, job_id), strict=True))
    prompts = [_prompt(ids[number], each) for number, each in enumerate(found)]
    _insert(tx, "prompts", prompts, job_id)
    if found:
        tx.changes.image_contents.add(image_id)
        tx.changes.instances.update(ids.values())
    return tuple(ids[number] for number in range(len(found)))


def insert_proposed(
    tx: Tx, image_id: int, rows: list[dict[str, Any]], prompts: Sequence[dict[str, Any]], job_id: int | None
) -> tuple[int, ...]:
    """Write proposed instances and the one prompt of each (without its instance), and note what changed."""
    common = {"image_id": image_id, "author": tx.author, "job_id": job_id, "created_at": tx.now, "updated_at": tx.now}
    ids = _insert(tx, "instances", [{"state": str(State.PROPOSED), **common, **row} for row in rows], job_id)
    asked = [{"instance_id": row_id, "seq": 0, **each} for row_id, each in zip(ids, prompts, strict=True)]
    _insert(tx, "prompts", asked, job_id)
    if rows:
        tx.changes.image_contents.add(image_id)
        tx.changes.instances.update(ids)
    return tuple(ids)


def machine_story(backend: BackendInfo, tool: str, score: float, stability: float | None = None) -> dict[str, Any]:
    """Return the columns that tell how a backend made an instance; raises InvalidOp for scores that are no numbers."""
    checks.finite((score,) if stability is None else (score, stability), "scores")
    return provenance_values(
        Provenance(
            stage=Stage.AUTO,
            backend=backend.name,
            weights_hash=backend.weights_hash,
            device=backend.device,
            score=score,
            stability=stability,
            tool=tool,
        )
    )


def box_prompt(x0: float, y0: float, x1: float, y1: float) -> dict[str, Any]:
    """Return the columns of a box as an instance's prompt, corners in image pixels."""
    checks.finite((x0, y0, x1, y1), "boxes")
    return {"kind": "box", "x0": x0, "y0": y0, "x1": x1, "y1": y1}


def _insert(tx: Tx, table: str, rows: list[dict[str, Any]], job_id: int | None) -> list[int]:
    return tx.rows.insert_all(table, rows) if job_id is None and rows else tx.rows.insert_many_ids(table, rows)


def _generations(found: Sequence[AutoMask]) -> list[list[int]]:
    """Return the places of those without a parent, then of their parts, and so on."""
    depths: list[int] = []
    for number, each in enumerate(found):
        if each.parent is not None and not 0 <= each.parent < number:
            raise InvalidOp("A proposed part comes before its whole. Nothing was stored.")
        depths.append(0 if each.parent is None else depths[each.parent] + 1)
    return [[n for n, own in enumerate(depths) if own == depth] for depth in range(max(depths, default=-1) + 1)]


def _rows(
    tx: Tx, image_id: int, found: Sequence[AutoMask], stage: Stage, backend: BackendInfo, job_id: int | None
) -> list[dict[str, Any]]:
    image = tx.read.images.get(image_id)
    checks.story([_record(each) for each in found], ())
    rows = []
    for each in found:
        told = Provenance(
            stage=stage,
            backend=backend.name,
            weights_hash=backend.weights_hash,
            device=backend.device,
            score=each.score,
            stability=each.stability,
            tool=TOOL,
            crop=each.crop,
        )
        rows.append(
            {
                "image_id": image_id,
                "state": str(State.PROPOSED),
                "level": str(each.level),
                "author": tx.author,
                "job_id": job_id,
                "created_at": tx.now,
                "updated_at": tx.now,
                **checks.mask_values(image, each.mask),
                **provenance_values(told),
            }
        )
    # Drawn from the largest to the smallest, so that a part can be seen and hit on its whole.
    first = tx.read.instances.top_z(image_id) + 1
    order = sorted(range(len(found)), key=lambda number: (-masks.area(found[number].mask), number))
    for place, number in enumerate(order):
        rows[number]["z"] = first + place
    return rows


def _record(found: AutoMask) -> PromptRecord:
    return PromptRecord("point", float(found.point[0]), float(found.point[1]))


def _prompt(instance_id: int, found: AutoMask) -> dict[str, Any]:
    told = _record(found)
    return {"instance_id": instance_id, "seq": 0, "kind": told.kind, "x0": told.x0, "y0": told.y0}
