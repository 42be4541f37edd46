"""Leads an expert through the images of the newest quality audit."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol

from annotator.controllers.store import Store
from engine.changes import Changes
from engine.ops.audits import CheckImage, StartAudit
from engine.records import AuditImage, AuditRecord
from engine.storage.reader import Reader

_SEEDS = 2**31


@dataclass(frozen=True, slots=True)
class AuditView:
    """What the strip over the picture says of the image on screen."""

    audit_id: int
    checked: int
    images: int
    image_checked: bool


class AuditingView(Protocol):
    """The strip over the picture, and the way to an image."""

    def show_strip(self, view: AuditView | None) -> None:
        """Show the strip, or nothing."""

    def go_to_image(self, image_id: int) -> None:
        """Put an image on screen, ready to be corrected."""

    def say(self, kind: Literal["info", "success"], text: str) -> None:
        """Show a message."""


class Auditing:
    """Knows the newest audit and which of its images are checked."""

    def __init__(self, store: Store, view: AuditingView) -> None:
        """Nothing is known before ``reload``."""
        self._store = store
        self._view = view
        self._audit: AuditRecord | None = None
        self._images: dict[int, AuditImage] = {}
        self._shown: int | None = None

    def reload(self, then: Callable[[], None] = lambda: None) -> None:
        """Read the newest audit; then go on."""
        if self._store.workspace is None:
            self._take(None, [])
            return

        def query(reader: Reader) -> tuple[AuditRecord | None, list[AuditImage]]:
            audit = reader.audits.newest()
            return audit, [] if audit is None else reader.audits.images(audit.id)

        def show(found: tuple[AuditRecord | None, list[AuditImage]]) -> None:
            self._take(*found)
            then()

        self._store.read(query, show)

    def on_changed(self, changes: Changes) -> None:
        """Read again what an op, an undo or another process has changed."""
        if changes.audits or changes.everything:
            self.reload()

    def image_shown(self, image_id: int | None) -> None:
        """Another image is on screen."""
        self._shown = image_id
        self._show()

    def start(self, images: int) -> None:
        """Draw images and freeze their masks."""

        def started(audit: AuditRecord) -> None:
            drawn, asked = int(audit.params["drawn"]), int(audit.params["images"])
            few = f" That is all there are; {asked} were asked for." if drawn < asked else ""
            self._view.say("success", f"{drawn} images drawn for audit {audit.id}.{few}")

        # The seed is stored with the audit, so that the same draw can be made again.
        op = StartAudit(images, random.SystemRandom().randrange(_SEEDS))
        self._store.execute(op, done=lambda outcome: started(outcome.value))

    def go_next(self, *, skip: bool = True) -> None:
        """Go to the next image that is not checked, around the list; without ``skip`` the one on screen comes first."""
        if self._audit is None:
            self._view.say("info", "There is no audit yet. Start one on the dashboard.")
            return
        ids = list(self._images)
        here = ids.index(self._shown) + skip if self._shown in self._images else 0
        around = ids[here:] + ids[:here]
        waiting = next((each for each in around if self._images[each].checked_at is None), None)
        if waiting is None:
            self._view.say("success", f"All {len(ids)} images are checked. The report stands on the dashboard.")
        else:
            self._view.go_to_image(waiting)

    def mark_checked(self) -> None:
        """Note that the image on screen is corrected, and go on."""
        if self._audit is None or self._shown not in self._images:
            self._view.say("info", "This image was not drawn for an audit.")
            return
        op = CheckImage(self._audit.id, self._shown)
        # Reads come back in their order: the list is new when ``go_next`` looks at it.
        self._store.execute(op, done=lambda _: self.reload(then=self.go_next))

    def _take(self, audit: AuditRecord | None, images: list[AuditImage]) -> None:
        self._audit = audit
        self._images = {image.image_id: image for image in images}
        self._show()

    def _show(self) -> None:
        checked = sum(image.checked_at is not None for image in self._images.values())
        image = self._images.get(self._shown) if self._shown is not None else None
        if self._audit is None or image is None or checked == len(self._images):
            self._view.show_strip(None)
            return
        self._view.show_strip(AuditView(self._audit.id, checked, len(self._images), image.checked_at is not None))
