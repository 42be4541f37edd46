from __future__ import annotations

import json
import pickle
import shutil
from dataclasses import replace

import pytest
import torch
from safetensors.torch import save_file

from models import registry
from models.api import PointPrompt, PromptSet
from models.errors import BackendUnavailable, WeightsMismatch, WeightsMissing
from models.sam.families import KINDS
from models.sam.files import find, reason
from models.sam.keys import for_videos, theirs_to_ours
from models.sam.load import fingerprint, read_network
from models.sam.spec import VIT_B
from models.sam.variants import VARIANTS, Variant
from tests.models.sam.small import SMALL, SPECS, authors_state, published, randomised, small_network


def same_weights(first, second) -> bool:
    one, other = first.state_dict(), second.state_dict()
    return one.keys() == other.keys() and all(torch.equal(one[name], other[name]) for name in one)


@pytest.fixture
def reader(small, name):
    """Read with the small network's size."""
    return lambda path: read_network(find(SPECS[name], path), SMALL[name])


def test_a_folder_from_hugging_face(reader, network, hub_folder):
    assert same_weights(reader(hub_folder), network)


def test_the_authors_own_file(reader, network, authors_file):
    assert same_weights(reader(authors_file), network)


def test_the_authors_names_in_the_safe_format(reader, name, network, tmp_path):
    path = tmp_path / "sam.safetensors"
    save_file(authors_state(name, network), path)
    assert same_weights(reader(path), network)


def test_a_folder_in_several_files(reader, network, tmp_path):
    network.save_pretrained(tmp_path, max_shard_size="60KB")
    assert (tmp_path / "model.safetensors.index.json").exists()
    assert same_weights(reader(tmp_path), network)
    assert len(fingerprint(find(VIT_B, tmp_path))) == 64


def test_a_folder_in_several_files_of_which_one_is_lost(reader, network, tmp_path):
    network.save_pretrained(tmp_path, max_shard_size="60KB")
    lost = sorted(tmp_path.glob("model-*.safetensors"))[1]
    lost.unlink()
    with pytest.raises(WeightsMissing, match=lost.name):
        reader(tmp_path)


def test_half_precision_is_read_as_single(reader, network, hub_folder, tmp_path):
    halved = {name: value.half() for name, value in network.state_dict().items() if "shared_embedding" not in name}
    save_file(halved, tmp_path / "half.safetensors")
    found = reader(tmp_path / "half.safetensors")
    assert {value.dtype for value in found.state_dict().values()} == {torch.float32}


def test_every_published_tensor_finds_its_place(name):
    """Names and shapes in the authors' file of a full-size network."""
    variant = VARIANTS[name]
    with torch.device("meta"):
        state = KINDS[variant.family].build(variant.size).state_dict()
    wanted = {key: tuple(value.shape) for key, value in state.items()}
    wanted.pop("prompt_encoder.shared_embedding.positional_embedding")
    corners = wanted.pop("prompt_encoder.point_embed.weight", None)
    if corners is not None:
        wanted |= {f"prompt_encoder.point_embed.weight.{n}": (1, corners[1]) for n in range(4)}
    assert {theirs_to_ours(key): shape for key, shape in published(name).items() if not for_videos(key)} == wanted


def test_a_truncated_file(reader, authors_file, tmp_path):
    half = tmp_path / "half.pth"
    half.write_bytes(authors_file.read_bytes()[:5000])
    with pytest.raises(WeightsMismatch, match="damaged"):
        reader(half)


def test_a_truncated_folder(reader, hub_folder, tmp_path):
    folder = tmp_path / "cut"
    shutil.copytree(hub_folder, folder)
    whole = (folder / "model.safetensors").read_bytes()
    (folder / "model.safetensors").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(WeightsMismatch, match="damaged"):
        reader(folder)


def test_a_file_of_something_else(reader, tmp_path):
    (tmp_path / "picture.pth").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(400))
    with pytest.raises(WeightsMismatch, match="damaged or holds more than tensors"):
        reader(tmp_path / "picture.pth")


class Bomb:
    def __reduce__(self):
        return (open, ("bomb-went-off", "w"))


