"""Asking an ATS for single jobs: whether one that a list lacks is really gone, and what a row that could not be read says now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..core.errors import RemoteError, UnexpectedAnswer
from ..core.map_concurrently import map_concurrently
from ..core.models import Job
from .base import Adapter

WIDTH = 4
"""Requests at the same time; the session below keeps to the limits of the ATS."""


@dataclass(frozen=True, slots=True)
class Answers:
    """What came of it.

    Attributes:
        found: The jobs that are there.
        gone: Ids of which the ATS says that it has no such job.
        unclear: Ids of which nothing is known: the job could not be read, came under another id, or was not asked for after an error.
        unread: Those of them that could not be read.
        error: What ended the asking; None where everything was asked.
    """

    found: tuple[Job, ...] = ()
    gone: tuple[str, ...] = ()
    unclear: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    error: RemoteError | None = None


async def ask_singly(adapter: Adapter, ids: Sequence[str]) -> Answers:
    """Return what the ATS says of the jobs. The first error that the next job would meet as well ends it."""
    found: list[Job] = []
    gone: list[str] = []
    unclear: list[str] = []
    unread: list[str] = []
    errors: list[RemoteError] = []

    async def one(job_id: str) -> None:
        if errors:
            unclear.append(job_id)
            return
        try:
            job = await adapter.kept_job(job_id)
        except RemoteError as error:
            unclear.append(job_id)
            unread.append(job_id)
            if not isinstance(error, UnexpectedAnswer):
                errors.append(error)
            return
        if job is None:
            gone.append(job_id)
        elif job.id == job_id:
            found.append(job)
        else:
            unclear.append(job_id)

    await map_concurrently(ids, one, WIDTH)
    return Answers(tuple(found), tuple(gone), tuple(unclear), tuple(unread), errors[0] if errors else None)
