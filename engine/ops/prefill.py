"""Ops of the semi-automatic stage: fill in what a machine is sure of, and confirm it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.errors import InvalidOp
from engine.ops import proposals
from engine.ops.base import Op
from engine.ops.instances import delete_one
from engine.records import Rle, Stage, State
from engine.stages.auto_mask import AutoMask, without
from engine.stages.select import duplicates
from engine.stages.semi import SemiParams, prefill
from engine.transaction import Tx
from models.api import BackendInfo

SAME = 0.8
"""Mask IoU from which a find is one that a person has rejected before, as ``AutoParams.near_duplicate``."""


@dataclass(frozen=True)
class StorePrefill(Op[tuple[int, ...]]):
    """Propose what of ``found`` reaches the floor ``params`` and is new on the image; returns the ids.

    An earlier prefill that nobody has confirmed is replaced, save for what a person has changed, locked or decided.
    Raises InvalidOp where a person has confirmed one: then no machine adds anything.
    """

    image_id: int
    found: tuple[AutoMask, ...] = field(repr=False)
    backend: BackendInfo
    params: SemiParams
    about: Mapping[str, Any] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """A constant: how many stay is known only when what is stored has been looked at."""
        return "Fill in objects"

    def apply(self, tx: Tx) -> tuple[int, ...]:
        """Write the proposals and the note that the image was filled in."""
        tx.read.images.get(self.image_id)
        return fill_in(tx, self.image_id, self.found, self.backend, self.params, self.about, job_id=None)


@dataclass(frozen=True, slots=True)
class Confirmed:
    """What became of a prefill: the ids that were accepted, and how many were dropped."""

    accepted: tuple[int, ...]
    dropped: int


@dataclass(frozen=True)
class ConfirmPrefill(Op[Confirmed]):
    """Accept what was filled in and reaches both thresholds, drop the rest, and freeze: all of it one step.

    Dropped instances were never shown above the thresholds, so they leave no decision behind; undo brings them back.
    What a person has reshaped is accepted whatever its scores; locked instances stay as they are.
    """

    image_id: int
    min_score: float
    min_stability: float
    review_ms: int = 0

    @property
    def title(self) -> str:
        """A constant."""
        return "Confirm filled-in objects"

    def apply(self, tx: Tx) -> Confirmed:
        """Write decisions and the confirmation."""
        thresholds = SemiParams(min_score=self.min_score, min_stability=self.min_stability)
        row_id = tx.read.prefills.row_id(self.image_id)
        record = tx.read.prefills.find(self.image_id)
        if row_id is None or record is None:
            raise InvalidOp("Nothing was filled in on this image yet. Find objects first.")
        if record.confirmed_at is not None:
            raise InvalidOp("What was filled in on this image is confirmed already. Nothing was changed.")
        kept, dropped = tx.read.prefills.open_ids(
            self.image_id, min_score=thresholds.min_score, min_stability=thresholds.min_stability
        )
        decided = {"reviewed_by": tx.author, "reviewed_at": tx.now, "updated_at": tx.now}
        # The seconds were spent on all of them together.
        share = round(self.review_ms / len(kept)) if kept else 0
        tx.rows.update_many("instances", kept, {"state": str(State.ACCEPTED)}, stamp=decided | {"review_ms": share})
        for instance_id in dropped:
            delete_one(tx, instance_id)
        told = {
            "min_score": thresholds.min_score,
            "min_stability": thresholds.min_stability,
            "accepted": len(kept),
            "dropped": len(dropped),
        }
        tx.rows.update("prefills", row_id, {"confirmed_by": tx.author, "confirmed_at": tx.now, "kept": told})
        return Confirmed(tuple(kept), len(dropped))


def fill_in(
    tx: Tx,
    image_id: int,
    found: tuple[AutoMask, ...],
    backend: BackendInfo,
    params: SemiParams,
    about: Mapping[str, Any],
    *,
    job_id: int | None,
) -> tuple[int, ...]:
    """Do what ``StorePrefill`` says inside an open transaction."""
    record = tx.read.prefills.find(image_id)
    if record is not None and record.confirmed_at is not None:
        raise InvalidOp(
            "What was filled in on this image is confirmed, so it is not filled in again. Nothing was changed."
        )
    _clear(tx, image_id)
    new = _new(tx, image_id, found, params)
    ids = proposals.store(tx, image_id, new, Stage.SEMI, backend, job_id)
    values = {
        "image_id": image_id,
        "backend": backend.name,
        "weights_hash": backend.weights_hash,
        "params": {**about, "floor": params.to_json()},
        "author": tx.author,
        "created_at": tx.now,
    }
    row_id = tx.read.prefills.row_id(image_id)
    if row_id is None:
        tx.rows.insert("prefills", values)
    else:
        tx.rows.update("prefills", row_id, values)
    return ids


def _clear(tx: Tx, image_id: int) -> None:
    """Remove what an earlier prefill proposed and nobody has touched."""
    for instance in tx.read.instances.of_image(image_id, (State.PROPOSED,)):
        untouched = not (instance.edits or instance.locked or instance.label_id is not None or instance.attributes)
        if instance.provenance.stage is Stage.SEMI and untouched:
            delete_one(tx, instance.id)


def _new(tx: Tx, image_id: int, found: tuple[AutoMask, ...], params: SemiParams) -> tuple[AutoMask, ...]:
    stored = tx.read.instances.of_image(image_id, tuple(State))
    rejected: list[Rle] = [e.mask for e in stored if e.mask is not None and e.state is State.REJECTED]
    taken: list[Rle] = [e.mask for e in stored if e.mask is not None and e.state is not State.REJECTED]
    fresh = without(found, duplicates([each.mask for each in found], rejected, SAME))
    return prefill(fresh, taken, params)
