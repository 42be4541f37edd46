from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from annotator.canvas.tiles import COARSEST, FINEST, TILE, Span, level_for_scale, tiles_of, to_level

spans = st.builds(
    lambda x, y, w, h: Span(x, y, x + w, y + h),
    st.integers(-900, 900),
    st.integers(-900, 900),
    st.integers(1, 1500),
    st.integers(1, 1500),
)


@given(spans)
def test_tiles_cover_a_span_once_and_all_of_them_meet_it(span: Span) -> None:
    keys = list(tiles_of(span, 0))
    assert len(set(keys)) == len(keys)
    parts = [key.span.meet(span) for key in keys]
    assert all(not part.empty for part in parts)
    assert sum(part.width * part.height for part in parts) == span.width * span.height


def test_an_empty_span_has_no_tiles() -> None:
    assert list(tiles_of(Span(5, 5, 5, 9), 0)) == []


@given(st.floats(0.005, 64))
def test_level_pixels_stay_near_device_pixels(scale: float) -> None:
    level = level_for_scale(scale)
    assert COARSEST <= level <= FINEST
    if COARSEST < level < FINEST:
        assert 0.59 < scale / 2.0**level < 1.2


def test_whole_zooms_are_drawn_pixel_by_pixel() -> None:
    assert [level_for_scale(s) for s in (0.25, 0.5, 1.0, 2.0, 16.0)] == [-2, -1, 0, 1, 4]


@given(st.integers(-4, 4), st.floats(-100, 3000), st.floats(0.5, 800))
def test_a_span_holds_the_rectangle_it_was_made_of(level: int, x: float, w: float) -> None:
    span, factor = to_level(x, x, x + w, x + w, level), 2.0**level
    assert span.x0 <= x * factor < span.x0 + 1
    assert span.x1 - 1 < (x + w) * factor <= span.x1
    assert not TILE % 2
