from __future__ import annotations

import pytest

from engine.measure.pose import COCO_SIGMAS
from engine.skeletons.colors import LEFT, MIDDLE, RIGHT, side_colors
from engine.skeletons.names import read_pairs, write_pairs
from engine.skeletons.templates import COCO_17, TEMPLATES, SkeletonTemplate, places_of, template_named


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: template.title)
def test_templates_are_whole(template: SkeletonTemplate) -> None:
    count = int(template.title.split("-")[1])
    assert len(template.joints) == count
    touched = {joint for edge in template.edges for joint in edge}
    assert touched == set(range(count))
    assert len({frozenset(edge) for edge in template.edges}) == len(template.edges)
    assert len(template.sigmas) == len(template.colors) == count
    assert all(0 < sigma < 0.2 for sigma in template.sigmas)
    assert all(0 <= value <= 1 for place in template.places.values() for value in place)
    assert read_pairs(write_pairs(template.edges, template.joints), template.joints) == (template.edges, "")


def test_flips() -> None:
    assert [len(template.flip_pairs) for template in TEMPLATES] == [8, 6, 0]


def test_cocos_edges_and_sigmas_are_the_published_ones() -> None:
    published = [
        [16, 14], [14, 12], [17, 15], [15, 13], [12, 13], [6, 12], [7, 13], [6, 7], [6, 8], [7, 9], [8, 10], [9, 11],
        [2, 3], [1, 2], [1, 3], [2, 4], [3, 5], [4, 6], [5, 7],
    ]  # fmt: skip
    assert {frozenset((a + 1, b + 1)) for a, b in COCO_17.edges} == {frozenset(edge) for edge in published}
    assert COCO_17.sigmas == tuple(COCO_SIGMAS.tolist())


@pytest.mark.parametrize("template", TEMPLATES[:2], ids=lambda template: template.title)
def test_both_sides_have_the_same_sigma_and_mirrored_places(template: SkeletonTemplate) -> None:
    for first, second in template.flip_pairs:
        assert template.sigmas[first] == template.sigmas[second]
        (ax, ay), (bx, by) = (template.places[template.joints[each]] for each in (first, second))
        assert (ax + bx, ay) == (pytest.approx(1.0), by)


def test_colors_tell_the_sides() -> None:
    assert side_colors(("nose", "left_eye", "right_eye")) == (MIDDLE, LEFT, RIGHT)
    assert side_colors(("tip", "hilt")) == ()


def test_a_template_by_its_name_in_any_spelling() -> None:
    assert template_named("coco 17") is COCO_17
    assert template_named("people") is None


def test_known_joints_get_their_places() -> None:
    assert places_of(("Left Wrist", "tail")) == {"Left Wrist": (0.85, 0.57)}
