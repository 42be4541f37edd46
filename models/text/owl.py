"""OWLv2: every place of the image has a box and is compared with every word."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
import torch
from torch import Tensor
from transformers.models.clip.tokenization_clip import CLIPTokenizer
from transformers.models.owlv2.configuration_owlv2 import Owlv2Config
from transformers.models.owlv2.modeling_owlv2 import Owlv2ForObjectDetection

from models.api import BoxCandidate, BoxPrompt, Image
from models.text import boxes
from models.text.vocabulary import Vocabulary, too_long

ASKED = "a photo of a {}"
"""How its authors ask for a word."""
MEAN = (0.48145466, 0.4578275, 0.40821073)
DEVIATION = (0.26862954, 0.26130258, 0.27577711)
PADDING = 0
"""The number after a text's end; of a whole text it would mean that there is none."""

CONFIG = Owlv2Config
NETWORK = Owlv2ForObjectDetection
TOKENIZER = CLIPTokenizer


class OwlNetwork:
    """Answers with the places that look most like a word."""

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
        """Return the box of each place whose best word scores enough."""
        ids, mask = self._ids(words)
        answer = self._model(
            input_ids=ids.to(self._device),
            attention_mask=mask.to(self._device),
            pixel_values=pixels(image, int(self._model.config.vision_config.image_size)).to(self._device),
        )
        best, word = answer.logits[0].float().cpu().max(1)
        score = best.sigmoid()
        # What it sees is a square around the image, which fills the upper left part.
        corners = boxes.corners(answer.pred_boxes[0].float().cpu()) * max(image.shape[:2])
        return [
            BoxCandidate(BoxPrompt(*corners[place].tolist()), float(score[place]), words[int(word[place])])
            for place in torch.nonzero(score >= min_score)[:, 0].tolist()
        ]

    def _ids(self, words: Sequence[str]) -> tuple[Tensor, Tensor]:
        """Return words as ``int64[N, T]`` numbers and what of them counts."""
        most = int(self._model.config.text_config.max_position_embeddings)
        ids = torch.full((len(words), most), PADDING)
        mask = torch.zeros((len(words), most), dtype=torch.int64)
        for row, word in enumerate(words):
            read = self._vocabulary.read(ASKED.format(word.lower()), (word,)).ids
            if len(read) > most:
                raise too_long(f"'{word}'", len(read), most)
            ids[row, : len(read)] = torch.tensor(read)
            mask[row, : len(read)] = 1
        return ids, mask


def wrap(model: Any, vocabulary: Vocabulary, device: torch.device) -> OwlNetwork:
    """Return the network behind our protocol."""
    return OwlNetwork(model, vocabulary, device)


def width(config: Owlv2Config) -> int:
    """Return the width of the image encoder that a description tells of."""
    return int(config.vision_config.hidden_size)


def words_known(config: Owlv2Config) -> int:
    """Return how many numbers the network has for tokens."""
    return int(config.text_config.vocab_size)


def pixels(image: Image, side: int) -> Tensor:
    """Return ``uint8[H, W, 3]`` in a black square, as the network wants it: ``float32[1, 3, side, side]``, normalised.

    Made smaller as its authors do: blurred by half of what the scale exceeds 1 (scikit-image's rule), then bilinear.
    """
    whole = max(image.shape[:2])
    square = np.zeros((whole, whole, 3), dtype=np.float32)
    square[: image.shape[0], : image.shape[1]] = image
    square /= 255
    sigma = max(0.0, (whole / side - 1) / 2)
    if sigma > 0:
        reach = 2 * int(4 * sigma + 0.5) + 1
        square = cv2.GaussianBlur(square, (reach, reach), sigma, borderType=cv2.BORDER_REFLECT_101).astype(np.float32)
    small = np.asarray(cv2.resize(square, (side, side), interpolation=cv2.INTER_LINEAR), dtype=np.float32)
    colours = torch.from_numpy(small).permute(2, 0, 1)
    return ((colours - torch.tensor(MEAN).view(3, 1, 1)) / torch.tensor(DEVIATION).view(3, 1, 1))[None]
