"""Which images a job goes through, asked in words: ``state:todo text``, a path, or nothing for all."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from engine.errors import InvalidOp, NotFound
from engine.project import known_files, real_key
from engine.records import ImageFilter, ImageState
from engine.storage.reader import Reader

WORDS = "state:todo, split:val, tag:night, label:dog, proposed:no, accepted:no, or a part of the path"
_WORD = re.compile(r'(?:[^\s"]|"[^"]*")+')
_ANSWERS = {"yes": True, "no": False}


def plan(reader: Reader, queries: Sequence[str] = ()) -> list[int]:
    """Return the ids of the images that any of ``queries`` names, in the order of paths; all without a query.

    A query is the path of one image, or words that must all hold (see WORDS). Raises InvalidOp and NotFound.
    """
    if not queries:
        return reader.images.ids()
    wanted: set[int] = set()
    for query in queries:
        found = _named(reader, query) or reader.images.ids(parse(reader, query))
        if not found:
            raise NotFound(f"No image of the project fits '{query}'. Nothing was started.")
        wanted.update(found)
    return [image_id for image_id in reader.images.ids() if image_id in wanted]


def parse(reader: Reader, query: str) -> ImageFilter:
    """Return the filter that a query means; what has no key is text that the path must hold. Raises InvalidOp.

    Quotes keep words together: ``label:"traffic light"``.
    """
    narrowed = ImageFilter()
    text: list[str] = []
    for word in _WORD.findall(query):
        key, colon, value = word.partition(":")
        if colon and key in _KEYS:
            narrowed = _KEYS[key](reader, narrowed, value.replace('"', ""))
        else:
            text.append(word.replace('"', ""))
    return replace(narrowed, text=" ".join(text))


def _named(reader: Reader, query: str) -> list[int]:
    slashed = query.replace("\\", "/")
    below = [reader.images.find(root_id, slashed) for root_id in reader.images.roots()]
    found = [image.id for image in below if image is not None]
    if not found and "/" in slashed:
        known = known_files(reader).get(real_key(query))
        found = [] if known is None else [known]
    return found


def _state(_reader: Reader, narrowed: ImageFilter, value: str) -> ImageFilter:
    try:
        states = frozenset(ImageState(each) for each in value.split(","))
    except ValueError as error:
        raise InvalidOp(f"'{value}' is no state of an image. There are: {', '.join(ImageState)}.") from error
    return replace(narrowed, states=states)


def _split(_reader: Reader, narrowed: ImageFilter, value: str) -> ImageFilter:
    return replace(narrowed, split=value)


def _tag(_reader: Reader, narrowed: ImageFilter, value: str) -> ImageFilter:
    return replace(narrowed, tag=value)


def _label(reader: Reader, narrowed: ImageFilter, value: str) -> ImageFilter:
    label = reader.labels.by_name(value)
    if label is None:
        raise NotFound(f"The project has no label '{value}'. Nothing was started.")
    return replace(narrowed, label_id=label.id)


def _proposed(_reader: Reader, narrowed: ImageFilter, value: str) -> ImageFilter:
    return replace(narrowed, has_proposed=_answer("proposed", value))


def _accepted(_reader: Reader, narrowed: ImageFilter, value: str) -> ImageFilter:
    return replace(narrowed, has_accepted=_answer("accepted", value))


def _answer(key: str, value: str) -> bool:
    if value not in _ANSWERS:
        raise InvalidOp(f"'{key}:{value}' must be {key}:yes or {key}:no. Nothing was started.")
    return _ANSWERS[value]


_KEYS = {
    "state": _state,
    "split": _split,
    "tag": _tag,
    "label": _label,
    "proposed": _proposed,
    "accepted": _accepted,
}
