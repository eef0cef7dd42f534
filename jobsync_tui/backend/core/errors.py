"""Every error the program raises on purpose, sorted by who can mend it.

::

    JobsyncError
    +-- UsageError                 the person: a wrong argument, id or file
    |   +-- ConfigError            the configuration file: says file, key and line
    |   +-- RuleError              a rules file: says file, rule and place
    |   +-- FilterError            a filter: says the position
    +-- AccessDenied               the organization: the actor may not do this
    |   +-- NotPermitted           the same, of one thing: what else they were doing goes on
    +-- JobNotFound                the ATS has no job of that id
    +-- RemoteError                the other side of a connection, the ATS or the target
    |   +-- CredentialsRejected    its admin: the key is wrong, expired or revoked
    |   +-- PermissionMissing      its admin: the key may not do this
    |   +-- NotReady               time: set-up or first sync pending there
    |   +-- RateLimited            time: says when the next try makes sense
    |   +-- Unreachable            time: no connection, no answer, an outage, an open circuit
    |   |   +-- AnswerLost         time: a request went out and its answer did not come back whole
    |   +-- UnexpectedAnswer       us or its vendor: not what this service answers
    |   +-- CannotTell             the person or its vendor: it answered, and whether it has the job cannot be told from that
    |   +-- Refused                the request: it was understood and declined (422 and its like)
    |   +-- Conflict               time: the other side's state moved (409, 412); read again
    |   +-- RemoteGone             the thing that was to be read or changed is not there (404)
    +-- Busy                       time: somebody else is at it
    +-- StalePlan                  the person: what was confirmed is no longer what would happen
    +-- BrokenTests                the person: the rules say of a job what a test of theirs does not expect
    +-- NumberNeeded               the person: what is to be done concerns so many jobs that their number must be typed
    +-- CutShort                   whoever mends what ended it: has what came of each job until then
    +-- Fault                      us: the log has what it was
    +-- StorageError               the machine: database damaged
        +-- StorageBusy            time: another process holds it
        +-- StorageFull            the machine: no room on its disk
        +-- StorageRefused         the configuration: no such database, a login or a file that is refused, written by a newer version
        +-- StorageUnreachable     time: no connection to its server

Messages hold no secrets and no text of a remote answer that was not cleaned and shortened first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from enum import IntEnum
from typing import ClassVar

from .models.rule_tests import RuleTestResult
from .models.sync import Failure, SyncResult


class ExitCode(IntEnum):
    """What a command's process ends with."""

    OK = 0
    FAULT = 1
    USAGE = 2
    NOT_ELIGIBLE = 3
    NOT_FOUND = 4
    DENIED = 5
    REMOTE = 6
    BUSY = 7
    INTERRUPTED = 130


