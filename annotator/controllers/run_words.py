"""Runs in words: what one is for, with what, and what came of it."""

from __future__ import annotations

from typing import Literal

from engine.records import JobProgress, JobRecord, JobState

PRESET_WORDS = {"fast": "Fast", "default": "Default", "sa1b": "SA-1B"}
_PURPOSES = {"semi": "for the Semi mode", "boxes": "masks from boxes", "poses": "proposes poses"}
_MOST_LETTERS = 60


def what_words(job: JobRecord) -> str:
    """Return with what a run was made, and for what unless it masks everything."""
    name = str(job.params.get("preset", ""))
    if job.kind == "words":
        asked = job.params["words"]
        return f"{job.backend} and {asked['detector']}, finds {_shortened(', '.join(asked['words']))}"
    return ", ".join(filter(None, (job.backend, PRESET_WORDS.get(name, name), _PURPOSES.get(job.kind, ""))))


def _shortened(text: str) -> str:
    return text if len(text) <= _MOST_LETTERS else f"{text[:_MOST_LETTERS].rstrip()}…"


def found_words(job: JobRecord, count: int) -> str:
    """Return how many of what a run makes: "1 mask", "1,204 poses"."""
    thing = "pose" if job.kind == "poses" else "mask"
    return f"{count:,} {thing}" if count == 1 else f"{count:,} {thing}s"


def nothing_words(job: JobRecord) -> str:
    """Return why a run that is done may have made nothing."""
    if job.kind == "boxes":
        return "every box has its mask already, or the backend found nothing in it"
    if job.kind == "words":
        return "the detector saw nothing like that, or all of it is stored already: use other words or a lower score"
    if job.kind == "poses":
        return "everything has its pose already, or the backend found no joint"
    return "nothing new reached the thresholds: lower score or stability, or look at what is stored already"


def outcome(job: JobRecord, progress: JobProgress) -> tuple[Literal["info", "success", "warning"], str]:
    """Return what to say when a run has ended."""
    made = f"{found_words(job, progress.instances)} on {progress.done:,} of {progress.total:,} images"
    failed = f"; {progress.failed:,} failed" if progress.failed else ""
    match job.state:
        case JobState.DONE:
            return ("warning" if failed else "success"), f"Run {job.id} is done: {made}{failed}."
        case JobState.FAILED:
            return "warning", f"Run {job.id} failed: no image could be done. The page Auto tells why."
        case _:
            return "info", f"Run {job.id} has stopped: {made}{failed}. Resume it on the page Auto."
