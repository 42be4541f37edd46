"""Starts processes that can be killed one by one, and holds what each of them has told."""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

WAIT = 60.0


class Forge:
    """Starts writers that can be killed one by one; ``said`` holds what each process has told."""

    def __init__(self, program: subprocess.Popen[str]) -> None:
        self.program = program
        self.said: dict[int, list[tuple[str, str, int]]] = {}
        self.marks = 0
        self.lines: queue.SimpleQueue[str] = queue.SimpleQueue()

    def pump(self) -> None:
        assert self.program.stdout is not None
        for line in self.program.stdout:
            self.lines.put(line)

    def start(self, what: str, place: Path, seed: object) -> int:
        """Start a writer and return its process id once it has said its first word."""
        known = {*self.said, self.program.pid}
        self.send(what, str(place), seed)
        while not (new := set(self.said) - known):
            assert self.hear(WAIT), "the writer never spoke"
        return new.pop()

    def send(self, what: str, place: str, seed: object) -> None:
        assert self.program.stdin is not None
        self.program.stdin.write(f"{what}\t{place}\t{seed}\n")
        self.program.stdin.flush()

    def hear(self, timeout: float) -> bool:
        """Take in one line, if one comes in time."""
        try:
            pid, stage, what, key = self.lines.get(timeout=timeout).split()
        except queue.Empty:
            return False
        self.said.setdefault(int(pid), []).append((stage, what, int(key)))
        return True

    def listen(self, pid: int, words: int) -> None:
        """Take lines in until the process has said so many words more."""
        wanted = len(self.said[pid]) + words
        while len(self.said[pid]) < wanted:
            assert self.hear(WAIT), "the writer went silent"

    def kill(self, pid: int) -> None:
        """Kill a process and take in what it said before."""
        os.kill(pid, signal.SIGKILL)
        while process_exists(pid):
            self.hear(0.01)
        # What the dead have said stands in the pipe before the answer to this.
        self.marks += 1
        self.send("mark", "", self.marks)
        while ("mark", "mark", self.marks) not in self.said.get(self.program.pid, []):
            assert self.hear(WAIT), "the pipe went silent"


def process_exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@contextlib.contextmanager
def forging() -> Iterator[Forge]:
    """Yield a forge; nothing that it started outlives it."""
    child = Path(__file__).with_name("kill_child.py")
    with subprocess.Popen(
        [sys.executable, str(child)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as program:
        made = Forge(program)
        pump = threading.Thread(target=made.pump, daemon=True)
        pump.start()
        try:
            yield made
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(program.pid, signal.SIGKILL)
            pump.join()
