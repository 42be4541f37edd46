"""One inference process as the parent sees it: started, spoken to, listened to, ended; nothing of it is left behind."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
from collections import deque
from multiprocessing import Pipe
from typing import IO, TYPE_CHECKING, Any, TypeAlias

from engine.inference.messages import Hello, Reply, Request
from engine.processes import cores, own_environment

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    Link: TypeAlias = Connection[Any, Any]

log = logging.getLogger(__name__)

_LAST_LINES = 30


class Child:
    """A running process. Owned by the host's thread; only ``kill`` and ``pid`` may be used from another one."""

    def __init__(self, threads: int | None = None) -> None:
        """Start the process, which waits for a Hello. Raises OSError when the system starts no more processes.

        ``threads`` are those it may use; by default all but one, which the window keeps.
        """
        # A pipe handed down privately: no name in the file system, nobody else can connect, nothing to clean up.
        self.link, theirs = Pipe()
        try:
            self._process = _start(theirs, threads or max(1, cores() - 1))
        except OSError:
            self.link.close()
            raise
        finally:
            theirs.close()
        self._last: deque[str] = deque(maxlen=_LAST_LINES)
        assert self._process.stdout is not None
        self._listener = threading.Thread(
            target=self._listen, args=(self._process.stdout,), name="inference log", daemon=True
        )
        self._listener.start()

    @property
    def pid(self) -> int:
        """The process's id."""
        return self._process.pid

    def send(self, message: Hello | Request) -> None:
        """Send a message. Raises OSError when the process has ended."""
        self.link.send(message)

    def receive(self) -> Reply:
        """Wait for the next reply. Raises EOFError or OSError when the process has ended."""
        reply: Reply = self.link.recv()
        return reply

    def kill(self) -> None:
        """End the process at once."""
        self._process.kill()

    def stop(self, grace: float) -> None:
        """Hang up, give the process ``grace`` seconds to leave by itself, then end it, and wait until it is gone."""
        self.link.close()
        try:
            self._process.wait(grace)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._listener.join(1.0)
        if self._process.stdout is not None and not self._listener.is_alive():
            self._process.stdout.close()

    def epitaph(self) -> str:
        """Say how the process ended (after ``stop``) and its last words, if any."""
        code = self._process.returncode
        lines = [line for line in self._last if line.strip()]
        # After a native crash faulthandler's first line says what happened; the stack follows it.
        last = next((line for line in lines if line.startswith("Fatal Python error")), lines[-1] if lines else "")
        return describe_exit(code) + (f" Its last words: {last}" if last else "")

    def _listen(self, stream: IO[str]) -> None:
        for line in stream:
            self._last.append(line.rstrip())
            log.info("[%d] %s", self.pid, line.rstrip())


def describe_exit(code: int) -> str:
    """Return one sentence on an exit code as subprocess gives it (negative: POSIX signal)."""
    if code >= 0:
        shown = f"0x{code:08X}" if code > 0xFFFF else str(code)
        return f"It ended with exit code {shown}."
    try:
        name = signal.Signals(-code).name
    except ValueError:
        name = "unknown"
    if name == "SIGKILL":
        return "It was killed (signal 9), which most often means that the memory ran out."
    return f"It was ended by signal {-code} ({name})."


def _start(theirs: Link, threads: int) -> subprocess.Popen[str]:
    handle = theirs.fileno()
    options: dict[str, Any] = {}
    if sys.platform == "win32":
        os.set_handle_inheritable(handle, True)
        options["startupinfo"] = subprocess.STARTUPINFO(lpAttributeList={"handle_list": [handle]})
        options["creationflags"] = subprocess.CREATE_NO_WINDOW
    else:
        options["pass_fds"] = (handle,)
    return subprocess.Popen(
        # -P: a folder called "models" or "engine" where the user stands must not be taken for ours.
        [sys.executable, "-P", "-m", "engine.inference.worker", str(handle), str(threads)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=own_environment(threads),
        encoding="utf-8",
        errors="replace",
        **options,
    )
