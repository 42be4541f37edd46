"""``maskwright bench agreement``: how well people agree who annotated the same poses."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from engine.cli.console import JsonOption, known_errors, print_json, print_table


@known_errors
def agreement(
    sources: Annotated[
        list[Path], typer.Argument(metavar="SOURCE...", help="Projects or COCO keypoint files, one an annotator.")
    ],
    label: Annotated[str, typer.Option("--label", metavar="NAME", help="Of projects, this class only.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Compare the poses of several annotators on the same photographs: OKS of each two, and each joint's sigma.

    Objects are matched by file name and box. The sigmas are those that OKS needs for a skeleton of your own.

    [bold]Example[/bold]

      maskwright bench agreement anna.maskwright ben.maskwright carla.json
    """
    from engine.measure.agreement import agreement as measured
    from engine.measure.agreement import read_answers

    figures = measured([read_answers(source, label=label) for source in sources])
    if as_json:
        print_json(figures)
        return
    rows = [(each["source"], str(each["objects"]), str(each["matched"])) for each in figures["annotators"]]
    print_table("Annotators", ("", "objects", "also of the first one"), rows)
    rows = [(each["first"], each["second"], _figure(each["oks"])) for each in figures["pairs"]]
    print_table("Object keypoint similarity of each two", ("", "", "OKS"), rows)
    joints = [
        (name, str(each["number"]), _figure(each["sigma"]), _figure(each["usual"]))
        for name, each in figures["joints"].items()
    ]
    title = f"Sigmas from {figures['objects']} objects that everybody labelled"
    print_table(title, ("", "number", "sigma", "COCO's, by name"), joints)


def _figure(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"
