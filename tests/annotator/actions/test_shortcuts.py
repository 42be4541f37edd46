"""Keys in one spelling, and who claims them."""

from __future__ import annotations

import pytest

from annotator.actions.action import Action
from annotator.actions.shortcuts import claimants, conflicts, keys_of, normal

ONE = Action("one", "One", ("Ctrl+A", "F5"))
TWO = Action("two", "Two", ("B",))


@pytest.mark.parametrize(
    ("given", "expected"), [("ctrl+shift+a", "Ctrl+Shift+A"), ("Shift+Ctrl+A", "Ctrl+Shift+A"), ("d", "D"), ("", "")]
)
def test_one_spelling(given: str, expected: str) -> None:
    assert normal(given) == expected


def test_the_persons_keys_go_before_the_tables() -> None:
    assert keys_of(ONE, {}) == ("Ctrl+A", "F5")
    assert keys_of(ONE, {"one": ()}) == ()
    assert keys_of(ONE, {"one": ("J",)}) == ("J",)


def test_conflicts_name_every_claimant() -> None:
    assert conflicts((ONE, TWO), {}) == {}
    assert conflicts((ONE, TWO), {"two": ("ctrl+a",)}) == {"Ctrl+A": ("one", "two")}
    assert conflicts((ONE, TWO), {"one": ("F5", "f5")}) == {}


def test_claimants_leave_out_who_asks() -> None:
    assert claimants((ONE, TWO), {}, "f5", besides="two") == (ONE,)
    assert claimants((ONE, TWO), {}, "f5", besides="one") == ()
    assert claimants((ONE, TWO), {"one": ()}, "f5", besides="two") == ()
    assert claimants((ONE, TWO), {}, "", besides="two") == ()
