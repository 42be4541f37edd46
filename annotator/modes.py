"""The engine's three stages, review and dashboard: ways of working with a project."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mode:
    """One way of working; ``built`` False is shown, and said to be missing."""

    name: str
    title: str
    tip: str
    built: bool = False


MODES = (
    Mode("assisted", "Assisted", "You click, the backend answers, you accept", built=True),
    Mode("semi", "Semi", "The backend finds the easy objects, you add the rest", built=True),
    Mode("auto", "Auto", "The backend masks whole folders, you review", built=True),
    Mode("review", "Review", "Accept, reject or relabel what was proposed", built=True),
    Mode("dashboard", "Dashboard", "How far the project is and how fast it goes", built=True),
)
