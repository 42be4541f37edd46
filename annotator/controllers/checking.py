"""The data check as the window shows it: runs beside everything else, and keeps its list true while people work."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, Protocol, TypeVar

from annotator.controllers.store import Store
from annotator.lanes import Lanes, Task
from engine.changes import Changes
from engine.control import Control
from engine.datacheck.kinds import WORDS, Kind
from engine.datacheck.scenes import Finding, key, look
from engine.datacheck.sweep import Forecast, forecast, sweep
from engine.errors import EngineError
from engine.ops.base import Op
from engine.ops.dismissals import LeaveFaults, TakeUpFaults
from engine.ops.repairs import RepairData
from engine.workspace import Workspace

T = TypeVar("T")
FEW = 20
"""So many images are looked at again on the store's lane; more of them beside it."""
LEFT: Final = "left"
"""The list of what people have left alone, among the kinds."""
Chosen = Kind | Literal["left"]
_Name = tuple[int, tuple[str, int, int | None]]


@dataclass(frozen=True, slots=True)
class CheckState:
    """All that the dock shows.

    ``counts`` are open findings by kind; ``findings`` those of the ``chosen`` list. ``total`` is None while nothing
    runs; ``looked`` is how many images the last check saw, None before the first; ``forecast`` waits for a yes.
    """

    done: int = 0
    total: int | None = None
    looked: int | None = None
    counts: tuple[tuple[Kind, int], ...] = ()
    left: int = 0
    chosen: Chosen | None = None
    findings: tuple[Finding, ...] = ()
    current: Finding | None = None
    working: bool = False
    forecast: Forecast | None = None
    problem: str = ""


class CheckingView(Protocol):
    """The dock, the canvas and the banner."""

    def show_check(self, state: CheckState) -> None:
        """Show how it stands."""

    def go_to(self, finding: Finding) -> None:
        """Put the image on screen, select the objects and mark the places."""

    def label_id(self) -> int | None:
        """Return the label in hand, for objects without one."""

    def say(self, kind: Literal["info", "success", "warning", "error"], text: str) -> None:
        """Show a message."""


