"""What a sync is made of, given by whoever opens the backend."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from ..access.access import Actor
from ..ats.base import Adapter
from ..core import clock
from ..core.models import CachedJob, EvaluationPolicy, Failure, Job, RuleSet, SyncState
from ..storage.jobs.links import LinkedJob
from ..storage.ledger.ledger import Keep, Ledger
from ..target.base import Target
from .wire_log import WireLog


class JobCache(Protocol):
    """What the sync asks of the cache of jobs (`storage.jobs.jobs.JobStore`)."""

    async def get(self, integration: str, job_id: str) -> CachedJob | None:
        """Return the cached job."""

    async def get_many(self, integration: str, job_ids: Sequence[str]) -> tuple[CachedJob | None, ...]:
        """Return the cached jobs, in the order of ``job_ids``."""

    async def put(self, job: Job, now: datetime) -> CachedJob:
        """Keep a job that was read singly."""

    async def mark_gone(self, integration: str, job_id: str) -> None:
        """Say that the ATS has the job no more."""

    def keeping(self, integration: str, job_id: str, mark: SyncState, source: Job | None = None) -> Keep:
        """Return what keeps where the job stands towards the target within a transaction of the ledger, whose database is the same.

        ``source`` is the job as it was synced.
        """

    async def sync_state(self, integration: str, job_id: str) -> SyncState | None:
        """Return where the job stands towards the target."""

    async def linked_to(self, target_id: str) -> tuple[LinkedJob, ...]:
        """Return the jobs that are linked to that job of the target."""


@dataclass(frozen=True, slots=True)
class SyncTiming:
    """How long things may take.

    Attributes:
        settle_after: The longest time in which a write without an answer may still land.
        write_deadline: The longest time from "sent" in the journal to the end of the request; after it the answer counts as lost.
    """

    settle_after: timedelta = timedelta(seconds=20)
    write_deadline: timedelta = timedelta(seconds=120)


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncDependencies:
    """What a sync is made of.

    Attributes:
        adapter: The integration's adapter; raises `UsageError` or `ConfigError`.
        rules: The rules in force at this moment.
        policy: What the configuration adds to them.
        authorise: Lets the actor pass to the integration, or raises `AccessDenied` or `UsageError` after recording the refusal.
        configured: The ids of all integrations; an external id that begins with one of them names a job of it.
        former: The ids that an integration had before it was renamed.
        wire: Keeps the requests and answers of attempts.
        closes: Whether jobs of an integration that close in its ATS are closed in the target.
        held: Why nothing is written for an integration yet, where it may be one that was there before under another id.
    """

    target: Target
    jobs: JobCache
    ledger: Ledger
    wire: WireLog
    adapter: Callable[[str], Adapter]
    rules: Callable[[], Awaitable[RuleSet]]
    policy: Callable[[], EvaluationPolicy]
    authorise: Callable[[Actor, str], Awaitable[None]]
    configured: Callable[[], Collection[str]]
    former: Callable[[str], Awaitable[Collection[str]]]
    held: Callable[[str], Awaitable[Failure | None]]
    closes: Callable[[str], bool] = lambda integration: False  # noqa: ARG005
    now: Callable[[], datetime] = clock.now
    timing: SyncTiming = SyncTiming()


def external_id(integration: str, job_id: str) -> str:
    """Return the id under which the target knows a job of an integration."""
    return f"{integration}:{job_id}"
