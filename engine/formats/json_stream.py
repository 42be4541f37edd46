"""Reads JSON files larger than memory: a top level section by section, a long list item by item.

Three things real files contain and strict parsers refuse or choke on are settled on the way: a byte order mark, the
tokens NaN and Infinity (read as null), and brackets nested so deeply that a parser would run out of memory.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import ijson
import numpy as np
from ijson.common import ObjectBuilder

from engine.errors import BadFile

_CHUNK = 1 << 20
_STRING = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)
_STRING_OR_TOKEN = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"|-?Infinity|NaN', re.DOTALL)
_TOKENS = (b"NaN", b"Infinity")
_TAIL = len(b"-Infinity")
_BOM = b"\xef\xbb\xbf"
# orjson, which writes what is kept, stops at 254.
_MAX_DEPTH = 200
_MAX_TEXT = 1 << 26


class _Sieve:
    """A binary file for ijson whose ``read`` gives the file's bytes with the three things settled."""

    def __init__(self, file: IO[bytes], path: Path, on_read: Callable[[int], None]) -> None:
        self._file = file
        self._path = path
        self._on_read = on_read
        self._carry = b""
        self._depth = 0
        self._begun = False
        self.replaced = 0

    def read(self, size: int = -1) -> bytes:
        """Return the next piece, empty at the end; ``size`` 0 is ijson's question for the type."""
        if size == 0:
            return b""
        while True:
            fresh = self._file.read(_CHUNK)
            self._on_read(len(fresh))
            data = self._carry + fresh
            if not self._begun and data:
                self._begun = True
                data = data.removeprefix(_BOM)
            if not fresh:
                self._carry = b""
                return self._settle(data)
            # A string or token cut by the chunk's end waits for the next chunk.
            bare = _STRING.sub(b"", data)
            open_quote = bare.find(b'"')
            cut = len(data) - (len(bare) - open_quote) if open_quote >= 0 else _before_token(data)
            self._carry = data[cut:]
            if len(self._carry) > _MAX_TEXT:
                raise BadFile(
                    f"{self._path}: a text in it is longer than {_MAX_TEXT >> 20} MB. This is no dataset file."
                )
            if cut:
                return self._settle(data[:cut])

    def _settle(self, data: bytes) -> bytes:
        bare = _STRING.sub(b"", data)
        self._watch_depth(bare)
        if any(token in bare for token in _TOKENS):
            return _STRING_OR_TOKEN.sub(self._replace, data)
        return data

    def _replace(self, match: re.Match[bytes]) -> bytes:
        found = match.group()
        if found.startswith(b'"'):
            return found
        self.replaced += 1
        return b"null"

    def _watch_depth(self, bare: bytes) -> None:
        opened = bare.count(b"[") + bare.count(b"{")
        if self._depth + opened > _MAX_DEPTH:
            chars = np.frombuffer(bare, dtype=np.uint8)
            steps = np.isin(chars, (0x5B, 0x7B)).astype(np.int32) - np.isin(chars, (0x5D, 0x7D)).astype(np.int32)
            if steps.size and self._depth + int(np.cumsum(steps).max()) > _MAX_DEPTH:
                raise BadFile(
                    f"{self._path}: brackets are nested more than {_MAX_DEPTH} deep. This is no dataset file."
                )
        self._depth += opened - bare.count(b"]") - bare.count(b"}")


def _before_token(data: bytes) -> int:
    """Return where to cut so that no token is split: before the last few letters, if the chunk ends in letters."""
    cut = len(data)
    while cut > max(len(data) - _TAIL, 0) and (data[cut - 1 : cut].isalpha() or data[cut - 1 : cut] == b"-"):
        cut -= 1
    return cut


@contextmanager
def _open(path: Path, on_read: Callable[[int], None]) -> Iterator[_Sieve]:
    """Open a file and turn every way that reading it can fail into BadFile."""
    try:
        with path.open("rb") as file:
            yield _Sieve(file, path, on_read)
    except FileNotFoundError as error:
        raise BadFile(f"{path}: there is no such file.") from error
    except IsADirectoryError as error:
        raise BadFile(f"{path}: this is a folder; name the JSON file in it.") from error
    except PermissionError as error:
        raise BadFile(f"{path}: reading is not permitted. Give yourself read access to it.") from error
    except OSError as error:
        raise BadFile(f"{path}: the file cannot be read ({error.strerror or error}).") from error
    except ijson.JSONError as error:
        raise BadFile(_words(path, error)) from error


