"""The invariants that hold after any run, whatever went wrong in it (numbered as the checker's report names them)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from jobsync_tui.backend.core.models import AuditEntry, AuditVerification, SyncState, SyncStatus
from jobsync_tui.backend.storage.ledger.journal import Operation, OperationState


class Change(Protocol):
    """A write, as the target saw it."""

    @property
    def job_id(self) -> str:
        """The target's id of the job."""

    @property
    def external_id(self) -> str | None:
        """Whose job it is."""

    @property
    def version(self) -> int:
        """The job's version after it."""


LANDED = frozenset({OperationState.VERIFIED, OperationState.APPLIED})


def one_target_job_each(external_ids: Iterable[str | None]) -> list[str]:
    """I1: one target job per integration and ATS job id."""
    counted = Counter(each for each in external_ids if each is not None)
    return [f"I1: {times} target jobs of {external}" for external, times in counted.items() if times > 1]


def synced_or_explained(
    wanted: Iterable[tuple[str, str]], marks: Mapping[tuple[str, str], SyncState], rows: Sequence[AuditEntry]
) -> list[str]:
    """I2: every eligible job is synced or has a recorded reason."""
    explained = {(row.integration, row.job_id) for row in rows if row.cause}
    synced = {key for key, mark in marks.items() if mark.sync_status is SyncStatus.SYNCED}
    return [f"I2: {key} is neither synced nor explained" for key in wanted if key not in synced and key not in explained]


def foreign_untouched(before: str, after: str) -> list[str]:
    """I3: what the sync does not own is byte-identical."""
    return [] if before == after else ["I3: something that no sync owns has changed"]


def versions_only_grow(changes: Sequence[Change]) -> list[str]:
    """I4: versions never go back."""
    last: dict[str, int] = {}
    wrong = []
    for change in changes:
        if change.version <= last.get(change.job_id, 0):
            wrong.append(f"I4: {change.job_id} went from version {last[change.job_id]} to {change.version}")
        last[change.job_id] = change.version
    return wrong


def one_row_each_write(changes: Sequence[Change], operations: Sequence[Operation], rows: Sequence[AuditEntry]) -> list[str]:
    """I5: one audit row for each target write: as many landed operations as the target saw writes, each with its one row."""
    wrong = []
    landed = [operation for operation in operations if operation.state in LANDED]
    for external in {change.external_id for change in changes} | {operation.external_id for operation in landed}:
        seen = sum(change.external_id == external for change in changes)
        known = sum(operation.external_id == external for operation in landed)
        if seen != known:
            wrong.append(f"I5: the target saw {seen} writes of {external}, the journal knows {known}")
    written = Counter(row.operation_id for row in rows if row.outcome in {"created", "updated"} and row.hash)
    wrong += [f"I5: {written[operation.id]} audit rows for operation {operation.id}" for operation in landed if written[operation.id] != 1]
    wrong += [f"I5: an audit row without a write: {each}" for each in written if each not in {operation.id for operation in landed}]
    return wrong


def all_settled(operations: Sequence[Operation], verified: AuditVerification) -> list[str]:
    """Nothing is open, and the record is whole."""
    wrong = [f"{operation.id} is still {operation.state}" for operation in operations if operation.open]
    return wrong if verified.ok else [*wrong, f"audit: {verified.message}"]
