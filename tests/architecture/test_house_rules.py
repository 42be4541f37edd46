"""Rules about the text of the files: pins, docstrings, and nothing that names the machine it was written on."""

from __future__ import annotations

import ast
import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
SOURCES = [path for package in ("annotator", "engine", "models") for path in sorted((ROOT / package).rglob("*.py"))]
# Split so that this file does not find itself.
FORBIDDEN = ("/" + "work/", "/opt/" + "pypi", "/opt/" + "wheels", "pypi" + ".org", "files.python" + "hosted")
BINARY = {".png", ".jpg", ".jpeg", ".npz", ".npy", ".safetensors", ".ttf", ".ico", ".gz"}


def project_files() -> list[Path]:
    """Return every file that git keeps or would keep."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    done = subprocess.run(command, capture_output=True, check=False, cwd=ROOT)
    if done.returncode:
        pytest.skip("not a git checkout")
    return [path for name in done.stdout.decode().split("\0") if name and (path := ROOT / name).is_file()]


def pins() -> dict[str, str]:
    """Return what constraints.txt says, by canonical name."""
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pairs = (line.split("==") for line in lines if line and not line.startswith("#"))
    return {canonicalize_name(name): version for name, version in pairs}


def test_nothing_names_the_machine() -> None:
    found = []
    for path in project_files():
        if path.suffix.lower() in BINARY:
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        found += [f"{path.relative_to(ROOT)}: {word}" for word in FORBIDDEN if word in text]
    assert not found


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_public_names_have_docstrings(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    bare = [] if ast.get_docstring(tree) else ["the module"]
    definitions = [
        node for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    ]
    bare += [node.name for node in definitions if not node.name.startswith("_") and not ast.get_docstring(node)]
    assert not bare


def test_every_dependency_is_pinned_and_the_pin_is_allowed() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    lines = [*project["project"]["dependencies"], *project["build-system"]["requires"]]
    for extra in project["project"]["optional-dependencies"].values():
        lines += extra
    pinned = pins()
    wrong = []
    for requirement in map(Requirement, lines):
        name = canonicalize_name(requirement.name)
        if name != "maskwright" and not requirement.specifier.contains(pinned.get(name, "0")):
            wrong.append(f"{requirement} has the pin {pinned.get(name)}")
    assert not wrong


def test_pins_are_plain_versions() -> None:
    """A local build tag (+cpu) would exist on one index only."""
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    odd = [line for line in lines if not line.startswith("#") and not re.fullmatch(r"[\w.-]+==[\w.]+", line)]
    assert not odd
