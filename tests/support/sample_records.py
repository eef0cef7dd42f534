"""Records as the screens get them: who did what to a job, and who changed the rules."""

from __future__ import annotations

from datetime import timedelta

from jobsync_tui.backend.core.models import AuditEntry, RuleRevision
from tests.support.samples import NOW


def entries() -> tuple[AuditEntry, ...]:
    """Return the audit rows of a job, newest first."""
    return (
        AuditEntry(
            seq=9,
            at=NOW - timedelta(minutes=3),
            actor="alice",
            action="sync",
            integration="bullhorn",
            job_id="884213",
            job_name="ICU Nurse, nights",
            outcome="updated",
            operation_id="01JDQ7",
            ruleset_revision=42,
            before={"name": "ICU Nurse", "folder": "Mercy"},
            after={"name": "ICU Nurse, nights", "folder": "Mercy/ICU"},
        ),
        AuditEntry(
            seq=5,
            at=NOW - timedelta(days=3),
            actor="auto",
            action="sync",
            integration="bullhorn",
            job_id="884213",
            outcome="refused",
            cause="no rule matched",
            ruleset_revision=41,
        ),
    )


def revisions() -> tuple[RuleRevision, ...]:
    """Return the history of the rules, newest first."""
    return (
        RuleRevision(42, NOW - timedelta(minutes=16), "dana", "activated Ohio"),
        RuleRevision(41, NOW - timedelta(days=2), "alice", "imported rules.yaml: 3 added"),
    )
