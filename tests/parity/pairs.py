"""The authors' predictor and our backend around the same weights, which ours reads from the authors' own file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from models.api import BackendSpec
from models.sam.backend import SamBackend
from models.sam.families import KINDS
from models.sam.files import Source
from models.sam.load import read_network
from models.sam.spec import HIERA_TINY, VIT_B
from models.sam.variants import HieraSize, Variant, VitSize
from tests.parity import authors

VIT = VitSize(32, 2, 2, (1,), side=128, window=3, channels=32, mlp=64)
HIERA = HieraSize(16, 1, (1, 2, 7, 2), (5, 7, 9), background=(3, 3), windows=(4, 2, 4, 2), side=128, channels=32)


@dataclass(frozen=True)
class Pair:
    """``network`` and ``predictor`` are the authors', ``backend`` is ours."""

    network: Any
    predictor: Any
    backend: SamBackend
    logit_side: int


def sam(folder: Path, size: VitSize = VIT, seed: int = 0, *, local: bool = False) -> Pair:
    """Return Meta's SAM and ours."""
    from segment_anything import SamPredictor

    network = authors.randomised(authors.sam(size), seed, 25 if local else 15)
    if local:
        authors.made_local(network)
    torch.save(network.state_dict(), folder / "sam.pth")
    backend = ours(VIT_B, folder / "sam.pth", Variant("sam-vit-b", "sam", size, ""))
    return Pair(network, SamPredictor(network), backend, 4 * size.side // size.patch)


def sam2(folder: Path, size: HieraSize = HIERA, seed: int = 0, *, local: bool = False) -> Pair:
    """Return Meta's SAM 2 and ours."""
    from sam2.sam2_image_predictor import SAM2ImagePredictor

    network = authors.randomised(authors.sam2(size), seed, 25 if local else 15)
    if local:
        authors.made_local(network)
    torch.save({"model": network.state_dict()}, folder / "sam2.pt")
    predictor = SAM2ImagePredictor(network)
    # They write down the sizes for 1024 px.
    predictor._bb_feat_sizes = [(size.side // step, size.side // step) for step in (4, 8, 16)]
    backend = ours(HIERA_TINY, folder / "sam2.pt", Variant("sam2.1-hiera-tiny", "sam2", size, ""))
    return Pair(network, predictor, backend, size.side // 4)


def ours(spec: BackendSpec, path: Path, variant: Variant) -> SamBackend:
    """Load the authors' file as the program does."""
    network = read_network(Source(path, (path,)), variant)
    return SamBackend(spec, KINDS[variant.family].wrap(network, variant.size, torch.device("cpu")), "parity")
