from __future__ import annotations

import json
import pickle
import shutil

import pytest
import torch
from safetensors.torch import save_file

from models import registry
from models.api import PointPrompt, PromptSet
from models.errors import BackendUnavailable, WeightsMismatch, WeightsMissing
from models.sam.files import find, reason
from models.sam.keys import theirs_to_ours
from models.sam.load import fingerprint, read_network
from models.sam.network import build
from models.sam.spec import VIT_B
from models.sam.variants import VARIANTS
from tests.models.sam.small import NAMES


def same_weights(first, second) -> bool:
    one, other = first.state_dict(), second.state_dict()
    return one.keys() == other.keys() and all(torch.equal(one[name], other[name]) for name in one)


def read(path):
    return read_network(find(VIT_B, path), VARIANTS["sam-vit-b"])


@pytest.fixture
def reader(small, monkeypatch):
    """Read with the small network's size."""
    from models.sam import load

    return lambda path: read_network(find(VIT_B, path), load.VARIANTS["sam-vit-b"])


def test_a_folder_from_hugging_face(reader, network, hub_folder):
    assert same_weights(reader(hub_folder), network)


def test_the_authors_own_file(reader, network, authors_file):
    assert same_weights(reader(authors_file), network)


def test_the_authors_names_in_the_safe_format(reader, network, authors_file, tmp_path):
    path = tmp_path / "sam.safetensors"
    save_file(torch.load(authors_file, weights_only=True), path)
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


@pytest.mark.parametrize("variant", VARIANTS.values(), ids=lambda variant: variant.name)
def test_every_published_tensor_finds_its_place(variant):
    """Names and shapes of the authors' file for ViT-B; those of the larger networks follow from them."""
    size = variant.size
    with torch.device("meta"):
        wanted = {name: tuple(value.shape) for name, value in build(size).state_dict().items()}
    wanted.pop("prompt_encoder.shared_embedding.positional_embedding")
    found = {}
    for line in NAMES.read_text(encoding="utf-8").splitlines():
        name, shape = line.split()
        found[theirs_to_ours(name)] = tuple(int(part) for part in shape.split("x"))
    if size.depth == 12:
        assert found == wanted
    else:
        assert {name for name in wanted if f"layers.{size.depth - 1}." not in name} >= found.keys()


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


def test_weights_of_another_variant_are_named(tmp_path):
    torch.save({"image_encoder.pos_embed": torch.zeros(1, 64, 64, 1280)}, tmp_path / "sam.pth")
    with pytest.raises(WeightsMismatch, match=r"those of sam-vit-h, not of sam-vit-b"):
        read(tmp_path / "sam.pth")


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
    assert "sam_vit_b_01ec64.pth" in reason(VIT_B)
    (status,) = (status for status in registry.available("mask") if status.spec.name == "sam-vit-b")
    assert not status.available
    assert str(tmp_path) in status.reason
    with pytest.raises(BackendUnavailable, match="cannot be used: its weights are not here"):
        registry.load("sam-vit-b")


def test_a_half_download_is_never_used(tmp_path, monkeypatch):
    monkeypatch.setenv("MASKWRIGHT_WEIGHTS", str(tmp_path))
    (tmp_path / "sam_vit_b_01ec64.pth.part").write_bytes(b"half")
    assert reason(VIT_B)


@pytest.mark.parametrize("form", ["folder", "file", "given"])
def test_loaded_from_where_weights_are_kept(small, form, hub_folder, authors_file, tmp_path, monkeypatch):
    monkeypatch.setenv("MASKWRIGHT_WEIGHTS", str(tmp_path))
    given = None
    if form == "folder":
        shutil.copytree(hub_folder, tmp_path / "sam-vit-b")
    elif form == "file":
        shutil.copy(authors_file, tmp_path)
    else:
        given = authors_file
    backend = registry.load("sam-vit-b", device="cpu", weights=given)
    assert len(backend.info.weights_hash) == 64
    backend.close()
    with pytest.raises(RuntimeError, match="closed"):
        backend.predict(None, PromptSet((PointPrompt(1, 1),)))
