"""The list of what was done, by page: runs of the timer and rows of the record, merged by when they began."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from functools import reduce
from operator import or_
from typing import Any, TypeAlias

import peewee
from peewee import SQL, fn

from ...core.canonical import storable
from ...core.models import Activity, AuditEntry, Outcome, TimerRun
from ...database import Database, Db, Dialect
from ..automatic.run_rows import timer_run
from ..automatic.tables import RunRow
from ..jobs.tables import IntegrationRow, JobRecord
from ..ledger.audit_entries import entry_of
from ..ledger.tables import AuditHead, AuditRow
from ..search.conditions import Compiler, joined
from ..search.query import Contains
from .query import CUT_OFF, OK, RUN, RUNNING, WRITE, ActivityQuery, OneOf

AUTOMATIC = "auto"
"""The actor of what runs write; no person can take that name."""
AGAIN = (Outcome.FAILED, Outcome.NOT_FOUND, Outcome.UNKNOWN, Outcome.BUSY, Outcome.STALE)
"""Results after which a job is worth another try."""
MENDED = (Outcome.CREATED, Outcome.UPDATED, Outcome.UNCHANGED)
_RUN, _ROW = 0, 1
"""Of two lines that began in the same millisecond a run comes first: its writes are older than it in no list."""

Key: TypeAlias = tuple[int, int, int]
"""When a line began, whether it is a run or a row, and its number."""


class ActivityStore:
    """Reads the list; what it is made of is written by the ledger and the schedule."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(self, query: ActivityQuery, integrations: Collection[str], offset: int, limit: int) -> tuple[Activity, ...]:
        """Return the lines from ``offset`` on, newest first, of what these integrations and none in particular are about."""
        asked = self._asked(query, integrations)
        return await self._database.read(lambda db: asked(db).page(offset, limit))

    async def count(self, query: ActivityQuery, integrations: Collection[str]) -> int:
        """Return how many lines there are."""
        asked = self._asked(query, integrations)
        return await self._database.read(lambda db: asked(db).count())

    async def position(self, query: ActivityQuery, integrations: Collection[str], line: Activity) -> int:
        """Return how many lines of the list are newer than one of them."""
        asked = self._asked(query, integrations)
        return await self._database.read(lambda db: asked(db).count(_key(line)))

    async def run(self, number: int) -> TimerRun | None:
        """Return the run of that number."""
        return await self._database.read(_run, number)

    async def writes(self, number: int, offset: int, limit: int) -> tuple[AuditEntry, ...]:
        """Return what a run wrote or tried to, newest first."""
        return await self._database.read(_writes, number, offset, limit)

    async def count_writes(self, number: int) -> int:
        """Return how many rows of the record a run has."""
        return await self._database.read(lambda db: _of_run(db, number).count(db))

    async def failed(self, query: ActivityQuery, integrations: Collection[str], limit: int) -> tuple[tuple[str, str], ...]:
        """Return integration and ATS job id of jobs whose sync failed, by rows that the query asks for, and did not go well since."""
        asked = self._asked(replace(query, kind=WRITE), integrations)
        return await self._database.read(lambda db: asked(db).to_try_again(limit))

    async def failed_of(self, number: int, limit: int) -> tuple[tuple[str, str], ...]:
        """Return the same of a run."""
        return await self._database.read(lambda db: _to_try_again(db, _of_run(db, number), limit))

    def _asked(self, query: ActivityQuery, integrations: Collection[str]) -> Callable[[Db], _Asked]:
        return lambda db: _Asked(db, self._database.dialect, query, sorted(integrations))


def _key(line: Activity) -> tuple[int, int, int]:
    began = line.started_at if isinstance(line, TimerRun) else line.at
    return round(began.timestamp() * 1000), *((_RUN, line.number) if isinstance(line, TimerRun) else (_ROW, line.seq))