def _words(path: Path, error: ijson.JSONError) -> str:
    text = error.args[0] if error.args else str(error)
    text = text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text)
    first = text.splitlines()[0] if text else ""
    if path.stat().st_size == 0:
        return f"{path}: the file is empty (0 bytes). Copy or export it again."
    if "premature EOF" in text:
        return f"{path}: the file is truncated, its end is missing. Copy or export it again. Nothing was imported."
    if "UTF8" in text:
        return f"{path}: the file is not UTF-8 text. Save it as UTF-8 and try again. Nothing was imported."
    return f"{path}: this is not valid JSON ({first.removeprefix('b').strip(chr(39))}). Nothing was imported."


def read_top(
    path: Path,
    *,
    each: dict[str, Callable[[Any], None]],
    skip: str,
    on_read: Callable[[int], None] = lambda _size: None,
) -> tuple[dict[str, Any], int | None, int]:
    """Read a top-level object without its long list ``skip``.

    Lists named in ``each`` are handed over item by item. Returns (all other members, how many items ``skip`` has or
    None where it is absent, how many NaN and Infinity tokens became null). Raises BadFile.
    """
    rest: dict[str, Any] = {}
    counted: int | None = None
    with _open(path, on_read) as sieve:
        events = iter(ijson.basic_parse(sieve, use_float=True, buf_size=_CHUNK))
        first, _ = next(events, ("", None))
        if first == "start_array":
            raise BadFile(
                f"{path}: the file holds a list, as results files of a detector do, not a COCO dataset with "
                "'images', 'annotations' and 'categories'. Nothing was imported."
            )
        if first != "start_map":
            raise BadFile(f"{path}: the file holds a single value, not a COCO dataset. Nothing was imported.")
        for event, value in events:
            if event == "end_map":
                break
            counted_here = _member(path, str(value), events, each, skip, rest)
            counted = counted if counted_here is None else (counted or 0) + counted_here
        for _ in events:  # what follows the object would be an error of the parser's
            pass
        return rest, counted, sieve.replaced


def _member(
    path: Path,
    name: str,
    events: Iterator[tuple[str, Any]],
    each: dict[str, Callable[[Any], None]],
    skip: str,
    rest: dict[str, Any],
) -> int | None:
    """Read one member of the top-level object; return the number of items if it is ``skip``."""
    event, value = next(events)
    if name != skip and name not in each:
        rest[name] = _build(event, value, events)
        return None
    if event == "null":
        return 0 if name == skip else None
    if event != "start_array":
        raise BadFile(f"{path}: '{name}' should be a list. Nothing was imported.")
    if name == skip:
        return _skip_list(events)
    for inner, inner_value in events:
        if inner == "end_array":
            break
        each[name](_build(inner, inner_value, events))
    return None


def _skip_list(events: Iterator[tuple[str, Any]]) -> int:
    depth, items = 1, 0
    for event, _ in events:
        if event in ("start_map", "start_array"):
            items += depth == 1
            depth += 1
        elif event in ("end_map", "end_array"):
            depth -= 1
            if depth == 0:
                break
        elif depth == 1:
            items += 1
    return items


def _build(event: str, value: Any, events: Iterator[tuple[str, Any]]) -> Any:
    builder = ObjectBuilder()
    builder.event(event, value)
    depth = 1 if event in ("start_map", "start_array") else 0
    while depth:
        event, value = next(events)
        builder.event(event, value)
        depth += (event in ("start_map", "start_array")) - (event in ("end_map", "end_array"))
    return builder.value


def read_items(path: Path, name: str, *, on_read: Callable[[int], None] = lambda _size: None) -> Iterator[Any]:
    """Yield the items of the top-level list ``name`` one by one. Raises BadFile."""
    with _open(path, on_read) as sieve:
        yield from ijson.items(sieve, f"{name}.item", use_float=True, buf_size=_CHUNK)
