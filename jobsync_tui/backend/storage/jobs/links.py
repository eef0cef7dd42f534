"""Which cached jobs are linked to which jobs of the target; each of these belongs to one of them."""

from __future__ import annotations

from dataclasses import dataclass

from ...core.canonical import storable
from ...database import Db, Dialect
from .statements import rows

_OF = (
    "SELECT m.target_id, i.id, j.id, j.gone FROM sync_marks m JOIN jobs j ON j.key = m.key JOIN integrations i ON i.number = j.source WHERE"
)
_TO = f"{_OF} m.target_id = ? ORDER BY i.id, j.id"
_SHARED = (
    f"{_OF} m.target_id IN (SELECT target_id FROM sync_marks WHERE target_id IS NOT NULL GROUP BY target_id HAVING COUNT(*) > 1)"  # noqa: S608 - its own texts
    " ORDER BY m.target_id, i.id, j.id"
)


@dataclass(frozen=True, slots=True)
class LinkedJob:
    """A cached job and the job of the target that its syncs write to; ``gone`` says that its ATS has it no more."""

    target_id: str
    integration: str
    job_id: str
    gone: bool


def linked_to(db: Db, target_id: str) -> tuple[LinkedJob, ...]:
    """Return the jobs that are linked to that job of the target; more than one where something went wrong."""
    return tuple(
        LinkedJob(target, integration, job_id, bool(gone)) for target, integration, job_id, gone in rows(db, _TO, storable(target_id))
    )


def shared_links(db: Db) -> tuple[LinkedJob, ...]:
    """Return every job that is linked to the same job of the target as another one, those of one together."""
    return tuple(LinkedJob(target, integration, job_id, bool(gone)) for target, integration, job_id, gone in rows(db, _SHARED))


def linked_targets(db: Db) -> frozenset[str]:
    """Return the id of every job of the target that a cached job is linked to."""
    return frozenset(row[0] for row in rows(db, "SELECT DISTINCT target_id FROM sync_marks WHERE target_id IS NOT NULL"))


def create_link_index(db: Db, _: Dialect) -> None:
    """Index what jobs are linked to; the many that never were synced cost nothing."""
    db.execute_sql("CREATE INDEX IF NOT EXISTS sync_marks_by_target ON sync_marks (target_id) WHERE target_id IS NOT NULL")
