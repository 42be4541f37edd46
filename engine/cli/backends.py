"""``maskwright backends``: which models can help here."""

from __future__ import annotations

from typing import Annotated

import typer

from engine.cli.console import JsonOption, known_errors, print_json, print_table


@known_errors
def backends(
    everything: Annotated[bool, typer.Option("--all", help="Also list test doubles.")] = False,
    as_json: JsonOption = False,
) -> None:
    """List the backends, those that cannot be used with the reason. The first of a task is its default."""
    from models import registry

    listed = [status for status in registry.available() if everything or not status.spec.hidden]
    if as_json:
        print_json(
            [
                {
                    "name": status.spec.name,
                    "task": status.spec.task,
                    "title": status.spec.title,
                    "prompts": sorted(status.spec.prompts),
                    "licence": status.spec.licence,
                    "available": status.available,
                    "reason": status.reason,
                }
                for status in listed
            ]
        )
        return
    rows = [
        (
            status.spec.name,
            status.spec.task,
            "yes" if status.available else "no",
            ", ".join(sorted(status.spec.prompts)),
            status.reason or status.spec.description,
        )
        for status in listed
    ]
    print_table("", ("name", "task", "ready", "prompts", ""), rows)
