"""An encoded image of the family, in memory and on disk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from models.sam.frame import Frame
from models.sam.network import Features, Network


@dataclass(frozen=True, slots=True, eq=False)
class SamEmbedding:
    """What the encoder made of one image, on the network's device, and how the image lies in its square."""

    frame: Frame
    features: Features

    @property
    def height(self) -> int:
        """Rows of the image."""
        return self.frame.height

    @property
    def width(self) -> int:
        """Columns of the image."""
        return self.frame.width

    @property
    def nbytes(self) -> int:
        """Memory of the features."""
        return sum(part.nbytes for part in self.features)


def dump(embedding: SamEmbedding) -> dict[str, NDArray[Any]]:
    """Return the size and the features in half precision: on disk that is twice as many images.

    It takes no memory of the device: this is how embeddings leave one that is full.
    """
    size = np.array([embedding.height, embedding.width], dtype=np.int64)
    parts = {f"part{n}": part.cpu().half().numpy() for n, part in enumerate(embedding.features)}
    return {"size": size, **parts}


def restore(arrays: Mapping[str, NDArray[Any]], network: Network) -> SamEmbedding:
    """Inverse of ``dump`` for ``network``; raises ValueError on arrays that are not its embedding."""
    shapes = network.feature_shapes
    names = [f"part{n}" for n in range(len(shapes))]
    if set(arrays) != {"size", *names} or arrays["size"].shape != (2,) or (arrays["size"] < 1).any():
        raise ValueError("these arrays are not an embedding of this backend")
    parts = [np.asarray(arrays[name]) for name in names]
    if any(part.shape != shape or part.dtype != np.float16 for part, shape in zip(parts, shapes, strict=True)):
        raise ValueError("these arrays are not an embedding of this backend")
    height, width = (int(side) for side in arrays["size"])
    features = tuple(torch.from_numpy(part.astype(np.float32)).to(network.device) for part in parts)
    return SamEmbedding(network.frame(height, width), features)
