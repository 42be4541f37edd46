"""The decoder in our order of work against transformers' own, which is slower and known to be right."""

from __future__ import annotations

import pytest
import torch

from models.sam.families import KINDS
from models.sam.network import Asked
from tests.models.sam.small import SMALL, small_network

# transformers' SAM-HQ decoder is not its authors'; ``make parity`` compares ours with theirs.
NAMES = ("sam-vit-b", "sam2.1-hiera-tiny")


@pytest.fixture(scope="module", params=NAMES)
def pair(request):
    """Return our network and transformers' model around the same weights."""
    model = small_network(request.param)
    size = SMALL[request.param].size
    return KINDS[SMALL[request.param].family].wrap(model, size, torch.device("cpu")), model


def looked(network, seed=0):
    draw = torch.Generator().manual_seed(seed)
    return tuple(torch.randn(shape, generator=draw) for shape in network.feature_shapes)


def asked(count: int, each: int, *, mask: bool = False) -> Asked:
    draw = torch.Generator().manual_seed(count * each)
    points = 128 * torch.rand((count, each, 2), generator=draw)
    labels = torch.arange(count * each).reshape(count, each) % 2
    return Asked(points, labels, None, 5 * torch.randn((1, 1, 32, 32), generator=draw) if mask else None)


def theirs(network, model, features, question, *, multimask):
    sparse, dense = model.prompt_encoder(
        input_points=question.points[None],
        input_labels=question.labels[None],
        input_boxes=None,
        input_masks=question.mask,
    )
    extra = {"high_resolution_features": list(features[:-1])} if len(features) > 1 else {}
    logits, scores, *_ = model.mask_decoder(
        image_embeddings=features[-1],
        image_positional_embeddings=model.get_image_wide_positional_embeddings(),
        sparse_prompt_embeddings=sparse,
        dense_prompt_embeddings=dense,
        multimask_output=multimask,
        **extra,
    )
    return logits[0], scores[0]


def ours(network, features, question, *, multimask):
    heard = network.hear(features, question, multimask=multimask)
    picked = torch.arange(heard.scores.numel())
    side = network.logit_side
    return heard.draw(picked, side, side).unflatten(0, heard.scores.shape), heard.scores


@pytest.mark.parametrize("multimask", [True, False])
@pytest.mark.parametrize("question", [asked(1, 1), asked(5, 1), asked(3, 12), asked(1, 2, mask=True)])
def test_the_same_answer_in_another_order_of_work(pair, question, multimask):
    network, model = pair
    features = looked(network)
    with torch.inference_mode():
        wanted, forecast = theirs(network, model, features, question, multimask=multimask)
        logits, scores = ours(network, features, question, multimask=multimask)
    assert wanted.abs().max() > 5
    assert torch.allclose(scores, forecast, atol=1e-5)
    assert torch.allclose(logits, wanted, atol=2e-4)


def test_a_part_of_some_masks_is_cut_out_of_the_whole(name, network):
    wrapped = KINDS[SMALL[name].family].wrap(network, SMALL[name].size, torch.device("cpu"))
    with torch.inference_mode():
        features = looked(wrapped)
        heard = wrapped.hear(features, asked(6, 1), multimask=True)
        whole = heard.draw(torch.arange(18), 32, 32)
        picked = torch.tensor([0, 2, 7, 8, 15])
        some = heard.draw(picked, 13, 22)
    assert some.shape == (5, 13, 22)
    assert torch.allclose(some, whole[picked, :13, :22], atol=1e-4)


def test_another_image_or_a_mask_is_not_answered_with_the_last_image(pair):
    network, _ = pair
    first, second, question = looked(network, 1), looked(network, 2), asked(1, 1)
    with torch.inference_mode():
        alone = ours(network, second, question, multimask=True)[0]
        ours(network, first, question, multimask=True)
        ours(network, first, asked(1, 1, mask=True), multimask=True)
        assert torch.equal(ours(network, second, question, multimask=True)[0], alone)
        assert not torch.equal(ours(network, first, question, multimask=True)[0], alone)
