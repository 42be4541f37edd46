"""Weights files as torch state dicts: loaded without running code in them, and fitted into a network."""

from __future__ import annotations

import os
import pickle
import struct
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from models.errors import WeightsMismatch, WeightsMissing

if TYPE_CHECKING:
    import torch

# What torch.load raises on damaged files; a cut archive is an OSError.
_UNREADABLE = (pickle.UnpicklingError, struct.error, RuntimeError, EOFError, ValueError, LookupError, OSError)


def read_state(path: Path) -> dict[str, torch.Tensor]:
    """Load a state dict on the CPU from ``.safetensors`` or a torch file, never running code stored in it.

    A torch file may wrap its tensors as ``{"state_dict": ...}`` or ``{"model": ...}``. Raises WeightsMissing if there
    is no such file, WeightsMismatch if it cannot be read or holds something else.
    """
    import torch

    if not path.is_file():
        raise WeightsMissing(f"The weights file {path} does not exist.")
    state: Any
    if path.suffix == ".safetensors":
        import safetensors
        import safetensors.torch

        try:
            state = safetensors.torch.load_file(path, device="cpu")
        except safetensors.SafetensorError as error:
            raise WeightsMismatch(f"The weights file {path} is damaged: {error}.") from error
    else:
        try:
            with warnings.catch_warnings():  # of odd pickles torch warns before it refuses them
                warnings.simplefilter("ignore", UserWarning)
                state = torch.load(path, map_location="cpu", weights_only=True)
        except _UNREADABLE as error:
            raise WeightsMismatch(f"The weights file {path} is damaged or holds more than tensors.") from error
    for wrapper in ("state_dict", "model"):
        if isinstance(state, dict) and isinstance(state.get(wrapper), dict):
            state = state[wrapper]
    if not isinstance(state, dict) or not all(
        isinstance(key, str) and isinstance(value, torch.Tensor) for key, value in state.items()
    ):
        raise WeightsMismatch(f"The weights file {path} holds no table of named tensors.")
    return state


def read_floats(path: Path) -> dict[str, torch.Tensor]:
    """Return what ``read_state`` does with every floating value in single precision, to compute with."""
    return {name: value.float() if value.is_floating_point() else value for name, value in read_state(path).items()}


def export_average(training: Path, target: Path, metadata: Mapping[str, str]) -> None:
    """Write the averaged weights of ``training`` (a training.pt of ours) to ``target``, in half precision and whole."""
    import torch
    from safetensors.torch import save_file

    state: dict[str, torch.Tensor] = torch.load(training, map_location="cpu", weights_only=True)["average"]
    half = {
        name: value.to(torch.float16).contiguous() if value.is_floating_point() else value
        for name, value in state.items()
    }
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(target.name + ".part")
    save_file(half, part, metadata={"format": "pt", **metadata})
    part.chmod(0o644)
    os.replace(part, target)  # noqa: PTH105 - the one call that is atomic on every system


def apply_state(
    network: torch.nn.Module, state: Mapping[str, torch.Tensor], *, source: Path, assign: bool = False
) -> None:
    """Put ``state`` into ``network``; raises WeightsMismatch naming tensors missing, left over or misshapen.

    With ``assign`` the tensors themselves become the network's, which may then be one without memory ("meta").
    """
    wanted = network.state_dict()
    missing = sorted(wanted.keys() - state.keys())
    surplus = sorted(state.keys() - wanted.keys())
    misshapen = sorted(key for key in wanted.keys() & state.keys() if wanted[key].shape != state[key].shape)
    faults = [
        f"{word} {', '.join(names[:3])}{' and more' if len(names) > 3 else ''}"
        for word, names in (("lacks", missing), ("has unknown", surplus), ("has another shape for", misshapen))
        if names
    ]
    if faults:
        raise WeightsMismatch(f"The weights file {source} does not fit this network: it {'; '.join(faults)}.")
    network.load_state_dict(dict(state), assign=assign)
