"""The network that answers is the network that was trained, only quicker."""

from __future__ import annotations

import torch

from models.compact.network import CompactNet, NetSize
from models.compact.quick import quickened

SMALL = NetSize(stem=8, encoder=(8, 16, 16), depth=(1, 1, 1), decoder=(16, 16, 16), likeness=4)


def used(seed: int) -> CompactNet:
    """Return a network whose batch norms have seen something."""
    torch.manual_seed(seed)
    network = CompactNet(SMALL)
    for part in network.modules():
        if isinstance(part, torch.nn.BatchNorm2d):
            torch.nn.init.uniform_(part.weight, 0.5, 1.5)
            torch.nn.init.uniform_(part.bias, -0.5, 0.5)
            part.running_mean = torch.rand_like(part.weight)
            part.running_var = 0.5 + torch.rand_like(part.weight)
    return network.eval()


def test_folding_the_norms_changes_no_feature() -> None:
    network = used(1)
    image = torch.rand(1, 3, 64, 96)
    with torch.inference_mode():
        for plain, quick in zip(network.encoder(image), quickened(network, bfloat=False).encoder(image), strict=True):
            torch.testing.assert_close(quick, plain, rtol=1e-4, atol=1e-4)


def test_no_batch_norm_is_left_and_the_trained_network_is_untouched() -> None:
    network = used(2)
    before = {name: value.clone() for name, value in network.state_dict().items()}
    quick = quickened(network, bfloat=True)
    assert not any(isinstance(part, torch.nn.BatchNorm2d) for part in quick.modules())
    assert all(torch.equal(value, before[name]) for name, value in network.state_dict().items())


def test_weights_kept_as_bfloat_answer_as_autocast_does() -> None:
    network = quickened(used(3), bfloat=False)
    kept = quickened(network, bfloat=True)
    image = torch.rand(1, 3, 64, 64)
    with torch.inference_mode(), torch.autocast("cpu", dtype=torch.bfloat16):
        for plain, quick in zip(network.encoder(image), kept.encoder(image), strict=True):
            assert torch.equal(plain, quick)
