"""Makes .venv from constraints.txt and looks after the system libraries; needs nothing but Python itself."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

from system_packages import look_after_system

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMP = VENV / ".maskwright-installed"
MINIMUM = (3, 11)


def say(line: str) -> None:
    """Write one line to the terminal at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def venv_python() -> Path:
    """Return the interpreter inside .venv on this system."""
    return VENV / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")


def fingerprint() -> str:
    """Return a hash of all that decides what the environment holds."""
    digest = hashlib.sha256(sys.version.encode())
    for name in ("pyproject.toml", "constraints.txt"):
        digest.update((ROOT / name).read_bytes())
    return digest.hexdigest()


def up_to_date(wanted: str) -> bool:
    """Tell whether the last complete installation was made from these very files."""
    return venv_python().exists() and STAMP.exists() and STAMP.read_text(encoding="utf-8") == wanted


def make_venv() -> None:
    """Create .venv, or leave with the words that help when this Python cannot."""
    if venv_python().exists():
        return
    say("Making the environment .venv ...")
    if subprocess.run([sys.executable, "-m", "venv", str(VENV)], check=False).returncode:
        raise SystemExit(
            "This Python cannot make a virtual environment. On Debian and Ubuntu: apt-get install python3-venv"
        )


def install() -> None:
    """Install the build tool, then the project with every extra, both at the pinned versions."""
    pip = [str(venv_python()), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    pins = ["--constraint", str(ROOT / "constraints.txt")]
    say("Installing the pinned packages (a few minutes the first time) ...")
    # The build tool comes first and build isolation is off: an isolated build would ignore the pins.
    for what in (["hatchling", "editables"], ["--no-build-isolation", "--editable", f"{ROOT}[dev]"]):
        if subprocess.run([*pip, *pins, *what], check=False, cwd=ROOT).returncode:
            raise SystemExit("pip could not install the packages; its words above say why. Then run make setup again.")


def main() -> None:
    """Bring environment and system to the wanted state; quick when nothing changed."""
    if sys.version_info < MINIMUM:
        found = ".".join(str(part) for part in sys.version_info[:3])
        raise SystemExit(f"Maskwright needs Python 3.11 or newer; this is {found}. Try: make PYTHON=python3.12 setup")
    wanted = fingerprint()
    if not up_to_date(wanted):
        make_venv()
        install()
        STAMP.write_text(wanted, encoding="utf-8")
    look_after_system(VENV, say)


if __name__ == "__main__":
    main()
