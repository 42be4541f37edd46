"""Weights files: found, checked, downloaded so that a break costs nothing. Torch-free; ``state_dict.py`` loads them."""

from __future__ import annotations

import hashlib
import os
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from typing import BinaryIO

import blake3
import platformdirs

from models.assets import asset
from models.errors import WeightsMismatch, WeightsMissing

ENVIRONMENT = "MASKWRIGHT_WEIGHTS"
_CHUNK = 1 << 18


def cache_folder() -> Path:
    """Return the folder downloaded weights are kept in (it may not exist yet)."""
    return Path(platformdirs.user_cache_dir("maskwright", appauthor=False)) / "weights"


def places(environment: Mapping[str, str] | None = None) -> list[Path]:
    """Return the folders weights are looked for in: the one $MASKWRIGHT_WEIGHTS names, then the cache."""
    folder = (os.environ if environment is None else environment).get(ENVIRONMENT)
    return ([Path(folder)] if folder else []) + [cache_folder()]


def locate(name: str, *, explicit: Path | None = None, environment: Mapping[str, str] | None = None) -> Path:
    """Return the weights file ``name``: ``explicit``, else in $MASKWRIGHT_WEIGHTS, the cache, the shipped files.

    Raises WeightsMissing, naming every place that was looked in.
    """
    if explicit is not None:
        if explicit.is_file():
            return explicit
        raise WeightsMissing(f"The weights file {explicit} does not exist.")
    folders = places(environment)
    for place in folders:
        if (place / name).is_file():
            return place / name
    try:
        return asset(name)
    except FileNotFoundError:
        looked = ", ".join(str(place) for place in folders)
        raise WeightsMissing(
            f"The weights file '{name}' was not found in {looked} or among the shipped files. "
            f"Put it in one of these folders, or name its folder in {ENVIRONMENT}."
        ) from None


def checksum(path: Path) -> str:
    """Return the file's BLAKE3 checksum as 64 hexadecimal digits."""
    digest = blake3.blake3()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def joined(sums: Sequence[str]) -> str:
    """Return one checksum of several, which depends on their order."""
    return blake3.blake3("".join(sums).encode()).hexdigest()


def verify(path: Path, expected: str) -> str:
    """Return the checksum of ``path``; raises WeightsMismatch unless it is ``expected`` (upper or lower case).

    ``expected`` is BLAKE3, or another sum that authors publish with its name before it: ``sha256:`` or ``md5:``.
    """
    kind, colon, digits = expected.rpartition(":")
    if colon:
        with path.open("rb") as file:
            found = hashlib.file_digest(file, kind).hexdigest()
    else:
        found = checksum(path)
    expected = digits
    if found != expected.lower():
        raise WeightsMismatch(
            f"The weights file {path} is damaged or another version: checksum {found[:12]}, expected {expected[:12]}."
        )
    return found


def verified(name: str, known: str, explicit: Path | None = None) -> tuple[Path, str]:
    """Return the weights file ``name`` to use and its checksum; only the shipped one must have the ``known`` checksum.

    Raises WeightsMissing or WeightsMismatch.
    """
    path = locate(name, explicit=explicit)
    try:
        shipped = explicit is None and path == asset(name)
    except FileNotFoundError:
        shipped = False
    return path, verify(path, known) if shipped else checksum(path)


def download(
    url: str,
    target: Path,
    *,
    expected: str,
    progress: Callable[[int, int | None], None] = lambda done, total: None,
    should_stop: Callable[[], bool] = lambda: False,
    timeout: float = 30.0,
) -> bool:
    """Fetch ``url`` to ``target`` by way of ``target`` + ``.part``; True when it is whole, False when stopped.

    A part left by an earlier try is gone on with (HTTP Range) where the server allows. ``progress(done, total)`` is in
    bytes, total None if unknown. ``expected`` (see ``verify``) is checked before the file takes its name. Raises
    WeightsMissing (no answer; the part is kept) or WeightsMismatch (other content; the part is removed).
    """
    if not url.startswith(("https://", "http://")):
        raise ValueError(f"weights are fetched over http or https, not from {url}")
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(target.name + ".part")
    try:
        whole = _fetch(url, part, progress, should_stop, timeout)
    except (OSError, HTTPException) as error:
        raise WeightsMissing(
            f"The download of {url} broke off ({error}). Try again: it goes on where it stopped."
        ) from error
    if not whole:
        return False
    try:
        verify(part, expected)
    except WeightsMismatch:
        part.unlink()
        raise
    os.replace(part, target)  # noqa: PTH105 - the one call that is atomic on every system
    return True


def _fetch(
    url: str,
    part: Path,
    progress: Callable[[int, int | None], None],
    should_stop: Callable[[], bool],
    timeout: float,
) -> bool:
    have = part.stat().st_size if part.exists() else 0
    request = urllib.request.Request(url, headers={"Range": f"bytes={have}-"} if have else {})
    try:
        answer = urllib.request.urlopen(request, timeout=timeout)
    except urllib.error.HTTPError as error:
        error.close()
        if have and error.code == 416:  # nothing follows what we have: whole, or wrong, as the checksum will tell
            return True
        raise
    with answer:
        resumed = answer.status == 206
        done = have if resumed else 0
        length = answer.headers.get("Content-Length")
        total = done + int(length) if length is not None and length.isdigit() else None
        with part.open("ab" if resumed else "wb") as file:
            whole = _copy(answer, file, done, total, progress, should_stop)
    return whole


def _copy(
    answer: HTTPResponse,
    file: BinaryIO,
    done: int,
    total: int | None,
    progress: Callable[[int, int | None], None],
    should_stop: Callable[[], bool],
) -> bool:
    progress(done, total)
    while not should_stop():
        chunk = answer.read(_CHUNK)
        if not chunk:
            if total is not None and done < total:
                raise OSError(f"{done} of {total} bytes came")
            return True
        file.write(chunk)
        done += len(chunk)
        progress(done, total)
    return False
