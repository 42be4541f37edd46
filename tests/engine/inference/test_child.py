from __future__ import annotations

import os
import signal
import sys

import psutil
import pytest

from engine.inference.child import Child, describe_exit
from engine.inference.messages import Hello, Loaded
from engine.inference.settings import CacheSettings


def test_exit_codes_in_words() -> None:
    assert describe_exit(3) == "It ended with exit code 3."
    assert describe_exit(0xC0000005) == "It ended with exit code 0xC0000005."


@pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX")
def test_signals_in_words() -> None:
    assert "memory ran out" in describe_exit(-signal.SIGKILL)
    assert "SIGSEGV" in describe_exit(-signal.SIGSEGV)
    assert "signal 99 (unknown)" in describe_exit(-99)


def test_a_child_leaves_by_itself_when_hung_up_on(settings: CacheSettings) -> None:
    child = Child()
    child.send(Hello("fake", None, settings))
    loaded = child.receive()
    child.stop(30)
    assert isinstance(loaded, Loaded)
    assert not psutil.pid_exists(child.pid)
    assert child.epitaph() == "It ended with exit code 0."


@pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX")
def test_a_native_crash_keeps_its_last_words(settings: CacheSettings) -> None:
    child = Child()
    child.send(Hello("fake", None, settings))
    child.receive()
    os.kill(child.pid, signal.SIGSEGV)
    with pytest.raises(EOFError):
        child.receive()
    child.stop(30)
    assert "SIGSEGV" in child.epitaph()
    assert "Segmentation fault" in child.epitaph()


@pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX")
def test_a_child_that_does_not_listen_is_killed(settings: CacheSettings) -> None:
    child = Child()
    os.kill(child.pid, signal.SIGSTOP)
    child.stop(0.1)
    assert not psutil.pid_exists(child.pid)
    assert "killed" in child.epitaph()
