"""Labels by digit and by name."""

from __future__ import annotations

from annotator.actions.action import Action, Condition, UiContext, with_project

MENU = "&Label"


def _with_labels(number: int) -> Condition:
    def enough(context: UiContext) -> bool:
        return context.has_project and context.label_count >= number

    return enough


LABEL_ACTIONS = (
    Action("label.search", "Label by name…", ("L",), "label", MENU, "pick", enabled_when=with_project),
    *(
        Action(
            f"label.digit.{digit}",
            f"Label {place}",
            (str(digit),),
            "",
            MENU,
            "digits",
            run="label.digit",
            argument=place - 1,
            enabled_when=_with_labels(place),
            palette=False,
        )
        for place, digit in enumerate((1, 2, 3, 4, 5, 6, 7, 8, 9, 0), 1)
    ),
    Action("label.none", "No label", ("Shift+L",), "", MENU, "digits", enabled_when=with_project),
    Action("label.add", "New label…", ("Ctrl+Shift+L",), "add", MENU, "edit", enabled_when=with_project),
    Action(
        "label.demand",
        "Demand a label for every object",
        (),
        "",
        MENU,
        "edit",
        enabled_when=with_project,
        checkable=True,
        tip="Everybody who works on this project is asked for a label before an object is stored",
    ),
    Action("label.skeletons", "Skeletons…", (), "keypoints", MENU, "edit", enabled_when=with_project),
)
