"""``maskwright bench pose``: how good pose backends are on labelled people."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from engine.cli.bench_options import BackendOption, DeviceOption, LimitOption, OutOption, names_in
from engine.cli.console import JsonOption, known_errors, print_json, print_table, progress


@known_errors
def pose(
    backend: BackendOption,
    data: Annotated[
        list[Path] | None,
        typer.Option("--data", metavar="DIR", help="A folder with an index.json of joints; repeatable."),
    ] = None,
    coco: Annotated[
        list[Path] | None, typer.Option("--coco", metavar="FILE", help="A COCO keypoint file; needs --images.")
    ] = None,
    images: Annotated[Path | None, typer.Option("--images", metavar="DIR", help="The images of --coco.")] = None,
    everybody: Annotated[
        bool, typer.Option("--all", help="Everybody there, not only the validation part; for data no training saw.")
    ] = False,
    weights: Annotated[
        Path | None,
        typer.Option("--weights", metavar="FILE", help="Measure these weights, not the backend's own."),
    ] = None,
    limit: LimitOption = None,
    out: OutOption = None,
    device: DeviceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Find poses in true and noisy boxes: PCK, PDJ, PCP, OKS and keypoint AP, each joint, time, work left to do.

    What is left to do is counted by a simulated person in the window, with seconds by the keystroke-level model: all
    joints placed from nothing, and only those of a proposal moved that are off by more than 4 % of the box.

    Only photographs of the validation part count (one in seven, by a hash of the file name), which training never sees.

    [bold]Example[/bold]

      maskwright bench pose --data people/ --backend pose --out report/
    """
    from engine.errors import InvalidOp
    from engine.measure.pose_run import run_poses
    from engine.measure.true_poses import read_people

    if coco and images is None:
        raise InvalidOp("--coco needs --images, the folder of its photographs.")
    pairs = [(file, images) for file in coco or [] if images is not None]
    truth = read_people(data or [], pairs, limit=limit, only_held=not everybody)
    names = names_in(backend)
    with progress("Finding poses") as control:
        figures = run_poses(truth, names, out, device=device, weights=weights, control=control)
    if as_json:
        print_json({"results": figures})
        return
    print_table(f"{figures[0]['people']} people, {len(truth.joints)} joints", ("", *names), _rows(figures))
    print_table(
        f"Each joint, true boxes: found within 0.1 and 0.2 of the {figures[0]['exact']['unit']}, confidence",
        ("", *names),
        _joint_rows(figures, truth.joints),
    )
    for each in figures:
        if each["unknown_joints"]:
            typer.echo(f"{each['backend']} does not know, and was not asked for: {', '.join(each['unknown_joints'])}")


def _rows(figures: list[dict[str, Any]]) -> list[tuple[str, ...]]:
    unit = figures[0]["exact"]["unit"]
    rows = []
    for key, words in (("exact", "true boxes"), ("noisy", "sides off by up to 10 %")):
        parts = [each[key] for each in figures]
        rows += [
            (f"PCK@0.1 ({unit}), {words}", *(_share(part["pck"]["0.1"]) for part in parts)),
            (f"PCK@0.2 ({unit}) = PDJ@0.2, {words}", *(_share(part["pck"]["0.2"]) for part in parts)),
            (f"PCKh@0.5, {words}", *(_share(part["pckh"]) for part in parts)),
            (f"PCP@0.5, {words}", *(_share(part["pcp"]) for part in parts)),
            (f"OKS, {words}", *(_share(part["oks"]) for part in parts)),
            (f"AP / AP50 / AP75, {words}", *(_three(part["ap"]) for part in parts)),
            (f"nearer with left and right changed over, {words}", *(_share(part["swapped"]) for part in parts)),
            (f"PCK@0.2 if these were, {words}", *(_share(part["pck_sides_aside"]["0.2"]) for part in parts)),
        ]
    exact = [each["exact"] for each in figures]
    rows.append(
        ("confidence tells found from missed (ROC area)", *(_share(part["confidence_tells"]) for part in exact))
    )
    rows.append(("placed by hand: actions, seconds a person", *(_effort(each["by_hand"]) for each in figures)))
    for key, words in (("exact", "true boxes"), ("noisy", "sides off by up to 10 %")):
        told = [_effort(each["corrected"][key]) for each in figures]
        rows.append((f"corrected: actions, seconds a person, {words}", *told))
    under = [_share(each["corrected"]["exact"]["under_10_s"]) for each in figures]
    rows.append(("corrected in under 10 s, true boxes", *under))
    rows.append(("milliseconds a person", *(f"{1000 * each['seconds_person']:.1f}" for each in figures)))
    return rows


def _joint_rows(figures: list[dict[str, Any]], joints: tuple[str, ...]) -> list[tuple[str, ...]]:
    tables = [each["exact"]["joints"] for each in figures]
    return [(name, *(_joint(table.get(name)) for table in tables)) for name in joints]


def _joint(figures: dict[str, Any] | None) -> str:
    if figures is None:
        return "–"
    return f"{_share(figures['0.1'])} / {_share(figures['0.2'])}, {_share(figures['confidence'])}"


def _three(ap: dict[str, float | None]) -> str:
    return " / ".join(_share(ap[name]) for name in ("ap", "ap50", "ap75"))


def _effort(figures: dict[str, Any]) -> str:
    return f"{figures['actions']:.1f}, {figures['seconds']:.1f} s"


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"
