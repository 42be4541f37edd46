"""The command that finds things by words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from annotator.controllers.finding import Finding, FindRun
from annotator.desk import Desk
from annotator.dialogs.find_words import FindWords, LastFind
from engine.inference.detectors import detector_choices
from engine.jobs.words import FindRequest

_KEY = "find"
_BACKENDS = "file.backends"


class FindCommands:
    """Binds instance.find."""

    def __init__(self, desk: Desk, start_run: Callable[[FindRun], None]) -> None:
        """``start_run`` looks through many images."""
        self._start_run = start_run
        self._desk = desk
        self.finding = Finding(
            desk.store,
            desk.editing,
            desk.inference,
            self,
            post=desk.lanes.post,
            image=lambda: desk.prompting.image,
        )
        desk.registry.bind("instance.find", self.ask)
        desk.window.progress.cancelled.connect(self._cancelled)

    def ask(self) -> None:
        """Ask for words, then look for them; without a detector say how to get one."""
        desk, last = self._desk, self._last()
        if self.finding.busy:
            return
        offered = detector_choices(last.detector)
        if not offered:
            self._say_how()
            return
        names = {label.name: label.id for label in desk.editing.labels.values()}
        ids = tuple(desk.navigation.ids)
        answer = FindWords.ask(desk.window, offered, names, last, images=len(ids))
        if answer is None:
            return
        self._remember(answer.request)
        if answer.everywhere:
            self._start_run(FindRun(answer.request, desk.inference.state.name, ids))
        else:
            self.finding.find(answer.request)

    def show_finding(self, title: str) -> None:
        """Show a row in the progress strip while somebody looks."""
        if title:
            self._desk.window.progress.begin(_KEY, title)
        else:
            self._desk.window.progress.finish(_KEY)

    def say(self, kind: Literal["info", "success", "warning", "error"], text: str) -> None:
        """Show a message."""
        self._desk.presenter.say(kind, text)

    def _remember(self, request: FindRequest) -> None:
        words = ", ".join(request.words)
        self._desk.state.save_find(words, request.detector, request.min_score, new_labels=request.new_labels)

    def _last(self) -> LastFind:
        state = self._desk.state
        detector, score = state.find.get("detector"), state.find.get("min_score")
        return LastFind(
            state.found_words,
            detector if isinstance(detector, str) else "",
            float(score) if isinstance(score, int | float) and 0 <= score <= 1 else None,
            new_labels=bool(state.find.get("new_labels")),
        )

    def _say_how(self) -> None:
        def show() -> None:
            self._desk.registry.trigger(_BACKENDS)

        text = "No detector that understands words is ready. Get one in the list of backends: Grounding DINO, say."
        self._desk.presenter.offer(text, "Backends", show)

    def _cancelled(self, key: str) -> None:
        if key == _KEY:
            self.finding.stop()
