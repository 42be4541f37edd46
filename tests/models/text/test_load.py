"""A detector's folder: found, checked, refused with one clear error."""

from __future__ import annotations

import functools
import json
import shutil
import threading
from dataclasses import replace
from hashlib import sha256
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest
import torch
from safetensors.torch import load_file, save_file

from models import keeping, registry, weights
from models.api import WeightsPart
from models.errors import BackendUnavailable, WeightsMismatch, WeightsMissing
from models.text import dino, owl
from models.text.files import reason
from models.text.spec import DINO_TINY, OWL_LARGE
from models.text.variants import VARIANTS


@pytest.fixture
def copy(folder, tmp_path):
    shutil.copytree(folder, tmp_path / "copy")
    return tmp_path / "copy"


def load(name, folder):
    registry.load(name, device="cpu", weights=folder).close()


def test_added_once_it_is_found_by_its_name(small, name, folder, tmp_path, monkeypatch):
    monkeypatch.setattr(weights, "cache_folder", lambda: tmp_path / "cache")
    monkeypatch.delenv("MASKWRIGHT_WEIGHTS", raising=False)
    assert "needs its weights: maskwright backends" in reason(registry_spec(name))
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
    with pytest.raises(BackendUnavailable, match="cannot be fetched; use 'backends add owlv2-large PATH'"):
        keeping.pull("owlv2-large")
    assert "maskwright backends pull grounding-dino-tiny" in reason(DINO_TINY)


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


@pytest.fixture
def server(folder, name, monkeypatch, tmp_path):
    """A mirror that has the small folder, whose files are the published ones then."""
    files = ["config.json", "model.safetensors", *(["vocab.txt"] if "dino" in name else ["vocab.json", "merges.txt"])]
    parts = tuple(
        WeightsPart(each, (folder / each).stat().st_size, f"sha256:{sha256((folder / each).read_bytes()).hexdigest()}")
        for each in files
    )
    spec = registry_spec(name)
    told = replace(spec, weights=replace(spec.weights, url="https://nowhere/x", parts=parts))
    monkeypatch.setattr("models.text.spec.DINO_TINY" if "dino" in name else "models.text.spec.OWL_BASE", told)
    monkeypatch.setattr("models.weights.cache_folder", lambda: tmp_path / "cache")
    monkeypatch.delenv("MASKWRIGHT_WEIGHTS", raising=False)
    served = tmp_path / "served"
    shutil.copytree(folder, served / name)
    handler = functools.partial(Quiet, directory=str(served))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as running:
        monkeypatch.setenv("MASKWRIGHT_MIRROR", f"http://127.0.0.1:{running.server_port}/")
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        yield served / name
        running.shutdown()
        thread.join()


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *arguments):
        """Stay quiet."""


def test_a_folder_is_fetched_file_by_file_and_used_when_whole(small, name, server, tmp_path):
    told: list[tuple[int, int | None]] = []
    stop = iter([False] * 3)
    assert keeping.pull(name, should_stop=lambda: next(stop, True)) is None
    assert not (tmp_path / "cache" / name).exists() and (tmp_path / "cache" / f"{name}.part").is_dir()
    assert "needs its weights" in reason(registry_spec(name))
    assert keeping.pull(name, progress=lambda done, total: told.append((done, total))) == tmp_path / "cache" / name
    total = sum(each.bytes for each in registry_spec(name).weights.parts)
    assert told[-1] == (total, total)
    assert not (tmp_path / "cache" / f"{name}.part").exists()
    load(name, None)


def test_a_file_of_a_folder_that_is_another_one(small, name, server, tmp_path):
    (server / "config.json").write_text("{}", encoding="utf-8")
    with pytest.raises(WeightsMismatch, match=r"config\.json\.part is damaged or another version"):
        keeping.pull(name)
    assert not (tmp_path / "cache" / name).exists()


def test_what_was_fetched_before_stays_until_the_new_is_whole(small, name, server, tmp_path):
    keeping.pull(name)
    (server / "model.safetensors").unlink()
    shutil.rmtree(tmp_path / "cache" / f"{name}.part", ignore_errors=True)
    with pytest.raises(WeightsMissing):
        keeping.pull(name)
    load(name, None)


def swin(width: int, depths: list[int], window: int) -> dict[str, object]:
    """A description as it was published, with words of older versions of transformers."""
    heads = [width * 2**stage // 32 for stage in range(4)]
    backbone = {"embed_dim": width, "depths": depths, "num_heads": heads, "window_size": window}
    return {
        "model_type": "grounding-dino",
        "backbone": None,
        "backbone_kwargs": None,
        "use_timm_backbone": False,
        "use_pretrained_backbone": False,
        "torch_dtype": "float32",
        "two_stage": True,
        "backbone_config": {"model_type": "swin", "out_indices": [2, 3, 4], **backbone},
        "text_config": {"model_type": "bert"},
    }


@pytest.mark.parametrize(
    ("name", "family", "description", "size"),
    [
        ("grounding-dino-tiny", dino, swin(96, [2, 2, 6, 2], 7), 689_359_096),
        ("grounding-dino-base", dino, swin(128, [2, 2, 18, 2], 12), 933_400_872),
        ("owlv2-base", owl, {"model_type": "owlv2", "vision_config": {"image_size": 960}}, 619_918_824),
    ],
)
def test_the_published_files_are_as_large_as_their_networks(name, family, description, size):
    """Four bytes a value, and at most five megabytes of tables (places in windows) and names: nothing is missing."""
    config = family.CONFIG.from_dict(description)
    assert family.width(config) == VARIANTS[name].width
    with torch.device("meta"):
        network = family.NETWORK(config)
    values = sum(each.numel() for each in network.parameters())
    assert 4 * values < size < 4 * values + 5_000_000
    assert all(each.bytes == size for each in VARIANTS[name].parts if each.file == "model.safetensors")