def test_code_in_a_file_is_never_run(reader, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    torch.save({"image_encoder.pos_embed": Bomb()}, tmp_path / "bomb.pth")
    (tmp_path / "plain.pth").write_bytes(pickle.dumps(Bomb()))
    for name in ("bomb.pth", "plain.pth"):
        with pytest.raises(WeightsMismatch, match="more than tensors"):
            reader(tmp_path / name)
    assert not (tmp_path / "bomb-went-off").exists()


def test_weights_of_another_variant_are_named(small, tmp_path):
    wider = Variant("sam-vit-l", "sam", replace(SMALL["sam-vit-b"].size, depth=3), "sam_vit_l_0b3195.pth")
    torch.save(randomised(KINDS["sam"].build(wider.size)).state_dict(), tmp_path / "wider.pth")
    torch.save(authors_state("sam-hq-vit-b", small_network("sam-hq-vit-b")), tmp_path / "hq.pth")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("models.sam.load.VARIANTS", {**SMALL, "sam-vit-l": wider})
        for file, owner in (("wider.pth", "sam-vit-l"), ("hq.pth", "sam-hq-vit-b")):
            with pytest.raises(WeightsMismatch, match=rf"those of {owner}, not of sam-vit-b"):
                read_network(find(VIT_B, tmp_path / file), SMALL["sam-vit-b"])


def test_weights_of_another_network(reader, tmp_path):
    torch.save({"conv.weight": torch.zeros(3, 3)}, tmp_path / "other.pth")
    with pytest.raises(WeightsMismatch, match=r"does not fit this network: it lacks .* and more; has unknown conv"):
        reader(tmp_path / "other.pth")


def test_a_folder_of_another_kind_of_network(reader, hub_folder, tmp_path):
    folder = tmp_path / "bert"
    shutil.copytree(hub_folder, folder)
    (folder / "config.json").write_text(json.dumps({"model_type": "bert"}), encoding="utf-8")
    with pytest.raises(WeightsMismatch, match="type 'bert'"):
        reader(folder)
    (folder / "config.json").write_text("[1, 2", encoding="utf-8")
    with pytest.raises(WeightsMismatch, match="damaged"):
        reader(folder)


def test_empty_and_absent_folders(reader, tmp_path):
    with pytest.raises(WeightsMissing, match="holds no weights"):
        reader(tmp_path)
    with pytest.raises(WeightsMissing, match="do not exist"):
        reader(tmp_path / "nowhere")


def test_without_weights_it_is_listed_with_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setenv("MASKWRIGHT_WEIGHTS", str(tmp_path))
    assert "maskwright backends pull sam-vit-b" in reason(VIT_B)
    (status,) = (status for status in registry.available("mask") if status.spec.name == "sam-vit-b")
    assert not status.available
    assert status.reason == "needs its weights: maskwright backends pull sam-vit-b"
    with pytest.raises(BackendUnavailable, match="cannot be used: needs its weights"):
        registry.load("sam-vit-b")


def test_a_half_download_is_never_used(tmp_path, monkeypatch):
    monkeypatch.setenv("MASKWRIGHT_WEIGHTS", str(tmp_path))
    (tmp_path / "sam_vit_b_01ec64.pth.part").write_bytes(b"half")
    assert reason(VIT_B)


@pytest.mark.parametrize("form", ["folder", "file", "given"])
def test_loaded_from_where_weights_are_kept(small, name, form, hub_folder, authors_file, tmp_path, monkeypatch):
    monkeypatch.setenv("MASKWRIGHT_WEIGHTS", str(tmp_path))
    given = None
    if form == "folder":
        shutil.copytree(hub_folder, tmp_path / name)
    elif form == "file":
        shutil.copy(authors_file, tmp_path)
    else:
        given = authors_file
    backend = registry.load(name, device="cpu", weights=given)
    assert len(backend.info.weights_hash) == 64
    backend.close()
    with pytest.raises(RuntimeError, match="closed"):
        backend.predict(None, PromptSet((PointPrompt(1, 1),)))


def test_hugging_face_calls_sam_2_a_network_for_videos(small, tmp_path):
    network = small_network("sam2.1-hiera-tiny")
    network.save_pretrained(tmp_path)
    description = json.loads((tmp_path / "config.json").read_text(encoding="utf-8"))
    (tmp_path / "config.json").write_text(json.dumps({**description, "model_type": "sam2_video"}), encoding="utf-8")
    state = {**network.state_dict(), "memory_encoder.projection.weight": torch.zeros(3)}
    save_file({key: value.clone() for key, value in state.items()}, tmp_path / "model.safetensors")
    found = read_network(find(SPECS["sam2.1-hiera-tiny"], tmp_path), SMALL["sam2.1-hiera-tiny"])
    assert same_weights(found, network)
