"""Reading an image file's bytes once, with every way that can fail told in words."""

from __future__ import annotations

import stat
from pathlib import Path

from blake3 import blake3

from engine.errors import BadImage


def read_bytes(path: Path) -> bytes:
    """Return the whole file. Raises BadImage when it is missing, no ordinary file, empty or unreadable."""
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise BadImage(f"{path}: this is a folder, not an image. Add the folder itself to take in its images.")
        if not stat.S_ISREG(status.st_mode):
            # A pipe or device would block the reader for ever.
            raise BadImage(f"{path}: this is a device or pipe, not an image file.")
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise BadImage(f"{path}: there is no such file. Put it back, or remove the image from the project.") from error
    except PermissionError as error:
        raise BadImage(f"{path}: reading is not permitted. Give yourself read access to it and try again.") from error
    except OSError as error:
        reason = error.strerror or str(error)
        raise BadImage(f"{path}: the file cannot be read ({reason}). Check the disk or network drive.") from error
    except ValueError as error:
        raise BadImage(f"{str(path)!r}: this is no valid file name ({error}).") from error
    if not data:
        raise BadImage(f"{path}: the file is empty (0 bytes). Copy it again from its source.")
    return data


def hash_bytes(data: bytes) -> str:
    """Return the BLAKE3 hash of ``data`` as 64 hexadecimal digits."""
    return blake3(data).hexdigest()
