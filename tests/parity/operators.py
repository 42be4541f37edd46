"""Lets torchvision be imported beside a torch without CUDA, for which it is not built.

Of its compiled operators the authors' code calls only non-maximum suppression; that one is written out here by its
definition. Where torchvision's own operators load, they are used and nothing is done.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path

import torch

_KEPT_ALIVE: list[torch.library.Library] = []


def provide() -> None:
    """Define the operators that torchvision wants to see on import, if its own cannot be loaded."""
    if _own_load() or _KEPT_ALIVE:
        return
    library = torch.library.Library("torchvision", "DEF")
    library.define("nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    library.define("qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    library.impl("nms", _nms, "CPU")
    _KEPT_ALIVE.append(library)
    import torchvision.ops.boxes

    torchvision.ops.boxes._assert_has_ops = lambda: None


def _own_load() -> bool:
    spec = importlib.util.find_spec("torchvision")
    assert spec is not None and spec.origin is not None
    try:
        for path in Path(spec.origin).parent.glob("_C*.so"):
            torch.ops.load_library(str(path))
            return True
    except OSError:
        pass
    return False


def _nms(dets: torch.Tensor, scores: torch.Tensor, iou_threshold: float) -> torch.Tensor:
    """Return the numbers of the boxes that stay, best first: a box goes that overlaps a better one that stays."""
    order = scores.argsort(descending=True, stable=True)
    areas = (dets[:, 2] - dets[:, 0]) * (dets[:, 3] - dets[:, 1])
    kept = []
    while len(order):
        best, order = order[0], order[1:]
        kept.append(best)
        low = torch.maximum(dets[order, :2], dets[best, :2])
        high = torch.minimum(dets[order, 2:], dets[best, 2:])
        shared = (high - low).clamp(min=0).prod(dim=1)
        overlap = shared / (areas[best] + areas[order] - shared)
        order = order[~(overlap > iou_threshold)]
    return torch.stack(kept) if kept else torch.zeros(0, dtype=torch.int64)
