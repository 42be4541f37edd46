"""A detector's folder into a network; whatever does not fit is told in one clear error."""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import ModuleType
from typing import Any

import torch
from torch import nn
from transformers.utils import logging as chatter

from models import device as devices
from models.errors import WeightsMismatch
from models.hub import Source
from models.state_dict import read_state
from models.text import dino, owl
from models.text.network import Network
from models.text.variants import VARIANTS, Family, Variant
from models.text.vocabulary import Vocabulary

FAMILIES: Mapping[Family, ModuleType] = {"grounding-dino": dino, "owlv2": owl}


def read_network(source: Source, variant: Variant, device: torch.device) -> Network:
    """Return the network of ``variant`` with the weights and the vocabulary of ``source``, in single precision.

    Raises WeightsMissing, WeightsMismatch (damaged, more than tensors, another network's) or DeviceOutOfMemory.
    """
    family = FAMILIES[variant.family]
    config = _config(source, variant, family)
    vocabulary = Vocabulary(family.TOKENIZER, source.path, family.words_known(config))
    state: dict[str, torch.Tensor] = {}
    for file in source.files:
        state |= read_state(file)
    model = _filled(source, variant, family, config, state)
    with devices.memory_errors(device):
        network: Network = family.wrap(model, vocabulary, device)
    return network


def _config(source: Source, variant: Variant, family: ModuleType) -> Any:
    """Return the folder's description of its network, after checking that it is the one that is wanted."""
    assert source.config is not None
    try:
        told = json.loads(source.config.read_text(encoding="utf-8"))
        kind = told["model_type"]
    except (ValueError, TypeError, KeyError) as error:
        raise WeightsMismatch(f"The description {source.config} is damaged.") from error
    if kind != variant.family:
        raise WeightsMismatch(
            f"The folder {source.path} holds a network of the type '{kind}'; {variant.name} is of the type "
            f"'{variant.family}'."
        )
    try:
        config = family.CONFIG.from_dict(told)
        width = family.width(config)
    except Exception as error:  # transformers checks descriptions with errors of many libraries
        raise WeightsMismatch(f"The description {source.config} is damaged ({error}).") from error
    if width != variant.width:
        owner = next((each.name for each in VARIANTS.values() if (each.family, each.width) == (kind, width)), "another")
        raise WeightsMismatch(f"The folder {source.path} holds {owner}, not {variant.name}.")
    return config


def _filled(
    source: Source, variant: Variant, family: ModuleType, config: Any, state: Mapping[str, torch.Tensor]
) -> nn.Module:
    """Return the network with ``state`` in it; transformers knows under which names files were published."""
    chatter.disable_progress_bar()
    before = chatter.get_verbosity()
    chatter.set_verbosity_error()
    try:
        model, told = family.NETWORK.from_pretrained(
            None,
            config=config,
            state_dict=dict(state),
            dtype=torch.float32,
            output_loading_info=True,
            ignore_mismatched_sizes=True,
        )
    finally:
        chatter.set_verbosity(before)
    lost = sorted(set(told["missing_keys"]) & {name for name, _ in model.named_parameters()})
    odd = sorted(str(each[0]) if isinstance(each, tuple) else str(each) for each in told["mismatched_keys"])
    faults = [
        f"{word} {', '.join(names[:3])}{' and more' if len(names) > 3 else ''}"
        for word, names in (("lacks", lost), ("has another shape for", odd))
        if names
    ]
    if faults:
        raise WeightsMismatch(f"The weights {source.path} do not fit {variant.name}: the file {'; '.join(faults)}.")
    model.requires_grad_(requires_grad=False)
    found: nn.Module = model
    return found
