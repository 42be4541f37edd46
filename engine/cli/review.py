"""``maskwright review``: what waits for a decision, how its scores are spread, and decisions about many at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from engine.cli.charts import bar
from engine.cli.console import JsonOption, ProjectArg, find_image, known_errors, opened, print_json, print_table

if TYPE_CHECKING:
    from engine.ops.decide import Decision
    from engine.review import ReviewFilter, Spread
    from engine.storage.reader import Reader
    from engine.workspace import Workspace

_ROWS = 20
NO_LABEL_WORD = "none"
"""Stands for "without a label", unless a label is called so."""


@known_errors
def review(
    project: ProjectArg,
    by: Annotated[
        str,
        typer.Option("--by", metavar="ORDER", help="uncertainty, joint, score, stability, area, label, image, random."),
    ] = "uncertainty",
    reverse: Annotated[bool, typer.Option("--reverse", help="Turn the order round.")] = False,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Seed of the order random.")] = 0,
    limit: Annotated[int, typer.Option("--limit", min=0, help="How many of the queue to list.")] = 10,
    image: Annotated[str | None, typer.Option("--image", metavar="PATH", help="Only masks of this image.")] = None,
    label: Annotated[
        list[str] | None, typer.Option("--label", metavar="NAME", help="Only this label; 'none' for those without.")
    ] = None,
    backend: Annotated[str, typer.Option("--backend", metavar="NAME", help="Only masks of this backend.")] = "",
    job: Annotated[int | None, typer.Option("--job", metavar="NUMBER", help="Only masks of this job.")] = None,
    stage: Annotated[str | None, typer.Option("--stage", help="Only masks of this stage (semi, auto, ...).")] = None,
    least: Annotated[float | None, typer.Option("--from", metavar="SCORE", help="Only scores from here on.")] = None,
    below: Annotated[float | None, typer.Option("--below", metavar="SCORE", help="Only scores below.")] = None,
    measure: Annotated[
        str, typer.Option("--measure", help="What the thresholds below and the histogram are of: score or stability.")
    ] = "score",
    accept_above: Annotated[
        float | None, typer.Option("--accept-above", metavar="X", help="Accept all that have X or more.")
    ] = None,
    reject_below: Annotated[
        float | None, typer.Option("--reject-below", metavar="X", help="Reject all that have less than X.")
    ] = None,
    relabel: Annotated[
        str | None, typer.Option("--relabel", metavar="NAME", help="Give all that are left this label ('none': none).")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be decided.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Show the review queue, or decide about many proposals at once (each decision is one step of the history).

    Only proposals are ever decided; what a person has accepted or rejected stays as it is.

    [bold]Examples[/bold]

      maskwright review street.maskwright

      maskwright review street.maskwright --by score --job 3 --limit 50

      maskwright review street.maskwright --accept-above 0.95 --reject-below 0.6 --dry-run
    """
    from engine.errors import InvalidOp
    from engine.review import Measure, ReviewOrder

    if accept_above is not None and reject_below is not None and reject_below > accept_above:
        raise InvalidOp(
            "--reject-below is above --accept-above: masks between them would be both. Nothing was changed."
        )
    told = _one_of(Measure, measure, "measure")
    order = ReviewOrder(_by(by), reverse, seed)
    with opened(project) as workspace:
        with workspace.read() as reader:
            narrowed = _narrowed(reader, image, label, backend, job, stage, least, below)
            label_id = None if relabel is None else _label(reader, relabel)
        asked = _asked(narrowed, told, accept_above, reject_below, relabel is not None)
        decided = [_decide(workspace, *each, label_id, dry_run=dry_run) for each in asked]
        with workspace.read() as reader:
            spread = reader.review.spread(told, narrowed)
            waiting = reader.review.count(narrowed)
            places = reader.review.places(order, narrowed, limit=limit) if not asked and limit else []
            listed = [_line(reader, each) for each in reader.review.entries(places)]
    if as_json:
        print_json(
            {
                "waiting": waiting,
                "filter": narrowed.to_json(),
                "order": str(order.by),
                "measure": str(told),
                "counts": spread.counts,
                "unknown": spread.unknown,
                "queue": listed,
                "decided": decided,
                "dry_run": dry_run,
            }
        )
        return
    _show(spread, waiting, listed, decided, dry_run=dry_run)


def _by(name: str) -> Any:
    from engine.review import ReviewBy

    return _one_of(ReviewBy, name, "order")


