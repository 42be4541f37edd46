"""The SAM family behind the mask protocol: encode once, prompt as often as wanted."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from models import device as devices
from models.api import (
    BackendInfo,
    BackendSpec,
    DeviceMemory,
    Embedding,
    Image,
    KeepRule,
    Logits,
    MaskCandidate,
    PromptSet,
)
from models.errors import UnsupportedPrompt
from models.sam.answers import candidates
from models.sam.embedding import SamEmbedding, dump, restore
from models.sam.families import KINDS
from models.sam.files import find
from models.sam.frame import Frame
from models.sam.grid import answer_grid
from models.sam.load import fingerprint, read_network
from models.sam.network import Asked, Network
from models.sam.variants import VARIANTS


class SamBackend:
    """Answers a first prompt with three masks and a later one, if asked so, with the settled mask."""

    def __init__(self, spec: BackendSpec, network: Network, weights_hash: str) -> None:
        """Make the backend that ``spec`` describes around a network with its weights."""
        self._info = BackendInfo(spec.name, "mask", str(network.device), weights_hash, "sam-1")
        self._network: Network | None = network

    @property
    def info(self) -> BackendInfo:
        """Name, device and weights hash."""
        return self._info

    def close(self) -> None:
        """Let go of the network and of what the device keeps ready for it."""
        network, self._network = self._network, None
        if network is not None:
            device = network.device
            del network
            devices.give_back(device)

    def memory(self) -> DeviceMemory | None:
        """Return how full the device is, None for the processor."""
        return devices.memory(self._open().device)

    @torch.inference_mode()
    def encode(self, image: Image) -> Embedding:
        """Encode ``uint8[H, W, 3]`` once; raises DeviceOutOfMemory."""
        network = self._open()
        frame = network.frame(int(image.shape[0]), int(image.shape[1]))
        with devices.memory_errors(network.device):
            return SamEmbedding(frame, network.look(frame.pixels(image)))

    @torch.inference_mode()
    def predict(
        self, embedding: Embedding, prompts: PromptSet, *, previous: Logits | None = None, multimask: bool = True
    ) -> list[MaskCandidate]:
        """Answer prompts, best score first.

        Raises UnsupportedPrompt without a positive click, a box or a mask, and DeviceOutOfMemory.
        """
        network, own = self._open(), _own(embedding)
        with devices.memory_errors(network.device):
            asked = _asked(network, own.frame, prompts, previous)
            heard = network.hear(own.features, asked, multimask=multimask)
            return candidates(own.frame, heard, network.logit_side, network.logit_limit)

    @torch.inference_mode()
    def predict_grid(self, embedding: Embedding, points: NDArray[np.float32], keep: KeepRule) -> list[MaskCandidate]:
        """Answer each of ``float32[N, 2]`` points alone; the survivors as RLE, best score first."""
        network, own = self._open(), _own(embedding)
        return answer_grid(network, own, points, keep)

    def dump(self, embedding: Embedding) -> Mapping[str, NDArray[Any]]:
        """Return the image's size and the features in half precision."""
        return dump(_own(embedding))

    def restore(self, arrays: Mapping[str, NDArray[Any]]) -> Embedding:
        """Inverse of ``dump`` up to half precision; raises ValueError on arrays that are no such embedding."""
        return restore(arrays, self._open())

    def _open(self) -> Network:
        if self._network is None:
            raise RuntimeError("the backend is closed")
        return self._network


def load(spec: BackendSpec, *, device: str | None = None, weights: Path | None = None) -> SamBackend:
    """Load the weights at ``weights`` (file or folder), else those that lie where ``files.find`` looks.

    Raises BackendUnavailable (the device), WeightsMissing or WeightsMismatch.
    """
    chosen = devices.choose(device)
    source = find(spec, weights)
    variant = VARIANTS[spec.name]
    model = read_network(source, variant)
    with devices.memory_errors(chosen):
        network = KINDS[variant.family].wrap(model, variant.size, chosen)
    return SamBackend(spec, network, fingerprint(source))


def _own(embedding: Embedding) -> SamEmbedding:
    if not isinstance(embedding, SamEmbedding):
        raise TypeError("not an embedding of a SAM backend")
    return embedding


def _asked(network: Network, frame: Frame, prompts: PromptSet, previous: Logits | None) -> Asked:
    """Put prompts into the network's square; a person's mask counts more than what was answered before."""
    shown = prompts.mask is not None and bool(prompts.mask.any())
    if not any(point.positive for point in prompts.points) and prompts.box is None and not shown:
        raise UnsupportedPrompt("Give a positive click, a box or a mask first.")
    # Sums depend on their order in the last digits; the same clicks must give the same mask.
    clicks = sorted((point.x, point.y, point.positive) for point in prompts.points)
    points = labels = boxes = mask = None
    if clicks:
        points = _tensor(network, frame.points(np.array([click[:2] for click in clicks], dtype=np.float64)))
        labels = torch.tensor([[int(click[2]) for click in clicks]], device=network.device)
    if prompts.box is not None:
        corners = np.array([[prompts.box.x0, prompts.box.y0], [prompts.box.x1, prompts.box.y1]], dtype=np.float64)
        boxes = _tensor(network, frame.points(corners).reshape(4))
    if prompts.mask is not None and shown:
        mask = _tensor(network, frame.shrink(prompts.mask, network.logit_side)[None])
    elif previous is not None:
        mask = _tensor(network, frame.taken_back(previous, network.logit_side)[None])
    return Asked(points, labels, boxes, mask)


def _tensor(network: Network, values: NDArray[np.float32]) -> torch.Tensor:
    return torch.from_numpy(values)[None].to(network.device)
