from __future__ import annotations

import numpy as np

from models import registry
from models.api import BoxPrompt, DetectBackend


def test_quarters_above_the_score():
    backend = registry.load("fake-detector")
    assert isinstance(backend, DetectBackend)
    found = backend.detect(np.zeros((40, 20, 3), np.uint8), texts=["cat"], min_score=0.75)
    assert [candidate.box for candidate in found] == [BoxPrompt(0, 0, 10, 20), BoxPrompt(10, 0, 20, 20)]
    assert {candidate.label for candidate in found} == {"cat"}
