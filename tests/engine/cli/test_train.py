from __future__ import annotations

from typer.testing import CliRunner

from engine.cli.main import app


def call(*words):
    return CliRunner().invoke(app, ["train", *words], catch_exceptions=False)


def test_a_backend_without_training_is_a_known_error(tmp_path):
    done = call("classic", "--data", str(tmp_path), "--out", str(tmp_path / "out"))
    assert done.exit_code == 1
    assert "cannot be trained" in done.output


def test_coco_needs_its_images(tmp_path):
    done = call("compact", "--coco", str(tmp_path / "a.json"), "--out", str(tmp_path / "out"))
    assert done.exit_code == 1
    assert "--images" in done.output
