"""What is said of a backend and its weights, in the list and beside it."""

from __future__ import annotations

from annotator.controllers.backend_files import Transfer
from annotator.tokens import Tokens
from engine.inference.cards import BackendCard
from engine.measure.words import duration, size

TASKS = {"mask": "Masks", "pose": "Poses", "detect": "Boxes"}
"""Headings of the list."""


def short(card: BackendCard, *, in_use: bool, transfer: Transfer | None) -> str:
    """Say in a few words how a backend is."""
    if transfer is not None:
        return "checking" if transfer.kind == "add" else f"fetching {share(transfer)}".rstrip()
    if in_use:
        return "in use"
    match card.state:
        case "ready":
            return "ready"
        case "package":
            return "needs a package"
        case "weights" if card.begun and card.source:
            return f"{size(card.begun)} of {size(card.size)} are here"
        case "weights":
            return f"{size(card.size)} to get" if card.source and card.size else "needs its weights"
        case "broken":
            return "cannot be used"


def long(card: BackendCard, *, in_use: bool) -> str:
    """Say in a sentence how a backend is and what it lacks."""
    match card.state:
        case "ready" if in_use:
            return "In use"
        case "ready":
            return "Ready"
        case "weights" if card.source:
            return "Needs its weights: get them, or add a file you have"
        case "weights":
            return "Needs its weights: add a file you have"
        case _:
            return card.reason[:1].upper() + card.reason[1:]


def mark(card: BackendCard, tokens: Tokens, *, in_use: bool) -> tuple[str, str]:
    """Return symbol and colour for how a backend is."""
    if in_use:
        return "accepted", tokens.accent
    return {
        "ready": ("done", tokens.success),
        "weights": ("import", tokens.text_dim),
        "package": ("warning", tokens.warning),
        "broken": ("error", tokens.error),
    }[card.state]


def facts(card: BackendCard) -> list[tuple[str, str]]:
    """Return what is good to know before fetching or using it."""
    if card.state == "broken" and not card.takes_weights:
        return []
    rows = [("Licence", card.licence)]
    if not card.takes_weights:
        return [*rows, ("Weights", "none needed")]
    if card.kept:
        rows.append(("Weights", f"{card.kept} ({size(card.kept_size)})"))
        if not card.ours:
            rows.append(("", "Lies in a folder of yours; Maskwright never deletes it."))
    elif card.state == "ready":
        rows.append(("Weights", "come with Maskwright"))
    else:
        room = f"{card.file}, {size(card.size)}" if card.size else card.file
        rows.append(("Weights", f"{room} ({size(card.free)} free on the disk)"))
    if card.source:
        rows.append(("From", card.source))
    return rows


def share(transfer: Transfer) -> str:
    """Say how much is here in percent, or nothing while that cannot be told."""
    return f"{100 * transfer.done / transfer.total:.0f} %" if transfer.total else ""


def progress(transfer: Transfer) -> str:
    """Say how far a transfer is, how fast it goes and how long it will take."""
    if transfer.stopping:
        return "Stopping"
    if transfer.kind == "add":
        return "Checking the weights by loading them once"
    parts = [f"{size(transfer.done)} of {size(transfer.total)}" if transfer.total else size(transfer.done)]
    if transfer.rate is not None:
        parts.append(f"{size(round(transfer.rate))}/s")
    if transfer.left is not None:
        parts.append(f"{duration(transfer.left)} left")
    return ", ".join(parts)
