from __future__ import annotations

import pytest
import torch

from models.sam.variants import VARIANTS
from tests.models.sam.small import SMALL, authors_state, small_network


@pytest.fixture(scope="session", params=SMALL)
def name(request):
    return request.param


@pytest.fixture(scope="session")
def network(name):
    return small_network(name)


@pytest.fixture(scope="session")
def hub_folder(name, network, tmp_path_factory):
    """A folder as transformers itself saves it."""
    folder = tmp_path_factory.mktemp("hub") / name
    network.save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def authors_file(name, network, tmp_path_factory):
    """A file as the authors publish theirs."""
    path = tmp_path_factory.mktemp("authors") / SMALL[name].file
    state = authors_state(name, network)
    torch.save({"model": state} if name.startswith("sam2") else state, path)
    return path


@pytest.fixture
def small(monkeypatch):
    """Let one network of each family be the small one."""
    for module in ("files", "load", "backend"):
        monkeypatch.setattr(f"models.sam.{module}.VARIANTS", {**VARIANTS, **SMALL})
