"""To which ATS job a job of the target belongs: two must never be written into one.

The target says so by the external id, this database by what its syncs are linked to. A job that either of them gives to another ATS job is
left alone until a person has decided.
"""

from __future__ import annotations

from collections.abc import Collection

from ..core.models import Failure
from ..target.base import TargetJob, alike
from .dependencies import SyncDependencies, external_id

TAKEN = "target_job_taken"


def claimed_by(external: str | None, integrations: Collection[str]) -> str | None:
    """Return the one of ``integrations`` whose job an external id names, however it is spelled; None where it names none of them."""
    integration, colon, job_id = (external or "").partition(":")
    if not colon or not job_id:
        return None
    return next((each for each in integrations if alike(each, integration)), None)


async def barred(parts: SyncDependencies, integration: str, job_id: str, job: TargetJob, *, decided: bool = False) -> Failure | None:
    """Return why a job of the target must not be written for that ATS job, or None where nobody else has it.

    Args:
        parts: What a sync is made of.
        integration: Of the ATS job.
        job_id: The ATS job id.
        job: Of the target.
        decided: Whether a person gives it to the ATS job, whatever system's external id it carries that is not configured here.
    """
    own = external_id(integration, job_id)
    what = await _anothers(parts, integration, job_id, job, decided=decided)
    if what is not None:
        remedy = f"If it is the one for {own}, correct its external ID in Tenzo. If not, {_linking(integration, job_id)}"
        return Failure(TAKEN, f"The job {job.id} in Tenzo {what}", remedy)
    for other in await parts.jobs.linked_to(job.id):
        if (other.integration, other.job_id) == (integration, job_id):
            continue
        # The target itself says that the job is ours: what left the ATS, or the configuration, has no claim to it any more.
        if job.external_id == own and (other.gone or other.integration not in parts.configured()):
            continue
        name = f"the ATS job {other.job_id}" if other.integration == integration else "a job of another integration"
        return Failure(
            TAKEN,
            f"The job {job.id} in Tenzo is linked to {name} as well",
            f"If it belongs to the other one, {_linking(integration, job_id)} Else do the same for the other one.",
        )
    return None


async def _anothers(parts: SyncDependencies, integration: str, job_id: str, job: TargetJob, *, decided: bool) -> str | None:
    """Return what the external id says that is not this job's; None where it is, under a former id of its integration too."""
    own, found = external_id(integration, job_id), job.external_id
    former = await parts.former(integration)
    if found is None or found in {own, *(external_id(each, job_id) for each in former)}:
        return None
    if alike(found, own):
        return f"has the external ID {found}, which only looks like {own}"
    if claimed_by(found, {*parts.configured(), *former}) is not None:
        return f"belongs to another ATS job: its external ID is {found}"
    return None if decided else f"belongs to something else: its external ID is {found}, and should be {own}"


def _linking(integration: str, job_id: str) -> str:
    return f"link {job_id} to a job of its own: jobsync adopt -i {integration} --link {job_id} TARGET_ID."
