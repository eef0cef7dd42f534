"""One job read from its ATS, and into the cache: for a plan, for whoever asks for it, and for what a listing leaves out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from ..ats.base import Adapter
from ..core.errors import JobNotFound
from ..core.models import CachedJob
from .dependencies import JobCache


@dataclass(frozen=True, slots=True)
class FreshJob:
    """A job as the ATS had it at ``read_at``."""

    job: CachedJob
    read_at: datetime


async def read_singly(integration: str, job_id: str, *, adapter: Adapter, jobs: JobCache, now: Callable[[], datetime]) -> FreshJob:
    """Read a job from the ATS by its exact id, and into the cache.

    An ATS that answers to several spellings of an id must not have a job synced once for each, so that an answer of another id is none.

    Args:
        integration: Its id.
        job_id: ATS job id.
        adapter: The integration's.
        jobs: The cache.
        now: The present.

    Raises:
        JobNotFound: The ATS has no job of that id; the cache says so from now on.
        RemoteError: The ATS could not be read.
    """
    job = await adapter.kept_job(job_id)
    if job is None or job.id != job_id:
        await jobs.mark_gone(integration, job_id)
        remedy = f"Check the id in {adapter.title}: it is case-sensitive, and a reposted job has a new one. What was synced stays in Tenzo."
        raise JobNotFound(remedy=remedy)
    read_at = now()
    return FreshJob(await jobs.put(job, read_at), read_at)
