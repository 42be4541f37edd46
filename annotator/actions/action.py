"""What one action is, and what it may depend on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

Scope: TypeAlias = Literal["window", "canvas"]


@dataclass(frozen=True, slots=True)
class UiContext:
    """All that decides whether an action makes sense now; controllers build a new one after every change."""

    has_project: bool = False
    has_image: bool = False
    image_count: int = 0
    instance_count: int = 0
    selection_count: int = 0
    proposed_selected: int = 0
    has_draft: bool = False
    can_commit: bool = False
    candidate_count: int = 0
    tool: str = "select"
    mode: str = "assisted"
    can_undo: bool = False
    can_redo: bool = False
    label_count: int = 0
    has_clipboard: bool = False
    reviewing: bool = False
    pose_selected: bool = False
    joint_chosen: bool = False

    @property
    def has_selection(self) -> bool:
        """True when at least one instance is selected."""
        return self.selection_count > 0


Condition: TypeAlias = Callable[[UiContext], bool]


def always(_context: UiContext) -> bool:
    """Hold at any time."""
    return True


def never(_context: UiContext) -> bool:
    """Hold at no time: planned, not built."""
    return False


def with_project(context: UiContext) -> bool:
    """Hold while a project is open."""
    return context.has_project


def with_image(context: UiContext) -> bool:
    """Hold while an image is shown."""
    return context.has_image


def with_selection(context: UiContext) -> bool:
    """Hold while something is selected."""
    return context.has_image and context.has_selection


def with_one_selected(context: UiContext) -> bool:
    """Hold while exactly one instance is selected."""
    return context.has_image and context.selection_count == 1


def with_several_selected(context: UiContext) -> bool:
    """Hold while two or more instances are selected."""
    return context.has_image and context.selection_count > 1


def with_proposed(context: UiContext) -> bool:
    """Hold while the selection, or the review queue, holds something to decide."""
    return context.reviewing or (context.has_image and context.proposed_selected > 0)


@dataclass(frozen=True, slots=True)
class Action:
    """One thing a person can do.

    ``run`` names the command bound in the registry (the id itself unless told); the bound function is called with
    ``argument`` if there is one, else with the new state if it is ``checkable``, else with nothing.
    ``scope`` canvas means that the keys work only while the canvas (or a widget given them) has the focus: Enter, Tab,
    Esc and Delete mean other things elsewhere.
    ``exclusive`` names a group of checkable actions of which one is on.
    """

    id: str
    title: str
    shortcuts: tuple[str, ...] = ()
    icon: str = ""
    menu: str = ""
    group: str = ""
    run: str = ""
    argument: object = None
    enabled_when: Condition = always
    checkable: bool = False
    exclusive: str = ""
    tip: str = ""
    scope: Scope = "window"
    repeat: bool = False
    palette: bool = True

    @property
    def command(self) -> str:
        """Name of the command that does it."""
        return self.run or self.id
