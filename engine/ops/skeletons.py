"""Ops on skeletons; a change takes the stored poses along, joint by joint, as one step."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.errors import InvalidOp
from engine.joint_scores import score_values
from engine.ops import checks
from engine.ops.base import Op
from engine.records import Keypoints, SkeletonRecord
from engine.skeletons.migration import Sources, carried
from engine.storage.recorder import RowChange
from engine.transaction import Tx

_COLOR = re.compile(r"#[0-9a-f]{6}")
_UNLABELLED = [0.0, 0.0, 0]


@dataclass(frozen=True)
class AddSkeleton(Op[SkeletonRecord]):
    """Add a skeleton: joints, edges, flip pairs, OKS sigmas, colours."""

    name: str
    joints: tuple[str, ...]
    edges: tuple[tuple[int, int], ...] = ()
    flip_pairs: tuple[tuple[int, int], ...] = ()
    sigmas: tuple[float, ...] = ()
    colors: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """Name it."""
        return f"Add skeleton {self.name.strip()}"

    def apply(self, tx: Tx) -> SkeletonRecord:
        """Write the skeleton."""
        return tx.read.skeletons.get(tx.rows.insert("skeletons", _values(tx, self)))


@dataclass(frozen=True)
class EditSkeleton(Op[int]):
    """Change a skeleton; ``sources`` tells for each joint which one it was (its old number), None for a new one.

    ``seen`` are the joints as the person saw them: where somebody else has changed them since, nothing is done.
    """

    skeleton_id: int
    name: str
    joints: tuple[str, ...]
    sources: Sources
    edges: tuple[tuple[int, int], ...] = ()
    flip_pairs: tuple[tuple[int, int], ...] = ()
    sigmas: tuple[float, ...] = ()
    colors: tuple[str, ...] = ()
    seen: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """Name it."""
        return f"Edit skeleton {self.name.strip()}"

    def apply(self, tx: Tx) -> int:
        """Write the skeleton and every pose placed with it, locked ones too; return how many poses changed."""
        before = tx.read.skeletons.get(self.skeleton_id)
        if self.seen and self.seen != before.joints:
            raise InvalidOp(f"Somebody else has changed the skeleton {before.name}. Look again. Nothing was changed.")
        count = len(before.joints)
        kept = [source for source in self.sources if source is not None]
        known = all(0 <= source < count for source in kept)
        if len(self.sources) != len(self.joints) or len(set(kept)) != len(kept) or not known:
            raise InvalidOp("It is not clear which joint was which before. Nothing was changed.")
        tx.rows.update("skeletons", self.skeleton_id, _values(tx, self, own_id=self.skeleton_id))
        if self.sources == tuple(range(count)):
            return 0
        changes, rows = [], {}
        for pose in tx.read.skeletons.poses(self.skeleton_id):
            if len(pose["keypoints"]) != count:
                raise InvalidOp(
                    f"Instance {pose['id']} has {len(pose['keypoints'])} joints where {before.name} has {count}, so it "
                    "is not clear which is which. Nothing was changed."
                )
            after = {**_moved(dict(pose), self.sources), "updated_at": tx.now}
            changes.append(RowChange("instances", pose["id"], {name: pose[name] for name in after}, after))
            rows[pose["id"]] = {"image_id": pose["image_id"]}
        alike: dict[tuple[str, ...], list[RowChange]] = {}
        for change in changes:
            alike.setdefault(tuple(change.after or ()), []).append(change)
        for group in alike.values():
            tx.rows.update_each("instances", group, rows)
        return len(changes)


@dataclass(frozen=True)
class DeleteSkeleton(Op[int]):
    """Remove a skeleton; its labels have none then, and poses stay as points without bones."""

    skeleton_id: int

    @property
    def title(self) -> str:
        """A constant."""
        return "Delete skeleton"

    def apply(self, tx: Tx) -> int:
        """Write, and return how many poses have no skeleton now."""
        tx.read.skeletons.get(self.skeleton_id)
        bare = tx.read.skeletons.pose_counts().get(self.skeleton_id, 0)
        for label in tx.read.labels.all():
            if label.skeleton_id == self.skeleton_id:
                tx.rows.update("labels", label.id, {"skeleton_id": None})
        tx.rows.delete("skeletons", self.skeleton_id)
        return bare


def _values(tx: Tx, op: AddSkeleton | EditSkeleton, *, own_id: int | None = None) -> dict[str, Any]:
    name = op.name.strip()
    if not name or any(each.name == name and each.id != own_id for each in tx.read.skeletons.all()):
        raise InvalidOp(f"A skeleton needs a name of its own; '{name}' is empty or taken.")
    # PostgreSQL cannot store NUL nor half of a surrogate pair, and no list can show a line break.
    if any(unicodedata.category(each) in ("Cc", "Cs") for each in "".join((name, *op.joints))):
        raise InvalidOp("Names of skeletons and joints must not have control characters.")
    count = len(op.joints)
    if not count or len(set(op.joints)) != count or not all(joint.strip() for joint in op.joints):
        raise InvalidOp("A skeleton needs joints, each with a name of its own.")
    pairs = (*op.edges, *op.flip_pairs)
    if any(not 0 <= joint < count for pair in pairs for joint in pair):
        raise InvalidOp("An edge or flip pair names a joint that is not there.")
    flipped = [joint for pair in op.flip_pairs for joint in pair]
    if any(first == second for first, second in pairs) or len(set(flipped)) != len(flipped):
        raise InvalidOp("An edge or flip pair needs two joints, and a joint has one mirror image at most.")
    if op.sigmas and len(op.sigmas) != count:
        raise InvalidOp(f"There are {count} joints but {len(op.sigmas)} sigmas.")
    checks.finite(op.sigmas, "sigmas")
    if any(sigma <= 0 for sigma in op.sigmas):
        raise InvalidOp("A sigma must be above zero.")
    colors = [color.lower() for color in op.colors]
    if (colors and len(colors) != count) or not all(_COLOR.fullmatch(color) for color in colors):
        raise InvalidOp("A skeleton has one colour a joint, like #3c8fe6, or none at all.")
    return {
        "name": name,
        "joints": list(op.joints),
        "edges": [list(edge) for edge in op.edges],
        "flip_pairs": [list(pair) for pair in op.flip_pairs],
        "sigmas": [float(sigma) for sigma in op.sigmas],
        "colors": colors,
    }


def _moved(pose: Mapping[str, Any], sources: Sources) -> dict[str, Any]:
    """Return the joints in their new places; a pose that has no mask and no box of its own gets the box around them."""
    keypoints = carried(pose["keypoints"], sources, _UNLABELLED)
    values: dict[str, Any] = {"keypoints": [list(joint) for joint in keypoints]}
    box = tuple(pose[f"bbox_{name}"] for name in "xywh")
    if not pose["masked"] and box == checks.keypoint_box(_joints(pose["keypoints"])):
        around = checks.keypoint_box(_joints(keypoints))
        if around is not None:
            values |= checks.box_values(around) | {"area": around[2] * around[3]}
    if pose["joint_scores"] is not None:
        # Nobody was asked about a new joint; while it is not labelled its score counts for nothing.
        values |= score_values(keypoints, carried(pose["joint_scores"], sources, 0.0))
    return values


def _joints(stored: list[list[float]]) -> Keypoints:
    return tuple((x, y, int(v)) for x, y, v in stored)
