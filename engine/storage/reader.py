"""Everything that can be read in one snapshot."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, or_, select

from engine.errors import BadProject
from engine.records import HistoryRecord, ProjectRecord, ProjectStats
from engine.storage.audits import Audits
from engine.storage.dismissals import Dismissals
from engine.storage.exports import Exports
from engine.storage.figures import Figures
from engine.storage.health import Health
from engine.storage.images import Images
from engine.storage.instances import Instances
from engine.storage.jobs import Jobs
from engine.storage.labels import Labels
from engine.storage.prefills import Prefills
from engine.storage.review import ReviewQueue
from engine.storage.skeletons import Skeletons
from engine.storage.tables import History, Project, table_of

_HISTORY = table_of(History)


class Reader:
    """The repositories over one connection; valid only while its snapshot is open."""

    def __init__(self, connection: Connection, base: Path) -> None:
        """``base`` is the folder that relative image roots start from."""
        self._connection = connection
        self.base = base
        self.images = Images(connection, base)
        self.instances = Instances(connection)
        self.labels = Labels(connection)
        self.skeletons = Skeletons(connection)
        self.jobs = Jobs(connection)
        self.exports = Exports(connection)
        self.health = Health(connection)
        self.figures = Figures(connection)
        self.audits = Audits(connection)
        self.prefills = Prefills(connection)
        self.dismissals = Dismissals(connection)
        self.review = ReviewQueue(connection, self.images, self.instances)

    def project(self) -> ProjectRecord:
        """Return the project's own row."""
        row = self._connection.execute(select(table_of(Project))).mappings().first()
        if row is None:
            raise BadProject("The database holds no project row. It is damaged; restore a backup.")
        return ProjectRecord(row["uuid"], row["name"], row["created_at"], row["info"], row["settings"])

    def history(self, image_id: int | None, *, limit: int = 200) -> list[HistoryRecord]:
        """Return the newest ops on an image (and project-wide ones), newest first; None: of the whole project."""
        query = select(_HISTORY).order_by(_HISTORY.c.id.desc()).limit(limit)
        if image_id is not None:
            query = query.where(or_(_HISTORY.c.image_id == image_id, _HISTORY.c.image_id.is_(None)))
        return [
            HistoryRecord(
                id=row["id"],
                title=row["title"],
                op=row["op"],
                author=row["author"],
                at=row["at"],
                image_id=row["image_id"],
                state=row["state"],
                undoable=row["undoable"],
                undone_at=row["undone_at"],
                undone_by=row["undone_by"],
            )
            for row in self._connection.execute(query).mappings()
        ]

    def stats(self) -> ProjectStats:
        """Count images and instances."""
        names = {label.id: label.name for label in self.labels.all()}
        by_label = self.instances.count_by_label()
        return ProjectStats(
            images=self.images.count(),
            images_by_state=self.images.count_by_state(),
            instances_by_state=self.instances.count_by("state"),
            instances_by_stage=self.instances.count_by("stage"),
            instances_by_label={
                ("(no label)" if label_id is None else names.get(label_id, f"label {label_id}")): number
                for label_id, number in sorted(by_label.items(), key=lambda item: -item[1])
            },
        )
