"""Which image is on screen: the filtered list, stepping through it, decoding ahead, rows and thumbnails on demand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from annotator.controllers.image_cache import ImageCache, LoadedImage, load_image
from annotator.controllers.store import Store
from annotator.lanes import Lanes
from engine.changes import Changes
from engine.errors import BadImage, EngineError
from engine.imaging.thumbnails import thumbnail
from engine.ops.images import NoteFile, SetImageState, StartImage
from engine.records import ImageFilter, ImageRecord, ImageRow, ImageState
from engine.storage.reader import Reader

_TODO = ImageFilter(states=frozenset({ImageState.TODO, ImageState.DOING}))

AHEAD = (1, -1, 2)
"""Which neighbours are decoded ahead, in this order: people mostly go on, sometimes back."""


class NavigationView(Protocol):
    """What shows the images; called on the GUI thread only."""

    def show_ids(self, ids: Sequence[int], *, total: int) -> None:
        """Replace the image list; ``total`` counts the project's images, unfiltered."""

    def show_current(self, image: ImageRecord | None, index: int) -> None:
        """Mark an image as the one being worked on, before its pixels are there."""

    def show_pixels(self, image: ImageRecord, loaded: LoadedImage) -> None:
        """Put an image on the canvas."""

    def show_unreadable(self, image: ImageRecord, reason: str) -> None:
        """Say on the canvas why there is no picture."""

    def put_rows(self, rows: list[ImageRow]) -> None:
        """Answer to ``rows_needed``."""

    def put_thumbnail(self, image_id: int, pixels: NDArray[np.uint8]) -> None:
        """Answer to ``thumbnails_needed``: ``uint8[h, w, 3]`` RGB."""

    def say(self, kind: Literal["info", "warning", "error"], text: str) -> None:
        """Show a message."""


