"""Detectors small enough for tests, with random weights that see image and words, in folders as they are published."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
from transformers.models.bert.configuration_bert import BertConfig
from transformers.models.grounding_dino.configuration_grounding_dino import GroundingDinoConfig
from transformers.models.grounding_dino.modeling_grounding_dino import GroundingDinoForObjectDetection
from transformers.models.owlv2.configuration_owlv2 import Owlv2Config
from transformers.models.owlv2.modeling_owlv2 import Owlv2ForObjectDetection
from transformers.models.swin.configuration_swin import SwinConfig

from models.text.spec import DINO_TINY, OWL_BASE
from models.text.variants import Variant

SPECS = {spec.name: spec for spec in (DINO_TINY, OWL_BASE)}
SMALL = {
    "grounding-dino-tiny": Variant("grounding-dino-tiny", "grounding-dino", 16, "IDEA/tiny", 0, 0.35),
    "owlv2-base": Variant("owlv2-base", "owlv2", 24, "google/base", 0, 0.2),
}
LETTERS = "abcdefghijklmnopqrstuvwxyz"
BERT_WORDS = ("dog", "person", "traffic", "light", "red", "car", *LETTERS, *(f"##{letter}" for letter in LETTERS))


def small_network(name: str, seed: int = 0) -> Any:
    """Return a network of the family of ``name``, filled so that scores spread and boxes differ."""
    torch.manual_seed(seed)
    network = _dino() if name.startswith("grounding") else _owl()
    draw = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for key, value in sorted(network.named_parameters()):
            if value.ndim > 1 and "embed" not in key:
                value.copy_(torch.randn(value.shape, generator=draw) / (value.numel() / value.shape[0]) ** 0.5)
            elif key.endswith("bias"):
                value.copy_(0.1 * torch.randn(value.shape, generator=draw))
        for key, value in network.named_parameters():
            if "logit_scale.weight" in key:
                value.mul_(20)
    network.tie_weights()
    return network.eval()


def save(name: str, network: Any, folder: Path) -> Path:
    """Write a folder as it is published: description, weights, vocabulary."""
    network.save_pretrained(folder)
    if name.startswith("grounding"):
        # The published network finds its full stops and question marks by these very numbers.
        lines = [f"[unused{number}]" for number in range(1100)]
        for number, token in (
            (0, "[PAD]"),
            (100, "[UNK]"),
            (101, "[CLS]"),
            (102, "[SEP]"),
            (103, "[MASK]"),
            (1012, "."),
            (1029, "?"),
        ):
            lines[number] = token
        lines[200 : 200 + len(BERT_WORDS)] = BERT_WORDS
        (folder / "vocab.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    else:
        tokens = ["!", *LETTERS, *(f"{letter}</w>" for letter in LETTERS), "do", "dog</w>"]
        tokens += ["<|startoftext|>", "<|endoftext|>"]
        table = {token: number for number, token in enumerate(tokens)}
        (folder / "vocab.json").write_text(json.dumps(table), encoding="utf-8")
        (folder / "merges.txt").write_text("#version: 0.2\nd o\ndo g</w>\n", encoding="utf-8")
    return folder


def _dino() -> Any:
    return GroundingDinoForObjectDetection(
        GroundingDinoConfig(
            backbone_config=SwinConfig(
                image_size=64,
                embed_dim=16,
                depths=[1, 1, 1, 1],
                num_heads=[1, 2, 2, 2],
                window_size=4,
                out_indices=[2, 3, 4],
            ),
            text_config=BertConfig(
                vocab_size=1100,
                hidden_size=16,
                num_hidden_layers=1,
                num_attention_heads=2,
                intermediate_size=16,
                max_position_embeddings=64,
            ),
            d_model=32,
            num_queries=40,
            encoder_layers=1,
            decoder_layers=2,
            encoder_ffn_dim=16,
            decoder_ffn_dim=16,
            encoder_attention_heads=2,
            decoder_attention_heads=2,
            max_text_len=48,
        )
    )


def _owl() -> Any:
    return Owlv2ForObjectDetection(
        Owlv2Config(
            text_config={
                "vocab_size": 57,
                "hidden_size": 16,
                "intermediate_size": 16,
                "num_hidden_layers": 1,
                "num_attention_heads": 2,
                "bos_token_id": 55,
                "eos_token_id": 56,
                "max_position_embeddings": 30,
            },
            vision_config={
                "hidden_size": 24,
                "intermediate_size": 16,
                "num_hidden_layers": 1,
                "num_attention_heads": 2,
                "image_size": 96,
                "patch_size": 16,
            },
            projection_dim=16,
        )
    )
