from __future__ import annotations

import pytest

from annotator.dialogs.matching import best_matches, match_score

NAMES = ("caterpillar", "stop cat", "cat", "scatter", "city planet", "dog")


def test_order() -> None:
    assert best_matches("cat", NAMES, str) == ["cat", "caterpillar", "stop cat", "scatter", "city planet"]


def test_letters_in_order_are_enough() -> None:
    assert best_matches("cpl", NAMES, str) == ["city planet", "caterpillar"]
    assert match_score("tac", "cat") is None


def test_nothing_typed_keeps_all_in_order() -> None:
    assert best_matches("  ", NAMES, str) == list(NAMES)


@pytest.mark.parametrize(("text", "name"), [("CAT", "cat"), ("strasse", "Straße"), ("é", "É")])
def test_case_does_not_matter(text: str, name: str) -> None:
    assert match_score(text, name) == (0, 0)
