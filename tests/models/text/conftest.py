from __future__ import annotations

import pytest

from models.text.variants import VARIANTS
from tests.models.text.small import SMALL, save, small_network


@pytest.fixture(scope="session", params=SMALL)
def name(request):
    return request.param


@pytest.fixture(scope="session")
def network(name):
    return small_network(name)


@pytest.fixture(scope="session")
def folder(name, network, tmp_path_factory):
    return save(name, network, tmp_path_factory.mktemp("hub") / name)


@pytest.fixture
def small(monkeypatch):
    """Let one network of each family be the small one."""
    for module in ("files", "load", "backend"):
        monkeypatch.setattr(f"models.text.{module}.VARIANTS", {**VARIANTS, **SMALL})
