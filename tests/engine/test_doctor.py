from __future__ import annotations

import subprocess
import sys

import pytest

from engine import doctor


def test_the_machine_that_runs_the_tests_is_examined() -> None:
    findings = {finding.topic: finding for finding in doctor.examine()}
    assert {"Python", "packages", "OpenCV", "SQLite", "window", "torch", "cache", "backend classic"} <= set(findings)
    assert findings["Python"].level == findings["SQLite"].level == findings["packages"].level == "ok"
    assert all(finding.remedy for finding in findings.values() if finding.level == "problem")


def test_it_needs_no_qt_torch_numpy_or_database() -> None:
    code = (
        "import sys, engine.doctor; "
        "print(sorted({'PySide6', 'torch', 'numpy', 'cv2', 'sqlalchemy'} & {m.split('.')[0] for m in sys.modules}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_missing_packages_are_problems_with_a_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "_NEEDED", ("numpy", "surely-not-installed"))
    monkeypatch.setattr(doctor, "_OTHER_OPENCV", ("numpy",))
    missing, clash = doctor._packages()
    assert (missing.level, "surely-not-installed" in missing.text) == ("problem", True)
    assert "pip uninstall numpy" in clash.remedy


def test_a_package_that_does_not_load_is_a_problem() -> None:
    found = doctor._loads("OpenCV", "cv2", "import not_there_at_all", required=True)
    assert found.level == "problem"
    assert "not_there_at_all" in found.text
    assert doctor._loads("x", "not_there_at_all", "", required=False).level == "note"


def test_display(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform.system", lambda: "Linux")
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.delenv("DISPLAY", raising=False)
    assert not doctor.has_display()
    monkeypatch.setenv("DISPLAY", ":9")
    assert doctor.has_display()
    monkeypatch.setattr("platform.system", lambda: "Windows")
    monkeypatch.delenv("DISPLAY")
    assert doctor.has_display()
