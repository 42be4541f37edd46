"""The simulated annotator on a few held-out photographs: what a mask costs by hand and with objects filled in.

Run as ``python tests/bench/bench_simulate.py [--limit 3] [--backends classic,compact]``; skips without photographs.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from pathlib import Path

from engine.simulate.report import verdict
from engine.simulate.run import Simulation, params_of, simulate
from models.compact import held_out


def shared_data() -> Path | None:
    """Find the labelled images, or None."""
    named = os.environ.get("MASKWRIGHT_SHARED_DATA")
    places = [Path(named)] if named else []
    places += [parent / "shared" / "data" for parent in Path(__file__).resolve().parents]
    return next((place for place in places if (place / "coco_train_mini" / "index.json").is_file()), None)


def main() -> None:
    """Play both stages with each backend on the same photographs, and print what they cost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--limit", type=int, default=3)
    parser.add_argument("--backends", default="classic,compact")
    chosen, _ = parser.parse_known_args()
    data = shared_data()
    if data is None:
        print("skipped: no shared data (set MASKWRIGHT_SHARED_DATA to the folder that holds coco_train_mini)")
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        held_out.main(["--data", str(data / "coco_train_mini"), "--out", str(folder)])
        prefill, auto = params_of("fast", None, None)
        for backend in chosen.backends.split(","):
            order = Simulation(
                folder / "held_out.json", folder / "images", folder / backend, backend,
                stages=("assisted", "semi"), limit=chosen.limit, prefill=prefill, auto=auto,
            )  # fmt: skip
            begin = time.perf_counter()
            result = simulate(order)
            spent = time.perf_counter() - begin
            one, two = result.figures()
            clicks = one["clicks"] + two["clicks"]
            print(f"{backend}: {one['images']} photographs, {one['objects']} objects, {spent:.0f} s, {clicks} clicks")
            print(f"  {1000 * spent / max(clicks, 1):.0f} ms a click, everything counted")
            print(f"  found {one['recall']:.0%} by hand, {two['recall']:.0%} with objects filled in")
            print(f"  {verdict([one, two])}")


if __name__ == "__main__":
    main()
