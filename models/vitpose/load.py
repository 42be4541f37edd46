"""Weights from disk into a network, and the joints that its description names."""

from __future__ import annotations

import json
from typing import Any

import torch
from torch import nn
from transformers import VitPoseBackboneConfig, VitPoseConfig, VitPoseForPoseEstimation

from models.errors import WeightsMismatch
from models.hub import Source
from models.state_dict import apply_state, read_state
from models.vitpose.variants import JOINTS, Variant

_TYPE = "vitpose"


def read_network(source: Source, variant: Variant) -> tuple[nn.Module, tuple[str, ...]]:
    """Return the network of ``variant`` with the weights of ``source``, on the CPU, and its joints' names.

    Raises WeightsMissing, or WeightsMismatch (damaged, more than tensors, another network's).
    """
    joints = _joints(source)
    state: dict[str, torch.Tensor] = {}
    for file in source.files:
        state |= read_state(file)
    with torch.device("meta"):
        network = build(variant, len(joints))
    floats = {name: value.float() if value.is_floating_point() else value for name, value in state.items()}
    apply_state(network, floats, source=source.path, assign=True)
    network.requires_grad_(requires_grad=False)
    return network, joints


def build(variant: Variant, joints: int) -> nn.Module:
    """Return a network of that size for so many joints, with weights of no meaning."""
    backbone = VitPoseBackboneConfig(
        image_size=[variant.rows, variant.columns],
        hidden_size=variant.width,
        num_hidden_layers=variant.depth,
        num_attention_heads=variant.heads,
        num_experts=variant.experts,
        part_features=variant.part or 256,
        out_indices=[variant.depth],
    )
    config = VitPoseConfig(backbone_config=backbone, num_labels=joints, use_simple_decoder=variant.simple)
    network: nn.Module = VitPoseForPoseEstimation(config)
    return network.eval()


def _joints(source: Source) -> tuple[str, ...]:
    """Return the joints that a folder's own description names, else COCO's."""
    if source.config is None:
        return JOINTS
    try:
        told: dict[str, Any] = json.loads(source.config.read_text(encoding="utf-8"))
        kind, names = told.get("model_type"), told.get("id2label")
        ordered = [str(names[key]) for key in sorted(names, key=int)] if names else []
    except (ValueError, AttributeError, TypeError, KeyError) as error:
        raise WeightsMismatch(f"The description {source.config} is damaged.") from error
    if kind != _TYPE:
        raise WeightsMismatch(f"The folder {source.path} holds a network of the type '{kind}', not '{_TYPE}'.")
    # Without names of its own, transformers writes LABEL_0, LABEL_1 ...
    if not ordered or any(name.startswith("LABEL_") for name in ordered):
        return JOINTS
    return tuple(ordered)
