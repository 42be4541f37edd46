"""What a person asks for on the page Auto, and the op that notes it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from engine.jobs.boxes import box_job
from engine.jobs.planning import plan
from engine.jobs.poses import pose_job
from engine.jobs.start import auto_job
from engine.ops.base import Op
from engine.records import Stage
from engine.stages.boxes import BoxParams
from engine.stages.params import AutoParams, preset
from engine.stages.semi import FLOOR
from engine.storage.reader import Reader


class Purpose(StrEnum):
    """What a run is for; the value is the kind of its job."""

    EVERYTHING = "auto"
    FILL_IN = "semi"
    BOXES = "boxes"
    POSES = "poses"

    @property
    def task(self) -> Literal["mask", "pose"]:
        """What kind of backend does it."""
        return "pose" if self is Purpose.POSES else "mask"

    @property
    def looks_everywhere(self) -> bool:
        """True where a grid of points asks, so that presets and thresholds mean something."""
        return self in (Purpose.EVERYTHING, Purpose.FILL_IN)


@dataclass(frozen=True, slots=True)
class RunRequest:
    """What is filled in; ``query`` names images in the words of the command line, empty all of them."""

    query: str
    purpose: Purpose
    backend: str
    preset: str
    min_score: float
    min_stability: float
    workers: int

    def op(self, reader: Reader) -> Op[int]:
        """Return what notes the run; raises InvalidOp, NotFound and BackendFailed."""
        queries = queries_of(self.query)
        images = plan(reader, queries)
        if self.purpose is Purpose.BOXES:
            return box_job(reader, self.backend, BoxParams(), images, about={"images": list(queries)})
        if self.purpose is Purpose.POSES:
            return pose_job(reader, self.backend, images, about={"images": list(queries)})
        about = {"preset": self.preset, "images": list(queries)}
        return auto_job(self.backend, self.params(), images, Stage(self.purpose), about=about)

    def params(self) -> AutoParams:
        """Return the grid's constants; raises InvalidOp. What a person confirms later is kept down to the floor."""
        semi = self.purpose is Purpose.FILL_IN
        asked = {
            "min_score": FLOOR.min_score if semi else self.min_score,
            "min_stability": FLOOR.min_stability if semi else self.min_stability,
        }
        return AutoParams.from_json(preset(self.preset).to_json() | asked)


def queries_of(query: str) -> tuple[str, ...]:
    """Return what was typed as the planner takes it: nothing means all images."""
    return (query.strip(),) if query.strip() else ()
