"""``maskwright doctor``: what is wrong with this machine? Works without Qt, torch and even Rich's tables."""

from __future__ import annotations

import json
from dataclasses import asdict

import typer

from engine.cli.console import JsonOption, known_errors
from engine.doctor import examine

_SIGNS = {"ok": "ok  ", "note": "note", "problem": "BAD "}


@known_errors
def doctor(as_json: JsonOption = False) -> None:
    """Examine this machine: Python, packages, display, GPU, folders, backends. Exit code 1 if something is broken."""
    found = []
    for finding in examine():
        found.append(finding)
        if not as_json:
            remedy = f"\n         -> {finding.remedy}" if finding.remedy and finding.level != "ok" else ""
            typer.echo(f"{_SIGNS[finding.level]}  {finding.topic}: {finding.text}{remedy}")
    problems = sum(finding.level == "problem" for finding in found)
    if as_json:
        typer.echo(json.dumps({"ok": problems == 0, "findings": [asdict(finding) for finding in found]}, indent=2))
    else:
        typer.echo(f"{problems} problem{'' if problems == 1 else 's'} found." if problems else "No problem found.")
    if problems:
        raise typer.Exit(1)
