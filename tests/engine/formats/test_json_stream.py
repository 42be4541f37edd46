from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from engine.errors import BadFile
from engine.formats import json_stream
from engine.formats.json_stream import read_items, read_top

_value = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-(2**40), 2**40), st.floats(), st.text(max_size=12)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=6), inner, max_size=3)),
    max_leaves=8,
)


def _without_nan(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, list):
        return [_without_nan(each) for each in value]
    if isinstance(value, dict):
        return {key: _without_nan(each) for key, each in value.items()}
    return value


@settings(max_examples=150, deadline=None)
@given(items=st.lists(_value, max_size=5), other=_value, chunk=st.integers(1, 40))
@example(items=[], other=float("-inf"), chunk=1)  # the whole token, sign and all, ends a chunk
def test_any_cut_of_the_file_gives_the_same_values(
    tmp_path_factory: pytest.TempPathFactory, items: list[Any], other: Any, chunk: int
) -> None:
    path = tmp_path_factory.mktemp("json") / "x.json"
    path.write_text(json.dumps({"list": items, "other": other, "texts": ["NaN", "-Infinity \\", '"[{']}))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_stream, "_CHUNK", chunk)
        assert list(read_items(path, "list")) == _without_nan(items)
        seen: list[Any] = []
        rest, counted, _ = read_top(path, each={"texts": seen.append}, skip="list")
    assert rest == {"other": _without_nan(other)}
    assert counted == len(items)
    assert seen == ["NaN", "-Infinity \\", '"[{']


def test_an_endless_text_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_stream, "_CHUNK", 100)
    monkeypatch.setattr(json_stream, "_MAX_TEXT", 1000)
    path = tmp_path / "x.json"
    path.write_text('{"a": "' + "x" * 5000)
    with pytest.raises(BadFile, match="longer than"):
        read_top(path, each={}, skip="list")
