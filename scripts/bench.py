"""Runs the main() of every tests/bench/bench_*.py and prints one report that begins with the machine."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import platform
import sys
import time
from pathlib import Path

import psutil  # type: ignore[import-untyped]  # psutil ships no types

ROOT = Path(__file__).resolve().parent.parent
TOLD = ("numpy", "opencv-python-headless", "PySide6-Essentials", "SQLAlchemy", "torch")


def say(line: str) -> None:
    """Write one line of the report at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def processor() -> str:
    """Return the processor's name as the system tells it."""
    table = Path("/proc/cpuinfo")
    if table.exists():
        for line in table.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()


def version(name: str) -> str:
    """Return the installed version of a package, or that it is absent."""
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return "not installed"


def describe_machine() -> None:
    """Print what a reader needs to judge the figures."""
    memory = psutil.virtual_memory().total / 2**30
    say(f"machine   {processor()}, {os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()} {platform.release()}")
    say(f"versions  Python {platform.python_version()}, " + ", ".join(f"{name} {version(name)}" for name in TOLD))


def run(path: Path) -> None:
    """Load one bench file by its path and run its main()."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise SystemExit(f"{path} cannot be loaded as Python")
    module = importlib.util.module_from_spec(spec)
    # A bench that starts processes is found again by its name.
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    say(f"\n== {path.stem.removeprefix('bench_')}")
    started = time.perf_counter()
    module.main()
    say(f"   ({time.perf_counter() - started:.0f} s)")


def main() -> None:
    """Run the benches whose name contains one of the arguments, or all."""
    picked = sys.argv[1:]
    folder = ROOT / "tests" / "bench"
    # Spawned children import a bench by name too, and they take their path from ours.
    sys.path.insert(0, str(folder))
    os.environ["PYTHONPATH"] = os.pathsep.join(part for part in (str(folder), os.environ.get("PYTHONPATH")) if part)
    sys.argv = sys.argv[:1]
    describe_machine()
    for path in sorted(folder.glob("bench_*.py")):
        if not picked or any(part in path.stem for part in picked):
            run(path)


if __name__ == "__main__":
    main()
