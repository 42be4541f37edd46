"""Which backend a run may use: found in the registry, and able to do what the run asks for."""

from __future__ import annotations

from engine.errors import BackendFailed, InvalidOp
from models import registry
from models.api import PromptKind, Task
from models.errors import ModelError

_TASKS: dict[Task, str] = {"mask": "masks", "pose": "poses", "detect": "boxes"}


def check_backend(name: str, task: Task, prompt: PromptKind, cannot: str) -> None:
    """Raise InvalidOp where the backend ``cannot`` ("does not answer boxes"), BackendFailed where it is not ready."""
    try:
        spec = registry.find(name)
    except ModelError as error:
        raise BackendFailed(str(error)) from error
    if spec.task != task or prompt not in spec.prompts:
        raise InvalidOp(f"The backend '{name}' {cannot}. Choose another one.")


def default_backend(task: Task) -> str:
    """Return the name of the best backend that is ready; raises BackendFailed with what each of the others needs."""
    statuses = [each for each in registry.available(task) if not each.spec.hidden and each.spec.task == task]
    for status in statuses:
        if status.available:
            return status.spec.name
    raise BackendFailed(none_ready(task))


def none_ready(task: Task) -> str:
    """Say in words with a remedy why no backend for a task can be used; of many only the best one's reason."""
    statuses = [each for each in registry.available(task) if not each.spec.hidden and each.spec.task == task]
    found = f"No backend for {_TASKS[task]} is ready"
    if not statuses:
        return f"{found}, and none is installed."
    first = f"{found}. {statuses[0].spec.title}: {statuses[0].reason.rstrip('.')}."
    return first if len(statuses) == 1 else f"{first} 'maskwright backends' lists {len(statuses) - 1} more."


def check_time_limit(seconds: float) -> None:
    """Raise InvalidOp on a limit that lets nothing be done."""
    if seconds <= 0:
        raise InvalidOp("The time limit must be more than 0 seconds. Nothing was started.")