class _Asked:
    """A query on one connection."""

    def __init__(self, db: Db, dialect: Dialect, query: ActivityQuery, integrations: Sequence[str]) -> None:
        self._db = db
        self._dialect = dialect
        self._query = query
        self._integrations = integrations

    def page(self, offset: int, limit: int) -> tuple[Activity, ...]:
        keys: list[Key] = list(self._merged().limit(limit).offset(offset).tuples().execute(self._db))
        rows = AuditRow.select().where(AuditRow.seq.in_([number for _, kind, number in keys if kind == _ROW]))
        runs = RunRow.select().where(RunRow.number.in_([number for _, kind, number in keys if kind == _RUN]))
        found: dict[tuple[int, int], Activity] = {(_ROW, row.seq): entry_of(row) for row in rows.execute(self._db)}
        found |= {(_RUN, row.number): timer_run(row) for row in runs.execute(self._db)}
        return tuple(found[kind, number] for _, kind, number in keys if (kind, number) in found)

    def count(self, before: Key | None = None) -> int:
        """Return how many lines there are, or how many of them stand before one."""
        total = 0
        for table, where, (began, kind, number) in self._sides():
            total += table.select().where(where if before is None else where & _newer(began, kind, number, before)).count(self._db)
        return total

    def to_try_again(self, limit: int) -> tuple[tuple[str, str], ...]:
        rows = self._rows()
        return () if rows is None else _to_try_again(self._db, AuditRow.select().where(rows), limit)

    def _merged(self) -> Any:
        """Return the query for the keys of the list in its order; each side comes in order from its index, and is merged."""
        selected = [
            table.select(began.alias("began"), SQL(str(kind)).alias("kind"), number.alias("number")).where(where)
            for table, where, (began, kind, number) in self._sides()
        ]
        both = selected[0] if len(selected) == 1 else selected[0].union_all(selected[1])
        return both.order_by(SQL("began").desc(), SQL("kind"), SQL("number").desc())

    def _sides(self) -> list[tuple[Any, peewee.Expression, tuple[peewee.Field, int, peewee.Field]]]:
        """Return the tables that are asked, what of them, and what their lines are sorted by; at least one."""
        runs, rows = self._runs(), self._rows()
        of_rows = (AuditRow, SQL("1 = 0") & SQL("1 = 1") if rows is None else rows, (AuditRow.at_ms, _ROW, AuditRow.seq))
        of_runs = [] if runs is None else [(RunRow, runs, (RunRow.started_ms, _RUN, RunRow.number))]
        return [*of_runs, *([] if runs is not None and rows is None else [of_rows])]

    def _runs(self) -> peewee.Expression | None:
        """Return which runs are asked for; None where none can be."""
        query = self._query
        if query.kind == WRITE or query.jobs.terms:
            return None
        where = (RunRow.started_ms >= query.since) & RunRow.integration.in_(self._integrations)
        if query.until is not None:
            where &= RunRow.started_ms <= query.until
        for term in query.terms:
            match term.column:
                case "integration":
                    where &= _one_of(RunRow.integration, term)
                case "outcome":
                    where &= _ended(term)
                case "actor" if (AUTOMATIC in term.values) is term.holds:
                    continue
                case _:
                    return None
        return where

    def _rows(self) -> peewee.Expression | None:
        """Return which rows of the record are asked for; None where none can be."""
        query = self._query
        if query.kind == RUN:
            return None
        where = (AuditRow.at_ms >= query.since) & (AuditRow.integration.in_(self._integrations) | AuditRow.integration.is_null())
        if query.until is not None:
            where &= AuditRow.at_ms <= query.until
        if query.folded:
            # What the automatic sync did before there was a row for each run stands by itself.
            first: int | None = RunRow.select(fn.MIN(RunRow.rows_before)).scalar(self._db)
            where &= SQL("1 = 1") if first is None else (AuditRow.actor != AUTOMATIC) | (AuditRow.seq <= first)
        for term in query.terms:
            where &= _one_of(getattr(AuditRow, term.column), term)
        if query.jobs.terms:
            where &= self._about_jobs()
        return where

    def _about_jobs(self) -> peewee.Node:
        """Return that a row is about a job that is asked for, as the cache has it; or about one of exactly the id that was typed."""
        query = self._query
        match query.jobs.terms:
            case (Contains(text),):
                typed = [(each, text) for each in self._integrations]
            case _:
                typed = []
        if query.few is not None:
            return self._of_few([*query.few, *typed])
        return joined("OR", [self._as_cached(), self._of_few(typed)])

    def _of_few(self, jobs: Collection[tuple[str, str]]) -> peewee.Node:
        of: dict[str, list[str]] = {}
        for integration, job_id in jobs:
            of.setdefault(integration, []).append(storable(job_id))
        here = [(AuditRow.integration == each) & AuditRow.job_id.in_(ids) for each, ids in sorted(of.items())]
        return joined("OR", here or [SQL("1 = 0")])

    def _as_cached(self) -> peewee.Node:
        # Asked of each row by itself, and not as EXISTS: a window needs few of them, and databases would read and sort whole tables.
        row = AuditRow.alias()
        asked = joined("AND", Compiler(self._dialect, self._query.jobs, self._query.now).conditions(self._query.jobs.terms))
        here = (IntegrationRow.id == row.integration) & (JobRecord.id == row.job_id)
        cached = JobRecord.select(SQL("1")).join(IntegrationRow, on=IntegrationRow.number == JobRecord.source).where(here & asked)
        return row.select(fn.EXISTS(cached)).where(row.seq == AuditRow.seq)


