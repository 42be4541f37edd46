"""Everything the world can do to us, in words a person can act on. Bugs stay ordinary exceptions.

``str(error)`` is one sentence or two fit for the message banner or one line on stderr: it names the thing, the cause
and what to do.
"""


class EngineError(Exception):
    """A known failure: nothing was changed, and the message says what to do."""


class BadImage(EngineError):
    """The image file is missing, empty, truncated, too large, or in no readable format."""


class BadProject(EngineError):
    """The file is no project, or is damaged."""


class ProjectTooNew(BadProject):
    """A newer Maskwright wrote the project."""


class ProjectBusy(EngineError):
    """Another process holds the database longer than we are willing to wait."""


class ProjectReadOnly(EngineError):
    """The project's file or folder cannot be written."""


class ProjectGone(EngineError):
    """The project's file was moved, deleted or replaced while it was open; nothing more is written to it."""


class DiskFull(EngineError):
    """There is no space left where the project or the exported file lives."""


class DatabaseUnreachable(EngineError):
    """The PostgreSQL server cannot be reached, or refuses us."""


class InvalidOp(EngineError):
    """The op asks for something the data does not allow; nothing was written."""


class NotFound(InvalidOp):
    """The op names an image, instance, label or job that is not there (any more)."""


class LeaseLost(InvalidOp):
    """A worker is no longer the one that does an image of a job; nothing was stored."""


class UndoConflict(EngineError):
    """Something changed the rows since the op, so undoing it would lose that change; nothing was written."""


class NothingToUndo(EngineError):
    """There is no op left to undo or redo here."""


class BadFile(EngineError):
    """A file to be imported is not what it should be; the message names the file, the place in it and the cause."""


class CannotWrite(EngineError):
    """A file to be exported cannot be written where it was asked for."""


class InferenceError(EngineError):
    """The backend gave no answer; the draft is untouched."""

    reason: str = ""
    """What happened, without the advice to whoever holds a draft; empty where ``str(error)`` says no more."""


class InferenceTimeout(InferenceError):
    """The backend took longer than the time limit and was restarted."""


class InferenceCrashed(InferenceError):
    """The inference process ended unexpectedly and was restarted."""


class InferenceCancelled(InferenceError):
    """A newer request replaced this one, or the person cancelled it."""


class BackendFailed(InferenceError):
    """The backend itself refused: missing weights, out of memory, unsupported prompt."""


PASSING = (ProjectBusy, ProjectGone, ProjectReadOnly, DiskFull, DatabaseUnreachable)
"""Failures of the world that may be over soon: the same op can be tried again as it is."""
