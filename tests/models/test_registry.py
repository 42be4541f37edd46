from __future__ import annotations

import subprocess
import sys
from importlib.metadata import EntryPoint, EntryPoints

import pytest

from models import registry
from models.api import BackendSpec, MaskBackend
from models.errors import BackendUnavailable

NEEDY = BackendSpec("needy", "mask", "Needy", "nowhere:load", requires=("no_such_module_here",), extra="torch")
HOLLOW = BackendSpec("hollow", "mask", "Hollow", "models.fake.masks:no_such_function")
NOT_A_SPEC = "hello"


def entries(*pairs):
    found = EntryPoints(EntryPoint(name, value, registry.GROUP) for name, value in pairs)
    return lambda *, group: found.select(group=group)


@pytest.fixture
def listed(monkeypatch):
    """Let a test say which entry points are installed; specs of this file are found under the name ``planted``."""
    monkeypatch.setitem(sys.modules, "planted", sys.modules[__name__])

    def plant(*pairs):
        monkeypatch.setattr(registry, "entry_points", entries(*pairs))

    return plant


def test_installed_backends_in_order_of_rank():
    names = [status.spec.name for status in registry.available("mask") if status.available]
    assert names.index("classic") < names.index("fake") < names.index("fake-faulty")
    assert [status.spec.name for status in registry.available("pose")][-1] == "fake-pose"


def test_default_is_not_hidden():
    assert not registry.default("mask").hidden


def test_no_default_for_want_of_backends(listed):
    listed(("fake", "models.fake.spec:MASK_SPEC"))
    with pytest.raises(BackendUnavailable, match="mask"):
        registry.default("mask")


def test_load_gives_a_backend():
    assert isinstance(registry.load("fake"), MaskBackend)


def test_unknown_name_lists_known_ones():
    with pytest.raises(BackendUnavailable, match=r"classic"):
        registry.find("no-such-backend")


def test_missing_package_is_listed_with_the_remedy(listed):
    listed(("needy", "planted:NEEDY"))
    (status,) = registry.available("mask")
    assert not status.available
    assert status.missing == ("no_such_module_here",)
    assert status.reason == "needs the package no_such_module_here: pip install 'maskwright[torch]'"
    with pytest.raises(BackendUnavailable, match="pip install"):
        registry.load("needy")


@pytest.mark.parametrize("value", ["no_such_module_here:SPEC", "models.fake.spec:NO_SUCH", "planted:NOT_A_SPEC"])
def test_broken_entry_points_are_listed_not_raised(listed, value):
    listed(("broken", value), ("fake", "models.fake.spec:MASK_SPEC"))
    found = {status.spec.name: status for status in registry.available("mask")}
    assert found["fake"].available
    assert not found["broken"].available
    assert value in found["broken"].reason


def test_duplicate_names_are_refused(listed):
    listed(("fake", "models.fake.spec:MASK_SPEC"), ("again", "models.fake.spec:MASK_SPEC"))
    assert [status.available for status in registry.available()] == [False, False]
    with pytest.raises(BackendUnavailable, match="register this name"):
        registry.find("fake")


def test_broken_factory_is_a_known_error(listed):
    listed(("hollow", "planted:HOLLOW"))
    with pytest.raises(BackendUnavailable, match="does not start"):
        registry.load("hollow")


def test_listing_and_loading_classic_imports_no_torch():
    code = (
        "import sys; from models import registry; registry.available(); registry.load('classic'); "
        "sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=120).returncode == 0
