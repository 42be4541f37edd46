"""Folders of weights as Hugging Face publishes them, and single files. Torch-free."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from models.errors import WeightsMismatch, WeightsMissing

_INDEX = "model.safetensors.index.json"
_SAFE = "model.safetensors"
_SUFFIXES = {".safetensors", ".pth", ".pt", ".bin"}


@dataclass(frozen=True, slots=True)
class Source:
    """Weights on disk: what to call them in messages, the files of tensors, and the folder's ``config.json``."""

    path: Path
    files: tuple[Path, ...]
    config: Path | None = None


def source_at(path: Path) -> Source:
    """Return the weights at ``path``, a file or a folder.

    Raises WeightsMissing, or WeightsMismatch for a folder whose index is damaged.
    """
    if path.is_file():
        return Source(path, (path,))
    if not path.is_dir():
        raise WeightsMissing(f"The weights {path} do not exist.")
    config = path / "config.json"
    return Source(path, _files(path), config if config.is_file() else None)


def _files(folder: Path) -> tuple[Path, ...]:
    """Return the files of tensors in a folder, the safe format first."""
    if (folder / _SAFE).is_file():
        return (folder / _SAFE,)
    if (folder / _INDEX).is_file():
        return _shards(folder)
    single = sorted(each for each in folder.iterdir() if each.suffix in _SUFFIXES and each.is_file())
    if len(single) != 1:
        found = f"{len(single)} files of weights" if single else "no weights"
        raise WeightsMissing(f"The folder {folder} holds {found}; a model.safetensors or one .pth is wanted.")
    return (single[0],)


def _shards(folder: Path) -> tuple[Path, ...]:
    index = folder / _INDEX
    try:
        names = sorted(set(json.loads(index.read_text(encoding="utf-8"))["weight_map"].values()))
        # Only files of this very folder: an index is somebody else's text.
        files = tuple(folder / Path(name).name for name in names)
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise WeightsMismatch(f"The list of weights {index} is damaged.") from error
    absent = [file.name for file in files if not file.is_file()]
    if absent or not files:
        raise WeightsMissing(f"The folder {folder} lacks {', '.join(absent) or 'its weights'}.")
    return files
