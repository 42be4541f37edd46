"""Grounding DINO: one sentence with all words, and boxes whose scores belong to its tokens."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from PIL import Image as Pictures
from torch import Tensor
from transformers.models.bert.tokenization_bert import BertTokenizer
from transformers.models.grounding_dino.configuration_grounding_dino import GroundingDinoConfig
from transformers.models.grounding_dino.modeling_grounding_dino import GroundingDinoForObjectDetection

from models.api import BoxCandidate, BoxPrompt, Image
from models.text import boxes
from models.text.vocabulary import Encoded, Vocabulary, too_long

SHORT, LONG = 800, 1333
"""Pixels: the shorter side is brought to the first, unless that makes the longer one longer than the second."""
MEAN = (0.485, 0.456, 0.406)
DEVIATION = (0.229, 0.224, 0.225)
TEXT_SCORE = 0.25
"""A token's score from which a box is of its word: the authors' own text threshold."""

CONFIG = GroundingDinoConfig
NETWORK = GroundingDinoForObjectDetection
TOKENIZER = BertTokenizer


class DinoNetwork:
    """Answers all words in one pass over the image."""

    def __init__(self, model: Any, vocabulary: Vocabulary, device: torch.device) -> None:
        """Take a network with its weights in place."""
        self._model = model.to(device).eval()
        self._vocabulary = vocabulary
        self._device = device

    @property
    def device(self) -> torch.device:
        """Where it computes."""
        return self._device

    def find(self, image: Image, words: Sequence[str], min_score: float) -> list[BoxCandidate]:
        """Return a box for each place whose best token scores enough and that is of a word at all.

        The score is the best token's, as in the authors' code; the word is the one with the best token of its own.
        """
        sentence = sentence_of(words)
        encoded = self._vocabulary.read(sentence, words)
        most = int(self._model.config.max_text_len)
        if len(encoded.ids) > most:
            raise too_long("The list of words", len(encoded.ids), most)
        answer = self._model(
            pixel_values=pixels(image).to(self._device),
            input_ids=torch.tensor([encoded.ids], device=self._device),
        )
        tokens = answer.logits[0].float().sigmoid().cpu()
        owner = _owners(encoded, words)
        by_word = torch.stack([tokens[:, : len(owner)][:, owner == number].amax(1) for number in range(len(words))], 1)
        word_score, word = by_word.max(1)
        score = tokens.amax(1)
        height, width = image.shape[:2]
        corners = boxes.corners(answer.pred_boxes[0].float().cpu()) * torch.tensor([width, height, width, height])
        kept = (score >= min_score) & (word_score >= min(TEXT_SCORE, min_score))
        return [
            BoxCandidate(BoxPrompt(*corners[place].tolist()), float(score[place]), words[int(word[place])])
            for place in torch.nonzero(kept)[:, 0].tolist()
        ]


def wrap(model: Any, vocabulary: Vocabulary, device: torch.device) -> DinoNetwork:
    """Return the network behind our protocol."""
    return DinoNetwork(model, vocabulary, device)


def width(config: GroundingDinoConfig) -> int:
    """Return the width of the image encoder that a description tells of."""
    return int(config.backbone_config.embed_dim)


def words_known(config: GroundingDinoConfig) -> int:
    """Return how many numbers the network has for tokens."""
    return int(config.text_config.vocab_size)


def sentence_of(words: Sequence[str]) -> str:
    """Return words as the network learned to read them: small letters, a full stop after each."""
    return " ".join(f"{word.lower()}." for word in words)


def _owners(encoded: Encoded, words: Sequence[str]) -> Tensor:
    """Return the place of the word that each token is of, -1 for full stops and marks."""
    owner = torch.full((len(encoded.ids),), -1)
    begin = 0
    for number, word in enumerate(words):
        end = begin + len(word.lower())
        for place, (start, stop) in enumerate(encoded.spans):
            if begin <= start < stop <= end:
                owner[place] = number
        begin = end + 2
    return owner


def pixels(image: Image) -> Tensor:
    """Return ``uint8[H, W, 3]`` as the network wants it: ``float32[1, 3, h, w]``, normalised."""
    rows, columns = size_of(image.shape[0], image.shape[1])
    small = Pictures.fromarray(image).resize((columns, rows), Pictures.Resampling.BILINEAR)
    colours = torch.from_numpy(np.array(small)).permute(2, 0, 1).to(torch.float32) / 255
    return ((colours - torch.tensor(MEAN).view(3, 1, 1)) / torch.tensor(DEVIATION).view(3, 1, 1))[None]


def size_of(height: int, width: int) -> tuple[int, int]:
    """Return rows and columns of what the network sees of an image, cut down as transformers does."""
    short: float = SHORT
    if max(height, width) / min(height, width) * SHORT > LONG:
        short = LONG * min(height, width) / max(height, width)
    side = max(1, round(short))
    if min(height, width) == side:
        return height, width
    if width < height:
        return int(short * height / width), side
    return side, int(short * width / height)
