"""Where weights lie: a Hugging Face folder or the authors' own file. Torch-free; ``load.py`` reads them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from models import weights
from models.api import BackendSpec
from models.errors import WeightsMismatch, WeightsMissing
from models.sam.variants import VARIANTS

_INDEX = "model.safetensors.index.json"
_SAFE = "model.safetensors"
_SUFFIXES = {".safetensors", ".pth", ".pt", ".bin"}


@dataclass(frozen=True, slots=True)
class Source:
    """Weights on disk: what to call them in messages, the files of tensors, and the folder's ``config.json``."""

    path: Path
    files: tuple[Path, ...]
    config: Path | None = None


def find(spec: BackendSpec, explicit: Path | None = None) -> Source:
    """Return the weights at ``explicit`` (file or folder), else those in $MASKWRIGHT_WEIGHTS or the cache.

    There they are a folder called like the backend or a file called as the authors call it. Raises WeightsMissing, or
    WeightsMismatch for a folder whose index is damaged.
    """
    if explicit is not None:
        return _at(explicit)
    file = VARIANTS[spec.name].file
    places = weights.places()
    for place in places:
        for name in (spec.name, file):
            if (place / name).exists():
                return _at(place / name)
    # Short, because every list shows it; "backends" tells the rest.
    raise WeightsMissing(f"needs its weights: maskwright backends pull {spec.name}")


def reason(spec: BackendSpec) -> str:
    """Return why the backend cannot be used, in words with the remedy, or an empty text; reads no weights."""
    try:
        find(spec)
    except (WeightsMissing, WeightsMismatch) as error:
        return str(error)
    return ""


def _at(path: Path) -> Source:
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
