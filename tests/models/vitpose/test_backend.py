"""ViTPose with small networks of no meaning: what holds for any weights."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from models import registry
from models.api import BoxPrompt, PoseBackend
from models.errors import WeightsMismatch, WeightsMissing
from models.joint_names import mirror_of
from models.vitpose import backend as room
from models.vitpose.files import find
from models.vitpose.frame import around
from models.vitpose.load import build, read_network
from models.vitpose.spec import BASE_SIMPLE, PLUS_SMALL
from models.vitpose.variants import JOINTS, Variant

SMALL = Variant("small", 32, 2, 4, rows=64, columns=48)
SMALL_CLASSIC = Variant("small", 32, 2, 4, simple=False, experts=2, part=8, rows=64, columns=48)


def network(variant, joints=17, seed=0):
    torch.manual_seed(seed)
    made = build(variant, joints)
    for name, value in made.named_parameters():
        torch.nn.init.normal_(value, 0.5 if "norm" in name else 0, 0.3)
    return made.requires_grad_(requires_grad=False)


def vitpose(variant=SMALL, joints=JOINTS):
    return room.VitPose(BASE_SIMPLE, network(variant, len(joints)), variant, joints, torch.device("cpu"), "w")


@pytest.fixture
def image():
    return np.random.default_rng(0).integers(0, 256, (120, 100, 3), dtype=np.uint8)


@pytest.mark.parametrize("variant", [SMALL, SMALL_CLASSIC])
def test_a_mirrored_crop_gives_the_mirrored_maps(image, variant):
    backend = vitpose(variant)
    assert isinstance(backend, PoseBackend)
    crop = around((20, 10, 60, 110), variant.rows, variant.columns).cut(image, variant.rows, variant.columns)
    straight = backend._maps(crop[None])
    mirrored = backend._maps(crop[None, :, :, ::-1].copy())
    assert straight.shape == (1, 17, 16, 12)
    assert np.allclose(mirrored[:, list(mirror_of(JOINTS)), :, ::-1], straight, atol=1e-3)


def test_joints_come_in_the_order_asked_for(image):
    backend = vitpose()
    box = BoxPrompt(20, 10, 60, 110)
    (whole,) = backend.predict(image, [box], JOINTS)
    some = backend.predict(image, [box] * 9, ["R_Knee", "tail", "Nose"])
    assert len(some) == 9
    assert some[8].keypoints[0] == pytest.approx(whole.keypoints[JOINTS.index("right_knee")], abs=1e-4)
    assert some[0].keypoints[1] == (40, 60, 0)
    assert some[0].keypoints[2] == pytest.approx(whole.keypoints[0], abs=1e-4)
    assert backend.predict(image, [], JOINTS) == []


@pytest.fixture
def saved(tmp_path):
    """A folder as transformers saves it, with joints of its own."""
    folder = tmp_path / "vitpose-base-simple"
    made = network(SMALL, 3)
    made.config.id2label = {0: "L_Tip", 1: "R_Tip", 2: "Handle"}
    made.save_pretrained(folder)
    return folder


def test_a_folder_says_which_joints_it_knows(saved):
    loaded, joints = read_network(find(BASE_SIMPLE, saved), SMALL)
    assert joints == ("L_Tip", "R_Tip", "Handle")
    for name, value in network(SMALL, 3).state_dict().items():
        assert torch.equal(value, loaded.state_dict()[name]), name


def test_a_single_file_knows_cocos_joints(tmp_path):
    file = tmp_path / "vitpose-base-simple.safetensors"
    save_file(network(SMALL).state_dict(), file)
    _, joints = read_network(find(BASE_SIMPLE, file), SMALL)
    assert joints == JOINTS


def test_what_does_not_fit_is_told(saved, tmp_path):
    with pytest.raises(WeightsMismatch):
        read_network(find(BASE_SIMPLE, saved), SMALL_CLASSIC)
    config = json.loads((saved / "config.json").read_text())
    (saved / "config.json").write_text(json.dumps(config | {"model_type": "vit"}))
    with pytest.raises(WeightsMismatch, match="type 'vit', not 'vitpose'"):
        read_network(find(BASE_SIMPLE, saved), SMALL)
    (saved / "config.json").write_text("{")
    with pytest.raises(WeightsMismatch, match="damaged"):
        read_network(find(BASE_SIMPLE, saved), SMALL)
    with pytest.raises(WeightsMissing, match="do not exist"):
        find(BASE_SIMPLE, tmp_path / "none")


def test_the_published_sizes_can_be_built():
    with torch.device("meta"):
        small = build(room.VARIANTS["vitpose-plus-small"], 17)
        base = build(room.VARIANTS["vitpose-base-simple"], 17)
    millions = [sum(value.numel() for value in made.parameters()) / 1e6 for made in (small, base)]
    assert 25 < millions[0] < 45
    assert 80 < millions[1] < 95


def test_without_weights_the_list_says_how_to_bring_them(monkeypatch, tmp_path):
    monkeypatch.setenv("MASKWRIGHT_WEIGHTS", str(tmp_path))
    statuses = {status.spec.name: status for status in registry.available("pose")}
    assert statuses[PLUS_SMALL.name].reason == "needs its weights: maskwright backends add vitpose-plus-small PATH"
