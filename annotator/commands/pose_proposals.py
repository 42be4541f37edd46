"""The commands that propose poses."""

from __future__ import annotations

from annotator.controllers.pose_inference import PoseInference
from annotator.controllers.pose_proposals import PoseProposals
from annotator.desk import Desk


class PoseProposalCommands:
    """Binds instance.pose and instance.pose_all."""

    def __init__(self, desk: Desk) -> None:
        """Bind; the process that answers is started with the first wish."""
        self._settings = desk.settings
        self.host = PoseInference(desk.lanes.post)
        self.poses = PoseProposals(
            desk.store,
            desk.editing,
            self.host,
            post=desk.lanes.post,
            image=lambda: desk.prompting.image,
            backend=self._chosen,
            say=desk.presenter.say,
        )
        desk.registry.bind("instance.pose", self.poses.for_selected)
        desk.registry.bind("instance.pose_all", self.poses.for_image)

    def _chosen(self) -> tuple[str, str | None]:
        device = self._settings.text("backend.device")
        return self._settings.text("backend.pose"), None if device == "auto" else device

    def close(self) -> None:
        """End the process."""
        self.host.close()
