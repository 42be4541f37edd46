"""What every process that we start shares: where it finds our code and how many processor threads it takes."""

from __future__ import annotations

import os
import site
from pathlib import Path

import engine

_THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")


def cores() -> int:
    """Return the processor cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def own_environment(threads: int | None = None) -> dict[str, str]:
    """Return our environment, with our source folder told if it is not installed.

    ``threads`` bounds the numeric libraries of the new process, unless the person has set a bound already.
    """
    environment = dict(os.environ)
    environment["PYTHONIOENCODING"] = "utf-8:backslashreplace"
    environment["PYTHONUNBUFFERED"] = "1"
    for variable in _THREAD_VARIABLES if threads else ():
        environment.setdefault(variable, str(threads))
    root = str(Path(engine.__file__).resolve().parents[1])
    if root not in (*site.getsitepackages(), site.getusersitepackages()):
        environment["PYTHONPATH"] = os.pathsep.join(filter(None, [root, environment.get("PYTHONPATH", "")]))
    return environment
