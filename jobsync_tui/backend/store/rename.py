"""Giving what is kept for an integration to another id, in one transaction."""

from __future__ import annotations

from collections.abc import Callable

from ..database import Db
from ..errors import Busy, UsageError
from .automatic_tables import ScheduleRow
from .ledger_tables import LeaseRow, OperationRow
from .sources import Source, note_change, source_of, version
from .tables import IntegrationRow, MarkRow, VerdictRow

_NOBODY = " being renamed"
"""An id that no configuration can hold."""


def rename(db: Db, old: str, new: str, also: Callable[[Db], object]) -> int:
    """Move jobs, marks, decisions, verdicts, journal and schedule from ``old`` to ``new``, and return how many jobs those are.

    The audit record stays as it was written: it says what was done under the name of that time.

    Args:
        db: In a transaction.
        old: The id under which things are kept.
        new: The id under which nothing is kept yet.
        also: Runs in the same transaction, so that the move is recorded or does not happen.

    Raises:
        UsageError: Nothing is kept under ``old``, something is under ``new``, or the target knows jobs by the old id.
        Busy: A job is being synced, or an operation is not settled.
    """
    source = source_of(db, old)
    if source is None:
        raise UsageError(f"Nothing is kept for an integration {old}", remedy="jobsync doctor names those that left the configuration")
    occupied = source_of(db, new)
    _refuse(db, source, occupied, new)
    # An id is taken once: the one that is empty gets the other's, by way of one that no configuration can hold.
    _give(db, source, _NOBODY)
    if occupied is not None:
        _give(db, occupied, old)
    _give(db, source, new)
    OperationRow.update(integration=new).where(OperationRow.integration == old).execute(db)
    ScheduleRow.delete().where(ScheduleRow.integration == new).execute(db)
    ScheduleRow.update(integration=new).where(ScheduleRow.integration == old).execute(db)
    # Rules may ask for the integration: whatever they said of these jobs was said of the old one.
    verdicts = VerdictRow.update({VerdictRow.ruling: -(version(db) + 1)})
    verdicts.where(VerdictRow.key.between(source.low, source.high)).execute(db)
    note_change(db)
    also(db)
    return source.jobs


def _refuse(db: Db, source: Source, occupied: Source | None, new: str) -> None:
    if occupied is not None and occupied.jobs:
        raise UsageError(f"{new} has {occupied.jobs:,} cached jobs of its own", remedy="Name an integration that was not refreshed yet")
    open_operations = OperationRow.select().where((OperationRow.integration == source.id) & OperationRow.settled_ms.is_null())
    if open_operations.exists(db) or LeaseRow.select().where(LeaseRow.integration == source.id).exists(db):
        raise Busy(f"A job of {source.id} is being synced, or its outcome is not known", remedy="jobsync recover settles it")
    linked: int = MarkRow.select().where(MarkRow.key.between(source.low, source.high) & MarkRow.target_id.is_null(is_null=False)).count(db)
    if linked:
        raise UsageError(
            f"The target knows {linked:,} jobs by ids that begin with {source.id}:, so the id cannot be renamed",
            remedy=f"Keep the id {source.id} in the configuration; the name of an integration can be changed at any time",
        )


def _give(db: Db, source: Source, name: str) -> None:
    IntegrationRow.update(id=name).where(IntegrationRow.number == source.number).execute(db)
