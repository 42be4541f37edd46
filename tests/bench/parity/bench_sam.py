"""Measures SAM against its authors' own package: the same weights, the same picture, one run; prints, gates nothing.

``make bench-parity`` runs it in the environment of ``make parity``, first with a small network, then with ViT-B in full
size (``ARGS=--small`` leaves that out), on the processor. Both sides take turns, and medians are told. Weights are
random ones, made such that masks are parts of the picture. The two thresholds are set so that as many masks pass as
asked (``--forecast`` and ``--stable``), because with real thresholds random masks pass all or not at all.
"""

from __future__ import annotations

import argparse
import ctypes
import gc
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from skimage import data

from engine.inference.disk_cache import CacheKey, DiskCache
from engine.stages.automatic import gather
from engine.stages.grid import grid_points
from engine.stages.params import AutoParams
from models import masks
from models.api import KeepRule, PointPrompt, PromptSet
from tests.parity import operators

operators.provide()

# torchvision must have been seen to before transformers looks for it.
from models.sam.variants import BASE, VitSize  # noqa: E402
from tests.parity import pairs  # noqa: E402

SMALL = VitSize(64, 4, 4, (1, 3), side=256, window=7, channels=64, mlp=128)
HEIGHT, WIDTH = 800, 1200
PARTS = ("encode", "click", "auto", "memory")


def spent(action: Callable[[], Any]) -> tuple[float, float, Any]:
    """Return seconds on the clock and of the processor, and what came out."""
    gc.collect()
    clock, computed = time.perf_counter(), time.process_time()
    found = action()
    return time.perf_counter() - clock, time.process_time() - computed, found


def compare(title: str, theirs: Callable[[], Any], ours: Callable[[], Any], times: int, *, warm: bool = True) -> None:
    """Print medians of both, measured in turns."""
    clock: tuple[list[float], list[float]] = ([], [])
    computed: tuple[list[float], list[float]] = ([], [])
    for turn in range(times + warm):
        for side, action in enumerate((theirs, ours)):
            seconds, processor, _ = spent(action)
            if turn or not warm:
                clock[side].append(seconds)
                computed[side].append(processor)
    row(title, *(statistics.median(each) for each in (*clock, *computed)))


def row(title: str, theirs: float, ours: float, computed_theirs: float, computed_ours: float) -> None:
    """Print one line: seconds of the clock, and the processor's, which tell also on a busy machine."""
    print(
        f"{title:<34}{_time(theirs):>10}{_time(ours):>10}{theirs / ours:7.2f}x   "
        f"{_time(computed_theirs):>10}{_time(computed_ours):>10}{computed_theirs / computed_ours:7.2f}x",
        flush=True,
    )


def peak(action: Callable[[], Any]) -> float:
    """Return the MiB that ``action`` needed on top of what was there before; nan where the system does not tell."""
    gc.collect()
    try:
        ctypes.CDLL("libc.so.6").malloc_trim(0)
        Path("/proc/self/clear_refs").write_text("5")
    except OSError:
        return float("nan")
    before = _resident("VmRSS")
    action()
    return _resident("VmHWM") - before


def thresholds(pair: pairs.Pair, image: np.ndarray, side: int, forecast: float, stable: float) -> tuple[float, float]:
    """Return the predicted IoU that the share ``forecast`` of all masks passes, and the stability for ``stable``."""
    points = grid_points(*image.shape[:2], side)
    everything = KeepRule(min_score=-1, min_stability=0, max_area=1.01)
    found = pair.backend.predict_grid(pair.backend.encode(image), points, everything)
    scores = sorted(each.score for each in found)
    least = scores[int((1 - forecast) * len(scores))]
    steady = sorted(each.stability for each in found if each.score > least)
    return least, steady[int((1 - stable / forecast) * len(steady))]


