"""YOLO's text files (detection and segmentation): ``read`` and ``write`` twins."""

from __future__ import annotations

from engine.formats.yolo_read import read as read
from engine.formats.yolo_write import Task as Task
from engine.formats.yolo_write import write as write
