"""What commands work with: every part of the window under its name."""

from __future__ import annotations

from dataclasses import dataclass

from annotator.actions.registry import ActionRegistry
from annotator.bus import Bus
from annotator.controllers.editing import Editing
from annotator.controllers.inference import Inference
from annotator.controllers.navigation import Navigation
from annotator.controllers.posing import Posing
from annotator.controllers.preview import Preview
from annotator.controllers.projects import Projects
from annotator.controllers.store import Store
from annotator.icons import Icons
from annotator.lanes import Lanes
from annotator.presenter import Presenter
from annotator.settings import Settings
from annotator.state import AppState
from annotator.theme import ThemeSwitch
from annotator.window import MainWindow
from engine.drafting.prompting import Prompting


@dataclass(frozen=True, slots=True, eq=False)
class Desk:
    """Made once by the application."""

    window: MainWindow
    registry: ActionRegistry
    settings: Settings
    state: AppState
    icons: Icons
    theme: ThemeSwitch
    bus: Bus
    lanes: Lanes
    presenter: Presenter
    store: Store
    editing: Editing
    navigation: Navigation
    inference: Inference
    prompting: Prompting
    posing: Posing
    preview: Preview
    projects: Projects
