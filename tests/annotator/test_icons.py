"""Every icon that the sources name exists."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import annotator
from annotator.actions.table import ALL_ACTIONS
from annotator.icons import ICONS

SOURCES = Path(annotator.__file__).parent
PLACES = {"show_empty": 0, "show_state": 0, "icon_button": 1, "keep_icon": 2, "glyph": 2}
"""Where functions take the name of an icon among their positional arguments."""


def named_icons(source: str) -> Iterator[str]:
    """Give the names of icons written out in calls, in either branch of a choice too."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        given = [keyword.value for keyword in node.keywords if keyword.arg == "icon"]
        match node.func:
            case ast.Attribute(attr="get", value=holder) if ast.unparse(holder).endswith("icons"):
                given += node.args[:1]
            case ast.Attribute(attr=name) | ast.Name(id=name) if name in PLACES:
                given += node.args[PLACES[name] : PLACES[name] + 1]
        for each in given:
            for choice in (each.body, each.orelse) if isinstance(each, ast.IfExp) else (each,):
                if isinstance(choice, ast.Constant) and isinstance(choice.value, str) and choice.value:
                    yield choice.value


def test_calls_that_name_icons_are_recognised() -> None:
    source = """
icons.get("a"); self._icons.get("b", color=x); window.show_empty("c", "title"); keep_icon(button, icons, "d")
Entry(icon="e"); values.get("no"); icons.get(name); icons.get("f" if on else "g")
"""
    assert sorted(named_icons(source)) == list("abcdefg")


def test_every_icon_named_in_the_sources_exists() -> None:
    found = {
        f"{path.relative_to(SOURCES)}: {name}"
        for path in SOURCES.rglob("*.py")
        for name in named_icons(path.read_text(encoding="utf-8"))
    }
    assert len(found) > 20
    assert {each for each in found if each.split(": ")[1] not in ICONS} == set()


def test_every_action_has_an_icon_that_exists() -> None:
    used = {spec.icon for spec in ALL_ACTIONS if spec.icon}
    assert used
    assert used <= ICONS.keys()
