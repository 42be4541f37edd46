from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from annotator.canvas.overlay_composite import Layer, Stack, compose, touched
from annotator.canvas.overlay_style import Look, build_table
from annotator.canvas.shapes import Shape
from annotator.canvas.tiles import Span

TABLES = [
    build_table(Look((230, 40, 40))),
    build_table(Look((40, 200, 90), dashed=True)),
    build_table(Look((60, 90, 250), fill=0.0, width=2.5)),
    build_table(Look((60, 90, 250), ratio=2.0, dashed=True)),
]


@st.composite
def layers(draw: st.DrawFn) -> list[Layer]:
    made = []
    for number in range(draw(st.integers(1, 6))):
        w, h = draw(st.integers(1, 40)), draw(st.integers(1, 40))
        mask = np.random.default_rng(draw(st.integers(0, 99))).random((h, w)) < 0.8
        shape = Shape(draw(st.integers(0, 60)), draw(st.integers(0, 60)), mask)
        made.append(Layer(number, float(mask.sum()), shape, draw(st.sampled_from(TABLES))))
    return made


@settings(deadline=None)
@given(layers(), st.integers(-2, 3), st.integers(0, 60), st.integers(0, 60), st.integers(1, 50), st.integers(1, 50))
def test_a_patch_equals_the_same_part_of_a_full_composite(
    made: list[Layer], level: int, x: int, y: int, w: int, h: int
) -> None:
    stack = Stack(made)
    everything = Span(0, 0, 128, 128)
    full = compose(stack.within(everything, level), everything, level)
    part = Span(x, y, x + w, y + h)
    patch = compose(stack.within(part, level), part, level)
    assert np.array_equal(patch, full[y : y + h, x : x + w])


@settings(deadline=None)
@given(layers(), st.integers(-2, 3))
def test_drawing_stays_within_what_touched_says(made: list[Layer], level: int) -> None:
    layer = made[0]
    span = Span(-40, -40, 900, 900)
    drawn = compose([layer], span, level).any(axis=2)
    box = touched(layer.shape, layer.table.look.margin, level)
    drawn[box.y0 + 40 : box.y1 + 40, box.x0 + 40 : box.x1 + 40] = False
    assert not drawn.any()


@settings(deadline=None)
@given(layers())
def test_colours_are_premultiplied(made: list[Layer]) -> None:
    pixels = compose(made, Span(0, 0, 128, 128), 0).astype(int)
    # Rounding at each layer may leave a colour one step above its alpha.
    assert (pixels[..., :3] <= pixels[..., 3:] + len(made)).all()


def test_the_inside_has_the_fill_and_the_border_the_full_colour() -> None:
    layer = Layer(1, 1.0, Shape(10, 10, np.ones((30, 30), dtype=np.bool_)), build_table(Look((250, 0, 0), fill=0.4)))
    pixels = compose([layer], Span(0, 0, 50, 50), 0)
    assert pixels[25, 25].tolist() == [0, 0, 100, 102]
    assert pixels[25, 10, 3] == 255
    assert pixels[25, 10, 2] > 240
    assert not pixels[2, 2].any()


def test_a_smaller_mask_lies_above_a_larger_one() -> None:
    big = Layer(1, 900.0, Shape(0, 0, np.ones((30, 30), dtype=np.bool_)), build_table(Look((0, 0, 250))))
    small = Layer(2, 100.0, Shape(10, 10, np.ones((10, 10), dtype=np.bool_)), build_table(Look((250, 0, 0))))
    pixels = compose(Stack([small, big]).within(Span(0, 0, 30, 30), 0), Span(0, 0, 30, 30), 0)
    assert pixels[15, 15, 2] > 2 * pixels[15, 15, 0]
    assert pixels[5, 5, 0] > 0 == pixels[5, 5, 2]


def test_proposed_has_gaps_in_its_outline_and_stripes_in_its_fill() -> None:
    layer = Layer(1, 1.0, Shape(10, 10, np.ones((60, 60), dtype=np.bool_)), TABLES[1])
    pixels = compose([layer], Span(0, 0, 80, 80), 0)
    outline, inside = pixels[20:60, 10, 3], pixels[40, 20:60, 3]
    assert {bool(alpha > 240) for alpha in outline.tolist()} == {True, False}
    assert len(set(inside.tolist())) == 2
