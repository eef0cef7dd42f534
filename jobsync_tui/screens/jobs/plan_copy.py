"""The plan of a job's sync for the clipboard: read for it, and nothing is written."""

from __future__ import annotations

from ...documents.markdown import as_markdown
from ...documents.plan import plan_page
from ...documents.subject import read_subject
from ...session.notices import Severity
from ..base import Host


async def copy_plan(host: Host, integration: str, job_id: str) -> None:
    """Copy what a sync of the job would change, as Markdown; say so where there is no plan.

    Raises:
        JobNotFound, NotPermitted, RemoteError: It cannot be planned.
    """
    plan = await host.backend.syncs.plan(integration, job_id)
    if plan.error is not None:
        host.tell(plan.error.message, Severity.WARNING, remedy=plan.error.remedy)
    elif plan.eligibility is not None and not plan.eligibility.eligible:
        host.tell(f"Job {job_id} is not eligible, so there is no plan: its explanation says why", Severity.WARNING)
    else:
        subject = await read_subject(host.backend, integration, job_id)
        host.copy(as_markdown(plan_page(plan, subject, "a sync")), f"plan of job {job_id}")
