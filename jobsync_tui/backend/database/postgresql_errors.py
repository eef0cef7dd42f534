"""What PostgreSQL's errors mean for the one who reads them: by SQLSTATE, and by libpq's words where a login came to none."""

from __future__ import annotations

from collections.abc import Iterator

from ..core.errors import StorageBusy, StorageError, StorageFull, StorageRefused, StorageUnreachable

_REFUSED = ("authentication failed", "no pg_hba.conf entry", "does not exist", "no password supplied", "not permitted to log in")
"""In libpq's words, which come without an SQLSTATE: a login that another try will not mend."""


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
        return StorageError(f"The {title} is out of memory or connections.", remedy="Ask its administrator; then try again.")
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
    if state.startswith("28") or state == "3D000" or (not state and _is_refused(error)):
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
    """Return whether the server could not be reached, ended the connection, or is starting or ending itself.

    It ends one whose transaction stood still for too long, too.
    """
    state = sqlstate(error)
    if state:
        return state.startswith("08") or state in {"57P01", "57P02", "57P03", "57P05", "25P03"}
    return any(type(each).__name__ in {"OperationalError", "InterfaceError"} for each in _chain(error)) and not _is_refused(error)


def is_cancelled(error: Exception) -> bool:
    """Return whether a statement was cancelled."""
    return sqlstate(error) == "57014"


def sqlstate(error: Exception) -> str:
    """Return the first SQLSTATE among the error and what led to it, an empty text where there is none."""
    return next((str(state) for each in _chain(error) if (state := getattr(each, "sqlstate", None))), "")


def _is_refused(error: Exception) -> bool:
    return any(sign in str(error) for sign in _REFUSED)


def _words(error: Exception) -> str:
    """Return the last line of what the driver says, without its prefixes."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    found = next((line for line in lines if "FATAL:" in line or "failed:" in line), lines[0] if lines else type(error).__name__)
    return found.rpartition("FATAL:")[2].rpartition("failed:")[2].strip().rstrip(".")


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
