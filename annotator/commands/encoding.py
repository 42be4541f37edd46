"""The command that encodes all images ahead, and what lies on the disk because of it."""

from __future__ import annotations

from collections.abc import Callable

from annotator.controllers.encoding import EncodeAll, Encoding
from annotator.desk import Desk
from annotator.messages import Message
from engine.inference.disk_cache import DiskCache

_KEY = "encode all"


class EncodingCommands:
    """Binds file.encode_all; knows how large the encoded images on the disk are."""

    def __init__(self, desk: Desk, *, changed: Callable[[], None]) -> None:
        """``changed`` is called when ``size`` is known anew."""
        self._desk = desk
        self._changed = changed
        self._disk = DiskCache(desk.inference.cache.folder, desk.inference.cache.disk_bytes)
        self.size: int | None = None
        self.encoding = EncodeAll(desk.store, desk.inference, post=desk.lanes.post, show=self._show, ended=self._ended)
        desk.registry.bind("file.encode_all", self.start)
        desk.window.progress.cancelled.connect(lambda key: self.encoding.stop() if key == _KEY else None)

    @property
    def budget(self) -> int:
        """Bytes that encoded images may take on the disk."""
        return self._desk.inference.cache.disk_bytes

    def start(self) -> None:
        """Encode all images of the project, from the one on screen on and around."""
        say, store = self._desk.presenter.say, self._desk.store
        if self.encoding.running:
            say("info", "All images are being encoded already.")
        elif not self.budget:
            say("info", "Encoded images are not kept on the disk. Give them space in the settings (Backend).")
        elif self._desk.inference.info is None:
            say("info", "The backend is still loading. Try again in a moment.")
        else:
            image = self._desk.navigation.image
            here = None if image is None else image.id

            def begin(ids: list[int]) -> None:
                place = ids.index(here) if here in ids else 0
                self.encoding.start([*ids[place:], *ids[:place]])

            store.read(lambda reader: reader.images.ids(), begin)

    def measure(self) -> None:
        """Look how much lies on the disk."""
        self._desk.lanes.io.run(lambda: self._disk.size, done=self._measured)

    def clear(self) -> None:
        """Delete all encoded images on the disk; those in memory stay."""
        self._desk.lanes.io.run(self._disk.clear, done=lambda _: self._cleared())

    def _cleared(self) -> None:
        self._desk.inference.disk_cleared()
        self.measure()

    def _measured(self, size: int) -> None:
        self.size = size
        self._changed()

    def _show(self, told: Encoding | None) -> None:
        strip = self._desk.window.progress
        if told is None:
            strip.finish(_KEY)
            return
        if _KEY not in strip.keys:
            strip.begin(_KEY, f"Encoding all images ahead for {self._desk.inference.state.title}")
        strip.update_progress(_KEY, told.done, told.total)

    def _settings(self) -> None:
        self._desk.registry.trigger("file.settings")

    def _ended(self, told: Encoding, why: str) -> None:
        there = told.done - told.made - len(told.failed)
        parts = [f"{told.made:,} images were encoded"]
        if there:
            parts.append(f"{there:,} had been before")
        if told.failed:
            path, reason = told.failed[0]
            parts.append(f"{len(told.failed):,} failed (the first one: {path}: {reason})")
        text = f"{', '.join(parts)}. {why}".strip()
        if told.full:
            self._desk.bus.message.emit(Message("warning", text, "Settings...", self._settings))
        else:
            self._desk.presenter.say("warning" if told.failed else "info", text)
