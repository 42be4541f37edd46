"""The COCO format (instances, keypoints, categories): ``read`` and ``write`` twins."""

from __future__ import annotations

from engine.formats.coco_read import read as read
from engine.formats.coco_write import Segmentation as Segmentation
from engine.formats.coco_write import write as write
