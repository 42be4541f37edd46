"""``python -m models.compact.held_out --data DIR --out DIR``: the photographs training never sees, as a COCO file."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PIL import Image

from models import masks
from models.compact.readers import read_folder
from models.held import is_held


def main(arguments: Sequence[str] | None = None) -> int:
    """Write ``held_out.json`` and the photographs to ``images`` in the folder asked for; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="a folder of labelled photographs")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args(arguments)
    photographs = options.out / "images"
    photographs.mkdir(parents=True, exist_ok=True)
    table: dict[str, list[dict[str, Any]]] = {"images": [], "annotations": [], "categories": [{"id": 1, "name": "any"}]}
    for item in read_folder(options.data):
        if not is_held(item.name):
            continue
        name = Path(item.name).with_suffix(".png").name
        Image.fromarray(item.image).save(photographs / name)
        height, width = item.image.shape[:2]
        table["images"].append({"id": len(table["images"]) + 1, "file_name": name, "height": height, "width": width})
        for mask in item.masks:
            code = masks.encode(mask)
            table["annotations"].append(
                {
                    "id": len(table["annotations"]) + 1,
                    "image_id": len(table["images"]),
                    "category_id": 1,
                    "iscrowd": 0,
                    "bbox": [float(side) for side in masks.bbox(code)],
                    "area": masks.area(code),
                    "segmentation": {"size": [height, width], "counts": code.counts.decode("ascii")},
                }
            )
    (options.out / "held_out.json").write_text(json.dumps(table), encoding="utf-8")
    sys.stdout.write(f"{len(table['images'])} photographs, {len(table['annotations'])} objects\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
