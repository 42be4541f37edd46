"""Stores a file's labels and images beside what the project has already; what the project has wins."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import bindparam, select, update

from engine.ops.images import NewImage, add_images, ensure_root
from engine.ops.incoming import ORIGINAL_ID, IncomingImage, IncomingLabel
from engine.palette import PALETTE
from engine.report import ReportBuilder
from engine.skeletons.colors import side_colors
from engine.skeletons.names import propose_flips
from engine.storage.tables import Image, Project, table_of
from engine.transaction import Tx

_IMAGES = table_of(Image)
_PROJECT = table_of(Project)
_BATCH = 1000


def merge_info(tx: Tx, info: Mapping[str, Any], report: ReportBuilder) -> None:
    """Keep the file's top-level fields; what the project has already wins."""
    if not info:
        return
    row_id = int(tx.connection.execute(select(_PROJECT.c.id)).scalar_one())
    own = tx.read.project().info
    for name in sorted(set(own) & set(info)):
        if own[name] != info[name]:
            report.note("file", "a top-level field differs from the one the project has; the project's stays", name)
    merged = {**info, **own}
    if merged != own:
        tx.rows.update("project", row_id, {"info": merged})


def store_label(tx: Tx, incoming: IncomingLabel, report: ReportBuilder) -> int:
    """Return the id of the label of this name, adding it or completing it from the file."""
    known = tx.read.labels.by_name(incoming.name)
    coco_id, extra = incoming.coco_id, dict(incoming.extra)
    all_labels = tx.read.labels.all()
    if coco_id is not None and any(label.coco_id == coco_id and label.name != incoming.name for label in all_labels):
        extra = {**extra, ORIGINAL_ID: coco_id}
        coco_id = None
        report.note("categories", "another label has this id already; it gets a new one", incoming.name)
    needed = bool(incoming.joints) and (known is None or known.skeleton_id is None)
    skeleton_id = _store_skeleton(tx, incoming) if needed else None
    report.went("categories")
    if known is None:
        return tx.rows.insert(
            "labels",
            {
                "name": incoming.name,
                "color": PALETTE[len(all_labels) % len(PALETTE)],
                "is_thing": incoming.is_thing,
                "position": max((label.position for label in all_labels), default=-1) + 1,
                "supercategory": incoming.supercategory,
                "skeleton_id": skeleton_id,
                "coco_id": coco_id,
                "extra": extra,
            },
        )
    values: dict[str, Any] = {}
    if known.coco_id is None and coco_id is not None:
        values["coco_id"] = coco_id
    elif coco_id is not None and known.coco_id != coco_id:
        report.note("categories", "the label has another id in the project, which stays", incoming.name)
    if not known.supercategory and incoming.supercategory:
        values["supercategory"] = incoming.supercategory
    if skeleton_id is not None:
        values["skeleton_id"] = skeleton_id
    elif incoming.joints and known.skeleton_id is not None:
        own = tx.read.skeletons.get(known.skeleton_id)
        if own.joints == incoming.joints and set(own.edges) != set(incoming.edges):
            report.note("categories", "the label's skeleton has other edges in the project, which stay", incoming.name)
    if set(extra) - set(known.extra):
        values["extra"] = {**extra, **known.extra}
    tx.rows.update("labels", known.id, values)
    return known.id


def _store_skeleton(tx: Tx, incoming: IncomingLabel) -> int:
    skeletons = tx.read.skeletons.all()
    for skeleton in skeletons:
        if skeleton.joints == incoming.joints and skeleton.edges == incoming.edges:
            return skeleton.id
    taken = {skeleton.name for skeleton in skeletons}
    name, number = incoming.name, 2
    while name in taken:
        name, number = f"{incoming.name} {number}", number + 1
    values = {
        "name": name,
        "joints": list(incoming.joints),
        "edges": [list(edge) for edge in incoming.edges],
        # COCO files do not say it, the names do.
        "flip_pairs": [list(pair) for pair in propose_flips(incoming.joints)],
        "colors": list(side_colors(incoming.joints)),
    }
    return tx.rows.insert("skeletons", values)


def store_images(tx: Tx, images: tuple[IncomingImage, ...], report: ReportBuilder) -> dict[int, int]:
    """Add the new images, complete the known ones, and return image ids by the reader's keys."""
    ids: dict[int, int] = {}
    taken = set(tx.read.images.by_coco_id())
    by_root: dict[tuple[str, str], list[tuple[int, NewImage]]] = {}
    updates: list[dict[str, Any]] = []
    known = {image.image_id: image for image in images if image.image_id is not None}
    rows = _image_rows(tx, list(known))
    for image in images:
        extra = dict(image.extra)
        coco_id = image.coco_id
        row = rows.get(image.image_id or 0)
        kept_id = None if row is None else row[0]
        if coco_id is not None and coco_id != kept_id:
            if kept_id is not None:
                report.note("images", "the image has another id in the project, which stays", str(coco_id))
            elif coco_id in taken:
                report.note("images", "another image has this id already; it gets a new one", str(coco_id))
                extra = {**extra, ORIGINAL_ID: coco_id}
            else:
                taken.add(coco_id)
                kept_id = coco_id
        if image.new is not None:
            new = NewImage(
                image.new.path,
                image.new.content_hash,
                image.new.width,
                image.new.height,
                image.new.orientation,
                image.new.error,
                kept_id,
                extra,
            )
            by_root.setdefault((image.root, image.root_name), []).append((image.key, new))
        elif image.image_id is not None and row is not None:
            ids[image.key] = image.image_id
            merged = {**extra, **row[1]}
            if (kept_id, merged) != row:
                updates.append({"row_id": image.image_id, "new_coco_id": kept_id, "new_extra": merged})
    if updates:
        change = update(_IMAGES).where(_IMAGES.c.id == bindparam("row_id"))
        tx.connection.execute(
            change.values(coco_id=bindparam("new_coco_id"), extra=bindparam("new_extra", type_=_IMAGES.c.extra.type)),
            updates,
        )
    for (root, name), added in by_root.items():
        root_id = ensure_root(tx, root, name)
        # Another process may have added the image between our look and this transaction.
        add_images(tx, root_id, tuple(new for _, new in added))
        for key, new in added:
            found = tx.read.images.find(root_id, new.path)
            if found is not None and (found.width, found.height) == (new.width, new.height):
                ids[key] = found.id
    report.went("images", len(ids))
    return ids


def _image_rows(tx: Tx, image_ids: list[int]) -> dict[int, tuple[int | None, dict[str, Any]]]:
    rows: dict[int, tuple[int | None, dict[str, Any]]] = {}
    for start in range(0, len(image_ids), _BATCH):
        query = select(_IMAGES.c.id, _IMAGES.c.coco_id, _IMAGES.c.extra)
        found = tx.connection.execute(query.where(_IMAGES.c.id.in_(image_ids[start : start + _BATCH])))
        rows.update({int(row_id): (coco_id, dict(extra)) for row_id, coco_id, extra in found})
    return rows
