"""``maskwright bench``: how good the backends are on labelled images."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

import typer

from engine.cli.bench_agreement import agreement
from engine.cli.bench_options import (
    BackendOption,
    CocoOption,
    DeviceOption,
    ImagesOption,
    LimitOption,
    OutOption,
    names_in,
)
from engine.cli.bench_pose import pose
from engine.cli.console import JsonOption, known_errors, print_json, print_table, progress

app = typer.Typer(no_args_is_help=True, help="Measure backends on labelled images.", rich_markup_mode="rich")
app.command("pose")(pose)
app.command("agreement")(agreement)


class Where(StrEnum):
    """Where the simulated annotator clicks."""

    CENTER = "center"
    RANDOM = "random"


@app.command("clicks")
@known_errors
def clicks(
    coco: CocoOption,
    images: ImagesOption,
    backend: BackendOption,
    number: Annotated[int, typer.Option("--clicks", min=1, max=100, help="Most clicks an object.")] = 20,
    protocol: Annotated[Where, typer.Option("--protocol", help="Middle of the largest error, or anywhere.")] = (
        Where.CENTER
    ),
    limit: LimitOption = None,
    out: OutOption = None,
    device: DeviceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Click through labelled objects: IoU after 1, 2, 3, 5 and 9 clicks, clicks to reach 80, 85 and 90 %, box, time.

    [bold]Example[/bold]

      maskwright bench clicks --coco val.json --images photos/ --backend classic,compact --out report/
    """
    from engine.measure.run import run_clicks

    names = names_in(backend)
    with progress("Clicking") as control:
        figures = run_clicks(
            coco, images, names, out,
            clicks=number, protocol=protocol.value, limit=limit, device=device, control=control,
        )  # fmt: skip
    if as_json:
        print_json({"protocol": protocol.value, "results": figures})
        return
    print_table(f"{figures[0]['objects']} objects, {protocol.value} clicks", ("", *names), _click_rows(figures))


@app.command("grid")
@known_errors
def grid(
    coco: CocoOption,
    images: ImagesOption,
    backend: BackendOption,
    score: Annotated[float, typer.Option("--score", min=0, max=1, help="Least predicted IoU kept.")] = 0.88,
    stability: Annotated[float, typer.Option("--stability", min=0, max=1, help="Least stability kept.")] = 0.95,
    limit: LimitOption = None,
    out: OutOption = None,
    device: DeviceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Find everything with a 32 x 32 grid: average recall of the true objects, masks and seconds an image.

    [bold]Example[/bold]

      maskwright bench grid --coco val.json --images photos/ --backend classic --score 0.5 --stability 0.8
    """
    from engine.measure.run import run_grid
    from models.api import KeepRule

    names = names_in(backend)
    keep = KeepRule(min_score=score, min_stability=stability)
    with progress("Asking the grid") as control:
        figures = run_grid(coco, images, names, out, keep=keep, limit=limit, device=device, control=control)
    if as_json:
        print_json({"results": figures})
        return
    rows = [
        ("average recall, 100 masks", *(f"{each['recall']['100']:.3f}" for each in figures)),
        ("average recall, 1000 masks", *(f"{each['recall']['1000']:.3f}" for each in figures)),
        ("mean best IoU", *(f"{each['best_iou']:.3f}" for each in figures)),
        ("masks an image", *(f"{each['masks_per_image']:.0f}" for each in figures)),
        ("seconds an image", *(f"{each['seconds_per_image']:.2f}" for each in figures)),
    ]
    print_table(f"{figures[0]['objects']} objects on {figures[0]['images']} images", ("", *names), rows)


@app.command("boxes")
@known_errors
def boxes(
    coco: CocoOption,
    images: ImagesOption,
    backend: BackendOption,
    limit: LimitOption = None,
    out: OutOption = None,
    device: DeviceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make masks of labelled objects' boxes, as box2mask does: IoU from exact and noisy boxes, time.

    [bold]Example[/bold]

      maskwright bench boxes --coco val.json --images photos/ --backend classic,compact --limit 100
    """
    from engine.measure.run import run_boxes

    names = names_in(backend)
    with progress("Asking boxes") as control:
        figures = run_boxes(coco, images, names, out, limit=limit, device=device, control=control)
    if as_json:
        print_json({"results": figures})
        return
    rows = [
        ("mIoU, exact boxes, asked once", *(f"{each['exact_once']:.3f}" for each in figures)),
        ("mIoU, exact boxes", *(f"{each['exact']:.3f}" for each in figures)),
        ("mIoU, sides off by up to 10 %", *(f"{each['noisy']:.3f}" for each in figures)),
        ("masks of IoU 0.75 and more", *(_share(each["good"]) for each in figures)),
        ("score above IoU", *(_signed(each["score_bias"]) for each in figures)),
        ("milliseconds a box", *(f"{1000 * each['seconds_box']:.0f}" for each in figures)),
        ("milliseconds to encode", *(f"{1000 * each['seconds_encode']:.0f}" for each in figures)),
    ]
    print_table(f"{figures[0]['objects']} objects", ("", *names), rows)


def _click_rows(figures: list[dict[str, Any]]) -> list[tuple[str, ...]]:
    rows = [
        (f"{words}, {number} clicks", *(f"{each[key][number]:.3f}" for each in figures))
        for key, words in (("miou", "mIoU"), ("oracle", "best of three"), ("boundary", "boundary IoU"))
        for number in figures[0][key]
    ]
    rows += [(f"clicks to IoU {goal}", *(f"{each['noc'][goal]:.2f}" for each in figures)) for goal in figures[0]["noc"]]
    rows.append(("box, mIoU", *(f"{each['box']:.3f}" for each in figures)))
    rows.append(("clicked region mostly right", *(_share(each["region_mostly_right"]) for each in figures)))
    rows.append(("score above IoU, first click", *(_signed(each["score_bias_first"]) for each in figures)))
    rows.append(("score above IoU, later", *(_signed(each["score_bias_later"]) for each in figures)))
    rows.append(("milliseconds a click", *(f"{1000 * each['seconds_click']:.0f}" for each in figures)))
    rows.append(("milliseconds to encode", *(f"{1000 * each['seconds_encode']:.0f}" for each in figures)))
    return rows


def _share(value: float | None) -> str:
    return "" if value is None else f"{100 * value:.0f} %"


def _signed(value: float | None) -> str:
    return "" if value is None else f"{value:+.3f}"
