"""The numbers inside COCO's compressed run-length code, read for a whole code at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_FIRST_CHAR = 48
_MORE = 0x20
_SIGN = 0x10
_BITS = 5
_MAX_CHARS = 7  # 35 bits: more than any image pycocotools can hold, and far from overflowing the sums


def read_runs(counts: bytes) -> NDArray[np.int64]:
    """Return the alternating run lengths (background first), ``int64[N]``, of a compressed code.

    COCO packs 5 bits a character, least significant first, bit 0x20 marks "more follows", the last character's bit
    0x10 is the sign, and from the fourth run on the difference to the run two before is stored. Raises ValueError if
    the bytes are no run-length code; negative or surplus runs are the caller's to refuse.
    """
    chars = np.frombuffer(counts, dtype=np.uint8).astype(np.int64) - _FIRST_CHAR
    if chars.size == 0:
        return np.zeros(0, dtype=np.int64)
    if bool(((chars < 0) | (chars >= 2 * _MORE)).any()):
        raise ValueError("run-length code holds a character outside its alphabet")
    last = np.flatnonzero((chars & _MORE) == 0)
    if last.size == 0 or last[-1] != chars.size - 1:
        raise ValueError("run-length code ends in the middle of a number")
    first = np.concatenate(([0], last[:-1] + 1))
    sizes = last - first + 1
    if int(sizes.max()) > _MAX_CHARS:
        raise ValueError("run-length code holds a number larger than any image")
    shifts = _BITS * (np.arange(chars.size) - np.repeat(first, sizes))
    values = np.add.reduceat((chars & (_MORE - 1)) << shifts, first)
    values -= np.where(chars[last] & _SIGN, np.int64(1) << (_BITS * sizes), 0)
    values[1::2] = np.cumsum(values[1::2])
    values[2::2] = np.cumsum(values[2::2])
    return values
