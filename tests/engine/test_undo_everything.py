"""Random steps, all undone, all redone: the tables must come back byte for byte."""

from __future__ import annotations

import contextlib
import sqlite3
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from engine.errors import InvalidOp, NothingToUndo, UndoConflict
from engine.ops.base import Op
from engine.ops.combine import DuplicateInstances, MergeInstances, SplitInstance, SubtractInstances
from engine.ops.decide import DecideMany, Decision
from engine.ops.images import AddImages, NewImage, SetImageState, SetTags
from engine.ops.instances import AddInstance, DeleteInstances, RefineInstance, ReplaceMask, SetBox, SetKeypoints
from engine.ops.labels import AddLabel, DeleteLabel, EditLabel, MergeLabels, MoveLabel
from engine.ops.reviews import Reorder, SetAttributes, SetLabel, SetLevel, SetLocked, SetState
from engine.ops.skeletons import AddSkeleton, DeleteSkeleton, EditSkeleton
from engine.records import CandidateRecord, HistoryRecord, ImageState, Level, PromptRecord, Provenance, State
from engine.review import ReviewFilter
from engine.workspace import Workspace
from models import masks

HEIGHT, WIDTH = 5, 7
IMAGE = st.integers(1, 2)
ID = st.integers(1, 7)
IDS = st.lists(ID, min_size=1, max_size=3).map(tuple)
LABEL_ID = st.integers(1, 4)
LABEL = st.none() | LABEL_ID
SKELETON_ID = st.integers(1, 2)
SKELETON = st.none() | SKELETON_ID
NAME = st.sampled_from(["cat", "dog", "鳥", "$json", "x"])
MASK = st.integers(0, 2 ** (HEIGHT * WIDTH) - 1).map(
    lambda bits: masks.encode(
        np.array([(bits >> place) & 1 for place in range(HEIGHT * WIDTH)], dtype=np.bool_).reshape(HEIGHT, WIDTH)
    )
)
SQUARE = np.ones((3, 3), dtype=np.bool_)
NUMBER = st.floats(-10, 10)
BOX = st.tuples(NUMBER, NUMBER, st.floats(0.5, 9), st.floats(0.5, 9))
KEYPOINTS = st.lists(st.tuples(NUMBER, NUMBER, st.integers(0, 2)), min_size=2, max_size=2).map(tuple)
JSON = st.dictionaries(
    st.sampled_from(["$rle", "$json", "a"]), st.none() | st.booleans() | st.integers(0, 1) | NUMBER | st.just((1, 2))
)
LOGITS = st.integers(0, 3).map(lambda seed: np.random.default_rng(seed).normal(size=(3, 2)).astype(np.float16))
PROMPTS = st.lists(st.builds(PromptRecord, st.just("point"), NUMBER, NUMBER, positive=st.booleans()), max_size=2)
CANDIDATES = st.lists(
    st.builds(
        CandidateRecord, ID, NUMBER, NUMBER, ID, st.sampled_from(Level), st.booleans(), logits=st.none() | LOGITS
    ),
    max_size=3,
)
TOLD = st.builds(Provenance, score=st.none() | NUMBER, clicks=ID, tool=st.sampled_from(["", "smart"]))
COLOR = st.sampled_from(["#000000", "#ABCDEF"])
ADDING: st.SearchStrategy[Op[Any]] = st.one_of(
    st.builds(
        AddInstance, IMAGE, MASK, label_id=LABEL, parent_id=st.none() | ID, state=st.sampled_from(State),
        attributes=JSON, provenance=TOLD, prompts=PROMPTS.map(tuple), candidates=CANDIDATES.map(tuple),
    ),
    st.builds(AddInstance, IMAGE, box=BOX, label_id=LABEL),
    st.builds(AddInstance, IMAGE, keypoints=KEYPOINTS, label_id=LABEL),
    st.builds(DuplicateInstances, IDS, IMAGE),
    st.builds(SplitInstance, ID, st.lists(MASK, min_size=2, max_size=3).map(tuple)),
)  # fmt: skip
SHAPING: st.SearchStrategy[Op[Any]] = st.one_of(
    st.builds(RefineInstance, ID, MASK, TOLD, PROMPTS.map(tuple), CANDIDATES.map(tuple), st.sampled_from(Level)),
    st.builds(ReplaceMask, ID, MASK),
    st.builds(SetBox, ID, BOX),
    st.builds(SetKeypoints, ID, st.none() | KEYPOINTS),
    st.builds(DeleteInstances, IDS),
    st.builds(MergeInstances, IDS),
    st.builds(SubtractInstances, ID, IDS),
)
JUDGING: st.SearchStrategy[Op[Any]] = st.one_of(
    st.builds(SetLabel, IDS, LABEL),
    st.builds(SetState, IDS, st.sampled_from(State)),
    st.builds(DecideMany, st.sampled_from(Decision), IDS, label_id=LABEL, review_ms=ID),
    st.builds(
        DecideMany,
        st.sampled_from(Decision),
        among=st.builds(ReviewFilter, label_ids=st.frozensets(LABEL_ID)),
        label_id=LABEL,
    ),
    st.builds(SetLocked, st.just((1,)), st.booleans()),
    st.builds(SetLevel, IDS, st.sampled_from(Level)),
    st.builds(SetAttributes, ID, JSON, st.none() | st.booleans()),
    st.builds(Reorder, IDS, st.sampled_from(["top", "up", "down", "bottom"])),
    st.builds(SetImageState, st.lists(IMAGE, min_size=1, max_size=2).map(tuple), st.sampled_from(ImageState)),
    st.builds(SetTags, IMAGE, st.lists(NAME, max_size=2).map(tuple), NAME),
)
NAMING: st.SearchStrategy[Op[Any]] = st.one_of(
    st.builds(AddLabel, NAME, parent_id=LABEL, skeleton_id=SKELETON),
    st.builds(EditLabel, LABEL_ID, NAME, COLOR, parent_id=LABEL, skeleton_id=SKELETON),
    st.builds(MoveLabel, LABEL_ID, st.integers(0, 3)),
    st.builds(DeleteLabel, LABEL_ID),
    st.builds(MergeLabels, LABEL_ID, LABEL_ID),
    st.builds(AddSkeleton, NAME, st.just(("a", "b"))),
    st.builds(EditSkeleton, SKELETON_ID, NAME, st.just(("b", "a")), st.sampled_from([(1, 0), (0, 1), (None, 0)])),
    st.builds(EditSkeleton, SKELETON_ID, NAME, st.just(("a", "b", "c")), st.just((0, 1, None))),
    st.builds(DeleteSkeleton, SKELETON_ID),
)
FIRST: tuple[Op[Any], ...] = (
    AddLabel("cat"),
    AddLabel("fish", parent_id=1),
    AddSkeleton("pair", ("a", "b")),
    AddLabel("pair", skeleton_id=1),
    *(
        AddInstance(
            1 + place % 2, masks.encode(masks.paste(SQUARE, x=place, y=0, height=HEIGHT, width=WIDTH)), label_id=1
        )
        for place in range(4)
    ),
    AddInstance(1, keypoints=((1, 1, 2), (2, 2, 1)), label_id=3, parent_id=1),
    AddInstance(2, box=(1, 1, 2, 2)),
)


