"""What a document about one job is told with: its integration, the cached job, the rules, its past."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from rich.cells import cell_len

from ..backend.core import clock
from ..backend.core.models import (
    ENDED,
    AuditEntry,
    CachedJob,
    IntegrationSummary,
    JobHead,
    JobKey,
    JobStatus,
    RuleSet,
    SyncStatus,
    Visibility,
)
from ..backend.core.text import counted
from . import words
from .document import Line, dim, line, strong
from .layout import wrap

if TYPE_CHECKING:
    from ..backend.services.backend import Backend

PAST = 12
"""Audit rows that an explanation is told with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """The surroundings of one job's document.

    Attributes:
        integration: Where the job is from; its ``ats`` is the name that reasons are told with.
        now: The present, UTC; ages are told from it.
        cached: The job as the cache has it, None where it is not cached.
        rules: The rules in force, where they were read.
        past: Audit rows of the job, newest first.
        position: Number of the job among those that ``[`` and ``]`` go through, and how many there are.
    """

    integration: IntegrationSummary
    now: datetime
    cached: CachedJob | None = None
    rules: RuleSet | None = None
    past: tuple[AuditEntry, ...] = ()
    position: tuple[int, int] | None = None

    @property
    def ats(self) -> str:
        """Name of the ATS."""
        return self.integration.ats

    @property
    def closes(self) -> bool:
        """Whether a sync would close the job in the target, because it was synced before and closed, or vanished, in the ATS."""
        job = self.cached
        if job is None or job.target_id is None or self.integration.when_closed != "close":
            return False
        return job.status in ENDED or job.sync_status is SyncStatus.GONE


async def read_subject(backend: Backend, integration: str, job_id: str, *, rules: RuleSet | None = None, past: int = 0) -> Subject:
    """Return what stands beside a job's document as it is now.

    Args:
        backend: Is asked.
        integration: Where the job is from.
        job_id: Its ATS job id.
        rules: Those that the document is about, if it is about any.
        past: How many of the newest audit rows of the job are wanted.
    """
    return Subject(
        integration=await backend.integrations.get(integration),
        now=clock.now(),
        cached=await backend.jobs.get(integration, job_id),
        rules=rules,
        past=await backend.records.audit(integration=integration, job=job_id, limit=past) if past else (),
    )


async def whose(backend: Backend, jobs: Sequence[JobKey]) -> str:
    """Return of which integration some jobs are, or of how many, as the heading of what is done with them."""
    names = [(await backend.integrations.get(each)).name for each in dict.fromkeys(job.integration for job in jobs)]
    return names[0] if len(names) == 1 else counted(len(names), "integration")


def where(subject: Subject, job_id: str) -> str:
    """Return where a dialog is: ``Bullhorn > job 884213``, with the place among the jobs it goes through."""
    number = f"  {subject.position[0]:,} of {subject.position[1]:,}" if subject.position and subject.position[1] > 1 else ""
    return f"{subject.integration.name} > job {job_id}{number}"


def job_lines(job: JobHead, subject: Subject, width: int) -> tuple[Line, ...]:
    """Return the job by name, place, client and status: on one line where it fits, else the name on its own."""
    cached = subject.cached
    facts = [words.job_place(cached if cached and (len(cached.locations) > 1 or job.location is None) else job)]
    if cached and cached.client:
        facts.append(f"client {cached.client}")
    if cached and cached.visibility not in {None, Visibility.PUBLIC}:
        facts.append(f"visibility: {cached.visibility}")
    # The ATS was not asked where the head has no status: an undo needs nothing from there.
    status = job.status if cached is None or job.status is not JobStatus.UNKNOWN else cached.status
    if cached or status is not JobStatus.UNKNOWN:
        facts.append(f"ATS status: {status}")
    told = "   ".join(fact for fact in facts if fact)
    name = words.job_name(job)
    if cell_len(name) + cell_len(told) + 6 <= width:
        return (line(" ", strong(name), right=(dim(told),)),)
    names = [line(" ", strong(part)) for part in wrap(name, width - 2, most=2)]
    return (*names, *(line(" ", dim(part)) for part in wrap(told, width - 2, most=2)))
