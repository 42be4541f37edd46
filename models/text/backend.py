"""Grounding DINO and OWLv2 behind the detectors' protocol."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch

from models import device as devices
from models import weights as files
from models.api import BackendInfo, BackendSpec, BoxCandidate, Image
from models.errors import UnsupportedPrompt
from models.text.files import find
from models.text.load import read_network
from models.text.network import Network
from models.text.variants import VARIANTS


class TextDetector:
    """Finds boxes of what texts name."""

    def __init__(self, spec: BackendSpec, network: Network, weights_hash: str) -> None:
        """Make the backend that ``spec`` describes around a network with its weights."""
        self._info = BackendInfo(spec.name, "detect", str(network.device), weights_hash, "text-1")
        self._network: Network | None = network

    @property
    def info(self) -> BackendInfo:
        """Name, device and weights hash."""
        return self._info

    def close(self) -> None:
        """Let go of the network and of what the device keeps ready for it."""
        network, self._network = self._network, None
        if network is not None and network.device.type == "cuda":
            del network
            torch.cuda.empty_cache()

    @torch.inference_mode()
    def detect(self, image: Image, *, texts: Sequence[str] = (), min_score: float = 0.5) -> list[BoxCandidate]:
        """Return boxes of at least ``min_score``, best first, each labelled with the text it is of.

        Raises UnsupportedPrompt (no texts, too many, or in another language) and DeviceOutOfMemory.
        """
        if self._network is None:
            raise RuntimeError("the backend is closed")
        if not texts:
            raise UnsupportedPrompt("Say in words what to find, for example: dog, person.")
        with devices.memory_errors(self._network.device):
            found = self._network.find(image, texts, min_score)
        return sorted(found, key=lambda each: -each.score)


def load(spec: BackendSpec, *, device: str | None = None, weights: Path | None = None) -> TextDetector:
    """Load the folder at ``weights``, else the one that lies where ``files.find`` looks.

    Raises BackendUnavailable (the device), WeightsMissing or WeightsMismatch.
    """
    chosen = devices.choose(device)
    source = find(spec, weights)
    network = read_network(source, VARIANTS[spec.name], chosen)
    sums = [files.checksum(file) for file in source.files]
    return TextDetector(spec, network, sums[0] if len(sums) == 1 else files.joined(sums))
