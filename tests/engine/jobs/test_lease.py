from __future__ import annotations

import subprocess
import sys

from engine.jobs.lease import is_gone, own_name


def test_a_name_is_of_this_process_and_worker() -> None:
    assert own_name(1) == own_name(1) != own_name(2)
    assert not is_gone(own_name(1))


def test_a_process_that_has_ended_is_gone() -> None:
    code = "from engine.jobs.lease import own_name; print(own_name(3), flush=True); input()"
    command = [sys.executable, "-c", code]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None and process.stdin is not None
        name = process.stdout.readline().strip()
        assert not is_gone(name)
        process.kill()
        # Nobody has waited for it yet: the system still lists it.
        process.stdout.read()
        while not is_gone(name):
            pass
    assert is_gone(name)


def test_another_process_of_the_same_number_is_another_worker() -> None:
    host, pid, start, number = own_name(1).split("/")
    assert is_gone(f"{host}/{pid}/{int(start) - 500}/{number}")


def test_of_other_machines_nothing_is_known() -> None:
    assert not is_gone("elsewhere.example/1/0.00/1")
    host, _, start, number = own_name(1).split("/")
    # A container of the same name has processes of its own under our numbers.
    assert not is_gone(f"{host}2/1/{start}/{number}")
    assert not is_gone("") and not is_gone("a/b/c/d/e")