class JobsyncError(Exception):
    """An error with a stable code, a message for people and, where there is one, the remedy.

    Attributes:
        code: Stable word for documents and logs.
        message: One or two sentences in plain words.
        remedy: What to do about it, or None.
        exit_code: What a command that ends with this error exits with.
    """

    code: ClassVar[str] = "error"
    exit_code: ClassVar[ExitCode] = ExitCode.FAULT

    def __init__(self, message: str, *, remedy: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def failure(self) -> Failure:
        """Return the error as a value for documents and screens."""
        return Failure(self.code, self.message, self.remedy)


class UsageError(JobsyncError):
    """A wrong argument, an unknown id, a file that cannot be read."""

    code = "usage"
    exit_code = ExitCode.USAGE


class UnknownIntegration(UsageError):
    """There is no integration of that id, or it is not the actor's: the answer is the same."""


class ConfigError(UsageError):
    """The configuration is wrong; the message names the file, the key and the line."""

    code = "config"


class RuleError(UsageError):
    """A rules file is wrong; the message names the file, the rule and the place in it."""

    code = "rules"


class FilterError(UsageError):
    """A filter is wrong at ``position`` (0-based, in characters); ``text`` is the filter as it was typed."""

    code = "filter"

    def __init__(self, message: str, position: int, *, text: str = "", remedy: str | None = None) -> None:
        super().__init__(message, remedy=remedy)
        self.position = position
        self.text = text


class AccessDenied(JobsyncError):
    """The actor may not do this."""

    code = "access_denied"
    exit_code = ExitCode.DENIED


class NotPermitted(AccessDenied):
    """The actor is admitted and may not do this one thing: it is for those who may use more, or for nobody."""


class JobNotFound(JobsyncError):
    """The ATS has no job of that id."""

    code = "job_not_found"
    exit_code = ExitCode.NOT_FOUND

    def __init__(self, message: str = "Job not found in ATS", *, remedy: str | None = None) -> None:
        super().__init__(message, remedy=remedy)


class RemoteError(JobsyncError):
    """The ATS or the target failed. ``service`` is its display name."""

    code = "remote"
    exit_code = ExitCode.REMOTE

    def __init__(self, message: str, *, service: str = "", remedy: str | None = None) -> None:
        super().__init__(message, remedy=remedy)
        self.service = service


class CredentialsRejected(RemoteError):
    """The key is wrong, expired or revoked (401, and 403 where a service says so with it)."""

    code = "credentials_rejected"


class PermissionMissing(RemoteError):
    """The key is known and may not do this."""

    code = "permission_missing"


class NotReady(RemoteError):
    """The service is still setting itself up; the cache stays as it is."""

    code = "not_ready"


class RateLimited(RemoteError):
    """Too many requests; ``retry_after`` is in seconds where the service said it."""

    code = "rate_limited"

    def __init__(self, message: str, *, service: str = "", remedy: str | None = None, retry_after: float | None = None) -> None:
        super().__init__(message, service=service, remedy=remedy)
        self.retry_after = retry_after


class Unreachable(RemoteError):
    """No connection, no answer in time, an outage, or an open circuit."""

    code = "unreachable"


class AnswerLost(Unreachable):
    """A request went out and its answer did not come back whole: what it did there is unknown."""

    code = "answer_lost"


class UnexpectedAnswer(RemoteError):
    """An answer that this service should not give: HTML, a wrong shape, too large, too deep, a redirect."""

    code = "unexpected_answer"


class CannotTell(RemoteError):
    """The target answered, and whether it has the job, or which one it is, cannot be told from that: nothing may be sent."""

    code = "cannot_tell"


class Refused(RemoteError):
    """The request was understood and declined; sending it again would not help."""

    code = "refused"


class Conflict(RemoteError):
    """The other side's state moved between reading and writing."""

    code = "conflict"


class RemoteGone(RemoteError):
    """What was to be read or changed is not there."""

    code = "remote_gone"


class Busy(JobsyncError):
    """Somebody else is at it: ``holder``, since ``since`` (UTC)."""

    code = "busy"
    exit_code = ExitCode.BUSY

    def __init__(self, message: str, *, holder: str = "", since: datetime | None = None, remedy: str | None = None) -> None:
        super().__init__(message, remedy=remedy)
        self.holder = holder
        self.since = since


class StalePlan(JobsyncError):
    """What was confirmed is no longer what would happen."""

    code = "stale_plan"
    exit_code = ExitCode.BUSY


class NumberNeeded(JobsyncError):
    """What is to be done concerns so many jobs that it is done only where their number is typed. ``size`` is that number."""

    code = "number_needed"
    exit_code = ExitCode.USAGE

    def __init__(self, size: int, message: str, *, remedy: str) -> None:
        super().__init__(message, remedy=remedy)
        self.size = size


class Fault(JobsyncError):
    """A fault in the program that ended a part of its work; the log has what it was."""

    code = "fault"


class BrokenTests(JobsyncError):
    """Rules that were to be saved break tests of theirs; nothing was saved. ``broken`` says which, and what is not as expected."""

    code = "tests_broken"
    exit_code = ExitCode.USAGE

    def __init__(self, broken: Sequence[RuleTestResult], message: str, *, remedy: str) -> None:
        super().__init__(message, remedy=remedy)
        self.broken = tuple(broken)


class CutShort(JobsyncError):
    """Work on many jobs ended before all of them were tried.

    Attributes:
        ending: What ended it.
        results: A result for every job, in their order: what was done, and the rest as refused or cancelled.
    """

    def __init__(self, ending: JobsyncError, results: tuple[SyncResult, ...]) -> None:
        counts = Counter(result.outcome.value.replace("_", " ") for result in results)
        tally = ", ".join(f"{count:,} {outcome}" for outcome, count in counts.items())
        super().__init__(f"{tally}. {ending.message}", remedy=ending.remedy)
        self.ending = ending
        self.results = results


class StorageError(JobsyncError):
    """The database cannot be used: it is damaged, or fails. That is no fault of the program's."""

    code = "storage"
    exit_code = ExitCode.USAGE


class StorageBusy(StorageError):
    """Another process has the database in hand, and did not give it free in the time for which it is waited for."""

    code = "busy"
    exit_code = ExitCode.BUSY


class StorageFull(StorageError):
    """There is no room for the database on its disk, or none that this account may use: no fault of the program."""

    code = "storage_full"


class StorageRefused(StorageError):
    """The configuration names a database that does not exist, refuses this user or account, or was written by a newer version."""

    code = "storage_refused"
    exit_code = ExitCode.USAGE


class StorageUnreachable(StorageError):
    """The database's server cannot be reached."""

    code = "storage_unreachable"
    exit_code = ExitCode.REMOTE