def _newer(began: peewee.Field, kind: int, number: peewee.Field, before: Key) -> peewee.Expression:
    at, its_kind, its_number = before
    if kind == its_kind:
        return (began > at) | ((began == at) & (number > its_number))
    return began >= at if kind < its_kind else began > at


def _ended(term: OneOf) -> peewee.Expression:
    """Return that a run ended so: ``failed`` is every end that is not good."""
    ways = {
        OK: RunRow.outcome == OK,
        CUT_OFF: RunRow.outcome == CUT_OFF,
        RUNNING: RunRow.outcome.is_null(),
        Outcome.FAILED.value: ~RunRow.outcome.is_null() & (RunRow.outcome != OK),
    }
    found = joined("OR", [*(ways[value] for value in term.values if value in ways), SQL("1 = 0")])
    return SQL("1 = 1") & (found if term.holds else peewee.NodeList((SQL("NOT"), found)))


def _one_of(column: peewee.Field, term: OneOf) -> peewee.Expression:
    values = [storable(value) for value in term.values]
    found = reduce(or_, map(column.contains, values)) if column is AuditRow.reason else column.in_(values)
    return found if term.holds else column.is_null() | ~found


def _run(db: Db, number: int) -> TimerRun | None:
    row = RunRow.select().where(RunRow.number == number).first(db)
    return None if row is None else timer_run(row)


def _of_run(db: Db, number: int) -> Any:
    """Return the query for the rows of the record that a run has; no other run of its integration was under way then."""
    row = RunRow.select().where(RunRow.number == number).first(db)
    if row is None:
        return AuditRow.select().where(SQL("1 = 0"))
    last: int = row.last_row if row.last_row is not None else AuditHead.select(AuditHead.rows).scalar(db) or 0
    within = AuditRow.seq.between(row.rows_before + 1, last)
    return AuditRow.select().where(within & (AuditRow.integration == row.integration) & (AuditRow.actor == AUTOMATIC))


def _writes(db: Db, number: int, offset: int, limit: int) -> tuple[AuditEntry, ...]:
    found = _of_run(db, number).order_by(AuditRow.seq.desc()).limit(limit).offset(offset)
    return tuple(entry_of(row) for row in found.execute(db))


def _to_try_again(db: Db, rows: Any, limit: int) -> tuple[tuple[str, str], ...]:
    later = AuditRow.alias()
    same = (later.integration == AuditRow.integration) & (later.job_id == AuditRow.job_id) & (later.seq > AuditRow.seq)
    mended = later.select(SQL("1")).where(same & later.outcome.in_(_values(MENDED)))
    failed = rows.where(AuditRow.outcome.in_(_values(AGAIN)) & ~AuditRow.job_id.is_null() & (AuditRow.action == "sync"))
    newest_first = failed.where(~fn.EXISTS(mended)).order_by(AuditRow.seq.desc())
    found = dict.fromkeys((row.integration, row.job_id) for row in newest_first.execute(db))
    return tuple(found)[:limit]


def _values(outcomes: Sequence[Outcome]) -> list[str]:
    return [outcome.value for outcome in outcomes]