def measure(name: str, size: VitSize, side: int, times: int, asked: argparse.Namespace) -> None:
    """Print the table of one size of network; ``side`` is the grid's."""
    from segment_anything import SamAutomaticMaskGenerator

    image = cv2.resize(data.coffee(), (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)
    with tempfile.TemporaryDirectory() as folder:
        pair = pairs.sam(Path(folder), size, 7, local=True)
        least, steady = thresholds(pair, image, max(4, side // 4), asked.forecast, asked.stable)
        print(f"\n{name}, picture {WIDTH} x {HEIGHT}, grid {side} x {side}, {torch.get_num_threads()} threads")
        print(f"predicted IoU over {least:.3f}, stability from {steady:.3f}")
        print(f"{'':<34}{'authors':>10}{'ours':>10}{'':>8}   {'authors':>10}{'ours':>10}   (processor)")
        if "encode" in asked.only:
            compare("encode", lambda: pair.predictor.set_image(image), lambda: pair.backend.encode(image), times)
        if "click" in asked.only:
            _clicks(pair, image, times, Path(folder))
        generator = SamAutomaticMaskGenerator(
            pair.network,
            points_per_side=side,
            pred_iou_thresh=least,
            stability_score_thresh=steady,
            output_mode="coco_rle",
        )
        params = AutoParams(points_per_side=(side,), min_score=least, min_stability=steady, max_area=1.0)
        if "auto" in asked.only:
            _automatic(pair, image, generator, params, 1 if size is BASE else times)
        if "memory" in asked.only:
            _memory(pair, image, generator, params)


def _automatic(pair: pairs.Pair, image: np.ndarray, generator: Any, params: AutoParams, rounds: int) -> None:
    """Print what whole generators take, and what is left without the encoder: a larger grid costs that again."""
    rows: list[list[tuple[float, float]]] = [[], [], [], []]
    answers: list[list[Any]] = [[], []]
    watches = Watch(generator.predictor.set_image), Watch(pair.backend.encode)
    generator.predictor.set_image, pair.backend.encode = watches  # type: ignore[method-assign]
    for _ in range(rounds):
        for side, action in enumerate((lambda: generator.generate(image), lambda: gather(pair.backend, image, params))):
            clock, computed, found = spent(action)
            rows[side].append((clock, computed))
            rows[2 + side].append((clock - watches[side].clock, computed - watches[side].computed))
            answers[side] = found
    (clock, computed), (our_clock, our_computed), *rest = (
        tuple(statistics.median(each) for each in zip(*some, strict=True)) for some in rows
    )
    row("automatic masks", clock, our_clock, computed, our_computed)
    row("automatic masks, encoder left out", rest[0][0], rest[1][0], rest[0][1], rest[1][1])
    theirs, ours = answers
    _same(theirs, ours)
    points = 3 * params.points_per_side[0] ** 2
    print(f"{len(ours)} masks of {points}: {len(theirs) / clock:.2f} masks/s theirs, {len(ours) / our_clock:.2f} ours")


class Watch:
    """Calls a function and keeps what the last call took."""

    def __init__(self, action: Callable[..., Any]) -> None:
        self.action = action
        self.clock = self.computed = 0.0

    def __call__(self, *asked: Any, **more: Any) -> Any:
        self.clock, self.computed, found = spent(lambda: self.action(*asked, **more))
        return found


def _clicks(pair: pairs.Pair, image: np.ndarray, times: int, folder: Path) -> None:
    pair.predictor.set_image(image)
    embedding = pair.backend.encode(image)
    rng = np.random.default_rng(0)
    for count in (1, 4, 16):
        xy = rng.uniform((0, 0), (WIDTH, HEIGHT), (count, 2))
        labels = np.arange(count) % 2 == 0
        prompts = PromptSet(tuple(PointPrompt(x, y, bool(ok)) for (x, y), ok in zip(xy.tolist(), labels, strict=True)))
        compare(
            f"click {count}",
            lambda xy=xy, labels=labels: pair.predictor.predict(xy, labels),  # type: ignore[misc]
            lambda prompts=prompts: pair.backend.predict(embedding, prompts),  # type: ignore[misc]
            2 * times + 1,
        )
    cache, key = DiskCache(folder / "cache", 1 << 30), CacheKey("0" * 32, "sam-vit-b", "parity", "1")
    cache.write(key, pair.backend.dump(embedding))
    held = (folder / "cache").rglob("*.emb")
    took = []
    for _ in range(2 * times + 1):
        clock, computed, _ = spent(lambda: pair.backend.restore(cache.read(key) or {}))
        took.append((clock, computed))
    clock, computed = (statistics.median(each) for each in zip(*took, strict=True))
    size = sum(path.stat().st_size for path in held) / 2**20
    print(
        f"{'from the disk cache':<34}{'-':>10}{_time(clock):>10}{'':>8}   {'-':>10}{_time(computed):>10}"
        f"   {size:.1f} MiB on disk, {embedding.nbytes / 2**20:.1f} in memory"
    )


def _memory(pair: pairs.Pair, image: np.ndarray, generator: Any, params: AutoParams) -> None:
    """Print what each side needs on top of its weights; a few points are enough for that."""
    few = AutoParams(points_per_side=(8,), min_score=params.min_score, min_stability=params.min_stability, max_area=1.0)
    whole = generator.point_grids
    generator.point_grids = [whole[0][:64]]
    for title, theirs, ours in (
        ("encode", lambda: pair.predictor.set_image(image), lambda: pair.backend.encode(image)),
        ("automatic masks", lambda: generator.generate(image), lambda: gather(pair.backend, image, few)),
    ):
        print(f"memory on top, {title:<19}{peak(theirs):>6.0f} MiB{peak(ours):>6.0f} MiB")
    generator.point_grids = whole
    gc.collect()
    before = _resident("VmRSS")
    pair.backend.close()
    gc.collect()
    weights = sum(value.nbytes for value in pair.network.state_dict().values()) / 2**20
    print(f"closing gives back {before - _resident('VmRSS'):.0f} MiB; the weights have {weights:.0f}")


def _same(theirs: list[dict[str, Any]], ours: list[Any]) -> None:
    """Say whether the masks are the same in the same order; make parity proves it, this is for the figures' sake."""
    alike = len(theirs) == len(ours)
    worst = 1.0
    for one, other in zip(ours, theirs, strict=False):
        code = other["segmentation"]["counts"]
        counts = code.encode() if isinstance(code, str) else code
        same = masks.iou([one.rle], [masks.Rle(*other["segmentation"]["size"], counts)])[0, 0]
        worst = min(worst, float(same))
        alike &= abs(one.score - min(1.0, other["predicted_iou"])) < 1e-4
    print(
        f"same masks in the same order: {'yes' if alike else 'NO'}, {len(theirs)} and {len(ours)}, IoU over {worst:.4f}"
    )


def _time(seconds: float) -> str:
    return f"{seconds:.2f} s" if seconds >= 1 else f"{1000 * seconds:.1f} ms"


def _resident(what: str) -> float:
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith(what):
            return int(line.split()[1]) / 1024
    return float("nan")


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", action="store_true", help="only the small network")
    parser.add_argument("--full", action="store_true", help="only ViT-B")
    parser.add_argument("--side", type=int, default=16, help="points a side with ViT-B")
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--forecast", type=float, default=0.5, help="share of masks that pass the predicted IoU")
    parser.add_argument("--stable", type=float, default=0.1, help="share of masks that pass both")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS)
    chosen = parser.parse_args()
    print(f"{os.cpu_count()} cores, torch {torch.__version__}; time on the clock, then of the processor")
    torch.manual_seed(0)
    with torch.inference_mode():
        if not chosen.full:
            measure("small network", SMALL, 16, 2 * chosen.times, chosen)
        if not chosen.small:
            measure("ViT-B", BASE, chosen.side, chosen.times, chosen)


if __name__ == "__main__":
    sys.exit(main())
