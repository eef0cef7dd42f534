"""Jobs of an ATS that look like jobs of the target and wait for a person: as they were found when links were last looked for.

To find them, every job of the target is read. Who wants to know whether some wait, and how many, asks here.
"""

from __future__ import annotations

from collections.abc import Collection

import peewee

from ...core.canonical import storable
from ...database import Database, Db, Dialect, create_tables
from .tables import IntegrationRow, JobRecord, MarkRow


class UndecidedRow(peewee.Model):
    """One job that waits."""

    integration = peewee.TextField()
    job = peewee.TextField()

    class Meta:  # noqa: D106
        table_name = "undecided_links"
        primary_key = peewee.CompositeKey("integration", "job")


def create_undecided(db: Db, dialect: Dialect) -> None:
    """Make the table, in a new database or in an older one."""
    del dialect
    create_tables(db, (UndecidedRow,))


class UndecidedStore:
    """The jobs."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def keep(self, integration: str, job_ids: Collection[str]) -> None:
        """Keep that these jobs of an integration wait, and no others."""
        await self._database.write(_keep, integration, frozenset(map(storable, job_ids)))

    async def drop(self, integration: str, job_id: str) -> None:
        """Keep that a person has decided about a job."""
        await self._database.write(_drop, integration, storable(job_id))

    async def waiting(self, integrations: Collection[str]) -> dict[str, int]:
        """Return how many jobs of each integration wait, those not counted that were synced or linked meanwhile."""
        return await self._database.read(_waiting, tuple(integrations))


def give(db: Db, old: str, new: str) -> None:
    """Give the jobs of an integration to its new id."""
    UndecidedRow.delete().where(UndecidedRow.integration == new).execute(db)
    UndecidedRow.update(integration=new).where(UndecidedRow.integration == old).execute(db)


def _keep(db: Db, integration: str, job_ids: frozenset[str]) -> None:
    here = UndecidedRow.integration == integration
    known = frozenset(job for (job,) in UndecidedRow.select(UndecidedRow.job).where(here).tuples().execute(db))
    for job in known - job_ids:
        _drop(db, integration, job)
    for job in sorted(job_ids - known):
        UndecidedRow.insert(integration=integration, job=job).on_conflict_ignore().execute(db)


def _drop(db: Db, integration: str, job_id: str) -> None:
    UndecidedRow.delete().where((UndecidedRow.integration == integration) & (UndecidedRow.job == job_id)).execute(db)


def _waiting(db: Db, integrations: tuple[str, ...]) -> dict[str, int]:
    query = (
        UndecidedRow.select(UndecidedRow.integration, peewee.fn.COUNT(1))
        .join(IntegrationRow, on=IntegrationRow.id == UndecidedRow.integration)
        .join(JobRecord, on=(JobRecord.source == IntegrationRow.number) & (JobRecord.id == UndecidedRow.job))
        .join(MarkRow, peewee.JOIN.LEFT_OUTER, on=MarkRow.key == JobRecord.key)
        .where(UndecidedRow.integration.in_(integrations) & MarkRow.target_id.is_null() & (JobRecord.gone == False))  # noqa: E712
        .group_by(UndecidedRow.integration)
    )
    return dict(query.tuples().execute(db))
