"""An audit's figures as people read them, the same in the window and on the command line."""

from __future__ import annotations

from engine.measure.audit import HUMAN, SAM_FAIR, SAM_GOOD, AuditReport, Estimate
from engine.measure.words import share


def interval(estimate: Estimate) -> str:
    """Write an interval: 55.0 to 78.2 %; empty where there is none."""
    if estimate.low is None or estimate.high is None:
        return ""
    return f"{100 * estimate.low:.1f} to {100 * estimate.high:.1f} %"


def standing(report: AuditReport) -> tuple[str, ...]:
    """Return what has to be said beside the figures, a sentence each; nothing once all is checked."""
    told = []
    if not report.checked:
        told.append("No image is checked yet: there are no figures before the first.")
    elif report.checked == 1:
        told.append("One image allows no interval." + (" Check a second one." if report.images > 1 else ""))
    elif not report.done:
        told.append(f"Preliminary: {report.images - report.checked} of {report.images} images are still to check.")
    if report.changed_since:
        images = "1 checked image was" if report.changed_since == 1 else f"{report.changed_since} checked images were"
        told.append(f"{images} worked on after the check; that work counts too.")
    return tuple(told)


def comparison() -> str:
    """Return SAM's own figures in a sentence."""
    return f"For comparison, SAM: {share(SAM_GOOD)} above 0.90 and {share(SAM_FAIR)} above 0.75; {HUMAN}."
