from __future__ import annotations

import json

import numpy as np
import pytest
from PIL import Image

from models import masks
from models.compact.readers import read_coco, read_folder


def picture(path):
    path.parent.mkdir(exist_ok=True)
    Image.fromarray(np.full((40, 60, 3), 99, dtype=np.uint8)).save(path)


def test_coco_reads_polygons_and_runs_and_leaves_crowds_out(tmp_path):
    picture(tmp_path / "images" / "a.png")
    square = np.zeros((40, 60), dtype=bool)
    square[10:20, 30:50] = True
    code = masks.encode(square)
    segmentation = {"size": [40, 60], "counts": code.counts.decode()}
    table = {
        "images": [{"id": 7, "file_name": "a.png"}, {"id": 8, "file_name": "gone.png"}],
        "annotations": [
            {"image_id": 7, "segmentation": [[30, 10, 50, 10, 50, 20, 30, 20]]},
            {"image_id": 7, "segmentation": segmentation},
            {"image_id": 7, "segmentation": {"size": [40, 60], "counts": masks.runs(code)}},
            {"image_id": 7, "segmentation": segmentation, "iscrowd": 1},
        ],
    }
    file = tmp_path / "labels.json"
    file.write_text(json.dumps(table))
    for found in (list(read_coco(file, tmp_path / "images")), list(read_folder(tmp_path))):
        (item,) = found
        assert item.image.shape == (40, 60, 3)
        assert len(item.masks) == 3
        assert all(np.array_equal(mask, square) for mask in item.masks)


def test_a_label_map_with_names_gives_whole_parts_and_pieces(tmp_path):
    picture(tmp_path / "images" / "a.png")
    labels = np.zeros((40, 60), dtype=np.uint8)
    labels[5:35, 5:20] = 1
    labels[5:15, 25:40] = 2
    labels[20:35, 25:40] = 2
    Image.fromarray(labels).save(tmp_path / "a-labels.png")
    item = {"image": "images/a.png", "labels": "a-labels.png"}
    (tmp_path / "index.json").write_text(json.dumps({"label_names": ["none", "one", "two"], "items": [item]}))
    (found,) = read_folder(tmp_path)
    assert sorted(int(mask.sum()) for mask in found.masks) == [150, 225, 375, 450, 825]


def test_a_folder_without_labels_is_refused(tmp_path):
    with pytest.raises(FileNotFoundError, match="no labels"):
        list(read_folder(tmp_path))
