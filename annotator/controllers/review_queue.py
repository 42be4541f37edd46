"""Reads the review queue ahead of the reviewer, so that the next mask is there before it is asked for."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass

from annotator.controllers.store import Store
from engine.errors import EngineError
from engine.review import Place, ReviewEntry, ReviewFilter, ReviewOrder
from engine.storage.reader import Reader

PAGE, LOW = 40, 15
"""Entries read at once, and how few may be left before the next are read: nobody decides 15 in that time."""
MOST = 400
"""Entries read again at once at most."""


@dataclass(frozen=True, slots=True)
class Look:
    """One look at the queue: what waits, what comes before the place, and the current entry as it is now."""

    left: int
    before: int
    current: ReviewEntry | None


class ReviewQueue:
    """The entries behind the one on screen. An answer that was overtaken by another ``look`` is dropped."""

    def __init__(self, store: Store, failed: Callable[[EngineError], None]) -> None:
        """``failed`` is told when the project cannot be read."""
        self._store = store
        self._failed = failed
        self._ticket = 0
        self.clear(ReviewOrder(), ReviewFilter())

    def clear(self, order: ReviewOrder, narrowed: ReviewFilter) -> None:
        """Begin with another order or filter; nothing is read yet."""
        self._ticket += 1
        self.order, self.narrowed = order, narrowed
        self._ahead: deque[ReviewEntry] = deque()
        self._end: Place | None = None
        self._reading = False
        self.dry = False
        """True when nothing comes behind what was read."""
        self.from_top = True
        """True when the last look began at the start of the queue."""
        self.blind: set[int] = set()
        """Images that cannot be shown: what is on them is passed over."""

    def __len__(self) -> int:
        """Count what is read ahead."""
        return len(self._ahead)

    def __iter__(self) -> Iterator[ReviewEntry]:
        """Go through what is read ahead."""
        return iter(self._ahead)

    def stop(self) -> None:
        """Drop every answer still to come."""
        self._ticket += 1
        self._reading = False

    def take(self) -> ReviewEntry:
        """Take the next entry; raises IndexError when none is read."""
        return self._ahead.popleft()

    def put_back(self, entry: ReviewEntry) -> None:
        """Make an entry the next one."""
        self._ahead.appendleft(entry)

    def drop(self, ids: Collection[int]) -> None:
        """Take instances out."""
        self._ahead = deque(each for each in self._ahead if each.instance.id not in ids)

    def renew(self, found: Callable[[ReviewEntry], ReviewEntry | None]) -> None:
        """Put newer records in place of the old ones; None takes one out."""
        self._ahead = deque(new for each in self._ahead if (new := found(each)) is not None)

    def drop_image(self, image_id: int) -> None:
        """Take everything out that is on an image, now and later."""
        self.blind.add(image_id)
        self._ahead = deque(self._visible(self._ahead))

    def look(
        self,
        place: Place | None,
        current: ReviewEntry | None,
        *,
        overtaken: Callable[[], bool],
        done: Callable[[Look | None], None],
    ) -> None:
        """Read again from behind ``place``; ``done`` follows once the entries are in their place.

        An answer that is ``overtaken`` by what the person did meanwhile changes nothing, and ``done`` gets None.
        """
        self._ticket += 1
        ticket, order, narrowed = self._ticket, self.order, self.narrowed
        self._reading = True
        self.from_top = place is None
        # As many as are on a contact sheet already, so that it does not shrink under the reader.
        limit = min(max(PAGE, len(self._ahead) + 1), MOST)

        def query(reader: Reader) -> tuple[Look, list[Place], list[ReviewEntry]]:
            queue = reader.review
            now = queue.entries([current.place]) if current is not None else []
            before = 0 if place is None else queue.before(order, narrowed, place)
            places = queue.places(order, narrowed, after=place, limit=limit)
            return Look(queue.count(narrowed), before, now[0] if now else None), places, queue.entries(places)

        def show(found: tuple[Look, list[Place], list[ReviewEntry]]) -> None:
            if ticket != self._ticket:
                return
            self._reading = False
            if overtaken():
                done(None)
                return
            self._ahead.clear()
            self._end = place
            self._take(found[1], found[2], limit)
            done(found[0])

        self._store.read(query, show, failed=self._cannot)

    def read_on(self, done: Callable[[], None]) -> None:
        """Read the next page, unless that goes on already or nothing comes any more."""
        if self._reading or self.dry:
            return
        self._reading = True
        ticket, order, narrowed, end = self._ticket, self.order, self.narrowed, self._end

        def query(reader: Reader) -> tuple[list[Place], list[ReviewEntry]]:
            places = reader.review.places(order, narrowed, after=end, limit=PAGE)
            return places, reader.review.entries(places)

        def show(found: tuple[list[Place], list[ReviewEntry]]) -> None:
            if ticket == self._ticket:
                self._take(*found, PAGE)
                done()

        self._store.read(query, show, failed=self._cannot)

    def count(self, done: Callable[[int], None]) -> None:
        """Count what waits."""
        ticket, narrowed = self._ticket, self.narrowed

        def show(number: int) -> None:
            if ticket == self._ticket:
                done(number)

        self._store.read(lambda reader: reader.review.count(narrowed), show, failed=self._cannot)

    def again(self, places: Sequence[Place], done: Callable[[dict[int, ReviewEntry]], None]) -> None:
        """Read some entries again, by id; those gone are left out."""
        ticket = self._ticket

        def show(found: list[ReviewEntry]) -> None:
            if ticket == self._ticket:
                done({each.instance.id: each for each in found})

        self._store.read(lambda reader: reader.review.entries(places), show, failed=self._cannot)

    def _take(self, places: list[Place], entries: list[ReviewEntry], limit: int) -> None:
        self._reading = False
        self.dry = len(places) < limit
        self._end = places[-1] if places else self._end
        self._ahead.extend(self._visible(entries))

    def _visible(self, entries: Collection[ReviewEntry]) -> list[ReviewEntry]:
        return [each for each in entries if each.image.id not in self.blind]

    def _cannot(self, error: EngineError) -> None:
        self._reading = False
        self._failed(error)
