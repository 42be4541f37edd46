"""What a backend is asked and what it answers: frozen numpy-only types and the protocols of every task.

Pixel convention everywhere: x right, y down, origin at the top-left corner of the top-left pixel, in the displayed
(EXIF-turned) frame. Pixel (column c, row r) covers x in [c, c + 1), y in [r, r + 1).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, TypeAlias, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from models.masks import BoolMask, Rle, decode

Image: TypeAlias = NDArray[np.uint8]
"""``uint8[H, W, 3]``, RGB."""
Logits: TypeAlias = NDArray[np.float32]
"""``float32[h, w]``, low resolution over the whole image, above 0 means inside."""
Task: TypeAlias = Literal["mask", "pose", "detect"]
PromptKind: TypeAlias = Literal["points", "box", "mask", "grid", "text"]


@dataclass(frozen=True, slots=True)
class PointPrompt:
    """A click in image pixels; ``positive`` includes, otherwise it excludes."""

    x: float
    y: float
    positive: bool = True


@dataclass(frozen=True, slots=True)
class BoxPrompt:
    """A box by its corners in image pixels, ``x0 < x1`` and ``y0 < y1``."""

    x0: float
    y0: float
    x1: float
    y1: float


@dataclass(frozen=True, slots=True, eq=False)
class PromptSet:
    """Everything the annotator has given for one object; ``mask`` is ``bool[H, W]`` at image size."""

    points: tuple[PointPrompt, ...] = ()
    box: BoxPrompt | None = None
    mask: BoolMask | None = None

    @property
    def empty(self) -> bool:
        """True when there is nothing to answer to."""
        return not self.points and self.box is None and self.mask is None


@dataclass(frozen=True, slots=True, eq=False)
class MaskCandidate:
    """One proposed mask: ``bool[H, W]`` at image size, or its run-length code (``predict_grid``).

    ``score`` is the predicted IoU in [0, 1]; ``stability`` is |logit > +1| / |logit > -1| (SAM), in [0, 1];
    ``logits`` may be fed back as ``previous``; ``point`` is the grid point that asked.
    """

    mask: BoolMask | Rle
    score: float
    stability: float = 1.0
    logits: Logits | None = None
    point: PointPrompt | None = None

    def to_bool(self) -> BoolMask:
        """Return the mask as ``bool[H, W]`` whatever its form."""
        return decode(self.mask) if isinstance(self.mask, Rle) else self.mask


@dataclass(frozen=True, slots=True)
class KeypointCandidate:
    """One proposed pose: ``keypoints`` are (x, y, confidence) in the skeleton's joint order, confidence in [0, 1]."""

    keypoints: tuple[tuple[float, float, float], ...]
    score: float
    box: BoxPrompt | None = None


@dataclass(frozen=True, slots=True)
class BoxCandidate:
    """One detected object with its score in [0, 1] and the detector's own name for it (may be empty)."""

    box: BoxPrompt
    score: float
    label: str = ""


@dataclass(frozen=True, slots=True)
class KeepRule:
    """What ``predict_grid`` must keep; the defaults are SAM's automatic generator's.

    ``min_score``: predicted IoU; ``min_stability`` at ``stability_offset`` logits; ``max_area`` as a share of the
    image (SA-1B drops masks of 95 % and more); ``min_area`` in pixels.
    """

    min_score: float = 0.88
    min_stability: float = 0.95
    stability_offset: float = 1.0
    max_area: float = 0.95
    min_area: int = 0


@dataclass(frozen=True, slots=True)
class WeightsPart:
    """One file of a folder of weights, with its size and its ``checksum`` as in ``WeightsInfo``."""

    file: str
    bytes: int
    checksum: str


@dataclass(frozen=True, slots=True)
class WeightsInfo:
    """What the user sees before weights are fetched or used."""

    file: str = ""
    bytes: int = 0
    licence: str = ""
    url: str = ""
    """Where the authors publish the file; empty if it cannot be fetched."""
    checksum: str = ""
    """Of the published file: ``"sha256:"`` or ``"md5:"`` and hexadecimal digits, or BLAKE3 without a word before."""
    parts: tuple[WeightsPart, ...] = ()
    """Of a folder: its files, which lie below ``url``; ``file`` is then the backend's own name, as the folder's."""
    accept: str = ""
    """Where a licence stands that a person has to accept before fetching; empty if there is nothing to accept."""


