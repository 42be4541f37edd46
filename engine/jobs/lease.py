"""Who holds an image of a job: a name that tells, on the same machine, whether its process is still there."""

from __future__ import annotations

import functools
import os
import socket
import uuid
from pathlib import Path

import psutil  # type: ignore[import-untyped]  # psutil ships no types

LEASE_SECONDS = 60.0
"""How long an image stays with a worker that says nothing more; a living one renews well before."""
_SAME_START = 60.0
"""Seconds by which the system may tell a process's start differently when its clock is set."""
_BOOT = Path("/proc/sys/kernel/random/boot_id")
_SPACE = Path("/proc/self/ns/pid")


def own_name(number: int) -> str:
    """Return the name of this process's worker ``number``: machine, process and its start, so that none comes twice."""
    return f"{_machine()}/{os.getpid()}/{_start(os.getpid()) or 0:.0f}/{number}"


def is_gone(name: str) -> bool:
    """Tell whether a worker of this machine has ended; of other machines nothing can be said, so False."""
    parts = name.split("/")
    if len(parts) != 4 or parts[0] != _machine() or not (parts[1].isdecimal() and parts[2].isdecimal()):
        return False
    start = _start(int(parts[1]))
    return start is None or abs(start - int(parts[2])) > _SAME_START


@functools.cache
def _machine() -> str:
    """Return what tells apart machines, and containers of equal names: process numbers mean other processes there."""
    try:
        told = f"{_BOOT.read_text(encoding='ascii').strip()}:{os.readlink(_SPACE)}"  # noqa: PTH115 - no file to resolve
    except OSError:
        told = f"{uuid.getnode():x}"
    return f"{socket.gethostname()}:{told}"


def _start(pid: int) -> float | None:
    """Return when a process began, or None if it has ended."""
    try:
        process = psutil.Process(pid)
        return None if process.status() == psutil.STATUS_ZOMBIE else float(process.create_time())
    except psutil.Error:
        return None
