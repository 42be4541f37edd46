"""Weights from disk into a network; whatever does not fit is told in one clear error."""

from __future__ import annotations

import json
from collections.abc import Mapping

import torch
from torch import Tensor, nn

from models import weights
from models.errors import WeightsMismatch
from models.sam.families import KINDS
from models.sam.files import Source
from models.sam.keys import are_authors, for_videos, theirs_to_ours
from models.sam.variants import VARIANTS, Variant
from models.state_dict import apply_state, read_state

_PLACES = "shared_image_embedding.positional_embedding"
_PLACES_TOO = "prompt_encoder.shared_embedding.positional_embedding"
_POINTS = "prompt_encoder.point_embed.weight"


def read_network(source: Source, variant: Variant) -> nn.Module:
    """Return the network of ``variant`` with the weights of ``source``, on the CPU in single precision.

    Raises WeightsMissing, or WeightsMismatch (damaged, more than tensors, another network's).
    """
    _check_config(source, variant)
    state: dict[str, Tensor] = {}
    for file in source.files:
        state |= read_state(file)
    state = _translated(state)
    network = _hollow(variant)
    try:
        apply_state(network, {name: value.float() for name, value in state.items()}, source=source.path, assign=True)
    except WeightsMismatch:
        owner = _owner(state)
        if owner is None or owner.name == variant.name:
            raise
        raise WeightsMismatch(f"The weights {source.path} are those of {owner.name}, not of {variant.name}.") from None
    network.requires_grad_(requires_grad=False)
    return network


def fingerprint(source: Source) -> str:
    """Return the BLAKE3 checksum of the weights; of several files, one that depends on all and their order."""
    sums = [weights.checksum(file) for file in source.files]
    return sums[0] if len(sums) == 1 else weights.joined(sums)


def _translated(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return the weights under transformers' names, without those for videos."""
    theirs = are_authors(state)
    found = {theirs_to_ours(name) if theirs else name: value for name, value in state.items() if not for_videos(name)}
    parts = [name for name in sorted(found) if name.startswith(f"{_POINTS}.")]
    if parts:
        found[_POINTS] = torch.cat([found.pop(name) for name in parts])
    # One tensor under two names; files hold either or both.
    for name, other in ((_PLACES, _PLACES_TOO), (_PLACES_TOO, _PLACES)):
        if name not in found and other in found:
            found[name] = found[other]
    return found


def _hollow(variant: Variant) -> nn.Module:
    """Return the network without memory for its weights: random ones would take longer to make than to load."""
    with torch.device("meta"):
        network: nn.Module = KINDS[variant.family].build(variant.size)
    return network


def _owner(state: Mapping[str, Tensor]) -> Variant | None:
    """Return the variant whose tensors these are, by names and shapes."""
    shapes = {name: value.shape for name, value in state.items()}
    for variant in VARIANTS.values():
        if {name: value.shape for name, value in _hollow(variant).state_dict().items()} == shapes:
            return variant
    return None


def _check_config(source: Source, variant: Variant) -> None:
    """Tell a folder of something else by its own description, which says more than names of tensors."""
    if source.config is None:
        return
    try:
        kind = json.loads(source.config.read_text(encoding="utf-8")).get("model_type")
    except (ValueError, AttributeError) as error:
        raise WeightsMismatch(f"The description {source.config} is damaged.") from error
    if kind not in KINDS[variant.family].types:
        raise WeightsMismatch(
            f"The folder {source.path} holds a network of the type '{kind}'; {variant.name} is of the type "
            f"'{variant.family}'."
        )
