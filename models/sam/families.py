"""What differs between the families: their networks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import torch

from models.sam import hiera, hq, vit
from models.sam.network import Network
from models.sam.variants import Family


@dataclass(frozen=True, slots=True)
class Kind:
    """A family: ``types`` are the words for it in a Hugging Face description, ``build`` makes the network of a size
    with random weights, ``wrap`` puts one behind our protocol."""

    types: tuple[str, ...]
    build: Callable[[Any], Any]
    wrap: Callable[[Any, Any, torch.device], Network]


KINDS: Mapping[Family, Kind] = MappingProxyType(
    {
        "sam": Kind(("sam",), vit.build, vit.VitNetwork),
        "sam_hq": Kind(("sam_hq",), hq.build, hq.HqNetwork),
        # Hugging Face publishes SAM 2 as the network for videos, of which the one for images is a part.
        "sam2": Kind(("sam2", "sam2_video"), hiera.build, hiera.HieraNetwork),
    }
)