class Navigation:
    """Owns the list of image ids and the current one."""

    def __init__(
        self, store: Store, lanes: Lanes, view: NavigationView, *, cache_bytes: int, thumbnail_px: int
    ) -> None:
        """Decoding runs on the io lane, reading on the store lane."""
        self._store = store
        self._lanes = lanes
        self._view = view
        self._cache = ImageCache(cache_bytes)
        self._loading: set[int] = set()
        self._files: dict[int, Path] = {}
        self._thumbnail_px = thumbnail_px
        self._ticket = 0
        self.ids: list[int] = []
        self.index = -1
        self.image: ImageRecord | None = None
        self.narrowed = ImageFilter()
        self.before_leaving: Callable[[], None] = lambda: None
        self.arrived: Callable[[ImageRecord | None], None] = lambda _: None
        self.unreadable: Callable[[ImageRecord], None] = lambda _: None
        self.loaded: Callable[[ImageRecord, LoadedImage], None] = lambda _image, _loaded: None

    @property
    def current_id(self) -> int | None:
        """The image being worked on."""
        return self.ids[self.index] if 0 <= self.index < len(self.ids) else None

    def reset(self) -> None:
        """Forget everything of the project that was open."""
        self._cache.clear()
        self._files.clear()
        self.narrowed = ImageFilter()
        self._show([], 0, keep=None)

    def reload(self, *, keep: int | None = None) -> None:
        """Read the list of ids again; stay on ``keep`` or the current image where it is still listed."""
        stay = keep if keep is not None else self.image.id if self.image is not None else self.current_id
        narrowed = self.narrowed

        def show(found: tuple[list[int], int]) -> None:
            if narrowed == self.narrowed:
                self._show(found[0], found[1], keep=stay)

        self._store.read(lambda reader: (reader.images.ids(narrowed), reader.images.count()), show)

    def narrow(self, narrowed: ImageFilter) -> None:
        """Filter the list."""
        if narrowed != self.narrowed:
            self.narrowed = narrowed
            self.reload()

    def _show(self, ids: list[int], total: int, *, keep: int | None) -> None:
        self.ids = ids
        self._view.show_ids(ids, total=total)
        if keep is not None and self.image is not None and keep == self.image.id:
            # The image on screen stays there, even when the filter no longer lists it.
            self.index = ids.index(keep) if keep in ids else -1
            self._view.show_current(self.image, self.index)
            return
        if keep in ids:
            self.go_to(ids.index(keep))
        elif ids:
            self.go_to(0)
        else:
            self.index = -1
            self._arrive(None)

    def step(self, step: int) -> None:
        """Go forward or back in the list."""
        if self.ids:
            target = min(max(self.index + step, 0), len(self.ids) - 1)
            if target != self.index:
                self.go_to(target)

    def go_to_id(self, image_id: int) -> None:
        """Go to an image by id, if it is listed."""
        if image_id in self.ids and image_id != self.current_id:
            self.go_to(self.ids.index(image_id))

    def visit(self, image: ImageRecord) -> None:
        """Show an image whether the list shows it or not; filter and list stay as they are. Nothing is read."""
        self.before_leaving()
        self.index = self.ids.index(image.id) if image.id in self.ids else -1
        self._ticket += 1
        self._arrive(image)
        self._decode(image, ticket=self._ticket)

    def prepare(self, images: Sequence[ImageRecord]) -> None:
        """Decode images that will be shown soon."""
        for image in images:
            self._decode(image, ticket=None)

    def cached(self, image_id: int) -> LoadedImage | None:
        """Return an image that is decoded already."""
        return self._cache.get(image_id)

    def next_todo(self, *, backwards: bool = False) -> None:
        """Go to the next (or previous) image that is still to do, from here on and around."""
        self._go_among(_TODO, "Every image in the list is done.", backwards=backwards)

    def next_unannotated(self) -> None:
        """Go to the next image that is still to do and holds nothing accepted, from here on and around."""
        self._go_among(replace(_TODO, has_accepted=False), "Every image in the list has objects or is done.")

    def _go_among(self, wanted: ImageFilter, none_left: str, *, backwards: bool = False) -> None:
        here = max(self.index, 0)
        around = [*self.ids[here + 1 :], *self.ids[:here]]
        if backwards:
            around.reverse()

        def query(reader: Reader) -> int | None:
            todo = set(reader.images.ids(wanted))
            return next((image_id for image_id in around if image_id in todo), None)

        def go(image_id: int | None) -> None:
            if image_id is None:
                self._view.say("info", none_left)
            else:
                self.go_to_id(image_id)

        self._store.read(query, go)

    def go_to(self, index: int) -> None:
        """Go to a place in the list."""
        self.before_leaving()
        self.index = index
        image_id = self.ids[index]
        self._ticket += 1
        ticket = self._ticket
        neighbours = [self.ids[index + step] for step in AHEAD if 0 <= index + step < len(self.ids)]

        def query(reader: Reader) -> tuple[ImageRecord, list[ImageRecord]]:
            return reader.images.get(image_id), [row.image for row in reader.images.rows(neighbours)]

        def show(found: tuple[ImageRecord, list[ImageRecord]]) -> None:
            if ticket != self._ticket:
                return
            image, ahead = found
            self._arrive(image)
            self._decode(image, ticket=ticket)
            for neighbour in ahead:
                self._decode(neighbour, ticket=None)

        self._store.read(query, show)

    def set_state(self, state: ImageState, *, image_ids: tuple[int, ...] = ()) -> None:
        """Mark images, by default the current one."""
        ids = image_ids or ((self.image.id,) if self.image is not None else ())
        if ids:
            self._store.execute(SetImageState(ids, state))

    def started(self) -> None:
        """Something was stored on the current image: it is being worked on now."""
        if self.image is not None and self.image.state is ImageState.TODO:
            self._store.execute(StartImage(self.image.id))

    def on_changed(self, changes: Changes) -> None:
        """Refresh rows that an op touched."""
        if changes.everything or changes.project or len(changes.images) > 500:
            self.reload()
            return
        touched = changes.images | changes.image_contents
        if changes.images - set(self.ids):
            self.reload()
        if touched:
            self.rows_needed(sorted(touched))
        if self.image is not None and self.image.id in changes.images:
            image_id = self.image.id
            self._store.read(lambda reader: reader.images.get(image_id), self._refresh)

    def rows_needed(self, ids: Sequence[int]) -> None:
        """Read what the list shows of these images."""

        def show(rows: list[ImageRow]) -> None:
            for row in rows:
                self._files[row.image.id] = row.image.file
            self._view.put_rows(rows)

        self._store.read(lambda reader: reader.images.rows(list(ids)), show)

    def thumbnails_needed(self, ids: Sequence[int]) -> None:
        """Make thumbnails of images whose rows were read."""
        for image_id in ids:
            file = self._files.get(image_id)
            if file is not None:
                self._thumbnail(image_id, file)

    def _thumbnail(self, image_id: int, file: Path) -> None:
        def failed(error: BaseException) -> None:
            # An unreadable image says so in its row; a missing thumbnail needs no message of its own.
            if not isinstance(error, EngineError):
                raise error

        self._lanes.io.run(
            lambda: thumbnail(file, self._thumbnail_px),
            done=lambda pixels: self._view.put_thumbnail(image_id, pixels),
            failed=failed,
        )

    def _arrive(self, image: ImageRecord | None) -> None:
        self.image = image
        self._view.show_current(image, self.index)
        self.arrived(image)

    def _refresh(self, image: ImageRecord) -> None:
        if self.image is not None and image.id == self.image.id:
            self.image = image
            self._view.show_current(image, self.index)

    def _decode(self, image: ImageRecord, *, ticket: int | None) -> None:
        """Decode an image; with a ticket show it as soon as it is there, unless the person has gone on."""
        cached = self._cache.get(image.id)
        if cached is not None:
            if ticket is not None:
                self._shown(image, cached)
            return
        if image.id in self._loading:
            return
        self._loading.add(image.id)

        def done(loaded: LoadedImage) -> None:
            self._loading.discard(image.id)
            self._cache.put(loaded)
            # By record, not by place in the list: the person may have gone on while this was being decoded.
            if self.image is not None and self.image.id == loaded.image_id:
                self._note(self.image, loaded)
                self._shown(self.image, loaded)

        def failed(error: BaseException) -> None:
            self._loading.discard(image.id)
            if not isinstance(error, BadImage):
                raise error
            if self.image is not None and self.image.id == image.id:
                self._view.show_unreadable(image, str(error))
                self.unreadable(image)
            if image.error != str(error):
                self._store.execute(NoteFile(image.id, error=str(error)))

        self._lanes.io.run(lambda: load_image(image.id, image.file), done=done, failed=failed)

    def _shown(self, image: ImageRecord, loaded: LoadedImage) -> None:
        self._view.show_pixels(image, loaded)
        self.loaded(image, loaded)

    def _note(self, image: ImageRecord, loaded: LoadedImage) -> None:
        """Keep what the file turned out to be where the project does not know it yet or it has changed."""
        same = image.content_hash == loaded.content_hash and (image.width, image.height) == (
            loaded.width,
            loaded.height,
        )
        if same and not image.error:
            return
        if image.content_hash and image.content_hash != loaded.content_hash:
            self._view.say("warning", f"{image.path} has changed since it was added. Check its masks.")
        size = (loaded.width, loaded.height)
        self._store.execute(NoteFile(image.id, loaded.content_hash, *size, loaded.orientation))
