from __future__ import annotations

from engine.inference.settings import CacheSettings


def test_the_default_folder_is_ours_and_absolute() -> None:
    folder = CacheSettings().folder
    assert folder.is_absolute()
    assert folder.name == "embeddings"
    assert "maskwright" in folder.parts
