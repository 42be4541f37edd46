"""The command line as a person and as a script use it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from PIL import Image
from typer.testing import CliRunner

from engine.cli.main import app
from engine.ops.instances import AddInstance
from engine.workspace import Workspace

Run = Callable[..., Result]


@pytest.fixture
def run() -> Run:
    runner = CliRunner()

    def call(*words: str | Path) -> Result:
        return runner.invoke(app, [str(word) for word in words], catch_exceptions=False)

    return call


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    (folder / "sub").mkdir(parents=True)
    Image.new("RGB", (20, 10)).save(folder / "a.png")
    Image.new("RGB", (20, 10), "red").save(folder / "sub" / "b.png")
    return folder


@pytest.fixture
def project(run: Run, tmp_path: Path, photos: Path) -> Path:
    (tmp_path / "classes.txt").write_text("_background_\ncat\ndog\n")
    done = run("new", tmp_path / "p.maskwright", photos, "--classes", tmp_path / "classes.txt")
    assert done.exit_code == 0, done.output
    return tmp_path / "p.maskwright"


def _coco(folder: Path, **changes: Any) -> Path:
    whole = {
        "images": [{"id": 1, "file_name": "a.png"}, {"id": 2, "file_name": "gone.png"}],
        "categories": [{"id": 5, "name": "cat"}],
        "annotations": [
            {"id": 1, "image_id": 1, "category_id": 5, "bbox": [1, 1, 5, 5]},
            {"id": 2, "image_id": 2, "category_id": 5, "bbox": [1, 1, 5, 5]},
        ],
        **changes,
    }
    (folder / "in.json").write_text(json.dumps(whole))
    return folder / "in.json"


def _apart(*words: str | Path, **options: Any) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "engine.cli", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, check=False, **options)


def test_help_names_every_command_and_loads_nothing_heavy() -> None:
    code = (
        "import sys\nfrom engine.cli.main import app\n"
        "try: app(['--help'])\nexcept SystemExit as end: print('code', end.code)\n"
        "print(sorted({'PySide6', 'torch', 'numpy', 'sqlalchemy', 'cv2'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    for command in ("gui", "demo", "new", "add", "import", "export", "info", "check", "backends", "doctor", "labels"):
        assert f" {command} " in done.stdout
    assert done.stdout.endswith("code 0\n[]\n")


@pytest.mark.parametrize(
    "words",
    [
        ["new"],
        ["nonsense"],
        ["export", "p.maskwright", "x.json", "--segmentation", "circles"],
        ["export", "p.maskwright", "x", "--format", "sa1b", "--segmentation", "polygon"],
        ["export", "p.maskwright", "x", "--format", "yolo", "--scores"],
        ["export", "p.maskwright", "x", "--format", "voc", "--task", "detect"],
        ["export", "p.maskwright", "x.json", "--with-images"],
        ["withdraw", "p", "x"],
    ],
)
def test_wrong_usage_is_exit_code_2(run: Run, words: list[str]) -> None:
    assert run(*words).exit_code == 2


def test_version(run: Run) -> None:
    assert run("--version").output.startswith("maskwright ")


def test_new_add_and_info(run: Run, project: Path, tmp_path: Path, photos: Path) -> None:
    Image.new("RGB", (9, 9)).save(photos / "c.png")
    (photos / "broken.png").write_bytes(b"")
    added = json.loads(run("add", project, photos, "--json").stdout)
    assert (added["added"], added["known"]) == (1, 2)
    assert [Path(each["path"]).name for each in added["unreadable"]] == ["broken.png"]
    told = json.loads(run("info", project, "--json").stdout)
    assert told["images"] == 4
    text = run("info", project).stdout
    assert "images" in text
    again = run("new", project, photos)
    assert again.exit_code == 1
    assert "exists already" in again.stderr


def test_new_puts_the_ending_on(run: Run, tmp_path: Path, photos: Path) -> None:
    assert run("new", tmp_path / "q", photos).exit_code == 0
    assert (tmp_path / "q.maskwright").is_file()


def test_a_typing_mistake_makes_nothing(run: Run, tmp_path: Path, photos: Path) -> None:
    done = run("new", tmp_path / "q.maskwright", photos, tmp_path / "nowhere")
    assert done.exit_code == 1
    assert done.stderr.count("\n") == 1
    assert str(tmp_path / "nowhere") in done.stderr
    assert not (tmp_path / "q.maskwright").exists()


def test_import_export_and_withdraw(run: Run, project: Path, tmp_path: Path, photos: Path) -> None:
    done = run("import", project, _coco(tmp_path), "--images", photos, "--json")
    report = json.loads(done.stdout)
    assert report["counts"]["annotations"] == {"in": 2, "out": 1}
    assert report["dropped"][1]["examples"] == ["gone.png (1 annotation waiting)"]
    table = run("import", project, tmp_path / "in.json", "--images", photos).stdout
    assert "already here" in table
    exported = run("export", project, tmp_path / "out.json", "--state", "all", "--segmentation", "polygon")
    assert exported.exit_code == 0
    assert len(json.loads((tmp_path / "out.json").read_text())["annotations"]) == 1
    each = run("export", project, tmp_path / "out", "--format", "sa1b", "--state", "all")
    assert (each.exit_code, sorted(path.name for path in (tmp_path / "out").rglob("*.json"))) == (
        0,
        ["a.json", "b.json"],
    )
    assert run("export", project, tmp_path / "scores.json", "--state", "all", "--scores").exit_code == 0
    assert "import" in run("jobs", project).stdout
    withdrawn = json.loads(run("withdraw", project, str(report["job_id"]), "--json").stdout)
    assert withdrawn == {"removed": 1, "kept": 0}
    assert json.loads(run("jobs", project, "--json").stdout)[-1]["state"] == "withdrawn"


@pytest.mark.parametrize("words", [("yolo", "--task", "detect"), ("voc",)])
def test_a_dataset_of_another_tool_goes_out_and_comes_in(
    run: Run, project: Path, tmp_path: Path, words: tuple[str, ...]
) -> None:
    run("import", project, _coco(tmp_path))
    out = tmp_path / "set"
    done = run("export", project, out, "--with-images", "--json", "--format", *words)
    assert json.loads(done.stdout)["counts"]["annotations"] == {"in": 1, "out": 1}
    assert run("new", tmp_path / "q.maskwright", tmp_path / "photos").exit_code == 0
    read = run("import", tmp_path / "q.maskwright", out, "--format", words[0], "--as", "proposed")
    assert read.exit_code == 0, read.output
    told = json.loads(run("info", tmp_path / "q.maskwright", "--json").stdout)
    assert told["instances_by_state"] == {"proposed": 1}
    (out / "notes.txt").write_text("mine")
    refused = run("export", project, out, "--format", words[0])
    assert refused.exit_code == 1
    assert "notes.txt" in refused.stderr and refused.stderr.count("\n") == 1


def test_import_as_proposed(run: Run, project: Path, tmp_path: Path) -> None:
    run("import", project, _coco(tmp_path), "--as", "proposed")
    assert json.loads(run("info", project, "--json").stdout)["instances_by_state"] == {"proposed": 1}


@pytest.mark.parametrize("command", ["info", "check", "history", "jobs", "undo", "redo"])
def test_what_is_no_project_is_told_in_one_line(run: Run, tmp_path: Path, command: str) -> None:
    (tmp_path / "x.maskwright").write_text("hello")
    for place in (tmp_path / "x.maskwright", tmp_path / "none.maskwright", tmp_path):
        done = run(command, place)
        assert (done.exit_code, done.stdout) == (1, "")
        assert done.stderr.startswith("maskwright: ")
        assert done.stderr.count("\n") == 1
        assert str(place) in done.stderr


def test_history_undo_and_redo(run: Run, project: Path, photos: Path) -> None:
    workspace = Workspace.open(project)
    workspace.execute(AddInstance(1, box=(1, 1, 3, 3)))
    workspace.close()
    assert "Undone: Add instance" in run("undo", project, "--image", "a.png").stdout
    assert "Done again: Add instance" in run("redo", project, "--image", photos / "a.png").stdout
    steps = json.loads(run("history", project, "--image", "a.png", "--json").stdout)
    assert (steps[0]["title"], steps[0]["state"]) == ("Add instance", "done")
    assert "Add instance" in run("history", project).stdout
    unknown = run("undo", project, "--image", "z.png")
    assert (unknown.exit_code, "z.png" in unknown.stderr) == (1, True)


def test_labels(run: Run, project: Path) -> None:
    assert run("labels", "add", project, "bird", "--color", "#112233").exit_code == 0
    assert run("labels", "rename", project, "bird", "owl").exit_code == 0
    assert run("labels", "merge", project, "owl", "cat").exit_code == 0
    assert run("labels", "delete", project, "dog").exit_code == 0
    assert [each["name"] for each in json.loads(run("labels", "list", project, "--json").stdout)] == ["cat"]
    assert "cat" in run("labels", "list", project).stdout
    unknown = run("labels", "delete", project, "dog")
    assert (unknown.exit_code, "no label 'dog'" in unknown.stderr) == (1, True)
    assert "Undone: Delete label" in run("undo", project).stdout


def test_check_tells_by_its_exit_code(run: Run, project: Path, photos: Path) -> None:
    assert run("check", project).exit_code == 0
    (photos / "a.png").unlink()
    done = run("check", project, "--json")
    assert done.exit_code == 1
    assert json.loads(done.stdout)["findings"][0]["examples"] == ["a.png"]
    assert "the file is missing" in run("check", project).stdout
    assert run("check", project, "--no-images").exit_code == 0


def test_backup(run: Run, project: Path, tmp_path: Path) -> None:
    copy = tmp_path / "safe" / "copy.maskwright"
    assert run("backup", project, copy).exit_code == 0
    assert json.loads(run("info", copy, "--json").stdout)["images"] == 2
    assert run("backup", project, copy).exit_code == 1


def test_backends(run: Run) -> None:
    listed = json.loads(run("backends", "--json").stdout)
    assert "classic" in [each["name"] for each in listed]
    assert "fake" in run("backends", "--all").stdout


def test_doctor(run: Run) -> None:
    told = json.loads(run("doctor", "--json").stdout)
    assert {"Python", "SQLite"} <= {finding["topic"] for finding in told["findings"]}


def test_without_a_display_the_window_is_refused_in_one_line(tmp_path: Path) -> None:
    if not sys.platform.startswith("linux"):
        pytest.skip("other systems always have a display")
    environment = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")}
    done = _apart("gui", env=environment)
    assert done.returncode == 1
    assert done.stderr.startswith("maskwright: There is no display")


def test_a_truncated_file_leaves_the_project_as_it_was(project: Path, tmp_path: Path) -> None:
    source = _coco(tmp_path)
    source.write_text(source.read_text()[:-40])
    before = project.read_bytes()
    done = _apart("import", project, source)
    assert done.returncode == 1
    assert "truncated" in done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    assert project.read_bytes() == before


def test_a_bug_shows_its_traceback_and_has_its_own_exit_code(tmp_path: Path) -> None:
    code = (
        "import engine.cli.main as m\n"
        "@m.app.command('broken')\ndef broken() -> None:\n    raise ZeroDivisionError('a bug')\n"
        "import sys; sys.argv = ['maskwright', 'broken']; m.main()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 70
    assert "ZeroDivisionError: a bug" in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for one process")
def test_interrupting_an_import_leaves_nothing_half_done(project: Path, tmp_path: Path) -> None:
    annotations = [{"id": n, "image_id": 1, "category_id": 5, "bbox": [1, 1, 5, 5]} for n in range(1, 200_001)]
    source = _coco(tmp_path, annotations=annotations)
    before = project.read_bytes()
    code = (
        # Whoever runs the suite in the background hands down an ignored SIGINT.
        "import signal, sys, engine.formats.coco as c\nfrom engine.cli.main import app\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "real = c.read\n"
        "def read(*a, control, **k):\n"
        "    def tell(done, total):\n"
        "        if done >= 50000: print('now', flush=True)\n"
        "    import engine.control as e\n"
        "    return real(*a, control=e.Control(tell), **k)\n"
        "c.read = read\n"
        "app(sys.argv[1:])"
    )
    command = [sys.executable, "-c", code, "import", str(project), str(source)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None and running.stderr is not None
        assert running.stdout.readline() == "now\n"
        running.send_signal(signal.SIGINT)
        _, told = running.communicate(timeout=60)
    assert running.returncode == 130
    assert "Interrupted" in told
    assert project.read_bytes() == before
