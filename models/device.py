"""Which device a torch backend runs on: chosen once, described in words, out-of-memory turned into our error."""

from __future__ import annotations

import ctypes
import platform
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING

from models.api import DeviceMemory
from models.errors import BackendUnavailable, DeviceOutOfMemory

if TYPE_CHECKING:
    import torch


def choose(wanted: str | None = None) -> torch.device:
    """Return the device called ``wanted`` (``cpu``, ``cuda``, ``cuda:1``, ``mps``), or the best one for None.

    Raises BackendUnavailable if it is unknown or not there.
    """
    import torch

    if wanted is None or wanted == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "mps" if _has_mps() else "cpu")
    try:
        device = torch.device(wanted)
    except RuntimeError as error:
        raise BackendUnavailable(f"'{wanted}' is no device; use cpu, cuda, cuda:0 or mps.") from error
    if device.type == "cuda":
        count = torch.cuda.device_count() if torch.cuda.is_available() else 0
        if count == 0:
            raise BackendUnavailable(
                "No NVIDIA graphics card can be used: its driver was not found, or is too old for this torch. "
                "Check it with nvidia-smi, or choose cpu."
                if torch.version.cuda
                else "This torch was built without CUDA: install the build for your card (pytorch.org), or choose cpu."
            )
        if (device.index or 0) >= count:
            raise BackendUnavailable(f"'{wanted}' was not found: there are {count} CUDA devices, counted from 0.")
    elif device.type == "mps":
        if not _has_mps():
            raise BackendUnavailable("No Apple GPU (mps) was found: choose cpu.")
    elif device.type != "cpu":
        raise BackendUnavailable(f"'{wanted}' is not supported; use cpu, cuda or mps.")
    return device


def autocast(device: torch.device) -> AbstractContextManager[object]:
    """Return the context to infer in: bfloat16 (else float16) on CUDA, full precision elsewhere."""
    import torch

    if device.type != "cuda":
        return nullcontext()
    dtype = torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float16
    return torch.autocast("cuda", dtype=dtype)


def learned_precision(device: torch.device) -> AbstractContextManager[object]:
    """Return the context for networks that were trained in bfloat16: that, also on processors that multiply it."""
    import torch

    return torch.autocast("cpu", dtype=torch.bfloat16) if multiplies_bfloat(device) else autocast(device)


def multiplies_bfloat(device: torch.device) -> bool:
    """Tell whether ``device`` is a processor with bfloat16 of its own; without, it would be slower than float32."""
    import torch

    if device.type != "cpu":
        return False
    capabilities: dict[str, object] = getattr(torch.cpu, "get_capabilities", dict)()
    return bool(capabilities.get("avx512_bf16") or capabilities.get("amx_bf16"))


@contextmanager
def memory_errors(device: torch.device) -> Iterator[None]:
    """Turn the device's out-of-memory error into DeviceOutOfMemory, after giving cached memory back."""
    import torch

    try:
        yield
    except torch.OutOfMemoryError as error:
        if device.type == "cuda":
            torch.cuda.empty_cache()
        raise DeviceOutOfMemory(
            f"{describe(device)} has no memory left: close other programs, use a smaller image, or choose cpu."
        ) from error


def give_back(device: torch.device) -> None:
    """Let the system have what freed tensors still hold: the allocators keep it for the next ones."""
    import torch

    if device.type == "cuda":
        torch.cuda.empty_cache()
    elif device.type == "cpu" and sys.platform == "linux":
        # Only the GNU library has it.
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim is not None:
            trim(0)


def describe(device: torch.device) -> str:
    """Return words for a person, such as ``CPU (8 threads)`` or ``CUDA: <card>, 24 GB``."""
    import torch

    if device.type == "cuda":
        properties = torch.cuda.get_device_properties(device)
        return f"CUDA: {properties.name}, {properties.total_memory / 2**30:.0f} GB"
    if device.type == "mps":
        return f"Apple GPU ({platform.machine()})"
    return f"CPU ({torch.get_num_threads()} threads)"


def memory(device: torch.device) -> DeviceMemory | None:
    """Return how full the device is, None for the processor."""
    import torch

    if device.type == "cuda":
        free, total = torch.cuda.mem_get_info(device)
        return DeviceMemory(torch.cuda.get_device_properties(device).name, total - free, total)
    if device.type == "mps":
        total = int(torch.mps.recommended_max_memory())
        return DeviceMemory("Apple GPU", int(torch.mps.driver_allocated_memory()), total)
    return None


def _has_mps() -> bool:
    import torch

    return bool(torch.backends.mps.is_available())
