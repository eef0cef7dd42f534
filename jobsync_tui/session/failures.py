"""One decision for every error: where it is shown, and in which words."""

from __future__ import annotations

from enum import Enum, auto

from ..backend.core.errors import AccessDenied, CredentialsRejected, CutShort, JobsyncError, NotPermitted, PermissionMissing, StorageError
from ..backend.core.text import clean


class Place(Enum):
    """Where an error is shown."""

    TOAST = auto()
    DIALOG = auto()
    EXIT = auto()


def place_of(error: Exception) -> Place:
    """Return where ``error`` belongs.

    What ends by itself, or is mended by trying again, is a toast. What somebody has to mend is a dialog that is read before it goes. A
    withdrawn access ends the session. A fault of ours is a toast that names the log: the application goes on.
    """
    if isinstance(error, CutShort):
        return place_of(error.ending)
    if isinstance(error, AccessDenied) and not isinstance(error, NotPermitted):
        return Place.EXIT
    if isinstance(error, (CredentialsRejected, NotPermitted, PermissionMissing, StorageError)):
        return Place.DIALOG
    return Place.TOAST


def words_for(error: Exception) -> tuple[str, str | None]:
    """Return what to say, cleaned, and what to do about it where that is known."""
    if isinstance(error, JobsyncError):
        return clean(error.message), clean(error.remedy) if error.remedy else None
    return f"A fault in the program: {type(error).__name__}", "The log file has the details; jobsync paths says where it is"
