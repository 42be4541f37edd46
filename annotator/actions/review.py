"""Going through the review queue; accepting and rejecting are the instance's own actions (Y and N)."""

from __future__ import annotations

from annotator.actions.action import Action, UiContext

MENU = "&Instance"


def _reviewing(context: UiContext) -> bool:
    return context.reviewing


def _in_review(context: UiContext) -> bool:
    return context.has_project and context.mode == "review"


REVIEW_ACTIONS = (
    Action(
        "review.skip",
        "Review: decide later, go on",
        ("Right", "Space"),
        "forward",
        MENU,
        "queue",
        enabled_when=_reviewing,
        scope="canvas",
        repeat=True,
    ),
    Action(
        "review.back",
        "Review: back to the one before",
        ("Left",),
        "back",
        MENU,
        "queue",
        enabled_when=_in_review,
        scope="canvas",
        repeat=True,
    ),
    Action(
        "review.accept_image",
        "Review: accept all proposals of this image",
        ("Shift+Y",),
        "accept",
        MENU,
        "queue",
        run="review.image",
        argument="accept",
        enabled_when=_reviewing,
    ),
    Action(
        "review.reject_image",
        "Review: reject all proposals of this image",
        ("Shift+N",),
        "reject",
        MENU,
        "queue",
        run="review.image",
        argument="reject",
        enabled_when=_reviewing,
    ),
    *(
        Action(
            f"review.view.{name}",
            f"Review: {title}",
            (key,),
            icon,
            MENU,
            "queue",
            run="review.view",
            argument=name,
            enabled_when=_in_review,
            checkable=True,
            exclusive="review.view",
        )
        for name, title, key, icon in (
            ("one", "one mask", "O", "zoom"),
            ("whole", "whole image", "W", "image"),
            ("sheet", "contact sheet", "C", "fill"),
        )
    ),
    Action(
        "review.threshold",
        "Review: decide by threshold",
        ("Shift+T",),
        "dashboard",
        MENU,
        "queue",
        enabled_when=_in_review,
        checkable=True,
    ),
)
