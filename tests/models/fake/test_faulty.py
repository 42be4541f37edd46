from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from models import registry
from models.errors import DeviceOutOfMemory
from models.fake import faulty


def image(kind: int, amount: int) -> np.ndarray:
    pixels = np.zeros((4, 4, 3), dtype=np.uint8)
    pixels[0, 0, :2] = kind, amount
    return pixels


def test_harmless_and_failing_pixels():
    backend = registry.load("fake-faulty")
    assert backend.encode(image(0, 0)).height == 4
    assert backend.encode(image(faulty.HANG, 0)).height == 4
    with pytest.raises(DeviceOutOfMemory):
        backend.encode(image(faulty.OUT_OF_MEMORY, 0))
    with pytest.raises(RuntimeError, match="bug"):
        backend.encode(image(faulty.BUG, 0))


def test_crash_ends_the_process():
    code = (
        "import numpy as np; from models import registry; pixels = np.zeros((4, 4, 3), np.uint8); "
        f"pixels[0, 0, :2] = {faulty.CRASH}, 7; registry.load('fake-faulty').encode(pixels)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == 7
