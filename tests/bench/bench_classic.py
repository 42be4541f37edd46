"""Measures a mask backend with simulated clicks on the team's labelled photographs; prints a table, gates nothing.

Run as ``python tests/bench/bench_classic.py [--backend classic] [--half report] [--objects 30]``.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import statistics
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from models import registry
from models.api import BoxPrompt, MaskBackend, MaskCandidate, PointPrompt, PromptSet
from models.masks import BoolMask, extent

CLICKS = (1, 3, 5, 9)
MIN_SIDE = 32


def shared_data() -> Path | None:
    """Find the labelled images, or None."""
    named = os.environ.get("MASKWRIGHT_SHARED_DATA")
    places = [Path(named)] if named else []
    places += [parent / "shared" / "data" for parent in Path(__file__).resolve().parents]
    return next((place for place in places if (place / "coco_train_mini" / "index.json").is_file()), None)


def digest(text: str) -> int:
    """Return a number that depends on nothing but ``text``."""
    return int(hashlib.sha256(text.encode()).hexdigest()[:12], 16)


def samples(root: Path, half: str, count: int) -> Iterator[tuple[NDArray[np.uint8], BoolMask]]:
    """Yield ``count`` (image, true mask), one object an image, picked by hash; the halves share no image."""
    folder = root / "coco_train_mini"
    items = json.loads((folder / "index.json").read_text(encoding="utf-8"))["items"]
    wanted = [item for item in items if digest(item["image"]) % 2 == (half == "report")]
    done = 0
    for item in sorted(wanted, key=lambda item: digest(item["image"] + "order")):
        fit: list[dict[str, Any]] = [
            thing for thing in item["objects"] if not thing["iscrowd"] and min(thing["bbox"][2:]) >= MIN_SIDE
        ]
        if not fit:
            continue
        chosen = min(fit, key=lambda thing: digest(str(thing["ann_id"])))
        image = np.asarray(Image.open(folder / item["image"]).convert("RGB"))
        yield image, np.asarray(Image.open(folder / chosen["mask"])) > 0
        done += 1
        if done == count:
            return


def next_click(true: BoolMask, found: BoolMask) -> PointPrompt:
    """Click the centre of the larger error region: where it is deepest inside."""
    best, depth, positive = (0, 0), -1.0, True
    for error, sign in ((true & ~found, True), (found & ~true, False)):
        inside = cv2.distanceTransform(np.pad(error, 1).astype(np.uint8), cv2.DIST_L2, 5)[1:-1, 1:-1]
        if inside.max() > depth:
            row, column = np.unravel_index(int(inside.argmax()), inside.shape)
            best, depth, positive = (int(column), int(row)), float(inside.max()), sign
    return PointPrompt(best[0] + 0.5, best[1] + 0.5, positive)


def overlap(first: BoolMask, second: BoolMask) -> float:
    """Return the IoU of two masks."""
    union = np.count_nonzero(first | second)
    return float(np.count_nonzero(first & second) / union) if union else 1.0


def measure(backend: MaskBackend, root: Path, half: str, count: int, feed: bool) -> dict[str, Any]:
    """Click through the sample; return lists of IoUs, scores and milliseconds."""
    ious: dict[str, list[float]] = {}
    spent: list[float] = []
    encode_ms: list[float] = []
    pairs: list[tuple[float, float]] = []
    for image, true in samples(root, half, count):
        begin = time.perf_counter()
        embedding = backend.encode(image)
        encode_ms.append(1000 * (time.perf_counter() - begin))
        points: tuple[PointPrompt, ...] = ()
        found = np.zeros_like(true)
        best: MaskCandidate | None = None
        for click in range(1, max(CLICKS) + 1):
            points = (*points, next_click(true, found))
            begin = time.perf_counter()
            previous = best.logits if best is not None and feed else None
            answers = backend.predict(embedding, PromptSet(points), previous=previous)
            spent.append(1000 * (time.perf_counter() - begin))
            best = answers[0]
            found = best.to_bool()
            if click in CLICKS:
                ious.setdefault(f"click {click}", []).append(overlap(found, true))
            if click == 1:
                ious.setdefault("oracle 1", []).append(max(overlap(answer.to_bool(), true) for answer in answers))
                pairs += [(answer.score, overlap(answer.to_bool(), true)) for answer in answers]
            else:
                pairs.append((best.score, overlap(found, true)))
        x0, y0, x1, y1 = extent(true) or (0, 0, 1, 1)
        answers = backend.predict(embedding, PromptSet(box=BoxPrompt(x0, y0, x1, y1)))
        ious.setdefault("box", []).append(overlap(answers[0].to_bool(), true))
    return {"ious": ious, "ms": spent, "encode_ms": encode_ms, "pairs": pairs}


def main() -> None:
    """Parse arguments, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--backend", default="classic")
    parser.add_argument("--half", choices=("tune", "report"), default="report")
    parser.add_argument("--objects", type=int, default=30)
    parser.add_argument("--no-feed", action="store_true", help="do not feed logits back")
    options = parser.parse_args()
    root = shared_data()
    if root is None:
        print("skipped: no shared data (set MASKWRIGHT_SHARED_DATA to the folder that holds coco_train_mini)")
        return
    backend = cast("MaskBackend", registry.load(options.backend))
    result = measure(backend, root, options.half, options.objects, not options.no_feed)
    for name, values in result["ious"].items():
        print(f"{name:<9} mIoU {statistics.fmean(values):.3f}  median {statistics.median(values):.3f}  n {len(values)}")
    scores, truths = np.array(result["pairs"]).T
    print(
        f"score against IoU: correlation {np.corrcoef(scores, truths)[0, 1]:.2f}, "
        f"bias {float((scores - truths).mean()):+.2f}"
    )
    print(
        f"median milliseconds: encode {statistics.median(result['encode_ms']):.0f}, "
        f"predict {statistics.median(result['ms']):.0f}"
    )


if __name__ == "__main__":
    main()
