"""The command that makes masks from boxes."""

from __future__ import annotations

from annotator.controllers.box_masks import BoxMasks
from annotator.desk import Desk


class BoxCommands:
    """Binds instance.box2mask."""

    def __init__(self, desk: Desk) -> None:
        """Bind."""
        self.masks = BoxMasks(
            desk.store,
            desk.editing,
            desk.inference,
            post=desk.lanes.post,
            image=lambda: desk.prompting.image,
            say=desk.presenter.say,
        )
        desk.registry.bind("instance.box2mask", self.masks.make)
