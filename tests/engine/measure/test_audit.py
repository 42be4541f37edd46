"""Quality audits on masks whose IoU can be counted on squared paper."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest

from engine.measure.audit import AuditPair, AuditReport, Estimate, audit_report, estimates
from engine.measure.audit_words import comparison, interval, standing
from engine.ops.audits import CheckImage, StartAudit
from engine.ops.images import AddImages, NewImage
from engine.ops.instances import AddInstance, DeleteInstances, ReplaceMask
from engine.ops.reviews import SetState
from engine.records import Rle, State
from models import masks

SIDE = 10


def area(pixels: int) -> Rle:
    """Return a mask of the first ``pixels`` pixels: of two such masks the IoU is the quotient of their areas."""
    flat = np.zeros(SIDE * SIDE, dtype=np.bool_)
    flat[:pixels] = True
    return masks.encode(flat.reshape(SIDE, SIDE))


@pytest.fixture
def squares(desk: Any) -> Any:
    """Give the desk four images of 10 x 10."""
    new = tuple(NewImage(f"sq/{number}.png", f"sq-{number}", SIDE, SIDE) for number in range(4))
    desk.images = desk.workspace.execute(AddImages("photos", "photos", new)).value
    return desk


def add(desk: Any, image: int, pixels: int) -> int:
    return desk.workspace.execute(AddInstance(desk.images[image], mask=area(pixels))).value.id


def report(desk: Any, audit_id: int) -> AuditReport:
    with desk.workspace.read() as reader:
        return audit_report(reader, audit_id)


def test_the_golden_pairs(squares: Any) -> None:
    """IoUs of 0.80, 0.92 and 0.95: two of three above 0.90, all above 0.75 (the design notes' example)."""
    pairs = [
        (add(squares, image, before), after) for image, before, after in ((0, 80, 100), (0, 92, 100), (1, 95, 100))
    ]
    run = squares.workspace.execute
    audit = run(StartAudit(4, 0)).value
    for instance, after in pairs:
        run(ReplaceMask(instance, area(after)))
    for image in (0, 1):
        run(CheckImage(audit.id, squares.images[image]))
    found = report(squares, audit.id)
    assert (found.images, found.checked, found.masks, found.done) == (2, 2, 3, True)
    assert found.good.value == pytest.approx(2 / 3)
    assert f"{100 * found.good.value:.1f}" == "66.7"
    assert found.fair.value == 1.0
    assert (found.fair.low, found.fair.high) == (1.0, 1.0)
    assert found.mean_iou.value == pytest.approx((0.80 + 0.92 + 0.95) / 3)
    assert found.good.low is not None and found.good.high is not None
    assert found.good.low < found.good.value < found.good.high


def test_removed_added_and_untouched_are_told_apart(squares: Any) -> None:
    same, deleted, rejected = add(squares, 0, 50), add(squares, 0, 40), add(squares, 1, 30)
    run = squares.workspace.execute
    audit = run(StartAudit(4, 0)).value
    assert same
    run(DeleteInstances((deleted,)))
    run(SetState((rejected,), State.REJECTED))
    add(squares, 1, 20)
    run(AddInstance(squares.images[1], mask=area(10), state=State.PROPOSED))
    add(squares, 2, 20)
    for image in (0, 1):
        run(CheckImage(audit.id, squares.images[image]))
    found = report(squares, audit.id)
    assert (found.masks, found.removed, found.untouched, found.added) == (3, 2, 1, 1)
    assert found.mean_iou.value == found.good.value == found.fair.value == pytest.approx(1 / 3)


def test_unchecked_images_do_not_count_and_one_gives_no_interval(squares: Any) -> None:
    for image in range(3):
        add(squares, image, 50)
    audit = squares.workspace.execute(StartAudit(3, 0)).value
    nothing = report(squares, audit.id)
    assert (nothing.masks, nothing.good, nothing.checked) == (0, Estimate(None), 0)
    assert "No image is checked yet" in standing(nothing)[0]
    squares.workspace.execute(CheckImage(audit.id, squares.images[1]))
    one = report(squares, audit.id)
    assert (one.masks, one.good, interval(one.good)) == (1, Estimate(1.0), "")
    assert "no interval" in standing(one)[0]
    squares.workspace.execute(CheckImage(audit.id, squares.images[0]))
    two = report(squares, audit.id)
    assert interval(two.good) == "100.0 to 100.0 %"
    assert standing(two)[0].startswith("Preliminary: 1 of 3")


def test_work_after_the_check_is_told(squares: Any) -> None:
    instance = add(squares, 0, 50)
    audit = squares.workspace.execute(StartAudit(1, 0)).value
    squares.workspace.execute(CheckImage(audit.id, squares.images[0]))
    assert report(squares, audit.id).changed_since == 0
    squares.workspace.execute(ReplaceMask(instance, area(100)))
    after = report(squares, audit.id)
    assert (after.changed_since, after.mean_iou.value) == (1, 0.5)
    assert any("worked on after the check" in line for line in standing(after))
    assert "94 % above 0.90 and 97 % above 0.75" in comparison()


def test_intervals_resample_images_not_masks() -> None:
    """Ten images of ten masks each, every image all right or all wrong: as uncertain as ten coins, not as a hundred."""
    pairs = [AuditPair(image, mask, 1.0 if image % 2 else 0.0) for image in range(10) for mask in range(10)]
    good, fair, mean_iou = estimates(pairs)
    assert good == fair == mean_iou
    assert good.value == 0.5
    # A binomial of ten coins: its middle 95 % is 0.2 to 0.8; of a hundred it would be 0.4 to 0.6.
    assert (good.low, good.high) == (pytest.approx(0.2), pytest.approx(0.8))


def test_the_seed_alone_decides_the_interval() -> None:
    dice = random.Random(5)
    pairs = [AuditPair(image, mask, dice.random()) for image in range(8) for mask in range(dice.randrange(1, 9))]
    assert estimates(pairs, seed=1) == estimates(pairs, seed=1)
    assert estimates(pairs, seed=1)[2].low != estimates(pairs, seed=2)[2].low
    assert estimates(list(reversed(pairs)), seed=1)[2].value == pytest.approx(estimates(pairs, seed=1)[2].value)


def test_the_interval_holds_the_truth_about_nineteen_times_in_twenty() -> None:
    held = 0
    for seed in range(200):
        rng = np.random.default_rng(seed)
        shares = rng.beta(8, 2, 30)
        pairs = [AuditPair(image, n, float(rng.random() < shares[image])) for image in range(30) for n in range(20)]
        good = estimates(pairs, seed=seed)[0]
        held += good.low is not None and good.high is not None and good.low <= 0.8 <= good.high
    assert 175 <= held <= 198
