"""All tables in the order of the menus."""

from __future__ import annotations

from annotator.actions import (
    check,
    dashboard,
    edit,
    file,
    help,  # noqa: A004  # a room's name
    instance,
    label,
    navigate,
    pose,
    review,
    semi,
    tools,
    view,
)
from annotator.actions.action import Action

MENUS = (file.MENU, edit.MENU, view.MENU, navigate.MENU, tools.MENU, instance.MENU, label.MENU, help.MENU)
ALL_ACTIONS: tuple[Action, ...] = (
    *file.FILE_ACTIONS,
    *edit.EDIT_ACTIONS,
    *view.VIEW_ACTIONS,
    *navigate.NAVIGATE_ACTIONS,
    *semi.SEMI_ACTIONS,
    *dashboard.DASHBOARD_ACTIONS,
    *check.CHECK_ACTIONS,
    *tools.TOOL_ACTIONS,
    *instance.INSTANCE_ACTIONS,
    *pose.POSE_ACTIONS,
    *review.REVIEW_ACTIONS,
    *label.LABEL_ACTIONS,
    *help.HELP_ACTIONS,
)
