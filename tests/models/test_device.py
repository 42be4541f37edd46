from __future__ import annotations

import pytest

from models.errors import BackendUnavailable, DeviceOutOfMemory

torch = pytest.importorskip("torch")

from models import device  # noqa: E402 - nothing to test without torch


def test_cpu_can_always_be_had():
    cpu = device.choose("cpu")
    assert cpu.type == "cpu"
    assert device.describe(cpu).startswith("CPU (")
    with device.autocast(cpu):
        assert (torch.ones(2) @ torch.ones(2)).dtype == torch.float32


def test_best_device_exists():
    assert torch.ones(1, device=device.choose()).item() == 1


@pytest.mark.parametrize("name", ["toaster", "xpu", "cuda:99"])
def test_absent_devices_are_named(name):
    with pytest.raises(BackendUnavailable, match=r"cpu|found"):
        device.choose(name)


def test_out_of_memory_becomes_ours():
    with pytest.raises(DeviceOutOfMemory, match="smaller image"), device.memory_errors(device.choose("cpu")):
        raise torch.OutOfMemoryError("full")
