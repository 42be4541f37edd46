"""A detector's folder: found, checked, refused with one clear error."""

from __future__ import annotations

import json
import shutil

import pytest
import torch
from safetensors.torch import load_file, save_file

from models import keeping, registry, weights
from models.errors import BackendUnavailable, WeightsMismatch, WeightsMissing
from models.text.files import reason
from models.text.spec import DINO_TINY, OWL_LARGE


@pytest.fixture
def copy(folder, tmp_path):
    shutil.copytree(folder, tmp_path / "copy")
    return tmp_path / "copy"


def load(name, folder):
    registry.load(name, device="cpu", weights=folder).close()


def test_added_once_it_is_found_by_its_name(small, name, folder, tmp_path, monkeypatch):
    monkeypatch.setattr(weights, "cache_folder", lambda: tmp_path / "cache")
    monkeypatch.delenv("MASKWRIGHT_WEIGHTS", raising=False)
    assert f"maskwright backends add {name} FOLDER" in reason(registry_spec(name))
    assert keeping.add(name, folder) == tmp_path / "cache" / name
    assert reason(registry_spec(name)) == ""
    load(name, None)
    assert keeping.kept(name) == tmp_path / "cache" / name


def registry_spec(name):
    return next(status.spec for status in registry.available("detect") if status.spec.name == name)


def test_without_weights_it_is_listed_with_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setenv("MASKWRIGHT_WEIGHTS", str(tmp_path))
    status = next(each for each in registry.available("detect") if each.spec.name == "owlv2-large")
    assert not status.available and "backends add owlv2-large FOLDER" in status.reason
    assert "google/owlv2-large-patch14-ensemble" in reason(OWL_LARGE)
    with pytest.raises(BackendUnavailable, match="needs its weights"):
        registry.load("owlv2-large")
    with pytest.raises(BackendUnavailable, match="cannot be fetched; use 'backends add grounding-dino-tiny PATH'"):
        keeping.pull(DINO_TINY.name)


@pytest.mark.parametrize("lost", ["config.json", "model.safetensors", "vocabulary"])
def test_a_folder_that_lacks_something(small, name, copy, lost):
    for file in ("vocab.txt", "vocab.json") if lost == "vocabulary" else (lost,):
        (copy / file).unlink(missing_ok=True)
    with pytest.raises(WeightsMissing, match=r"lacks config\.json|no weights|lacks its vocabulary: tokenizer\.json or"):
        load(name, copy)


def test_a_file_instead_of_its_folder(small, name, copy):
    with pytest.raises(WeightsMissing, match="the whole Hugging Face folder"):
        load(name, copy / "model.safetensors")


def test_truncated_weights_and_damaged_descriptions(small, name, copy):
    whole = (copy / "model.safetensors").read_bytes()
    (copy / "model.safetensors").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(WeightsMismatch, match="damaged"):
        load(name, copy)
    for text in ("[1, 2", "{}", '{"model_type": "bert"}'):
        (copy / "config.json").write_text(text, encoding="utf-8")
        with pytest.raises(WeightsMismatch, match=r"is damaged|of the type 'bert'"):
            load(name, copy)


def test_code_in_a_file_is_never_run(small, name, copy, monkeypatch):
    class Bomb:
        def __reduce__(self):
            return (open, ("bomb-went-off", "w"))

    monkeypatch.chdir(copy)
    (copy / "model.safetensors").unlink()
    torch.save({"bomb": Bomb()}, copy / "pytorch_model.bin")
    with pytest.raises(WeightsMismatch, match="more than tensors"):
        load(name, copy)
    assert not (copy / "bomb-went-off").exists()


def test_another_size_of_the_same_family_is_named(name, copy):
    """With the published sizes: the small folder is neither of them."""
    with pytest.raises(WeightsMismatch, match=f"holds another, not {name}"):
        load(name, copy)
    told = json.loads((copy / "config.json").read_text(encoding="utf-8"))
    larger = {"grounding-dino-tiny": "grounding-dino-base", "owlv2-base": "owlv2-large"}[name]
    part, key, width = (
        ("backbone_config", "embed_dim", 128) if "dino" in name else ("vision_config", "hidden_size", 1024)
    )
    told[part][key] = width
    (copy / "config.json").write_text(json.dumps(told), encoding="utf-8")
    with pytest.raises(WeightsMismatch, match=f"holds {larger}, not {name}"):
        load(name, copy)


def test_tensors_that_are_lost_or_misshapen(small, name, copy):
    state = load_file(copy / "model.safetensors")
    key = next(each for each in sorted(state) if each.endswith("box_head.dense0.weight") or "text_projection.w" in each)
    save_file({k: v for k, v in state.items() if k != key}, copy / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(WeightsMismatch, match=f"do not fit {name}: the file lacks"):
        load(name, copy)
    save_file(state | {key: torch.zeros(3, 3)}, copy / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(WeightsMismatch, match="another shape for"):
        load(name, copy)


def test_a_damaged_or_foreign_vocabulary(small, name, copy):
    file = copy / ("vocab.txt" if "dino" in name else "vocab.json")
    more = "\n".join(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *(f"w{n}" for n in range(2000))])
    table = {token: number for number, token in enumerate(["<|startoftext|>", "<|endoftext|>", *"abc"])}
    file.write_text(more if "dino" in name else json.dumps(table | {"z": 4000}), encoding="utf-8")
    with pytest.raises(WeightsMismatch, match=r"another network's|damaged"):
        load(name, copy)
