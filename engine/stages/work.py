"""What can be asked of one image of a run."""

from __future__ import annotations

from typing import TypeAlias

from engine.stages.boxes import BoxWork
from engine.stages.params import AutoParams
from engine.stages.poses import PoseWork
from engine.stages.words import WordWork

Work: TypeAlias = AutoParams | BoxWork | WordWork | PoseWork
"""Everything in it, the masks of its boxes, what words name, or the poses of its figures."""
