"""What a review says of decisions: how many, and which were passed over and why."""

from __future__ import annotations

from typing import Literal

from engine.ops.decide import Decided, Decision

_PAST = {Decision.ACCEPT: "Accepted", Decision.REJECT: "Rejected", Decision.RELABEL: "Relabelled"}


def told(decision: Decision, decided: Decided) -> tuple[Literal["success", "info"], str]:
    """Return the message on a decision about several."""
    count = len(decided.done)
    if not count and not (decided.already or decided.locked or decided.gone):
        return "info", "No mask in the queue is like that; nothing was changed."
    words = [f"{_PAST[decision]} {_masks(count)}." if count else "Nothing was changed."]
    if decided.already:
        words.append(f"{_masks(decided.already)} decided by somebody else, left as before.")
    if decided.locked:
        words.append(f"{_masks(decided.locked)} locked and left as before.")
    if decided.gone:
        words.append(f"{_masks(decided.gone)} no longer there.")
    if count:
        words.append("Ctrl+Z takes it back.")
    return ("success" if count else "info"), " ".join(words)


def passed_over(decided: Decided) -> str:
    """Say why a single decision found nothing to decide: somebody was quicker, or the mask is locked or gone."""
    if decided.locked:
        return "That mask is locked, so it was passed over. Unlock it first (Ctrl+L)."
    if decided.gone:
        return "That mask is no longer there; it was passed over."
    return "Somebody else had decided that mask meanwhile; it stays as it is."


def _masks(count: int) -> str:
    return f"{count:,} {'mask' if count == 1 else 'masks'}"