class Steps(RuleBasedStateMachine):
    """Runs steps on a real file; ``bottom`` is the dump before the first of them."""

    @initialize()
    def start(self) -> None:
        self.folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        self.file = Path(self.folder.name) / "p.maskwright"
        self.workspace = Workspace.create(self.file)
        self.workspace.execute(
            AddImages("r", "r", tuple(NewImage(name, "", WIDTH, HEIGHT) for name in ("a.png", "b.png")))
        )
        self.bottom = self.dump()
        for op in FIRST:
            self.workspace.execute(op)

    def dump(self, *, story: bool = False) -> dict[str, list[tuple[Any, ...]]]:
        skipped = () if story else ("history", "history_rows")
        with contextlib.closing(sqlite3.connect(self.file)) as raw:
            names = [name for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            return {
                name: raw.execute(f"SELECT * FROM {name} ORDER BY 1").fetchall()
                for name in names
                if name not in skipped and name != "sqlite_sequence"
            }

    def entries(self, state: str) -> list[HistoryRecord]:
        with self.workspace.read() as read:
            return [each for each in read.history(None, limit=10_000) if each.undoable and each.state == state]

    @rule(op=ADDING)
    def add(self, op: Op[Any]) -> None:
        self.step(op)

    @rule(op=SHAPING)
    def shape(self, op: Op[Any]) -> None:
        self.step(op)

    @rule(op=JUDGING)
    def judge(self, op: Op[Any]) -> None:
        self.step(op)

    @rule(op=NAMING)
    def name(self, op: Op[Any]) -> None:
        self.step(op)

    def step(self, op: Op[Any]) -> None:
        before = self.dump(story=True)
        try:
            outcome = self.workspace.execute(op)
        except InvalidOp:
            assert self.dump(story=True) == before
            return
        # An op says that it touched something exactly when it did.
        assert bool(outcome.changes) == (self.dump(story=True) != before)

    @rule(image=st.none() | IMAGE)
    def there_and_back(self, image: int | None) -> None:
        before, told = self.dump(), self.dump(story=True)
        try:
            undone = self.workspace.undo(image)
        except (NothingToUndo, UndoConflict):
            assert self.dump(story=True) == told
            return
        assert undone.changes and self.dump() != before
        redone = self.workspace.redo(image)
        assert (redone.history_id, redone.changes) == (undone.history_id, undone.changes)
        assert self.dump() == before

    @rule()
    def back(self) -> None:
        done = self.entries("done")
        if done:
            self.workspace.undo(done[0].image_id)

    @rule()
    def forth(self) -> None:
        undone = self.entries("undone")
        if undone:
            self.workspace.redo(undone[-1].image_id)

    @rule()
    def restart(self) -> None:
        self.workspace.close()
        self.workspace = Workspace.open(self.file)

    @invariant()
    def references_hold(self) -> None:
        with contextlib.closing(sqlite3.connect(self.file)) as raw:
            assert raw.execute("PRAGMA foreign_key_check").fetchall() == []

    def teardown(self) -> None:
        try:
            self.undo_everything()
        finally:
            self.workspace.close()
            self.folder.cleanup()

    def undo_everything(self) -> None:
        wandered = bool(self.entries("undone"))
        top = self.dump()
        count = 0
        while done := self.entries("done"):
            self.workspace.undo(done[0].image_id)
            count += 1
        assert self.dump() == self.bottom
        if wandered:
            return
        while undone := self.entries("undone"):
            self.workspace.redo(undone[-1].image_id)
            count -= 1
        assert count == 0 and self.dump() == top


Steps.TestCase.settings = settings(
    max_examples=15, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
)
TestSteps = pytest.mark.timeout(300)(Steps.TestCase)
