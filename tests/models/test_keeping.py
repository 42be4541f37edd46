from __future__ import annotations

import errno
import functools
import hashlib
import shutil
import threading
from dataclasses import replace
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest
import torch

from models import keeping, registry
from models.errors import BackendUnavailable, WeightsMismatch, WeightsMissing
from models.sam.variants import VARIANTS
from tests.models.sam.small import SMALL, SPECS, authors_state, small_network

NAME = "sam-vit-b"
FILE = "sam_vit_b_01ec64.pth"


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *arguments):
        """Stay quiet."""


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """An empty cache, and the backend's published network is the small one."""
    folder = tmp_path / "cache"
    monkeypatch.setattr("models.weights.cache_folder", lambda: folder)
    monkeypatch.delenv("MASKWRIGHT_WEIGHTS", raising=False)
    for module in ("files", "load", "backend"):
        monkeypatch.setattr(f"models.sam.{module}.VARIANTS", {**VARIANTS, **SMALL})
    return folder


@pytest.fixture(scope="session")
def file(tmp_path_factory):
    path = tmp_path_factory.mktemp("authors") / FILE
    torch.save(authors_state(NAME, small_network(NAME)), path)
    return path


@pytest.fixture
def mirror(file, monkeypatch):
    """A server that has the file, named as mirror; the checksum is the small file's."""
    handler = functools.partial(Quiet, directory=str(file.parent))
    weights = replace(
        SPECS[NAME].weights, checksum="sha256:" + hashlib.sha256(file.read_bytes()).hexdigest(), url="https://nowhere/x"
    )
    monkeypatch.setattr("models.sam.spec.VIT_B", replace(SPECS[NAME], weights=weights))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as running:
        monkeypatch.setenv("MASKWRIGHT_MIRROR", f"http://127.0.0.1:{running.server_port}/")
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        yield running
        running.shutdown()
        thread.join()


def ready() -> bool:
    return next(status.available for status in registry.available("mask") if status.spec.name == NAME)


def test_pulled_from_a_mirror_and_used(cache, mirror, file):
    seen = []
    assert not ready()
    assert keeping.pull(NAME, progress=lambda *now: seen.append(now)) == cache / FILE
    assert seen[-1] == (file.stat().st_size,) * 2
    assert ready()
    registry.load(NAME, device="cpu").close()


def test_a_stopped_pull_is_not_used(cache, mirror):
    assert keeping.pull(NAME, should_stop=lambda: True) is None
    assert keeping.kept(NAME) is None
    assert not ready()


def test_another_file_at_the_mirror_is_refused_and_the_old_one_stays(cache, mirror, file, monkeypatch):
    keeping.add(NAME, file)
    weights = replace(SPECS[NAME].weights, checksum="sha256:" + 64 * "0", url="https://nowhere/x")
    monkeypatch.setattr("models.sam.spec.VIT_B", replace(SPECS[NAME], weights=weights))
    with pytest.raises(WeightsMismatch, match="another version"):
        keeping.pull(NAME)
    assert [path.name for path in cache.iterdir()] == [FILE]
    assert ready()


def test_no_network(cache, monkeypatch):
    with ThreadingHTTPServer(("127.0.0.1", 0), Quiet) as closed:
        port = closed.server_port
    monkeypatch.setenv("MASKWRIGHT_MIRROR", f"http://127.0.0.1:{port}")
    with pytest.raises(WeightsMissing, match="broke off"):
        keeping.pull(NAME)


@pytest.mark.parametrize("form", ["file", "safe file", "folder"])
def test_added_and_used_and_replaced(cache, file, tmp_path, form):
    source = file
    if form != "file":
        small_network(NAME).save_pretrained(tmp_path / "hub")
        source = tmp_path / "hub"
    if form == "safe file":
        source = tmp_path / "own.safetensors"
        shutil.copy(tmp_path / "hub" / "model.safetensors", source)
    for _ in range(2):
        kept = keeping.add(NAME, source)
        assert kept == cache / (FILE if form == "file" else NAME) == keeping.kept(NAME)
        assert [path.name for path in cache.iterdir()] == [kept.name]
    assert ready()
    registry.load(NAME, device="cpu").close()
    assert keeping.add(NAME, kept) == kept


def test_a_new_form_takes_the_place_of_the_other(cache, file, tmp_path):
    small_network(NAME).save_pretrained(tmp_path / "hub")
    for source, name in ((tmp_path / "hub", NAME), (file, FILE), (tmp_path / "hub", NAME)):
        assert keeping.add(NAME, source).name == name
        assert [path.name for path in cache.iterdir()] == [name]


def test_a_wrong_file_is_refused_and_the_old_one_stays(cache, file, tmp_path):
    keeping.add(NAME, file)
    wrong = tmp_path / "hq.pth"
    torch.save(authors_state("sam-hq-vit-b", small_network("sam-hq-vit-b")), wrong)
    with pytest.raises(WeightsMismatch, match=r"those of sam-hq-vit-b, not of sam-vit-b"):
        keeping.add(NAME, wrong)
    with pytest.raises(WeightsMissing, match="do not exist"):
        keeping.add(NAME, tmp_path / "nowhere.pth")
    assert keeping.kept(NAME).read_bytes() == file.read_bytes()


def test_a_full_disk_leaves_the_old_weights(cache, file, monkeypatch):
    keeping.add(NAME, file)

    def full(source, target):
        target.write_bytes(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(shutil, "copyfile", full)
    with pytest.raises(WeightsMissing, match="No space left"):
        keeping.add(NAME, file)
    assert [path.name for path in cache.iterdir()] == [FILE]
    assert ready()


def test_what_takes_no_weights_and_what_there_is_not(cache):
    with pytest.raises(BackendUnavailable, match="needs no weights"):
        keeping.pull("classic")
    with pytest.raises(BackendUnavailable, match="no backend called"):
        keeping.add("no-such", cache)
    with pytest.raises(BackendUnavailable, match="backends add compact PATH"):
        keeping.pull("compact")


@pytest.mark.parametrize("variant", VARIANTS.values(), ids=lambda variant: variant.name)
def test_every_published_file_can_be_fetched_and_told_from_a_damaged_one(variant):
    _, weights = keeping.described(variant.name)
    assert weights.url.startswith("https://") and weights.url.endswith(f"/{weights.file}")
    kind, digits = weights.checksum.split(":")
    assert len(digits) == {"sha256": 64, "md5": 32}[kind]
    assert weights.bytes > 10**8
    assert weights.licence == "Apache-2.0"