def _one_of(kind: Any, name: str, what: str) -> Any:
    from engine.errors import InvalidOp

    try:
        return kind(name)
    except ValueError as error:
        raise InvalidOp(f"There is no {what} '{name}'. Choose one of: {', '.join(kind)}.") from error


def _narrowed(
    reader: Reader,
    image: str | None,
    labels: list[str] | None,
    backend: str,
    job: int | None,
    stage: str | None,
    least: float | None,
    below: float | None,
) -> ReviewFilter:
    from engine.records import Stage
    from engine.review import NO_LABEL, ReviewFilter

    if job is not None:
        reader.jobs.get(job)
    return ReviewFilter(
        image_id=None if image is None else find_image(reader, image).id,
        label_ids=frozenset(_label(reader, name) or NO_LABEL for name in labels or ()),
        backend=backend,
        job_id=job,
        stage=None if stage is None else _one_of(Stage, stage, "stage"),
        least_score=least,
        below_score=below,
    )


def _label(reader: Reader, name: str) -> int | None:
    from engine.errors import NotFound

    found = next((label.id for label in reader.labels.all() if label.name == name), None)
    if found is None and name == NO_LABEL_WORD:
        return None
    if found is None:
        raise NotFound(f"The project has no label '{name}'. See: maskwright labels list PROJECT")
    return found


def _asked(
    narrowed: ReviewFilter, measure: Any, accept_above: float | None, reject_below: float | None, relabel: bool
) -> list[tuple[Decision, ReviewFilter]]:
    """Return the decisions in the order in which they are made: a label first, so that accepted masks have it."""
    from engine.ops.decide import Decision

    found = [(Decision.RELABEL, narrowed)] if relabel else []
    if accept_above is not None:
        found.append((Decision.ACCEPT, narrowed.least(measure, accept_above)))
    if reject_below is not None:
        found.append((Decision.REJECT, narrowed.below(measure, reject_below)))
    return found


def _decide(
    workspace: Workspace, decision: Decision, among: ReviewFilter, label_id: int | None, *, dry_run: bool
) -> dict[str, Any]:
    from engine.ops.decide import DecideMany

    with workspace.read() as reader:
        waiting = reader.review.count(among)
    if dry_run or not waiting:
        return {"decision": str(decision), "masks": waiting, "locked": 0, "filter": among.to_json()}
    done = workspace.execute(DecideMany(decision, among=among, label_id=label_id)).value
    return {"decision": str(decision), "masks": len(done.done), "locked": done.locked, "filter": among.to_json()}


def _line(reader: Reader, entry: Any) -> dict[str, Any]:
    instance = entry.instance
    label = None if instance.label_id is None else reader.labels.get(instance.label_id).name
    told = instance.provenance
    return {
        "instance": instance.id,
        "image": entry.image.path,
        "label": label,
        "score": told.score,
        "stability": told.stability,
        "area": instance.area,
        "backend": told.backend,
        "job": instance.job_id,
    }


def _show(
    spread: Spread, waiting: int, listed: list[dict[str, Any]], decided: list[dict[str, Any]], *, dry_run: bool
) -> None:
    from engine.measure import words

    verbs = {"accept": "accepted", "reject": "rejected", "relabel": "relabelled"}
    for each in decided:
        locked = f" ({each['locked']} locked ones were left)" if each["locked"] else ""
        would = "would be " if dry_run else ""
        typer.echo(f"{_masks(each['masks'])} {would}{verbs[each['decision']]}{locked}.")
    if decided and not dry_run and any(each["masks"] for each in decided):
        typer.echo("Take a step back with: maskwright undo PROJECT")
    if not waiting:
        typer.echo("Nothing waits for review here.")
        return
    typer.echo(f"{_masks(waiting)} {'waits' if waiting == 1 else 'wait'} for review.")
    step = len(spread.counts) // _ROWS
    sums = [sum(spread.counts[first : first + step]) for first in range(0, len(spread.counts), step)]
    top = max(sums)
    rows = [
        (f"{place * step / 100:.2f}", words.count(number), bar(number / top if top else None, 30))
        for place, number in enumerate(sums)
        if number
    ]
    if spread.unknown:
        rows.append(("none", words.count(spread.unknown), ""))
    print_table("", (f"{spread.measure} from", "number", ""), rows)
    if listed:
        shown = [
            (str(e["instance"]), _number(e["score"]), _number(e["stability"]), e["label"] or "", e["image"])
            for e in listed
        ]
        print_table("First in the queue", ("instance", "score", "stability", "label", "image"), shown)


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"


def _masks(number: int) -> str:
    from engine.measure import words

    return f"{words.count(number)} mask{'' if number == 1 else 's'}"
