"""These tests need the authors' packages: ``make parity`` builds an environment with them and runs the tests there."""

from __future__ import annotations

import importlib.util

from tests.parity import operators

MISSING = [name for name in ("segment_anything", "sam2", "torchvision") if importlib.util.find_spec(name) is None]
collect_ignore_glob = ["test_*.py"] if MISSING else []
if not MISSING:
    operators.provide()
