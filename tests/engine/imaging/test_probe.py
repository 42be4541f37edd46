from __future__ import annotations

from pathlib import Path

import blake3
import numpy as np
from PIL import Image

from engine.imaging.probe import probe


def test_header_and_hash_without_decoding(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    Image.fromarray(np.zeros((30, 50, 3), dtype=np.uint8)).save(path)
    data = path.read_bytes()
    seen = probe(path)
    assert (seen.width, seen.height, seen.orientation, seen.size_bytes) == (50, 30, 1, len(data))
    assert seen.content_hash == blake3.blake3(data).hexdigest()
    # Pixels are not looked at: with the header sound, a cut file still tells its size.
    path.write_bytes(data[:60])
    assert (probe(path).width, probe(path).height) == (50, 30)
