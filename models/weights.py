"""Weights files: found, checked, downloaded so that a break costs nothing. Torch-free; ``state_dict.py`` loads them."""

from __future__ import annotations

import errno
import hashlib
import os
import selectors
import shutil
import time
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
_TICK_SECONDS = 0.25
"""How often a download that brings nothing looks whether it is to stop."""


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
    timeout: float = 15.0,
) -> bool:
    """Fetch ``url`` to ``target`` by way of ``target`` + ``.part``; True when it is whole, False when stopped.

    A part left by an earlier try is gone on with (HTTP Range) where the server allows. ``progress(done, total)`` is in
    bytes, total None if unknown. ``expected`` (see ``verify``) is checked before the file takes its name. Raises
    WeightsMissing (no answer, disk full; the part is kept) or WeightsMismatch (other content; the part is removed).
    """
    if not url.startswith(("https://", "http://")):
        raise ValueError(f"weights are fetched over http or https, not from {url}")
    part = part_of(target)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        whole = _fetch(url, part, progress, should_stop, timeout)
    except (OSError, HTTPException) as error:
        raise WeightsMissing(_broke_off(url, part, error)) from error
    if not whole:
        return False
    try:
        verify(part, expected)
    except WeightsMismatch:
        part.unlink()
        raise
    os.replace(part, target)  # noqa: PTH105 - the one call that is atomic on every system
    return True


def part_of(target: Path) -> Path:
    """Return where an unfinished download of ``target`` lies."""
    return target.with_name(target.name + ".part")


def _broke_off(url: str, part: Path, error: OSError | HTTPException) -> str:
    """Say what kept a file from coming and what to do about it."""
    again = "Try again: it goes on where it stopped."
    if isinstance(error, urllib.error.HTTPError):
        return f"The server refused {url} ({error.code} {error.reason}). Use a mirror, or add a file you have."
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        return f"The disk of {part.parent} is full ({error.strerror or error}). Free some space. {again}"
    if isinstance(error, urllib.error.URLError):
        return f"{url} cannot be reached, so the download broke off ({error.reason}). Check the network. {again}"
    if isinstance(error, PermissionError):
        return f"{part.parent} cannot be written ({error.strerror}). Give yourself write access to it."
    return f"The download of {url} broke off ({error}). {again}"


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
        if total is not None and total - done > (free := shutil.disk_usage(part.parent).free):
            raise OSError(errno.ENOSPC, f"{(total - done) / 1e6:,.0f} MB are needed, {free / 1e6:,.0f} MB are free")
        with part.open("ab" if resumed else "wb") as file:
            whole = _copy(answer, file, done, total, progress, should_stop, timeout)
    return whole


def _comes(answer: HTTPResponse, should_stop: Callable[[], bool], timeout: float) -> bool:
    """Wait until something can be read; False when it is to stop meanwhile. Raises TimeoutError when nothing comes."""
    if answer.chunked:
        return True  # more may lie in its buffer than its socket shows
    end = time.monotonic() + timeout
    with selectors.DefaultSelector() as selector:
        selector.register(answer, selectors.EVENT_READ)
        while not selector.select(_TICK_SECONDS):
            if should_stop():
                return False
            if time.monotonic() > end:
                raise TimeoutError(f"nothing came for {timeout:g} s")
    return True


def _copy(
    answer: HTTPResponse,
    file: BinaryIO,
    done: int,
    total: int | None,
    progress: Callable[[int, int | None], None],
    should_stop: Callable[[], bool],
    timeout: float,
) -> bool:
    progress(done, total)
    waited = True  # what came with the headers is in the buffer already
    while not should_stop() and (waited or _comes(answer, should_stop, timeout)):
        waited = False
        chunk = answer.read1(_CHUNK)
        file.write(chunk)
        done += len(chunk)
        progress(done, total)
        if done == total or not chunk:
            if total is not None and done < total:
                raise OSError(f"{done} of {total} bytes came")
            return True
    return False
