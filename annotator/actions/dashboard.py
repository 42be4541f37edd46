"""Figures and quality audits."""

from __future__ import annotations

from annotator.actions.action import Action, with_image, with_project
from annotator.actions.navigate import MENU

DASHBOARD_ACTIONS = (
    Action(
        "audit.start",
        "Start a quality audit",
        (),
        "dashboard",
        MENU,
        "audit",
        enabled_when=with_project,
        tip="Draw images at random and keep their masks, to be compared with an expert's correction",
    ),
    Action("audit.next", "Continue the quality audit", (), "", MENU, "audit", enabled_when=with_project),
    Action("audit.check", "Mark the image as checked", (), "accept", MENU, "audit", enabled_when=with_image),
    Action("dashboard.export", "Export figures as CSV…", (), "export", enabled_when=with_project),
)
