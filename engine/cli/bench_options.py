"""Options that the commands of ``maskwright bench`` share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

CocoOption = Annotated[Path, typer.Option("--coco", metavar="FILE", help="A COCO instances file.")]
ImagesOption = Annotated[Path, typer.Option("--images", metavar="DIR", help="The folder of its images.")]
BackendOption = Annotated[str, typer.Option("--backend", metavar="NAME[,NAME...]", help="What to measure.")]
LimitOption = Annotated[int | None, typer.Option("--limit", min=1, help="Take this many objects.")]
OutOption = Annotated[Path | None, typer.Option("--out", metavar="DIR", help="Write JSON and pictures here.")]
DeviceOption = Annotated[str | None, typer.Option("--device", help="cpu, cuda, mps; the best by default.")]


def names_in(backend: str) -> list[str]:
    """Return the names in "one, two" once each, in order."""
    return list(dict.fromkeys(name.strip() for name in backend.split(",") if name.strip()))
