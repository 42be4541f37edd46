from __future__ import annotations

import pytest
import torch

from models.sam import variants
from models.sam.keys import theirs_to_ours
from models.sam.variants import VARIANTS, Variant
from tests.models.sam.small import SMALL, authors_state, small_network


@pytest.fixture(scope="session")
def network():
    return small_network()


@pytest.fixture(scope="session")
def hub_folder(network, tmp_path_factory):
    """A folder as transformers itself saves it."""
    folder = tmp_path_factory.mktemp("hub") / "sam-vit-b"
    network.save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def authors_file(network, tmp_path_factory):
    """A file as SAM's authors publish theirs."""
    path = tmp_path_factory.mktemp("authors") / "sam_vit_b_01ec64.pth"
    torch.save(authors_state(network, theirs_to_ours), path)
    return path


@pytest.fixture
def small(monkeypatch):
    """Let ``sam-vit-b`` be the small network."""
    table = {**VARIANTS, "sam-vit-b": Variant("sam-vit-b", "sam", SMALL, "sam_vit_b_01ec64.pth")}
    for module in ("variants", "files", "load", "backend"):
        monkeypatch.setattr(f"models.sam.{module}.VARIANTS", table)
    return variants
