"""The plug-in of docs/backends.md, built as a wheel, installed and used as a stranger would."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BLOCK = re.compile(r"```\w+\n# (\S+)\n(.*?)```", re.DOTALL)


def call(*words: str, path: Path | None = None, cwd: Path = ROOT) -> str:
    parts = [str(path)] if path is not None else []
    # The checkout comes before an installed Maskwright, so that it is this one that is extended.
    extended = os.pathsep.join([*parts, str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
    done = subprocess.run(
        [sys.executable, *words],
        capture_output=True,
        text=True,
        check=False,
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": extended},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel from the handbook's blocks and install it into a folder."""
    source, wheels, target = (tmp_path_factory.mktemp(name) for name in ("source", "wheels", "target"))
    blocks = BLOCK.findall((ROOT / "docs" / "backends.md").read_text(encoding="utf-8"))
    assert [name for name, _ in blocks] == ["maskwright_discs/spec.py", "maskwright_discs/backend.py", "pyproject.toml"]
    for name, text in blocks:
        (source / name).parent.mkdir(exist_ok=True)
        (source / name).write_text(text, encoding="utf-8")
    (source / "maskwright_discs" / "__init__.py").touch()
    offline = ("--quiet", "--no-index", "--no-deps", "--disable-pip-version-check")
    call("-m", "pip", "wheel", *offline, "--no-build-isolation", "--wheel-dir", str(wheels), str(source))
    (wheel,) = wheels.glob("*.whl")
    call("-m", "pip", "install", *offline, "--target", str(target), str(wheel))
    return target


def test_it_is_listed_beside_ours(installed: Path, tmp_path: Path) -> None:
    listed = json.loads(call("-m", "engine.cli", "backends", "--json", path=installed, cwd=tmp_path))
    found = {each["name"]: each for each in listed}
    assert found["discs"]["available"] is True
    assert "classic" in found
    assert "discs" not in call("-m", "engine.cli", "backends", "--json", cwd=tmp_path)


def test_it_keeps_the_contract(installed: Path) -> None:
    words = ("-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/contracts/test_mask_backends.py", "-k", "discs")
    said = call(*words, path=installed)
    assert int(re.findall(r"(\d+) passed", said)[0]) > 15


def test_it_makes_masks_of_a_whole_folder(installed: Path, tmp_path: Path) -> None:
    from PIL import Image

    (tmp_path / "photos").mkdir()
    Image.new("RGB", (60, 40), "red").save(tmp_path / "photos" / "a.png")
    found = ("auto", "p.maskwright", "--backend", "discs", "--preset", "fast")
    for words in (("new", "p.maskwright", "photos"), found):
        call("-m", "engine.cli", *words, path=installed, cwd=tmp_path)
    told = json.loads(call("-m", "engine.cli", "info", "p.maskwright", "--json", path=installed, cwd=tmp_path))
    assert told["instances_by_state"]["proposed"] > 3
