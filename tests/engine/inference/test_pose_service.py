"""A pose backend in the inference process: poses are answered, clicks and grids are refused in words."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from blake3 import blake3
from PIL import Image

from engine.errors import BackendFailed
from engine.inference.draft import ImageRef
from engine.inference.messages import Ahead, FindMasks, Hello, Reply
from engine.inference.service import Service
from engine.inference.settings import CacheSettings
from engine.stages.automatic import Found
from engine.stages.params import AutoParams
from engine.stages.poses import Figure, PoseParams, PoseWork

WORK = PoseWork(PoseParams(), (Figure(3, (4.0, 4.0, 20.0, 10.0), ("a", "b")),))


@pytest.fixture
def image(tmp_path: Path) -> ImageRef:
    file = tmp_path / "a.png"
    Image.fromarray(np.zeros((40, 60, 3), dtype=np.uint8)).save(file)
    return ImageRef(1, file, blake3(file.read_bytes()).hexdigest(), 60, 40)


def serving(backend: str, tmp_path: Path) -> tuple[Service, list[Reply]]:
    told: list[Reply] = []
    return Service(Hello(backend, None, CacheSettings(0, 0, tmp_path / "cache")), told.append), told


def test_poses_are_answered_and_nothing_lies_encoded(image: ImageRef, tmp_path: Path) -> None:
    service, told = serving("fake-pose", tmp_path)
    assert service.loaded.info.task == "pose" and service.loaded.stored == frozenset()
    found = service.handle(FindMasks(1, image, WORK, ())).value
    assert isinstance(found, Found)
    assert [pose.source for pose in found.poses] == [3] and found.spent.read > 0
    assert [getattr(each, "phase", "") for each in told] == ["encode", "grid"]
    service.close()


def test_what_needs_another_backend_is_refused(image: ImageRef, tmp_path: Path) -> None:
    poser, _ = serving("fake-pose", tmp_path)
    for request in (Ahead(1, image), FindMasks(2, image, AutoParams(), ())):
        with pytest.raises(BackendFailed, match="'fake-pose' makes no masks"):
            poser.handle(request)
    masker, _ = serving("fake", tmp_path)
    with pytest.raises(BackendFailed, match="'fake' finds no poses"):
        masker.handle(FindMasks(3, image, WORK, ()))
    with pytest.raises(BackendFailed, match="makes no masks"):
        serving("fake-detector", tmp_path)
