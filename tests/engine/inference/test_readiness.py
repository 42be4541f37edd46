from __future__ import annotations

from engine.inference.readiness import Readiness


def test_the_disk_survives_the_process_and_nothing_survives_another_backend() -> None:
    ready = Readiness()
    ready.add_stored(["stored"])
    ready.add("kept", on_disk=True)
    ready.add("lost", on_disk=False)
    assert all(name in ready for name in ("stored", "kept", "lost"))
    assert ready.process_gone() == {"lost"}
    assert "lost" not in ready
    assert "kept" in ready
    assert ready.clear() == {"stored", "kept"}
    assert "stored" not in ready


def test_images_at_hand_or_known_to_fail_are_not_wanted_ahead() -> None:
    ready = Readiness()
    ready.add_stored(["stored"])
    ready.add("kept", on_disk=False)
    ready.avoid("bad")
    ready.avoid("")
    assert [ready.wants(name) for name in ("stored", "kept", "bad", "")] == [True, False, False, True]
    ready.forgive()
    assert ready.wants("bad")
    ready.remove(["kept"])
    assert ready.wants("kept")
