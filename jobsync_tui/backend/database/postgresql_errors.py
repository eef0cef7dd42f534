"""What PostgreSQL's errors mean for the one who reads them, by SQLSTATE."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import peewee

from ..core.errors import StorageBusy, StorageError, StorageFull, StorageRefused, StorageUnreachable

_SEVERITY_ENDS = ":  "
"""What libpq writes between the severity of what a server said and its message, in every language."""

_AFTER_PLACE = re.compile(r"^[^:]*: [^\"]*\"[^\"]*\"[^:]*: ")
"""What psycopg and libpq write before the cause, in any language: that it failed, and in quotation marks at which place."""


class LoginFailed(peewee.OperationalError):
    """A server did not let us in, and was asked why.

    Attributes:
        sqlstate: What it says.
    """

    def __init__(self, words: str, state: str) -> None:
        super().__init__(words)
        self.sqlstate = state


def explained(error: Exception, title: str, timeout: float) -> StorageError:
    """Return the error in plain words with the remedy; ``timeout`` is the seconds for which locks are waited for."""
    state = sqlstate(error)
    if state.startswith("55") or state == "40P01":
        return StorageBusy(
            f"The {title} is in use by another process and did not come free within {timeout:g} s.",
            remedy="Try again; if it stays so, ask the server's administrator who holds a lock for so long.",
        )
    if state == "53100":
        return StorageFull(f"The {title} cannot grow: the disk of its server is full.", remedy="Ask its administrator; then try again.")
    if state.startswith("53"):
        return StorageError(
            f"The {title} is out of memory or connections: {_words(error)}.", remedy="Ask its administrator; then try again."
        )
    if is_cancelled(error):
        return StorageError("The query was abandoned.")
    if state == "25006":
        return StorageRefused(
            f"The {title} takes no writes: it is a standby, or set to be read only.",
            remedy="Ask its administrator, or point storage.url at the server that is written to.",
        )
    if state == "42501":
        return StorageRefused(
            f"The {title} cannot be written by this user.",
            remedy="Grant the user the right to create and write tables: docs/postgresql.md.",
        )
    if state.startswith("28") or state == "3D000":
        return StorageRefused(
            f"The {title} refused the login, or does not exist: {_words(error)}.",
            remedy="Check user and database name in storage.url, and the password in ~/.pgpass.",
        )
    if is_lost(error):
        return StorageUnreachable(
            f"The {title} cannot be reached: {_words(error)}.",
            remedy="Check that the server runs. A command is to be given again; the application and a service that were connected "
            "connect again by themselves.",
        )
    return StorageError(f"The {title} failed ({state}): {_words(error)}.", remedy="This is a fault in jobsync; its log has the details.")


def is_lost(error: Exception) -> bool:
    """Return whether the server could not be reached, had no connection free, ended ours, or is starting or ending itself.

    It ends one whose transaction stood still for too long, too.
    """
    state = sqlstate(error)
    if state:
        return state.startswith("08") or state in {"53300", "57P01", "57P02", "57P03", "57P05", "25P03"}
    return any(type(each).__name__ in {"OperationalError", "InterfaceError"} for each in _chain(error))


def is_cancelled(error: Exception) -> bool:
    """Return whether a statement was cancelled."""
    return sqlstate(error) == "57014"


def sqlstate(error: Exception) -> str:
    """Return the first SQLSTATE among the error and what led to it, an empty text where there is none."""
    return next((str(state) for each in _chain(error) if (state := getattr(each, "sqlstate", None))), "")


def attempt_of(error: Exception) -> Any:
    """Return what psycopg keeps of a connection that failed, None where no server was found to connect to."""
    return next((attempt for each in _chain(error) if (attempt := getattr(each, "pgconn", None)) is not None), None)


def _words(error: Exception) -> str:
    """Return what the server says, or the driver where none was reached, without what libpq puts before it."""
    told = next((str(words) for each in _chain(error) if (words := getattr(getattr(each, "diag", None), "message_primary", None))), None)
    if told is None:
        lines = [line.strip() for line in str(error).splitlines() if line.strip()] or [type(error).__name__]
        by_server = [line for line in lines if _SEVERITY_ENDS in line]
        told = by_server[-1].rpartition(_SEVERITY_ENDS)[2] if by_server else _AFTER_PLACE.sub("", lines[0])
    return told.strip().rstrip(".")


def _chain(error: BaseException) -> Iterator[BaseException]:
    """Give the error, what caused it, and what was being handled when it came, the latest first."""
    seen: list[BaseException] = []
    waiting = [error]
    while waiting:
        each = waiting.pop(0)
        if each not in seen:
            seen.append(each)
            yield each
            waiting += [other for other in (each.__cause__, each.__context__) if other is not None]
