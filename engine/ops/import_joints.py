"""A file's poses put into the order of a label's skeleton in the project, by the joints' names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from engine.ops.incoming import IncomingInstance, IncomingLabel
from engine.records import SkeletonRecord
from engine.report import ReportBuilder
from engine.transaction import Tx
from models.joint_names import matched

_UNLABELLED = (0.0, 0.0, 0)


@dataclass(frozen=True, slots=True)
class _Change:
    """``count`` joints in the file become those of the project; of each its place in the file, or None."""

    count: int
    places: tuple[int | None, ...]


class ImportedJoints:
    """Knows which labels have other joints in the file than in the project, and what becomes of their poses."""

    def __init__(
        self, tx: Tx, incoming: Iterable[IncomingLabel], labels: Mapping[int, int], report: ReportBuilder
    ) -> None:
        """``labels`` leads from the reader's keys to ids; every difference is told in ``report`` by name."""
        self._report = report
        self._changes: dict[int, _Change] = {}
        skeletons = {skeleton.id: skeleton for skeleton in tx.read.skeletons.all()}
        of_label = {label.id: label.skeleton_id for label in tx.read.labels.all()}
        for label in incoming:
            skeleton = skeletons.get(of_label[labels[label.key]] or 0)
            if label.joints and skeleton is not None and label.joints != skeleton.joints:
                self._changes[label.key] = self._change(label, skeleton)

    def fitted(self, instance: IncomingInstance) -> IncomingInstance:
        """Return ``instance`` with its keypoints in the project's order; without any if none of them is known."""
        change = None if instance.label_key is None else self._changes.get(instance.label_key)
        if change is None or instance.keypoints is None or len(instance.keypoints) != change.count:
            return instance
        own = instance.keypoints
        moved = tuple(_UNLABELLED if at is None else own[at] for at in change.places)
        lost = sum(1 for at, joint in enumerate(own) if joint[2] and at not in change.places)
        if lost:
            self._report.note("annotations", "it has joints that the label's skeleton does not know", instance.where)
        return replace(instance, keypoints=moved if any(joint[2] for joint in moved) else None)

    def _change(self, label: IncomingLabel, skeleton: SkeletonRecord) -> _Change:
        places = tuple(matched(label.joints, skeleton.joints))
        unknown = [name for at, name in enumerate(label.joints) if at not in places]
        absent = [name for name, at in zip(skeleton.joints, places, strict=True) if at is None]
        note = self._report.note
        note("categories", "the label has other joints in the project, which stay; matched by name", label.name)
        for name in unknown:
            note("categories", "a joint of the file is not in the label's skeleton; left out", f"{label.name}: {name}")
        for name in absent:
            note("categories", "a joint of the label's skeleton is not in the file", f"{label.name}: {name}")
        return _Change(len(label.joints), places)
