"""What a person types ("all dogs, person") as the words a detector is asked, and the labels that they mean."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from engine.errors import InvalidOp

MOST_WORDS = 200
MOST_LETTERS = 100
_BREAKS = re.compile(r"[,;.\n\r\t|/]+")
_FILLING = frozenset({"a", "all", "an", "any", "each", "every", "of", "the"})
_IRREGULAR: Mapping[str, str] = MappingProxyType(
    {
        "calves": "calf",
        "children": "child",
        "feet": "foot",
        "geese": "goose",
        "halves": "half",
        "knives": "knife",
        "leaves": "leaf",
        "loaves": "loaf",
        "men": "man",
        "mice": "mouse",
        "people": "person",
        "persons": "person",
        "scarves": "scarf",
        "shelves": "shelf",
        "teeth": "tooth",
        "wolves": "wolf",
        "women": "woman",
    }
)


def parse(text: str) -> tuple[str, ...]:
    """Return the things to look for, in the order given and each once; they are parted by commas or full stops.

    "all dogs" asks for "dogs". Raises InvalidOp when nothing is left or it is too much.
    """
    found: dict[str, str] = {}
    for part in _BREAKS.split(text):
        words = part.split()
        while words and words[0].casefold() in _FILLING:
            words = words[1:]
        thing = " ".join(words)
        if not any(letter.isalnum() for letter in thing):
            continue
        if len(thing) > MOST_LETTERS:
            raise InvalidOp(f"'{thing[:40]}...' is too long to look for. Part things by commas: dog, person.")
        found.setdefault(thing.casefold(), thing)
    if not found:
        raise InvalidOp("Say in words what to find, for example: dog, person.")
    if len(found) > MOST_WORDS:
        raise InvalidOp(f"{len(found)} things at once are too many; ask for at most {MOST_WORDS}.")
    return tuple(found.values())


def match(words: Sequence[str], names: Mapping[str, int]) -> dict[str, int]:
    """Return the id of the label that each word means, of ``names`` to ids; words that mean none are left out.

    Capitals, hyphens and the plural make no difference; the same spelling goes before a similar one.
    """
    exact = {name.casefold(): label_id for name, label_id in reversed(list(names.items()))}
    alike = {one_of(name): label_id for name, label_id in reversed(list(names.items()))}
    found: dict[str, int] = {}
    for word in words:
        label_id = exact.get(word.casefold(), alike.get(one_of(word)))
        if label_id is not None:
            found[word] = label_id
    return found


def one_of(words: str) -> str:
    """Return words as they are compared: small letters, single spaces, the last word in the singular."""
    parts = re.split(r"[\s_\-]+", words.casefold().strip())
    return " ".join([*parts[:-1], _singular(parts[-1])])


def _singular(word: str) -> str:
    """Return an English noun's singular, or of a word that is none something that only its own plural shares."""
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    for ending, instead in (("ies", "y"), ("sses", "ss"), ("shes", "sh"), ("ches", "ch"), ("xes", "x"), ("zzes", "zz")):
        if word.endswith(ending) and len(word) > len(ending) + 1:
            return word[: -len(ending)] + instead
    if word.endswith("s") and len(word) > 2 and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word