@dataclass(frozen=True, slots=True)
class BackendSpec:
    """The cheap description of a backend that an entry point of group ``maskwright.backends`` names.

    ``requires`` are importable module names, ``extra`` is the pip extra that brings them, ``factory`` is
    ``"module:callable"`` with the signature ``(spec, *, device: str | None, weights: Path | None) -> backend`` and is
    imported only on load. ``hidden`` backends (test doubles) are not offered in the window.
    """

    name: str
    task: Task
    title: str
    factory: str
    prompts: frozenset[PromptKind] = frozenset()
    requires: tuple[str, ...] = ()
    extra: str = ""
    description: str = ""
    licence: str = "Apache-2.0"
    weights: WeightsInfo | None = None
    hidden: bool = False
    rank: int = 100
    """Lower comes first; the default backend of a task is the first one available."""
    ready: str = ""
    """``"module:callable"``, torch-free, that is given the spec and returns why it cannot be used, or an empty text."""
    min_score: float = 0.5
    """Of a detector: the score in [0, 1] from which its authors call something found."""
    trainer: str = ""
    """Module that ``python -m`` runs to train this backend (see models/compact/train.py); empty if it cannot be."""


@dataclass(frozen=True, slots=True)
class BackendInfo:
    """A loaded backend's identity, recorded with everything it suggests."""

    name: str
    task: Task
    device: str
    weights_hash: str = ""
    version: str = ""


class Embedding(Protocol):
    """An encoded image: opaque but for the size of the image it was made from."""

    @property
    def height(self) -> int:
        """Rows of the image."""

    @property
    def width(self) -> int:
        """Columns of the image."""

    @property
    def nbytes(self) -> int:
        """Memory it holds, for the cache's budget."""


class Backend(Protocol):
    """What every loaded backend has, whatever its task."""

    @property
    def info(self) -> BackendInfo:
        """Name, device and weights hash."""

    def close(self) -> None:
        """Free memory and device; the backend must not be used afterwards."""


@runtime_checkable
class MaskBackend(Backend, Protocol):
    """Clicks, boxes and masks in; mask candidates out. Stateless: any number of embeddings may be in flight."""

    def encode(self, image: Image) -> Embedding:
        """Do the per-image work once. ``image`` is ``uint8[H, W, 3]`` RGB.

        This, ``predict``, ``predict_grid`` and ``restore`` may raise DeviceOutOfMemory; they are then called again with
        fewer points, with other embeddings away, and at last a new backend on the processor is.
        """

    def predict(
        self, embedding: Embedding, prompts: PromptSet, *, previous: Logits | None = None, multimask: bool = True
    ) -> list[MaskCandidate]:
        """Answer prompts with one to three candidates, best score first; ``multimask=False`` gives one.

        Raises UnsupportedPrompt when there is nothing to answer to (no positive click, no box, no mask).
        """

    def predict_grid(self, embedding: Embedding, points: NDArray[np.float32], keep: KeepRule) -> list[MaskCandidate]:
        """Answer each of ``points`` (``float32[N, 2]`` x, y in image pixels) alone; return the survivors as RLE."""

    def dump(self, embedding: Embedding) -> Mapping[str, NDArray[Any]]:
        """Return plain arrays from which ``restore`` makes the same embedding, at least to half precision."""

    def restore(self, arrays: Mapping[str, NDArray[Any]]) -> Embedding:
        """Inverse of ``dump``; raises ValueError on arrays that are not an embedding of this backend."""


@runtime_checkable
class ManyBoxesBackend(MaskBackend, Protocol):
    """A mask backend that answers many boxes of an image together, quicker than one by one."""

    def predict_boxes(
        self, embedding: Embedding, boxes: Sequence[BoxPrompt], *, second_pass: bool
    ) -> list[MaskCandidate | None]:
        """Return the best answer to each box as RLE, None where there is none.

        ``second_pass`` asks again with box and first answer, and keeps the better of both by the backend's own score:
        what ``predict`` gives one by one, up to rounding; a first answer that is asked again may be a quicker one.
        """


@runtime_checkable
class PoseBackend(Backend, Protocol):
    """Boxes in, one pose a box out."""

    def predict(self, image: Image, boxes: Sequence[BoxPrompt], joints: Sequence[str]) -> list[KeypointCandidate]:
        """Return one candidate a box, keypoints in the order of ``joints``; unknown joints get confidence 0."""


@runtime_checkable
class DetectBackend(Backend, Protocol):
    """An image in, boxes out."""

    def detect(self, image: Image, *, texts: Sequence[str] = (), min_score: float = 0.5) -> list[BoxCandidate]:
        """Return boxes of at least ``min_score``, best first.

        A detector whose spec names the prompt "text" looks for ``texts`` and labels each box with the one it is of.
        Raises UnsupportedPrompt for words that it cannot read.
        """


@dataclass(frozen=True, slots=True)
class DeviceMemory:
    """A device with memory of its own: what it is called, bytes used by all programs, bytes in all."""

    name: str
    used: int
    total: int


@runtime_checkable
class Measured(Protocol):
    """What a backend may have besides: it tells how full its device is."""

    def memory(self) -> DeviceMemory | None:
        """Return how full the device is; None if it has no memory of its own."""


@dataclass(frozen=True, slots=True)
class BackendStatus:
    """What ``registry.available()`` says of one backend without importing its packages."""

    spec: BackendSpec
    available: bool
    reason: str = ""
    missing: tuple[str, ...] = field(default=())
