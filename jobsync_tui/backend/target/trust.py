"""Whether a target can be trusted with jobs: looked at read-only, by one of the jobs that it has.

A sync believes what the target answers about a job: that it is there, which one it is, and what it holds. So it is asked for one job in
each of the ways in which a sync asks, and the answers are compared.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..core.errors import CredentialsRejected, PermissionMissing, RemoteError, Unreachable
from .base import Target, TargetJob

LOOKED_AT = 100
"""Jobs of the list that are gone through for one that carries an external id."""

NOBODYS = "jobsync-test:there-is-no-such-job"
"""An external id that no job carries."""

NO_ANSWER = (CredentialsRejected, PermissionMissing, Unreachable)
"""Errors that say nothing of what the target would answer."""


@dataclass(frozen=True, slots=True)
class TargetReport:
    """What a look at the target came to.

    Attributes:
        detail: What answered, in a few words.
        missing: What it lacks that a sync relies on, in sentences: jobs are not safe there.
        weak: What it lacks that a sync can do without, in sentences.
    """

    detail: str
    missing: tuple[str, ...] = ()
    weak: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether a sync can rely on it."""
        return not self.missing


async def look(target: Target, synced: str | None = None) -> TargetReport:
    """Look at the target: list jobs, take one of them, and ask for it by external id and by id.

    Args:
        target: Nothing is written to it.
        synced: Id of a job there that was synced, and so has an external id.

    Raises:
        RemoteError: It does not answer, or not this key.
    """
    detail = await target.test()
    missing: list[str] = []
    weak: list[str] = []
    listed = await _one_of_the_list(target, missing)
    await _filter(target, weak)
    if synced is not None:
        await _synced(target, synced, missing)
    if listed is None:
        told = detail if missing else f"{detail}; none could be looked up, test again after a sync"
        return TargetReport(told, tuple(missing), tuple(weak))
    single = await _by_id(target, listed, missing)
    await _by_external_id(target, listed, missing)
    if single is not None:
        if single.etag is None:
            weak.append("It gives no ETag: an update cannot be refused where somebody else was faster.")
        if not single.version:
            weak.append("It gives no version: whether a write without an answer arrived is told by the fields alone.")
    return TargetReport(detail, tuple(missing), tuple(weak))


async def _synced(target: Target, target_id: str, missing: list[str]) -> None:
    """Look at a job that was given an external id; one that is gone says nothing."""
    try:
        job = await target.get(target_id)
    except NO_ANSWER:
        raise
    except RemoteError as error:
        missing.append(f"The job {target_id}, which was synced, cannot be read: {error.message}.")
        return
    if job is not None and not job.external_id:
        missing.append(f"The job {target_id}, which was synced, is answered without its external ID.")


async def _one_of_the_list(target: Target, missing: list[str]) -> TargetJob | None:
    """Return the first job of the list that carries an external id; None where there is none among the first."""
    seen = 0
    nameless: str | None = None
    found: TargetJob | None = None
    async for job in target.jobs():
        seen += 1
        nameless = job.id if nameless is None and job.nameless else nameless
        if job.external_id:
            found = job
            break
        if seen >= LOOKED_AT:
            break
    if nameless is not None:
        missing.append(f"It lists the job {nameless} without an external_id, which every job must have, if only as null: no sync is safe.")
    return found


async def _filter(target: Target, weak: list[str]) -> None:
    """Look whether a look-up is answered with what was asked for only; that it fails is said where one of its jobs is looked up."""
    try:
        filters = await target.filters(NOBODYS)
    except NO_ANSWER:
        raise
    except RemoteError:
        return
    if not filters:
        weak.append(
            "It does not look at external_id in a look-up and answers with every job: each look-up reads the whole list, so each sync of "
            "a new job takes longer the more jobs there are, and none is possible while one of them has no external ID."
        )


async def _by_id(target: Target, listed: TargetJob, missing: list[str]) -> TargetJob | None:
    try:
        single = await target.get(listed.id)
    except NO_ANSWER:
        raise
    except RemoteError as error:
        missing.append(f"The job {listed.id} that it lists cannot be read by its ID: {error.message}.")
        return None
    if single is None:
        missing.append(f"It lists the job {listed.id} and says that there is none when asked for it by its ID.")
        return None
    if single.external_id is None:
        missing.append(f"Read by its ID, the job {listed.id} is answered without the external ID that the list gives.")
    elif single.external_id != listed.external_id:
        missing.append(f"Read by its ID, the job {listed.id} has another external ID than in the list.")
    return single


async def _by_external_id(target: Target, listed: TargetJob, missing: list[str]) -> None:
    try:
        found = await target.find(listed.external_id or "")
        nobodys = await target.find(NOBODYS)
    except NO_ANSWER:
        raise
    except RemoteError as error:
        missing.append(f"A look-up by external ID does not say clearly which job is meant: {error.message}.")
        return
    if not found:
        missing.append(f"A look-up by external ID does not find the job {listed.id}, which the list has: each sync would create it again.")
    elif listed.id not in {job.id for job in found}:
        missing.append(f"A look-up by the external ID of the job {listed.id} finds another job.")
    elif len(found) > 1:
        missing.append(f"{len(found)} jobs carry the external ID of the job {listed.id}; none of them is synced.")
    if nobodys:
        missing.append("A look-up by an external ID that no job carries finds one.")
