"""Reads datasets that keep a text file beside each picture: matching, counting and storing, whatever they hold."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from engine.control import Control
from engine.errors import BadFile
from engine.formats.boxes import FileImage, Refused
from engine.formats.match import Finder, misfit
from engine.ops.imports import ImportFile
from engine.ops.incoming import IncomingImage, IncomingInstance, IncomingLabel
from engine.records import State
from engine.report import Report, ReportBuilder
from engine.workspace import Workspace

_EVERY = 100
_MANY_EXAMPLES = 1000
_MAX_BYTES = 64 << 20
_CANCELLED = "The import was cancelled. Nothing was imported."


class BadPage(ValueError):
    """A whole annotation file cannot be read; ``str()`` is the reason as the report shows it, without particulars."""


@dataclass(frozen=True, slots=True)
class Page:
    """One annotation file and the name of its picture; ``problem`` says why it leads to none.

    ``width`` and ``height`` are what the file says of the picture, None where it does not say.
    """

    file: Path
    name: str
    problem: str = ""
    width: int | None = None
    height: int | None = None


class Source(Protocol):
    """What a format must know: the objects of a file, and what each of them is."""

    def objects(self, page: Page) -> Sequence[Any]:
        """Return the file's objects unread; raises BadPage."""

    def where(self, page: Page, raw: Any) -> str:
        """Name an object for the report."""

    def instance(self, page: Page, raw: Any, image: FileImage, note: Callable[[str], None]) -> IncomingInstance:
        """Read one object; raises Refused."""


@dataclass(frozen=True, slots=True)
class Dataset:
    """A folder that was looked through: format, name for the report, classes and annotation files."""

    kind: str
    title: str
    folder: Path
    labels: tuple[IncomingLabel, ...]
    pages: tuple[Page, ...]


def store(
    workspace: Workspace,
    dataset: Dataset,
    source: Source,
    report: ReportBuilder,
    *,
    images: Path,
    state: State,
    control: Control,
) -> Report:
    """Store everything as one import, all or nothing; pictures are looked for below ``images`` and in the project."""
    report.came("categories", len(dataset.labels))
    reading = _Reading(workspace, dataset, source, report, images, control)
    op = ImportFile(
        kind=dataset.kind,
        file=dataset.title,
        labels=dataset.labels,
        images=tuple(reading.match()),
        instances=reading.instances(),
        report=report,
        state=state,
    )
    return workspace.execute(op).value


def read_text(file: Path) -> str:
    """Return a small text file of a dataset; raises BadPage."""
    try:
        if file.stat().st_size > _MAX_BYTES:
            raise BadPage("it is far too large for an annotation file")
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadPage("it is no UTF-8 text") from error
    except OSError as error:
        raise BadPage(f"it cannot be read ({error.strerror or error})") from error


def image_folder(given: Path | None, default: Path) -> Path:
    """Return the folder that pictures are looked for in; raises BadFile if the one given is not there."""
    if given is not None and not given.is_dir():
        raise BadFile(f"{given}: there is no such folder of images. Nothing was imported.")
    return given or default


class _Reading:
    """One reading of one dataset."""

    def __init__(
        self,
        workspace: Workspace,
        dataset: Dataset,
        source: Source,
        report: ReportBuilder,
        folder: Path,
        control: Control,
    ) -> None:
        self._workspace = workspace
        self._dataset = dataset
        self._source = source
        self._report = report
        self._folder = folder
        self._control = control
        self._images: dict[int, FileImage] = {}
        self._lost: dict[int, str] = {}

    def match(self) -> Iterator[IncomingImage]:
        """Find the pictures."""
        pages = self._dataset.pages
        self._report.came("images", len(pages))
        self._report.came("annotations", 0)
        self._lost = {key: page.problem for key, page in enumerate(pages) if page.problem}
        with self._workspace.read() as reader:
            finder = Finder(self._workspace, reader, self._folder)
        named = [(key, page.name) for key, page in enumerate(pages) if not page.problem]
        found, reasons = finder.find(named, control=self._control)
        for key, name in named:
            reason = reasons.get(key) or misfit(found[key], pages[key].width, pages[key].height)
            if reason:
                self._lost[key] = reason
                continue
            place = found[key]
            if place.orientation != 1:
                text = "the picture carries an EXIF turn; coordinates were taken as those of the displayed picture"
                self._report.note("images", text, name)
            self._images[key] = FileImage(key, place.width, place.height, name)
            yield IncomingImage(
                key=key, image_id=place.image_id, root=place.root, root_name=place.root_name, new=place.new
            )

    def instances(self) -> Iterator[IncomingInstance]:
        """Read the objects file by file; what cannot be taken is counted with its reason."""
        total = len(self._dataset.pages)
        for key, page in enumerate(self._dataset.pages):
            if key % _EVERY == 0:
                self._control.step(key, total, what=_CANCELLED)
            yield from self._page(key, page)
        self._control.step(total, total, what=_CANCELLED)

    def _page(self, key: int, page: Page) -> Iterator[IncomingInstance]:
        lost = self._lost.get(key)
        try:
            raws = self._source.objects(page)
        except BadPage as error:
            if lost is None:
                self._report.note("images", f"its annotation file was left out: {error}", str(page.file))
            raws, lost = (), lost and str(error)
        self._report.came("annotations", len(raws))
        if lost is not None:
            waiting = f"{page.file.name} ({len(raws)} annotation{'' if len(raws) == 1 else 's'} waiting)"
            self._report.drop("images", lost, waiting, examples=_MANY_EXAMPLES)
            if raws:
                self._report.drop("annotations", f"its image was not taken: {lost}", page.file.name, count=len(raws))
            return
        for raw in raws:
            where = self._source.where(page, raw)
            notes: list[str] = []
            try:
                instance = self._source.instance(page, raw, self._images[key], notes.append)
            except Refused as refused:
                self._report.drop("annotations", str(refused), where)
                continue
            for text in notes:
                self._report.note("annotations", text, where)
            yield instance
