"""From whatever numbers a file holds to 8-bit RGB, by rules that are stated here once.

* 8-bit grey and colour stay as they are; 1-bit becomes black and white; CMYK, palettes and the like are converted.
* More than 8 bits (16- and 32-bit whole numbers, floats): stretched linearly so that the smallest finite value of the
  image becomes 0 and the largest 255, all colour channels together so that hues stay; an image of one single value
  becomes black. NaN and -inf become 0, +inf becomes 255.
* Transparency is laid over white; an image that is transparent everywhere is shown as if it were opaque.
* Colour profiles are not applied.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

_DEEP_MODES = frozenset({"I", "F", "I;16", "I;16L", "I;16B", "I;16N"})


def stretch(values: NDArray[Any]) -> NDArray[np.uint8]:
    """Map numbers of any type and shape linearly to ``uint8``: finite minimum to 0, finite maximum to 255."""
    if values.dtype == np.uint16:
        return _stretch_uint16(values)
    numbers = values.astype(np.float64)
    finite = np.isfinite(numbers)
    if not finite.any():
        return np.where(numbers == np.inf, 255, 0).astype(np.uint8)
    low, high = float(numbers[finite].min()), float(numbers[finite].max())
    span = high / 2 - low / 2  # halved, so that the extremes of float64 do not overflow
    if span > 0:
        numbers = (numbers / 2 - low / 2) * (255.0 / span) if span > 1e-300 else np.where(numbers > low, 255.0, 0.0)
    else:
        numbers = np.where(numbers == np.inf, np.inf, 0.0)
    return np.rint(np.nan_to_num(np.clip(numbers, 0, 255), nan=0.0)).astype(np.uint8)


def _stretch_uint16(values: NDArray[Any]) -> NDArray[np.uint8]:
    # A table of 65536 entries is many times faster than arithmetic on every pixel, with the same result.
    low, high = int(values.min()), int(values.max())
    table = np.zeros(65536, dtype=np.uint8)
    if high > low:
        table[low : high + 1] = np.rint(np.arange(high - low + 1) * (255.0 / (high - low)))
    stretched: NDArray[np.uint8] = table[values]
    return stretched


def over_white(rgb: NDArray[np.uint8], alpha: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Lay ``uint8[H, W, 3]`` with opacity ``uint8[H, W]`` over white; wholly transparent images count as opaque."""
    if not alpha.any() or bool((alpha == 255).all()):
        return rgb
    weight = alpha[..., None].astype(np.uint16)
    mixed = (rgb.astype(np.uint16) * weight + 255 * (255 - weight) + 127) // 255
    return mixed.astype(np.uint8)


def pillow_to_rgb(image: Image.Image) -> NDArray[np.uint8]:
    """Return ``uint8[H, W, 3]`` of a Pillow image in any mode. Raises ValueError for a mode Pillow cannot convert."""
    if image.mode in _DEEP_MODES:
        grey = stretch(np.asarray(image))
        return np.repeat(grey[..., None], 3, axis=2)
    if image.mode in {"RGBA", "LA", "PA", "La", "RGBa"} or "transparency" in image.info:
        rgba = np.asarray(image.convert("RGBA"))
        return over_white(np.ascontiguousarray(rgba[..., :3]), rgba[..., 3])
    return np.array(image.convert("RGB"))


def array_to_rgb(values: NDArray[Any]) -> NDArray[np.uint8]:
    """Return ``uint8[H, W, 3]`` of OpenCV's BGR order, 1 to 4 channels or more (then the first three), any type."""
    if values.ndim == 2:
        values = values[..., None]
    channels = values.shape[2]
    alpha = values[..., 3] if channels == 4 else values[..., 1] if channels == 2 else None
    colour = values[..., 2::-1] if channels >= 3 else np.repeat(values[..., :1], 3, axis=2)
    rgb = colour if colour.dtype == np.uint8 else stretch(colour)
    rgb = np.ascontiguousarray(rgb)
    if alpha is None or not np.issubdtype(alpha.dtype, np.integer):
        return rgb
    opaque = np.iinfo(alpha.dtype).max
    return over_white(rgb, (alpha.astype(np.float64) * (255.0 / opaque)).clip(0, 255).astype(np.uint8))
