"""Who holds an image of a job: a name that tells, on the same machine, whether its process is still there."""

from __future__ import annotations

import os
import socket

import psutil  # type: ignore[import-untyped]  # psutil ships no types

LEASE_SECONDS = 60.0
"""How long an image stays with a worker that says nothing more; a living one renews well before."""


def own_name(number: int) -> str:
    """Return the name of this process's worker ``number``: machine, process and its start, so that none comes twice."""
    return f"{socket.gethostname()}/{os.getpid()}/{_start(os.getpid())}/{number}"


def is_gone(name: str) -> bool:
    """Tell whether a worker of this machine has ended; of other machines nothing can be said, so False."""
    parts = name.split("/")
    if len(parts) != 4 or parts[0] != socket.gethostname() or not parts[1].isdecimal():
        return False
    return _start(int(parts[1])) != parts[2]


def _start(pid: int) -> str:
    """Return when a process began, or nothing if it has ended."""
    try:
        process = psutil.Process(pid)
        return "" if process.status() == psutil.STATUS_ZOMBIE else f"{process.create_time():.2f}"
    except psutil.Error:
        return ""
