"""What every trainer's command line shares: its options, how it is stopped, and how it tells its progress."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any


def parser(prog: str, description: str, data_help: str) -> argparse.ArgumentParser:
    """Return a parser with the options that ``maskwright train`` hands to any trainer."""
    made = argparse.ArgumentParser(prog=prog, description=description)
    made.add_argument("--data", type=Path, action="append", default=[], help=data_help)
    made.add_argument("--coco", nargs=2, type=Path, action="append", default=[], metavar=("FILE", "IMAGES"))
    made.add_argument("--out", type=Path, required=True)
    made.add_argument("--minutes", type=float, default=60.0, help="processor minutes a thread")
    made.add_argument("--steps", type=int)
    made.add_argument("--seed", type=int, default=1)
    made.add_argument("--threads", type=int, default=0)
    made.add_argument("--device")
    made.add_argument("--resume", action="store_true")
    made.add_argument("--start", type=Path, help="begin with these weights")
    return made


def stop_on_signals() -> Callable[[], bool]:
    """Catch SIGTERM and SIGINT from now on; what is returned tells whether one came."""
    caught: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda which, _frame: caught.append(which))
    return lambda: bool(caught)


def run_told(run: Callable[[Callable[[dict[str, Any]], None]], None], log: Path) -> None:
    """Call ``run`` with a report that writes each line to stdout and to the end of the file ``log``."""
    with log.open("a", encoding="utf-8") as file:

        def report(line: dict[str, Any]) -> None:
            file.write(json.dumps(line) + "\n")
            file.flush()
            tell(line)

        run(report)


def tell(line: dict[str, Any]) -> None:
    """Write one JSON line at once; whoever listens may have gone, and the training goes on all the same."""
    try:
        sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        sys.stdout = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - for the rest of the process
