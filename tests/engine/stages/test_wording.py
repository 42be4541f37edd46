from __future__ import annotations

import pytest

from engine.errors import InvalidOp
from engine.stages.wording import match, parse


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("dog, person", ("dog", "person")),
        ("all dogs", ("dogs",)),
        ("All of the  red cars. a cat.", ("red cars", "cat")),
        ("dog; Dog\nDOG | traffic light", ("dog", "traffic light")),
        ("the, dog", ("dog",)),
        ("狗", ("狗",)),
    ],
)
def test_things_are_parted_and_named_once(text, words):
    assert parse(text) == words


@pytest.mark.parametrize("text", ["", "  , . ", "the", "--- !"])
def test_no_words(text):
    with pytest.raises(InvalidOp, match="Say in words what to find"):
        parse(text)


def test_too_much():
    with pytest.raises(InvalidOp, match="too long"):
        parse("dog " * 40)
    with pytest.raises(InvalidOp, match="201 things at once"):
        parse(",".join(f"thing {number}" for number in range(201)))


NAMES = {"dog": 1, "Person": 2, "traffic_light": 3, "bus": 4, "glasses": 5, "dogs": 6, "fish": 7, "city": 8, "box": 9}


@pytest.mark.parametrize(
    ("word", "label"),
    [
        ("dog", 1),
        ("DOG", 1),
        ("dogs", 6),
        ("people", 2),
        ("persons", 2),
        ("Traffic Lights", 3),
        ("traffic-light", 3),
        ("buses", None),
        ("bus", 4),
        ("glasses", 5),
        ("cities", 8),
        ("boxes", 9),
        ("hot dog", None),
    ],
)
def test_words_mean_labels(word, label):
    assert match([word], NAMES).get(word) == label


def test_the_first_of_labels_that_are_alike():
    assert match(["Cats"], {"cat": 1, "CAT": 2}) == {"Cats": 1}
