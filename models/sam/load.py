"""Weights from disk into a network; whatever does not fit is told in one clear error."""

from __future__ import annotations

import json
from collections.abc import Mapping

import torch
from torch import Tensor, nn

from models import weights
from models.errors import WeightsMismatch
from models.sam.files import Source
from models.sam.keys import are_authors, theirs_to_ours
from models.sam.network import build
from models.sam.variants import VARIANTS, Variant
from models.state_dict import apply_state, read_state

_PLACES = "shared_image_embedding.positional_embedding"
_PLACES_TOO = "prompt_encoder.shared_embedding.positional_embedding"
_FIRST = "vision_encoder.pos_embed"


def read_network(source: Source, variant: Variant) -> nn.Module:
    """Return the network of ``variant`` with the weights of ``source``, on the CPU in single precision.

    Raises WeightsMissing, or WeightsMismatch (damaged, more than tensors, another network's).
    """
    _check_config(source, variant)
    state: dict[str, Tensor] = {}
    for file in source.files:
        state |= read_state(file)
    if are_authors(state):
        state = {theirs_to_ours(name): value for name, value in state.items()}
    # One tensor under two names; files hold either or both.
    for name, other in ((_PLACES, _PLACES_TOO), (_PLACES_TOO, _PLACES)):
        if name not in state and other in state:
            state[name] = state[other]
    _check_size(state, source, variant)
    # Built without memory: filling a network with random numbers first would take longer than loading it.
    with torch.device("meta"):
        network: nn.Module = build(variant.size)
    apply_state(network, {name: value.float() for name, value in state.items()}, source=source.path, assign=True)
    network.requires_grad_(requires_grad=False)
    return network


def fingerprint(source: Source) -> str:
    """Return the BLAKE3 checksum of the weights; of several files, one that depends on all and their order."""
    sums = [weights.checksum(file) for file in source.files]
    return sums[0] if len(sums) == 1 else weights.joined(sums)


def _check_config(source: Source, variant: Variant) -> None:
    """Tell a folder of something else by its own description, which says more than names of tensors."""
    if source.config is None:
        return
    try:
        kind = json.loads(source.config.read_text(encoding="utf-8")).get("model_type")
    except (ValueError, AttributeError) as error:
        raise WeightsMismatch(f"The description {source.config} is damaged.") from error
    if kind != variant.family:
        raise WeightsMismatch(
            f"The folder {source.path} holds a network of the type '{kind}'; {variant.name} is of the type "
            f"'{variant.family}'."
        )


def _check_size(state: Mapping[str, Tensor], source: Source, variant: Variant) -> None:
    """Name the variant the weights belong to, if they are another one's."""
    first = state.get(_FIRST)
    if first is None or first.ndim != 4 or first.shape[-1] == variant.size.width:
        return
    for other in VARIANTS.values():
        if other.family == variant.family and other.size.width == first.shape[-1]:
            raise WeightsMismatch(f"The weights {source.path} are those of {other.name}, not of {variant.name}.")
