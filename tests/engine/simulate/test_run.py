from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from engine.control import Cancelled, Control
from engine.errors import BadFile, CannotWrite, EngineError, InvalidOp
from engine.measure.engine_table import engine_table
from engine.measure.table_out import to_json
from engine.records import InstanceRecord, Stage, State
from engine.simulate.run import Result, Simulation, params_of, simulate, stages_named
from engine.workspace import Workspace
from models.errors import BackendUnavailable


def stored(result: Result, stage: str) -> list[InstanceRecord]:
    with Workspace.open(result.simulation.place(stage)) as workspace, workspace.read() as read:
        return [each for number in read.images.ids() for each in read.instances.of_image(number, tuple(State))]


def figures(result: Result, stage: str) -> dict[str, Any]:
    return next(each for each in result.figures() if each["stage"] == stage)


def lasting(table: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in table.items() if name != "made_at"}


def test_what_was_assisted_is_in_the_database(played: Result) -> None:
    told, there = figures(played, "assisted"), stored(played, "assisted")
    assert {(each.state, each.provenance.stage, each.author) for each in there} == {
        (State.ACCEPTED, Stage.ASSISTED, "simulated person")
    }
    assert len(there) == told["masks"] == told["objects"] == 4
    assert told["clicks"] == sum(each.provenance.clicks for each in there)
    # Of plain rectangles each takes a click; the seconds stored begin with it and are known by the time model.
    times = played.simulation.habits.times
    assert [each.provenance.clicks for each in there] == [1] * 4
    key = round(1000 * times.key)
    plain = round(1000 * times.look) + key
    assert all((each.provenance.active_ms - plain) % key == 0 for each in there)
    spent = sum(each.provenance.active_ms for each in there) / 1000 + 4 * (times.find + times.click)
    assert told["seconds"] == pytest.approx(spent)
    assert told["mean_iou"] > 0.95


def test_what_was_filled_in_is_decided_in_the_database(played: Result) -> None:
    told, there = figures(played, "semi"), stored(played, "semi")
    states = Counter(each.state for each in there)
    assert states[State.PROPOSED] == 0
    assert states[State.ACCEPTED] == told["stored"] >= told["masks"]
    machine = [each for each in there if each.provenance.clicks == 0 and each.state is State.ACCEPTED]
    assert len(machine) == told["right"] > 0
    assert states[State.REJECTED] == told["shown"] - told["right"] - told["put_right"]
    assert told["clicks"] >= sum(each.provenance.clicks for each in there if each.state is State.ACCEPTED)
    assert told["masks"] == told["objects"] - told["given_up"]


def test_every_proposal_of_the_automatic_stage_is_reviewed(played: Result) -> None:
    told, there = figures(played, "auto"), stored(played, "auto")
    states = Counter(each.state for each in there)
    assert (len(there), states[State.ACCEPTED], states[State.PROPOSED]) == (told["shown"], told["right"], 0)
    assert told["keys"] == told["shown"] > 0
    assert told["clicks"] == 0
    assert {each.reviewed_by for each in there} == {"simulated person"}
    assert sum(each.review_ms for each in there) / 1000 == pytest.approx(told["seconds"], abs=0.01 * told["shown"])


def test_the_report_holds_the_databases_own_table(played: Result) -> None:
    report = json.loads((played.simulation.out / "report.json").read_text())
    for stage in played.simulation.stages:
        with Workspace.open(played.simulation.place(stage)) as workspace, workspace.read() as read:
            assert lasting(played.tables[stage]) == lasting(to_json(engine_table(read)))
    assert json.loads(json.dumps(played.figures())) in report.values()


def test_page_and_pictures(played: Result) -> None:
    out = played.simulation.out
    page = (out / "report.md").read_text()
    for words in ("Time model (assumed", "clicks and keys a mask", "IoU of 0.85", "seed 1", "cost.png", "sheet.png"):
        assert words in page
    for name in ("cost.png", "sheet.png"):
        assert np.asarray(Image.open(out / name)).std() > 5
    assert not [path for path in out.iterdir() if "partial" in path.name]


def test_the_same_order_gives_the_same_figures(played: Result, order: Simulation) -> None:
    again = simulate(order)
    assert again.figures() == played.figures()


def test_random_clicks_follow_the_seed(order: Simulation) -> None:
    habits = replace(order.habits, protocol="random", good=0.999, patience=3)
    given = replace(order, stages=("assisted",), habits=habits)
    clicked = []
    for number, seed in enumerate((1, 1, 2)):
        result = simulate(replace(given, seed=seed, out=order.out / str(number)))
        with Workspace.open(result.simulation.place("assisted")) as workspace, workspace.read() as read:
            clicked.append([read.instances.prompts(each.id) for each in read.instances.of_image(1)])
    assert clicked[0] == clicked[1] != clicked[2]


def test_a_limit_takes_so_many_images(order: Simulation) -> None:
    result = simulate(replace(order, stages=("assisted",), limit=1))
    assert (figures(result, "assisted")["images"], figures(result, "assisted")["objects"]) == (1, 2)


def test_what_is_wrong_is_said_before_anything_is_made(order: Simulation, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "none.json").write_text('{"images": [], "annotations": []}')
    (tmp_path / "bare.json").write_text(
        '{"images": [{"id": 1, "file_name": "1.png"}, {}], "annotations": [{"segmentation": [[1, 1, 9, 1, 9, 9]]}]}'
    )
    cases: list[tuple[type[Exception], str, dict[str, Any]]] = [
        (BadFile, "cannot be read", {"coco": tmp_path / "gone.json"}),
        (BadFile, "no object", {"coco": tmp_path / "none.json"}),
        (BadFile, "no object", {"coco": tmp_path / "bare.json"}),
        (BadFile, "1.png and 1 others of truth.json are not there", {"images": tmp_path}),
        (BackendUnavailable, "no backend called", {"backend": "nobody"}),
        (InvalidOp, "cannot play these stages", {"backend": "fake-pose"}),
        (CannotWrite, "Nothing can be written", {"out": tmp_path / "file" / "out"}),
    ]
    for error, words, changed in cases:
        with pytest.raises(error, match=words):
            simulate(replace(order, **changed))
        assert not order.out.exists()


def test_an_earlier_simulation_is_not_written_over(order: Simulation) -> None:
    order.out.mkdir()
    order.place("semi").write_text("mine")
    with pytest.raises(InvalidOp, match="there already"):
        simulate(order)
    assert [path.name for path in order.out.iterdir()] == ["semi.maskwright"]


def test_stopped_in_the_middle_the_project_is_whole(order: Simulation) -> None:
    with pytest.raises(Cancelled, match="whole"):
        simulate(order, control=Control(should_stop=lambda: True))
    assert {path.suffix for path in order.out.iterdir()} == {".maskwright"}
    with Workspace.open(order.place("assisted")) as workspace, workspace.read() as read:
        assert read.instances.count_by("state") == {"accepted": 2}


def test_words_of_the_command_line() -> None:
    assert stages_named("semi, auto,semi") == ("semi", "auto")
    with pytest.raises(InvalidOp, match="no preset"):
        params_of("slow", None, None)
    with pytest.raises(EngineError, match="min_score"):
        params_of("fast", 7.0, None)
