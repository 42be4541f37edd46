"""What every test of the window shares."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication

from annotator.icons import Icons
from annotator.tokens import DARK


@pytest.fixture
def icons(qapp: QApplication) -> Icons:
    """Icons of the dark theme."""
    return Icons(DARK)