class Checking:
    """Sweeps on the io lane with a workspace of its own; every repair goes through the store, as one step."""

    def __init__(self, store: Store, lanes: Lanes, view: CheckingView) -> None:
        """Nothing is known before ``run``."""
        self._store = store
        self._lanes = lanes
        self._view = view
        self._task: Task | None = None
        self._found: dict[int, list[Finding]] = {}
        self._looked: int | None = None
        self._dirty: set[int] = set()
        self._chosen: Chosen | None = None
        self._current: _Name | None = None
        self._row = -1
        self._state = CheckState()

    @property
    def state(self) -> CheckState:
        """What is shown."""
        return self._state

    def run(self) -> None:
        """Look at every image, unless that goes on already."""
        if self._store.workspace is None or self._task is not None:
            return
        self._dirty.clear()
        self._sweep(None)

    def cancel(self) -> None:
        """Stop looking; what was found before stays."""
        if self._task is not None:
            self._task.cancel()
            self._task = None
            self._show(total=None, working=False)

    def choose(self, chosen: Chosen) -> None:
        """List another kind, or what was left alone."""
        self._chosen = chosen
        self._current, self._row = None, -1
        self._show(forecast=None)

    def pick(self, finding: Finding) -> None:
        """Go to a finding of the list."""
        self._current = _name(finding)
        self._row = next((n for n, each in enumerate(self._state.findings) if _name(each) == self._current), -1)
        self._show(forecast=None)
        self._view.go_to(finding)

    def step(self) -> None:
        """Go to the next finding: of this kind, else of the next kind that has any."""
        if self._state.looked is None and self._task is None:
            self.run()
            return
        findings = self._state.findings
        # Where the finding in hand is gone, the next one has moved up to its row.
        row = self._row + (self._state.current is not None or self._row < 0)
        if row < len(findings):
            self.pick(findings[row])
            return
        kinds = [kind for kind, number in self._state.counts if number]
        if not kinds:
            self._view.say("success", "Nothing looks wrong in the annotations.")
            return
        here = next((n for n, kind in enumerate(kinds) if kind is self._chosen), -1)
        self.choose(kinds[(here + 1) % len(kinds)])
        self.pick(self._state.findings[0])

    # --- putting right -------------------------------------------------------------------------------------------

    def repair(self) -> None:
        """Repair the finding in hand."""
        finding = self._in_hand()
        if finding is None:
            return
        if finding.locked:
            self._view.say("info", "This object is locked. Unlock it in the list of instances first.")
            return
        fault = finding.fault
        label_id = self._label_for(fault.kind)
        if fault.kind is Kind.NO_LABEL and label_id is None:
            return
        only = frozenset({(fault.instance_id, fault.other_id)})
        op = RepairData(fault.kind, (finding.image_id,), label_id, only)
        self._execute(op, lambda number: self._repaired(fault.kind, number))

    def leave(self) -> None:
        """Leave the finding in hand alone, or take one up again that was."""
        finding = self._in_hand()
        if finding is None:
            return
        named = ((finding.image_id, finding.fault),)
        if finding.left:
            self._execute(TakeUpFaults(named), lambda _: self._view.say("info", "It is listed again."))
        else:
            told = "Left alone. It comes back if the object changes."
            self._execute(LeaveFaults(named), lambda _: self._view.say("info", told))

    def ask_all(self) -> None:
        """Count what repairing all of this kind would change, and wait for ``repair_all``."""
        kind = self._state.chosen
        if not isinstance(kind, Kind) or self._task is not None or self._store.workspace is None:
            return
        label_id = self._label_for(kind)
        findings, place = self._state.findings, self._store.place
        if not findings or (kind is Kind.NO_LABEL and label_id is None):
            return

        def read(task: Task) -> Forecast:
            with _opened(place) as workspace:
                control = Control(task.report, task.should_stop)
                return forecast(workspace, findings, label_id=label_id, control=control)

        def done(told: Forecast) -> None:
            self._show(working=False, total=None, forecast=told if self._chosen == kind else None)

        self._show(working=True, forecast=None)
        self._begin(read, done)

    def repair_all(self) -> None:
        """Repair all of this kind that were not left alone, as one step."""
        kind = self._state.chosen
        if not isinstance(kind, Kind) or self._state.forecast is None:
            return
        images = tuple(sorted({each.image_id for each in self._state.findings}))
        op = RepairData(kind, images, self._label_for(kind))
        self._execute(op, lambda number: self._repaired(kind, number))

    def drop_forecast(self) -> None:
        """Do not repair all of them."""
        self._show(forecast=None)

    # --- what happens elsewhere ----------------------------------------------------------------------------------

    def on_changed(self, changes: Changes) -> None:
        """Look again at images that an op, an undo or another process has touched."""
        if self._looked is None and self._task is None:
            return
        if changes.everything:
            self._dirty = set()
            self.cancel()
            self.run()
            return
        self._dirty |= changes.image_contents
        self._look_again()

    def project_changed(self) -> None:
        """Another project is open, or none."""
        if self._task is not None:
            self._task.cancel()
            self._task = None
        self._forget()
        self._show()

    def _forget(self) -> None:
        self._found, self._looked, self._dirty = {}, None, set()
        self._chosen, self._current, self._row = None, None, -1
        self._state = CheckState()

    def _look_again(self) -> None:
        if not self._dirty or self._task is not None or self._looked is None:
            return
        ids, self._dirty = sorted(self._dirty), set()
        if len(ids) > FEW:
            self._sweep(ids)
        else:
            self._store.read(lambda reader: look(reader, ids), lambda found: self._take(ids, found))

    def _sweep(self, images: Sequence[int] | None) -> None:
        place = self._store.place

        def read(task: Task) -> tuple[Sequence[int], list[Finding]]:
            with _opened(place) as workspace:
                control = Control(task.report, task.should_stop)
                with workspace.read() as reader:
                    ids = sorted(reader.images.ids()) if images is None else images
                return ids, sweep(workspace, images=ids, control=control)

        def done(result: tuple[Sequence[int], list[Finding]]) -> None:
            ids, found = result
            if images is None:
                self._looked, self._found = len(ids), {}
            self._take(ids, found)
            self._look_again()

        self._show(done=0, total=0, working=True, problem="")
        self._begin(read, done)

    def _begin(self, read: Callable[[Task], T], done: Callable[[T], None]) -> None:
        def ended(result: T) -> None:
            self._task = None
            done(result)

        task = self._lanes.io.job(read, done=ended, failed=self._failed, progress=self._progressed)
        # Inline lanes have answered before there is a task to remember.
        self._task = None if task.finished else task

    def _take(self, ids: Collection[int], found: Sequence[Finding]) -> None:
        for image_id in ids:
            self._found.pop(image_id, None)
        for each in found:
            self._found.setdefault(each.image_id, []).append(each)
        self._show(total=None, working=False)

    def _progressed(self, done: int, total: int | None) -> None:
        self._show(done=done, total=total or 0)

    def _failed(self, error: BaseException) -> None:
        if not isinstance(error, EngineError):
            raise error
        self._task = None
        self._show(total=None, working=False, problem=str(error))

    # --- small things --------------------------------------------------------------------------------------------

    def _execute(self, op: Op[int], done: Callable[[int], None]) -> None:
        def stored(number: int) -> None:
            self._show(working=False)
            done(number)

        def refused(error: EngineError) -> None:
            self._show(working=False)
            self._view.say("warning", str(error))

        self._show(working=True, forecast=None)
        self._store.execute(op, done=lambda outcome: stored(outcome.value), failed=refused)

    def _repaired(self, kind: Kind, number: int) -> None:
        if not number:
            self._view.say("info", "Nothing was left to repair there.")
            return
        times = "" if number == 1 else f" {number:,} times"
        self._view.say("success", f"{WORDS[kind].title}: repaired{times}. Ctrl+Z takes it back.")

    def _in_hand(self) -> Finding | None:
        if self._state.current is None:
            self._view.say("info", "Choose a finding in the list first.")
        return self._state.current

    def _label_for(self, kind: Kind) -> int | None:
        if kind is not Kind.NO_LABEL:
            return None
        label_id = self._view.label_id()
        if label_id is None:
            self._view.say("info", "Choose in the list of labels which one they get, then press the button again.")
        return label_id

    def _show(self, **values: object) -> None:
        """Make the state anew from what is known, with ``values`` for what only it knows."""
        open_ = Counter[Kind]()
        left = 0
        ordered = [each for image_id in sorted(self._found) for each in self._found[image_id]]
        for each in ordered:
            if each.left:
                left += 1
            else:
                open_[each.fault.kind] += 1
        if self._chosen is None or (self._chosen == LEFT and not left):
            first: Chosen | None = next((kind for kind in Kind if open_[kind]), None)
            self._chosen = first
        chosen = self._chosen
        findings = tuple(
            each for each in ordered if (each.left if chosen == LEFT else not each.left and each.fault.kind is chosen)
        )
        kept = {name: getattr(self._state, name) for name in ("done", "total", "working", "forecast", "problem")}
        self._state = CheckState(
            **{
                **kept,
                "looked": self._looked,
                "counts": tuple((kind, open_[kind]) for kind in Kind),
                "left": left,
                "chosen": chosen,
                "findings": findings,
                "current": next((each for each in findings if _name(each) == self._current), None),
                **values,
            }
        )
        self._view.show_check(self._state)


def _name(finding: Finding) -> _Name:
    return finding.image_id, key(finding.fault)


def _opened(place: str) -> Workspace:
    return Workspace.open(place if "://" in place else Path(place))
