from __future__ import annotations

from concurrent.futures import Future
from pathlib import Path

import numpy as np

from engine.inference.draft import Draft, ImageRef
from engine.inference.messages import Ahead, Ask, FindMasks, Grid, Hover
from engine.inference.waiting import Waiting, WaitingRoom
from engine.stages.params import AutoParams
from models.api import KeepRule

IMAGE = ImageRef(1, Path("a.png"), "", 10, 10)


def ask(number: int) -> Waiting:
    return Waiting(Ask(number, Draft(IMAGE)), Future())


def hover(number: int) -> Waiting:
    return Waiting(Hover(number, IMAGE, 1, 1), Future())


def grid(number: int) -> Waiting:
    return Waiting(Grid(number, IMAGE, np.zeros((1, 2), np.float32), KeepRule()), Future())


def test_order_is_ask_grids_hover_ahead() -> None:
    room = WaitingRoom()
    room.replace_ahead([Ahead(1, IMAGE), Ahead(2, IMAGE)])
    room.add(hover(3))
    assert [waiting.request.number for waiting in room.clear()] == [3, 1, 2]
    room.replace_ahead([Ahead(1, IMAGE)])
    for waiting in (grid(4), grid(5), ask(6)):
        assert room.add(waiting) == []
    assert [waiting.request.number for waiting in room.clear()] == [6, 4, 5, 1]
    assert room.take() is None


def test_newer_asks_and_hovers_replace_and_grids_queue() -> None:
    room = WaitingRoom()
    first, second = hover(1), hover(2)
    assert room.add(first) == []
    assert room.add(second) == [first]
    asked, newer = ask(3), ask(4)
    assert room.add(asked) == [second]
    assert room.add(newer) == [asked]
    late = hover(5)
    assert room.add(late) == [late]
    assert room.add(grid(6)) == []
    assert [waiting.request.number for waiting in room.clear()] == [4, 6]


def test_a_hover_gives_way_to_a_grid() -> None:
    room = WaitingRoom()
    waiting = hover(1)
    room.add(waiting)
    assert room.add(grid(2)) == [waiting]


def test_a_new_list_replaces_the_images_ahead() -> None:
    room = WaitingRoom()
    room.replace_ahead([Ahead(1, IMAGE)])
    room.replace_ahead([Ahead(2, IMAGE)])
    assert [waiting.request.number for waiting in room.clear()] == [2]


def test_a_search_waits_its_turn_among_the_grids() -> None:
    room = WaitingRoom()
    search = Waiting(FindMasks(2, IMAGE, AutoParams(), ()), Future())
    hovered = hover(0)
    room.add(hovered)
    assert room.add(search) == [hovered]
    assert room.add(grid(3)) == []
    assert [each.request.number for each in room.clear()] == [2, 3]
