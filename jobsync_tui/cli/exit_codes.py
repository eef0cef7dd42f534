"""From what happened to jobs to the exit code of the command that did it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..backend.core.errors import ExitCode, JobsyncError
from ..backend.core.models import Outcome, SyncResult

FAULT_CODE = "fault"
"""The code of a failure that is a fault in the program."""

_FIRST_THAT_OCCURRED = (
    ExitCode.FAULT,
    ExitCode.USAGE,
    ExitCode.DENIED,
    ExitCode.REMOTE,
    ExitCode.BUSY,
    ExitCode.NOT_FOUND,
    ExitCode.NOT_ELIGIBLE,
    ExitCode.OK,
)

_BY_OUTCOME = {
    Outcome.CREATED: ExitCode.OK,
    Outcome.UPDATED: ExitCode.OK,
    Outcome.UNCHANGED: ExitCode.OK,
    Outcome.PLANNED: ExitCode.OK,
    Outcome.CANCELLED: ExitCode.OK,
    Outcome.REFUSED: ExitCode.NOT_ELIGIBLE,
    Outcome.FAILED: ExitCode.REMOTE,
    Outcome.NOT_FOUND: ExitCode.NOT_FOUND,
    Outcome.UNKNOWN: ExitCode.REMOTE,
    Outcome.BUSY: ExitCode.BUSY,
    Outcome.STALE: ExitCode.BUSY,
}


def of_result(result: SyncResult) -> ExitCode:
    """Return the exit code of one sync: what its error says where it failed or was refused, else what its outcome says."""
    usual = _BY_OUTCOME[result.outcome]
    if result.error is None or result.outcome not in {Outcome.FAILED, Outcome.REFUSED}:
        return usual
    if result.error.code == FAULT_CODE:
        return ExitCode.FAULT
    return of_code(result.error.code, usual)


def of_code(code: str, usual: ExitCode) -> ExitCode:
    """Return the exit code of the error with that code, ``usual`` where there is none."""
    return next((error.exit_code for error in _errors(JobsyncError) if error.code == code), usual)


def worst(codes: Iterable[ExitCode]) -> ExitCode:
    """Return the code for several jobs: the first that occurred in the contract's order."""
    occurred = set(codes)
    return next((code for code in _FIRST_THAT_OCCURRED if code in occurred), ExitCode.OK)


def _errors(kind: type[JobsyncError]) -> Iterator[type[JobsyncError]]:
    yield kind
    for each in kind.__subclasses__():
        yield from _errors(each)
