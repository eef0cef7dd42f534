"""Reading the audit record: rows as models, and what they come to."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from peewee import fn

from ...core import clock
from ...core.canonical import parse_object, storable
from ...core.models import AuditEntry
from ...database import Db
from .tables import AuditRow

TOLD = ("created", "updated", "failed", "unknown")
"""Outcomes that are counted where it is told what happened."""


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


def outcomes(db: Db, integrations: tuple[str, ...], since: int) -> dict[str, dict[str, int]]:
    """Return how many jobs ended with each outcome, as `AuditStore.outcomes` says."""
    query = (
        AuditRow.select(AuditRow.integration, AuditRow.job_id, AuditRow.outcome)
        .where((AuditRow.at_ms >= since) & AuditRow.integration.in_(integrations) & AuditRow.outcome.in_(TOLD))
        .order_by(AuditRow.seq)
    )
    final: dict[tuple[str, str], str] = {}
    for integration, job_id, outcome in query.tuples().iterator(db):
        if job_id is not None:
            stays = outcome == "updated" and final.get((integration, job_id)) == "created"
            final[integration, job_id] = "created" if stays else outcome
    counts: dict[str, dict[str, int]] = {}
    for (integration, _), outcome in final.items():
        of_integration = counts.setdefault(integration, {})
        of_integration[outcome] = of_integration.get(outcome, 0) + 1
    return counts


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
