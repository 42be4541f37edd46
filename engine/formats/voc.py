"""Pascal VOC's XML files (boxes): ``read`` and ``write`` twins."""

from __future__ import annotations

from engine.formats.voc_read import read as read
from engine.formats.voc_write import write as write
