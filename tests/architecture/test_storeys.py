"""The three storeys: who may load whom, and from where."""

from __future__ import annotations

import pkgutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("annotator", "engine", "models")
# Alembic runs this one as a script inside a migration; nothing else can import it.
RUN_BY_ALEMBIC = "engine.storage.migrations.env"


def modules_of(package: str) -> list[str]:
    """Return every module of a package but `__main__` and Alembic's script, which act when imported."""
    found = pkgutil.walk_packages([str(ROOT / package)], prefix=f"{package}.")
    names = (module.name for module in found)
    return [package, *(name for name in names if not name.endswith(".__main__") and name != RUN_BY_ALEMBIC)]


def loaded_after(modules: list[str], tmp_path: Path) -> set[str]:
    """Return the top-level names in sys.modules after importing these in a fresh process."""
    lines = [
        "import importlib, sys",
        f"for name in {modules!r}: importlib.import_module(name)",
        "print('\\n'.join(sorted({name.partition('.')[0] for name in sys.modules})))",
    ]
    done = subprocess.run(
        [sys.executable, "-c", "\n".join(lines)], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


@pytest.mark.parametrize(
    ("package", "forbidden"), [("annotator", {"torch"}), ("engine", {"torch", "PySide6", "qtawesome"})]
)
def test_storey_never_loads(package: str, forbidden: set[str], tmp_path: Path) -> None:
    modules = modules_of(package)
    assert len(modules) > 10
    assert not loaded_after(modules, tmp_path) & forbidden


def test_listing_backends_loads_no_torch(tmp_path: Path) -> None:
    assert "torch" not in loaded_after(["models.api", "models.masks", "models.errors", "models.registry"], tmp_path)


@pytest.mark.parametrize("package", PACKAGES)
def test_package_is_ours(package: str, tmp_path: Path) -> None:
    """From a foreign folder the generic names still resolve to this tree."""
    code = f"import {package}; print({package}.__file__)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert Path(done.stdout.strip()).resolve() == (ROOT / package / "__init__.py").resolve()


def test_import_contracts_hold() -> None:
    program = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([str(program), "--no-cache"], capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stdout + done.stderr


def test_import_contracts_have_no_exceptions() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    assert set(settings["root_packages"]) == set(PACKAGES)
    assert len(settings["contracts"]) >= 6
    assert not [contract["name"] for contract in settings["contracts"] if contract.get("ignore_imports")]
