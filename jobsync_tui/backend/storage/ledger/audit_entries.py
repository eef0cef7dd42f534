"""Reading the audit record: rows as models, and what they come to."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

import peewee
from peewee import fn

from ...core import clock
from ...core.canonical import parse_object, storable
from ...core.models import AuditEntry, FailedJob, Outcome
from ...database import Db
from .tables import AuditRow

CREATED, UPDATED = Outcome.CREATED.value, Outcome.UPDATED.value
FAILED = (Outcome.FAILED.value, Outcome.UNKNOWN.value)
"""Outcomes of which it is told that a sync failed."""

SAID_FIRST = "Failed to sync job: "
"""What stands before a cause, and tells nothing where it is said anyway that the sync failed."""

_NUMBER = re.compile(r"\d+")


def entries(
    db: Db, *, integrations: Collection[str] | None, job_id: str | None, actor: str | None, since: datetime | None, limit: int | None
) -> tuple[AuditEntry, ...]:
    """Return rows, newest first, as `AuditStore.entries` says."""
    query = AuditRow.select().order_by(AuditRow.seq.desc())
    if integrations is not None:
        query = query.where(AuditRow.integration.in_(list(integrations)) | AuditRow.integration.is_null())
    if job_id is not None:
        query = query.where(AuditRow.job_id == storable(job_id))
    if actor is not None:
        query = query.where(AuditRow.actor == storable(actor))
    if since is not None:
        query = query.where(AuditRow.at_ms >= clock.to_ms(since))
    if limit is not None:
        query = query.limit(limit)
    return tuple(entry_of(row) for row in query.execute(db))


def numbered(db: Db, seq: int) -> AuditEntry | None:
    """Return the row with that number."""
    row = AuditRow.select().where(AuditRow.seq == seq).first(db)
    return None if row is None else entry_of(row)


def revisions(db: Db, integration: str, job_id: str) -> tuple[int, int] | None:
    """Return the revisions of the rules by which a job was looked at, as `AuditStore.revisions` says."""
    ends = AuditRow.select(fn.MIN(AuditRow.ruleset_revision), fn.MAX(AuditRow.ruleset_revision))
    found = ends.where((AuditRow.integration == integration) & (AuditRow.job_id == storable(job_id))).tuples().execute(db)
    first, last = next(iter(found))
    return None if first is None else (first, last)


@dataclass(frozen=True, slots=True)
class Cause:
    """Why syncs of jobs of an integration failed: the cause as the last of them met it, and the jobs, the last one first."""

    integration: str
    words: str
    jobs: tuple[FailedJob, ...]


@dataclass(frozen=True, slots=True)
class Happened:
    """What syncs came to: by integration how many jobs ended with each outcome, and why those failed that did, most jobs first."""

    outcomes: Mapping[str, Mapping[str, int]]
    causes: tuple[Cause, ...]


def happened(db: Db, integrations: tuple[str, ...], since: int, until: int | None = None) -> Happened:
    """Return what syncs of jobs came to, as `AuditStore.happened` says."""
    query = AuditRow.select(AuditRow.integration, AuditRow.job_id, AuditRow.outcome, AuditRow.cause, AuditRow.job_name).where(
        _told(integrations, since)
    )
    if until is not None:
        query = query.where(AuditRow.at_ms < until)
    final: dict[tuple[str, str], str] = {}
    failed: dict[tuple[str, str], tuple[str, FailedJob]] = {}
    for integration, job_id, outcome, cause, name in query.order_by(AuditRow.at_ms, AuditRow.seq).tuples().iterator(db):
        job = (integration, job_id)
        final[job] = CREATED if outcome == UPDATED and final.get(job) == CREATED else outcome
        failed.pop(job, None)
        if outcome in FAILED:
            failed[job] = (cause or "", FailedJob(job_id, name))
    counts: dict[str, Counter[str]] = {}
    for (integration, _), outcome in final.items():
        counts.setdefault(integration, Counter())[outcome] += 1
    return Happened(counts, _causes(failed))


def _causes(failed: Mapping[tuple[str, str], tuple[str, FailedJob]]) -> tuple[Cause, ...]:
    """Return the causes of failures, given by job in their order: those are one that differ in nothing but numbers and the job's own id."""
    found: dict[tuple[str, str], tuple[str, list[FailedJob]]] = {}
    for (integration, job_id), (cause, job) in reversed(list(failed.items())):
        words = cause.removeprefix(SAID_FIRST)
        alike = _NUMBER.sub("0", words.replace(job_id, "0"))
        found.setdefault((integration, alike), (words, []))[1].append(job)
    causes = [Cause(integration, words, tuple(jobs)) for (integration, _), (words, jobs) in found.items()]
    return tuple(sorted(causes, key=lambda each: -len(each.jobs)))


def days(db: Db, integrations: tuple[str, ...], starts: Sequence[int]) -> list[dict[str, dict[str, int]]]:
    """Return for each of the days that begin at ``starts``, by integration and outcome, of how many jobs a sync ended so.

    The last of ``starts`` is the end of the last day.
    """
    found: list[dict[str, dict[str, int]]] = []
    jobs = fn.COUNT(fn.DISTINCT(AuditRow.job_id))
    for first, end in pairwise(starts):
        query = AuditRow.select(AuditRow.integration, AuditRow.outcome, jobs).where(_told(integrations, first) & (AuditRow.at_ms < end))
        day: dict[str, dict[str, int]] = {}
        for integration, outcome, number in query.group_by(AuditRow.integration, AuditRow.outcome).tuples().execute(db):
            day.setdefault(integration, {})[outcome] = number
        found.append(day)
    return found


def _told(integrations: tuple[str, ...], since: int) -> peewee.Expression:
    about_a_job = AuditRow.integration.in_(integrations) & ~AuditRow.job_id.is_null()
    told: peewee.Expression = (AuditRow.at_ms >= since) & about_a_job & AuditRow.outcome.in_((CREATED, UPDATED, *FAILED))
    return told


def entry_of(row: AuditRow) -> AuditEntry:
    """Return a row as a model."""
    return AuditEntry(
        seq=row.seq,
        at=clock.from_ms(row.at_ms),
        ended_at=None if row.ended_ms is None else clock.from_ms(row.ended_ms),
        actor=row.actor,
        action=row.action,
        integration=row.integration,
        job_id=row.job_id,
        job_name=row.job_name,
        outcome=row.outcome,
        cause=row.cause,
        operation_id=row.operation_id,
        ruleset_revision=row.ruleset_revision,
        plan_digest=row.plan_digest,
        before=parse_object(row.before),
        after=parse_object(row.after),
        origin={name: str(value) for name, value in parse_object(row.origin).items()},
        hash=row.hash,
        reason=row.reason,
    )
