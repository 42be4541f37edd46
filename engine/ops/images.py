"""Ops on images and their folders."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from sqlalchemy import select

from engine.errors import InvalidOp
from engine.ops.base import Op
from engine.records import ImageState, State
from engine.storage.tables import Root, table_of
from engine.transaction import Tx

_ROOTS = table_of(Root)


@dataclass(frozen=True, slots=True)
class NewImage:
    """An image file that was looked at: ``path`` is POSIX below the root; sizes are displayed pixels.

    One that could not be read has ``error`` and no size; it is listed so that nothing is skipped silently.
    """

    path: str
    content_hash: str = ""
    width: int = 0
    height: int = 0
    orientation: int = 1
    error: str = ""
    coco_id: int | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class AddImages(Op[tuple[int, ...]]):
    """Add images below one root folder (stored path, relative to the project where possible)."""

    root: str
    name: str
    images: tuple[NewImage, ...]
    undoable: ClassVar[bool] = False

    @property
    def title(self) -> str:
        """Say how many."""
        return f"Add {len(self.images)} images"

    def apply(self, tx: Tx) -> tuple[int, ...]:
        """Write those that are not there yet, and return their ids."""
        root_id = ensure_root(tx, self.root, self.name)
        return add_images(tx, root_id, self.images)


@dataclass(frozen=True)
class SetImageState(Op[None]):
    """Say what is left to do on images."""

    image_ids: tuple[int, ...]
    state: ImageState

    @property
    def title(self) -> str:
        """Name the state."""
        return f"Mark image {self.state}"

    def apply(self, tx: Tx) -> None:
        """Write the state."""
        for image_id in self.image_ids:
            tx.rows.update("images", image_id, {"state": str(self.state)})


@dataclass(frozen=True)
class StartImage(Op[None]):
    """Note that work on an image has begun; what follows from other steps is no step of its own for Ctrl+Z."""

    image_id: int
    undoable: ClassVar[bool] = False

    @property
    def title(self) -> str:
        """A constant."""
        return "Start image"

    def apply(self, tx: Tx) -> None:
        """Write the state, if nobody has decided about the image yet."""
        if tx.read.images.get(self.image_id).state is ImageState.TODO:
            tx.rows.update("images", self.image_id, {"state": str(ImageState.DOING)})


@dataclass(frozen=True)
class SetTags(Op[None]):
    """Replace an image's tags and its split (train, val, test or your own)."""

    image_id: int
    tags: tuple[str, ...]
    split: str

    @property
    def title(self) -> str:
        """A constant."""
        return "Edit image tags"

    def apply(self, tx: Tx) -> None:
        """Write tags and split."""
        tags = sorted({tag.strip() for tag in self.tags if tag.strip()})
        tx.rows.update("images", self.image_id, {"tags": tags, "split": self.split.strip()})


@dataclass(frozen=True)
class NoteFile(Op[None]):
    """Keep what reading an image's file showed: its size and hash, or why it cannot be read (any more)."""

    image_id: int
    content_hash: str = ""
    width: int = 0
    height: int = 0
    orientation: int = 1
    error: str = ""
    undoable: ClassVar[bool] = False

    @property
    def title(self) -> str:
        """A constant."""
        return "Note image file"

    def apply(self, tx: Tx) -> None:
        """Write it; an error leaves the last good size and hash in place."""
        if self.error:
            tx.rows.update("images", self.image_id, {"error": self.error})
            return
        image = tx.read.images.get(self.image_id)
        resized = image.width and (image.width, image.height) != (self.width, self.height)
        if resized and tx.read.instances.of_image(self.image_id, tuple(State)):
            raise InvalidOp(
                f"{image.path} is now {self.width} x {self.height} pixels, but was annotated at "
                f"{image.width} x {image.height}. Restore the old file, or add the new one under another name."
            )
        values = {"width": self.width, "height": self.height, "orientation": self.orientation}
        tx.rows.update("images", self.image_id, {**values, "content_hash": self.content_hash, "error": ""})


def ensure_root(tx: Tx, path: str, name: str) -> int:
    """Return the id of the root folder stored as ``path``, adding it if need be."""
    found = tx.connection.execute(select(_ROOTS.c.id).where(_ROOTS.c.path == path)).scalar_one_or_none()
    return int(found) if found is not None else tx.rows.insert("roots", {"path": path, "name": name})


def add_images(tx: Tx, root_id: int, images: tuple[NewImage, ...]) -> tuple[int, ...]:
    """Insert the images that are not yet there, in order, and return their ids."""
    known = tx.read.images.paths()
    rows, seen = [], set()
    for image in images:
        if (root_id, image.path) in known or image.path in seen:
            continue
        seen.add(image.path)
        rows.append(
            {
                "root_id": root_id,
                "path": image.path,
                "content_hash": image.content_hash,
                "width": image.width,
                "height": image.height,
                "orientation": image.orientation,
                "error": image.error,
                "coco_id": image.coco_id,
                "extra": dict(image.extra),
                "added_at": tx.now,
            }
        )
    ids = tx.rows.insert_many_ids("images", rows)
    tx.changes.images.update(ids)
    return tuple(ids)
