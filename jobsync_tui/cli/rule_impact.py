"""What a change of rules would do, in words."""

from __future__ import annotations

from ..backend.core.models import ImpactReport, ImpactSample, ImpactState
from ..backend.core.text import among
from ..documents import words
from ..documents.impact import LISTS
from .output import print_line
from .tables import Table


def print_impact(found: ImpactReport) -> None:
    """Print the counts, over all that the actor may see and by integration, and the sample."""
    if found.among is not None:
        print_line(f"Counted {among(found.among)}; jobs of other integrations may be affected too")
    table = Table("JOBS", "ALL" if found.among is None else "YOURS", *found.by_integration)
    for kind, told in LISTS.items():
        table.add(told, *(f"{getattr(each, kind.value):,}" for each in (found, *found.by_integration.values())))
    table.finish()
    if found.sample:
        print_line()
        jobs = Table("ATS JOB", "NAME", "WOULD BE", "BY", widest=60)
        for job in found.sample:
            jobs.add(f"{job.integration}:{job.id}", job.name, changed_words(job), ", ".join(job.after.rules or job.before.rules))
        jobs.finish()


def changed_words(job: ImpactSample) -> str:
    """Return what would become of a job, nothing where it stays as it is."""
    if job.before.eligible != job.after.eligible:
        return "eligible" if job.after.eligible else f"not eligible: {(job.after.reason or '').replace('_', ' ')}"
    return "; ".join(_fields(job.before, job.after))


def _fields(before: ImpactState, after: ImpactState) -> list[str]:
    names = sorted(before.fields.keys() | after.fields.keys())
    return [
        f"{name}: {words.value(before.fields.get(name))} -> {words.value(after.fields.get(name))}"
        for name in names
        if before.fields.get(name) != after.fields.get(name)
    ]
