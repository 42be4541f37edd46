"""``maskwright confirm``: what was filled in on images, accepted above thresholds and frozen."""

from __future__ import annotations

from typing import Annotated

import typer

from engine.cli.console import JsonOption, ProjectArg, known_errors, opened, print_json


@known_errors
def confirm(
    project: ProjectArg,
    min_score: Annotated[float, typer.Option("--min-score", help="Least predicted IoU, 0 to 1.")] = 0.88,
    min_stability: Annotated[float, typer.Option("--min-stability", help="Least stability, 0 to 1.")] = 0.95,
    images: Annotated[
        list[str] | None,
        typer.Option("--images", metavar="QUERY", help="Which images; all by default. Repeat it for more."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be accepted and dropped.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Accept what was filled in for the Semi mode and reaches both thresholds, and drop the rest.

    Each image is one step that can be undone in the window. Images that were never filled in, or that somebody has
    confirmed already, are passed over. QUERY is as for 'maskwright auto'.

    [bold]Example[/bold]

      maskwright confirm street.maskwright --min-score 0.9 --dry-run
    """
    from engine.jobs.planning import plan
    from engine.ops.prefill import ConfirmPrefill
    from engine.stages.semi import SemiParams

    SemiParams(min_score=min_score, min_stability=min_stability)
    accepted = dropped = 0
    with opened(project) as workspace:
        with workspace.read() as reader:
            wanted = [image_id for image_id in plan(reader, images or []) if reader.prefills.is_open(image_id)]
        for image_id in wanted:
            if dry_run:
                with workspace.read() as reader:
                    kept, gone = reader.prefills.open_ids(image_id, min_score=min_score, min_stability=min_stability)
                accepted, dropped = accepted + len(kept), dropped + len(gone)
            else:
                done = workspace.execute(ConfirmPrefill(image_id, min_score, min_stability)).value
                accepted, dropped = accepted + len(done.accepted), dropped + done.dropped
    if as_json:
        print_json({"images": len(wanted), "accepted": accepted, "dropped": dropped, "dry_run": dry_run})
        return
    if not wanted:
        typer.echo("No image has anything filled in that waits for a confirmation. See 'maskwright auto --fill-in'.")
        return
    would = "would be " if dry_run else ""
    typer.echo(f"{accepted:,} objects {would}accepted, {dropped:,} {would}dropped, on {len(wanted):,} images.")
