"""``maskwright audit``: how good the masks are, by an expert's correction of a random sample."""

from __future__ import annotations

import secrets
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from engine.cli.console import JsonOption, ProjectArg, find_image, known_errors, opened, print_json, print_table

if TYPE_CHECKING:
    from engine.measure.audit import AuditReport
    from engine.records import AuditImage, AuditRecord
    from engine.storage.reader import Reader

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="rich",
    help=(
        "Measure quality: draw images at random, correct them, see how far the masks were right.\n\n"
        "[bold]Example[/bold]\n\n"
        "  maskwright audit start street.maskwright --images 20\n\n"
        "  maskwright audit done street.maskwright north/0001.jpg\n\n"
        "  maskwright audit show street.maskwright"
    ),
)

AuditOption = Annotated[
    int | None, typer.Option("--audit", metavar="NUMBER", help="Which audit (default: the newest).")
]


class Which(StrEnum):
    """Which masks are audited."""

    ACCEPTED = "accepted"
    PROPOSED = "proposed"
    ALL = "all"


class From(StrEnum):
    """Stage whose masks are audited."""

    ASSISTED = "assisted"
    SEMI = "semi"
    AUTO = "auto"
    IMPORTED = "imported"


@app.command()
@known_errors
def start(
    project: ProjectArg,
    images: Annotated[int, typer.Option("--images", min=1, help="How many images to draw.")] = 20,
    seed: Annotated[
        int | None, typer.Option("--seed", min=0, help="Draw the same images again (default: a random one).")
    ] = None,
    which: Annotated[Which, typer.Option("--state", help="Which masks; all is accepted and proposed.")] = (
        Which.ACCEPTED
    ),
    stage: Annotated[From | None, typer.Option("--stage", help="Only masks of this stage.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Draw images at random and freeze their masks; then correct these images and mark them as checked."""
    from engine.ops.audits import StartAudit
    from engine.records import Stage, State

    states = (State.ACCEPTED, State.PROPOSED) if which is Which.ALL else (State(which),)
    op = StartAudit(
        images,
        secrets.randbelow(2**31) if seed is None else seed,
        frozenset(states),
        frozenset() if stage is None else frozenset({Stage(stage)}),
    )
    with opened(project) as workspace:
        audit = workspace.execute(op).value
        with workspace.read() as reader:
            drawn = reader.audits.images(audit.id)
    if as_json:
        images_told = [{"image": each.path, "masks": each.masks} for each in drawn]
        print_json({"audit": audit.id, "params": dict(audit.params), "images": images_told})
        return
    few = "" if len(drawn) == images else f" (all there are; {images} were asked for)"
    typer.echo(f"Audit {audit.id}: {len(drawn)} images{few} with {sum(each.masks for each in drawn)} masks.")
    typer.echo("Correct them in the window (Dashboard, Check next image), then: maskwright audit show PROJECT")


@app.command()
@known_errors
def show(project: ProjectArg, audit: AuditOption = None, as_json: JsonOption = False) -> None:
    """Show the figures of an audit so far, with intervals, and which images are still to check."""
    from engine.measure.audit import audit_report

    with opened(project) as workspace, workspace.read() as reader:
        chosen = _chosen(reader, audit)
        report = audit_report(reader, chosen.id)
        images = reader.audits.images(chosen.id)
    if as_json:
        listed = [{"image": each.path, "masks": each.masks, "checked_by": each.checked_by} for each in images]
        print_json({**report.to_json(), "listed": listed})
        return
    _show(report, images)


@app.command()
@known_errors
def done(
    project: ProjectArg,
    image: Annotated[str, typer.Argument(metavar="IMAGE", help="An image, by its path as listed or its file.")],
    audit: AuditOption = None,
) -> None:
    """Say that an image of the audit is corrected: its masks are now as they should be."""
    from engine.ops.audits import CheckImage

    with opened(project) as workspace:
        with workspace.read() as reader:
            chosen = _chosen(reader, audit)
            found = find_image(reader, image)
        workspace.execute(CheckImage(chosen.id, found.id))
        with workspace.read() as reader:
            left = sum(each.checked_at is None for each in reader.audits.images(chosen.id))
    typer.echo(f"{found.path} is checked; {left} of audit {chosen.id} left.")


def _chosen(reader: Reader, number: int | None) -> AuditRecord:
    from engine.errors import NotFound

    if number is not None:
        return reader.audits.get(number)
    newest = reader.audits.newest()
    if newest is None:
        raise NotFound("There is no audit yet. Begin one with: maskwright audit start PROJECT")
    return newest


def _show(report: AuditReport, images: list[AuditImage]) -> None:
    from engine.measure import audit as measure
    from engine.measure import words
    from engine.measure.audit_words import comparison, interval, standing

    print_table(
        f"Audit {report.audit.id} of {report.audit.created_at:%Y-%m-%d}, by {words.person(report.audit.author)}",
        ("", "number", "95 % interval", "SAM"),
        [
            ("images checked", f"{report.checked} of {report.images}", "", ""),
            ("masks compared", words.count(report.masks), "", ""),
            (
                "IoU above 0.90",
                words.fine_share(report.good.value),
                interval(report.good),
                words.share(measure.SAM_GOOD),
            ),
            (
                "IoU above 0.75",
                words.fine_share(report.fair.value),
                interval(report.fair),
                words.share(measure.SAM_FAIR),
            ),
            ("mean IoU", words.fine_share(report.mean_iou.value), interval(report.mean_iou), ""),
            ("left as they were", words.count(report.untouched), "", ""),
            ("removed (IoU 0)", words.count(report.removed), "", ""),
            ("missing, added by the expert", words.count(report.added), "", ""),
        ],
    )
    for line in (*standing(report), comparison(), f"({measure.SAM_SOURCE})"):
        typer.echo(line)
    waiting = [(each.path, str(each.masks)) for each in images if each.checked_at is None]
    if waiting:
        print_table("Still to check", ("image", "number"), waiting)
