"""One attempt to bring a job into the target: who, what, since when; and what is said of it in the end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from ..access.access import Actor
from ..core.errors import AccessDenied, JobNotFound, JobsyncError, UsageError
from ..core.models import Change, Eligibility, Failure, JobHead, JobStatus, JsonValue, Outcome, SyncPlan, SyncResult
from ..core.reasons import given_reason
from ..storage.ledger.audit import NewEntry

FAILED = "Failed to sync job"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """Who tries what, on which job, and why, where they said.

    ``action`` is ``sync``, ``undo`` or ``adopt``, ``confirmed`` the digest of the plan agreed to.
    """

    actor: Actor
    action: str
    integration: str
    job_id: str
    began: datetime
    confirmed: str | None = None
    reason: str | None = field(default_factory=given_reason)


@dataclass(slots=True)
class AttemptState:
    """What is known so far of an attempt; grows as it goes on, so that its end can always say where it stood."""

    attempt: Attempt
    head: JobHead
    eligibility: Eligibility | None = None
    plan: SyncPlan | None = None

    def read(self, eligibility: Eligibility) -> None:
        """Take in what the rules said."""
        self.eligibility = eligibility
        self.head = eligibility.job

    def planned(self, plan: SyncPlan) -> None:
        """Take in the plan."""
        self.plan = plan
        self.head = plan.job
        self.eligibility = plan.eligibility or self.eligibility

    def result(self, outcome: Outcome, error: Failure | None = None) -> SyncResult:
        """Return the result as far as it is known, of an attempt that wrote nothing."""
        plan = self.plan
        return SyncResult(
            integration=self.attempt.integration,
            job=self.head,
            eligibility=self.eligibility,
            outcome=outcome,
            target_id=None if plan is None else plan.target_id,
            target_url=None if plan is None else plan.target_url,
            changes=() if plan is None else plan.changes,
            kept=() if plan is None else plan.kept,
            plan_digest=None if plan is None else plan.digest,
            written=False,
            error=error,
            actor=self.attempt.actor.user,
            reason=self.attempt.reason,
        )

    def record(self, result: SyncResult) -> NewEntry:
        """Return the audit row of an attempt that had no operation."""
        before, after = sides(result.changes)
        return NewEntry(
            actor=self.attempt.actor.user,
            action=self.attempt.action,
            at=self.attempt.began,
            integration=self.attempt.integration,
            job_id=self.attempt.job_id,
            job_name=self.head.name,
            outcome=result.outcome.value,
            cause=None if result.error is None else result.error.message,
            ruleset_revision=None if self.eligibility is None else self.eligibility.ruleset_revision,
            plan_digest=result.plan_digest,
            before=before,
            after=after,
            origin=self.attempt.actor.origin,
            reason=self.attempt.reason,
        )


def unread_head(job_id: str) -> JobHead:
    """Return the head of a job of which only the id is known."""
    return JobHead(job_id, None, None, JobStatus.UNKNOWN, None, None)


def sides(changes: Sequence[Change]) -> tuple[Mapping[str, JsonValue], Mapping[str, JsonValue]]:
    """Return the changed fields before and after."""
    return {each.field: each.before for each in changes}, {each.field: each.after for each in changes}


def withdrawn(error: UsageError) -> AccessDenied:
    """Return what it means to somebody who was admitted that the integration is unknown now, or the configuration cannot be read."""
    words = "The integration left the configuration or got another id, or access to it was withdrawn, while its jobs were synced"
    return AccessDenied(words, remedy=error.remedy)


def failure_of(error: JobsyncError) -> Failure:
    """Return an error as the failure of a sync, in the words that users know."""
    found = error.failure()
    return found if isinstance(error, JobNotFound) else replace(found, message=f"{FAILED}: {found.message}")
