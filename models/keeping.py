"""Weights brought to where backends look for them: fetched, or copied from a file or folder. Torch-free by itself.

What is there stays usable until what replaces it is whole and has been loaded once.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

from models import registry, weights
from models.api import BackendSpec, WeightsInfo
from models.errors import BackendUnavailable, WeightsMissing

MIRROR = "MASKWRIGHT_MIRROR"
"""Names an address below which the files lie that are otherwise fetched from their authors."""


def described(name: str) -> tuple[BackendSpec, WeightsInfo]:
    """Return the backend called ``name`` and what its weights are; raises BackendUnavailable if it takes none."""
    for status in registry.available():
        if status.spec.name == name:
            if status.spec.weights is None:
                raise BackendUnavailable(f"The backend '{name}' needs no weights.")
            return status.spec, status.spec.weights
    return registry.find(name), WeightsInfo()  # raises, with the known names


def kept(name: str) -> Path | None:
    """Return the file or folder of weights kept for ``name``, or None."""
    return found(described(name)[0])


def found(spec: BackendSpec) -> Path | None:
    """Return the file or folder of weights kept for the backend of ``spec``, or None."""
    names = () if spec.weights is None else (spec.name, spec.weights.file)
    paths = (place / name for place in weights.places() for name in names if name)
    return next((path for path in paths if path.exists()), None)


def begun(spec: BackendSpec) -> int:
    """Return how many bytes an unfinished download has left, with which the next one goes on."""
    if spec.weights is None or not spec.weights.file:
        return 0
    return size(weights.part_of(weights.cache_folder() / spec.weights.file))


def free() -> int:
    """Return the bytes free on the disk where ``pull`` and ``add`` keep weights."""
    folder = weights.cache_folder()
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return shutil.disk_usage(folder).free


def own(path: Path) -> bool:
    """Tell whether ``path`` was put there by ``pull`` or ``add``, so that ``remove`` may take it away."""
    return path.parent == weights.cache_folder()


def remove(name: str) -> int:
    """Delete what ``pull`` and ``add`` keep for ``name``, also half of it; return the bytes freed.

    Raises BackendUnavailable (it takes none) or WeightsMissing (there is nothing of ours, or it cannot be deleted).
    """
    target = weights.cache_folder() / described(name)[1].file
    found = [path for path in (target, target.with_name(name), weights.part_of(target)) if path.exists()]
    if not found:
        where = kept(name)
        raise WeightsMissing(
            f"Nothing is kept for '{name}'."
            if where is None
            else f"{where} was not put there by Maskwright: delete it yourself."
        )
    freed = sum(size(path) for path in found)
    try:
        for path in found:
            _remove(path)
    except OSError as error:
        raise WeightsMissing(f"The weights of '{name}' cannot be deleted ({error}).") from error
    return freed


def size(path: Path) -> int:
    """Return the bytes of a file, or of all files in a folder; 0 for what is gone."""
    try:
        if path.is_dir():
            return sum(each.stat().st_size for each in path.rglob("*") if each.is_file())
        return path.stat().st_size
    except OSError:
        return 0


def address(info: WeightsInfo) -> str:
    """Return where the file is fetched from: its authors', or a mirror named by MASKWRIGHT_MIRROR."""
    mirror = os.environ.get(MIRROR, "").rstrip("/")
    return f"{mirror}/{info.file}" if mirror and info.url else info.url


def pull(
    name: str,
    *,
    progress: Callable[[int, int | None], None] = lambda done, total: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> Path | None:
    """Fetch the weights of ``name``, going on where an earlier try stopped; None when stopped.

    Raises BackendUnavailable (unknown, or not to be fetched), WeightsMissing (no answer, disk full) or
    WeightsMismatch (another checksum).
    """
    info = described(name)[1]
    url = address(info)
    if not url.startswith(("https://", "http://")):
        raise BackendUnavailable(
            f"The weights of '{name}' cannot be fetched"
            + (f": {MIRROR} must begin with https:// or http://." if info.url else f"; use 'backends add {name} PATH'.")
        )
    target = weights.cache_folder() / info.file
    if info.parts:
        return _pull_folder(info, url, target, progress, should_stop)
    whole = weights.download(url, target, expected=info.checksum, progress=progress, should_stop=should_stop)
    if not whole:
        return None
    _remove(weights.cache_folder() / name)  # a folder would be found before the file
    return target


def add(name: str, source: Path) -> Path:
    """Copy the weights at ``source`` (a file or a Hugging Face folder) to the cache, after loading them once.

    Raises what loading raises (nothing is changed then), or WeightsMissing if the disk is full.
    """
    info = described(name)[1]
    registry.load(name, device="cpu", weights=source).close()
    folder = weights.cache_folder()
    as_file = source.is_file() and source.suffix == Path(info.file).suffix
    target = folder / (info.file if as_file else name)
    part = folder / f"{target.name}.part"
    if target.exists() and source.resolve() == target.resolve():
        return target
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _remove(part)
        _copy(source, part, as_file=as_file)
        _replace(part, target)
    except OSError as error:
        _remove(part)
        raise WeightsMissing(f"The weights could not be copied to {folder} ({error}). Nothing was changed.") from error
    other = folder / (name if as_file else info.file)
    if other != target:
        _remove(other)
    return target


def _pull_folder(
    info: WeightsInfo,
    url: str,
    target: Path,
    progress: Callable[[int, int | None], None],
    should_stop: Callable[[], bool],
) -> Path | None:
    """Fetch the files of a folder, the small ones first; it takes its name when all of them are whole."""
    part = target.with_name(target.name + ".part")
    total = sum(each.bytes for each in info.parts)
    for each in sorted(info.parts, key=lambda it: it.bytes):
        before = sum(other.bytes for other in info.parts if (part / other.file).is_file())

        def tell(done: int, _: int | None, before: int = before) -> None:
            progress(before + done, total)

        path = part / each.file
        if path.is_file():
            continue
        fetched = weights.download(
            f"{url}/{each.file}", path, expected=each.checksum, progress=tell, should_stop=should_stop
        )
        if not fetched:
            return None
    try:
        _replace(part, target)
    except OSError as error:
        raise WeightsMissing(
            f"The weights cannot be kept in {target} ({error}). Free the folder, try again."
        ) from error
    return target


def _copy(source: Path, part: Path, *, as_file: bool) -> None:
    if as_file:
        shutil.copyfile(source, part)
    elif source.is_file():
        part.mkdir()
        shutil.copyfile(source, part / source.name)
    else:
        shutil.copytree(source, part)


def _replace(part: Path, target: Path) -> None:
    """Put ``part`` in the place of ``target``; a folder cannot be replaced at once, so the old one steps aside."""
    if not target.is_dir():
        os.replace(part, target)  # noqa: PTH105 - the one call that is atomic on every system
        return
    aside = target.with_name(f"{target.name}.old")
    _remove(aside)
    target.rename(aside)
    part.rename(target)
    _remove(aside)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
