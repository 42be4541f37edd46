"""Detectors answer as transformers' own processing does, without torchvision and timm."""

from __future__ import annotations

import importlib.util

import numpy as np
import pytest
import torch
from transformers.models.bert.tokenization_bert import BertTokenizer
from transformers.models.clip.tokenization_clip import CLIPTokenizer
from transformers.models.grounding_dino.image_processing_pil_grounding_dino import GroundingDinoImageProcessorPil
from transformers.models.grounding_dino.processing_grounding_dino import GroundingDinoProcessor
from transformers.models.owlv2.image_processing_pil_owlv2 import Owlv2ImageProcessorPil
from transformers.models.owlv2.processing_owlv2 import Owlv2Processor

from models import registry
from models.api import DetectBackend
from models.errors import UnsupportedPrompt
from models.text import dino, owl

WORDS = ("dog", "traffic light", "red car", "person")
SHAPES = [(90, 140), (140, 90), (64, 64), (40, 400)]


def picture(height: int, width: int) -> np.ndarray:
    y, x = np.mgrid[:height, :width]
    noise = np.random.default_rng(height).integers(0, 30, (height, width, 3))
    return (np.stack([x * 200 // width, y * 200 // height, 90 + 0 * x], axis=2) + noise).astype(np.uint8)


@pytest.fixture
def backend(small, name, folder):
    loaded = registry.load(name, device="cpu", weights=folder)
    yield loaded
    loaded.close()


def theirs(name, network, folder, image, threshold):
    """Return transformers' own answer: boxes, scores and what they are of, best first."""
    size = [image.shape[:2]]
    if name.startswith("grounding"):
        processor = GroundingDinoProcessor(GroundingDinoImageProcessorPil(), BertTokenizer.from_pretrained(str(folder)))
        given = processor(images=image, text=[list(WORDS)], return_tensors="pt")
        with torch.inference_mode():
            answer = network(**given)
        (found,) = processor.post_process_grounded_object_detection(
            answer, given.input_ids, threshold=threshold, text_threshold=min(threshold, 0.25), target_sizes=size
        )
        kept = [
            number for number, words in enumerate(found["text_labels"]) if words.replace(".", "").strip()
        ]  # theirs keeps boxes of full stops, too
    else:
        shown = Owlv2ImageProcessorPil(size={"height": 96, "width": 96})
        processor = Owlv2Processor(shown, CLIPTokenizer.from_pretrained(str(folder), pad_token="!"))
        asked = [[owl.ASKED.format(word) for word in WORDS]]
        given = processor(images=image, text=asked, return_tensors="pt", max_length=30, padding="max_length")
        with torch.inference_mode():
            answer = network(**given)
        (found,) = processor.post_process_grounded_object_detection(answer, threshold, size, [list(WORDS)])
        kept = range(len(found["scores"]))
    order = sorted(kept, key=lambda number: -float(found["scores"][number]))
    return [(found["boxes"][n].tolist(), float(found["scores"][n]), found["text_labels"][n]) for n in order]


@pytest.mark.parametrize("shape", SHAPES)
def test_the_same_boxes_scores_and_words_as_transformers(backend, name, network, folder, shape):
    image = picture(*shape)
    threshold = 0.3
    mine = backend.detect(image, texts=WORDS, min_score=threshold)
    told = theirs(name, network, folder, image, threshold)
    assert len(mine) == len(told) > 3
    # OWLv2's picture is blurred in double precision there and in single precision here.
    off = 1e-4 if name.startswith("grounding") else 2e-2
    for one, (box, score, words) in zip(mine, told, strict=True):
        assert one.score == pytest.approx(score, abs=off)
        assert [one.box.x0, one.box.y0, one.box.x1, one.box.y1] == pytest.approx(box, abs=max(shape) * off)
        assert any(part in words for part in one.label.split())
    assert len({one.label for one in mine}) > 1


def test_it_is_a_detector_with_an_identity(backend, name):
    assert isinstance(backend, DetectBackend)
    assert (backend.info.name, backend.info.task, backend.info.device) == (name, "detect", "cpu")
    assert len(backend.info.weights_hash) == 64


def test_neither_torchvision_nor_timm_is_here():
    """What is proven above is proven without them."""
    assert importlib.util.find_spec("torchvision") is None
    assert importlib.util.find_spec("timm") is None


def test_a_single_pixel_and_capitals(backend):
    for answer in backend.detect(np.zeros((1, 1, 3), np.uint8), texts=("DOG",), min_score=0.0)[:3]:
        assert answer.label == "DOG"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((), "Say in words"),
        (("狗",), "'狗' is not English"),
        (("dog", "собака"), "'собака' is not English"),
        (("abcdefghijklmnopqrstuvwxyz " * 3,), "too long for this detector"),
    ],
)
def test_words_that_cannot_be_read(backend, words, told):
    with pytest.raises(UnsupportedPrompt, match=told):
        backend.detect(picture(20, 20), texts=words)


def test_letters_that_a_vocabulary_lacks(backend, name):
    if name.startswith("grounding"):
        with pytest.raises(UnsupportedPrompt, match="does not know 'dog5'"):
            backend.detect(picture(20, 20), texts=("dog5",))


@pytest.mark.parametrize(
    ("height", "width"), [(480, 640), (640, 480), (100, 3000), (800, 900), (799, 1333), (333, 555)]
)
def test_the_size_that_grounding_dino_sees(height, width):
    image = picture(height, width)
    shown = GroundingDinoImageProcessorPil()(images=image, return_tensors="pt").pixel_values
    mine = dino.pixels(image)
    assert mine.shape == shown.shape
    assert torch.allclose(mine, shown, atol=1e-5)


@pytest.mark.parametrize("shape", [(300, 200), (96, 96), (50, 70), (1000, 900)])
def test_the_square_that_owlv2_sees(shape):
    image = picture(*shape)
    shown = Owlv2ImageProcessorPil(size={"height": 96, "width": 96})(images=image, return_tensors="pt").pixel_values
    mine = owl.pixels(image, 96)
    assert mine.shape == shown.shape
    # Half a pixel at the rim is mirrored there and repeated here.
    assert torch.allclose(mine[..., 1:-1, 1:-1], shown[..., 1:-1, 1:-1].float(), atol=2e-3)
    assert torch.allclose(mine, shown.float(), atol=0.1)
