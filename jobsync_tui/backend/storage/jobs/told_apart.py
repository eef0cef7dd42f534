"""Pairs of jobs, one of an ATS and one of the target, that look alike and of which a person said that they are not the same."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

import peewee

from ...core.canonical import storable
from ...database import Database, Db, Dialect, create_tables


class ToldApartRow(peewee.Model):
    """One pair, and who said so; the record has when."""

    integration = peewee.TextField()
    job = peewee.TextField()
    target = peewee.TextField()
    actor = peewee.TextField()

    class Meta:  # noqa: D106
        table_name = "told_apart"
        primary_key = peewee.CompositeKey("integration", "job", "target")


def create_told_apart(db: Db, _: Dialect) -> None:
    """Make the table, in a new database or in an older one."""
    create_tables(db, (ToldApartRow,))


class ToldApartStore:
    """The pairs."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, integration: str) -> frozenset[tuple[str, str]]:
        """Return the pairs of an integration: ATS job id, and id of the target's job."""
        return await self._database.read(_of, integration)

    async def add(self, integration: str, job_id: str, targets: Collection[str], actor: str, also: Callable[[Db], object]) -> None:
        """Keep that a job is none of these of the target; ``also`` runs in the same transaction."""
        await self._database.write(_add, integration, [(job_id, target) for target in targets], actor, also)


def give(db: Db, old: str, new: str) -> None:
    """Give the pairs of an integration to its new id."""
    ToldApartRow.delete().where(ToldApartRow.integration == new).execute(db)
    ToldApartRow.update(integration=new).where(ToldApartRow.integration == old).execute(db)


def give_to_job(db: Db, integration: str, old: str, new: str) -> None:
    """Give the pairs of a job that came under another id to that one, beside those that it has already."""
    of_job = (ToldApartRow.integration == storable(integration)) & (ToldApartRow.job == storable(old))
    kept = list(ToldApartRow.select(ToldApartRow.target, ToldApartRow.actor).where(of_job).tuples().execute(db))
    ToldApartRow.delete().where(of_job).execute(db)
    for target, actor in kept:
        _put(db, integration, (new, target), actor)


def _of(db: Db, integration: str) -> frozenset[tuple[str, str]]:
    query = ToldApartRow.select(ToldApartRow.job, ToldApartRow.target).where(ToldApartRow.integration == integration)
    return frozenset((str(job), str(target)) for job, target in query.tuples().execute(db))


def _add(db: Db, integration: str, pairs: Sequence[tuple[str, str]], actor: str, also: Callable[[Db], object]) -> None:
    for pair in pairs:
        _put(db, integration, pair, actor)
    also(db)


def _put(db: Db, integration: str, pair: tuple[str, str], actor: str) -> None:
    job, target = pair
    values = {"integration": storable(integration), "job": storable(job), "target": storable(target), "actor": storable(actor)}
    key = [ToldApartRow.integration, ToldApartRow.job, ToldApartRow.target]
    ToldApartRow.insert(values).on_conflict(conflict_target=key, preserve=[ToldApartRow.actor]).execute(db)
