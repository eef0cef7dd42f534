"""What a change of rules would do, in words."""

from __future__ import annotations

from ..backend.core.models import ImpactReport, ImpactSample, ImpactState
from ..backend.core.text import among
from ..documents import words
from .output import print_line
from .tables import Table

_WORDS = {
    "newly_eligible": "newly eligible",
    "no_longer_eligible": "no longer eligible",
    "reconfigured": "configured differently",
    "unchanged": "unchanged",
    "would_create": "would be created in the target by a sync",
    "would_update": "would be updated in the target by a sync",
    "left_behind": "stay in the target, eligible no longer",
}


def print_impact(found: ImpactReport) -> None:
    """Print the counts, over all that the actor may see and by integration, and the sample."""
    if found.among is not None:
        print_line(f"Counted {among(found.among)}; jobs of other integrations may be concerned too")
    table = Table("JOBS", "ALL" if found.among is None else "YOURS", *found.by_integration)
    for name, told in _WORDS.items():
        table.add(told, f"{getattr(found, name):,}", *(f"{getattr(each, name):,}" for each in found.by_integration.values()))
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
