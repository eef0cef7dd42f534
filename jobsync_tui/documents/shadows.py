"""Shadows: what each would do now, what it would have done over time, and to which jobs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from ..backend.core.models import ImpactCounts, Shadow, ShadowJob, ShadowLook, ShadowPage
from ..backend.core.text import among
from . import words
from .document import BLANK, Document, Line, Section, dim, good, head, line, strong, warn
from .impact import LISTS
from .layout import fit
from .rules import rule_lines

_NAME = 26
_CAUSES = {"judging": "all jobs"}
"""What a look was for, where it is kept by another word than people read."""


@dataclass(frozen=True, slots=True)
class SeenShadow:
    """A shadow with its last looks and the jobs that it concerns, as far as they were read."""

    shadow: Shadow
    looks: tuple[ShadowLook, ...] = ()
    page: ShadowPage = field(default_factory=lambda: ShadowPage(0, ()))


def shadows_document(seen: Sequence[SeenShadow], now: datetime, width: int, part: int | None = None) -> Document:
    """Return the shadows, each to be unfolded; ``part`` is how many jobs the person may see, where these are not all that there are."""
    if not seen:
        return (
            line("   ", dim("No rule runs in test mode.")),
            BLANK,
            line("   ", "Open a rule (e), look at its impact (s), then h: it is evaluated with every"),
            line("   ", "sync but never applied, and what it would have done is recorded."),
        )
    document: list[Line | Section] = [
        head("TEST MODE: EVALUATED BUT NEVER APPLIED", f"would be, {among(part) or 'over all jobs'}"),
        BLANK,
    ]
    for each in seen:
        shadow = each.shadow
        told = counts_words(shadow.counts) if shadow.last else "not evaluated yet: l evaluates now"
        age = words.ago(shadow.at, now)
        room = width - _NAME - len(age) - 8  # both margins, and a gap on either side of the count
        shown = shadow.name if shadow.changeable else f"= {shadow.name}"
        name = f"{fit(shown, _NAME):<{_NAME}}"
        top = line(" + ", strong(name) if shadow.changeable else dim(name), f"  {fit(told, room)}", right=dim(age))
        opened: list[Line] = [line(" - ", strong(shadow.name), right=dim(f"by {shadow.actor}, {age}"))]
        if not shadow.changeable:
            opened.append(line("     ", warn(f"= {fixed_words(shadow)}")))
        opened.append(line("     ", told))
        for rule in shadow.rules:
            opened += [line("     ", strong(rule.name)), *rule_lines(rule, width)]
        opened += _looks(each.looks, width)
        opened += _jobs(each.page, width)
        document.append(Section(f"shadow:{shadow.name}", (top,), (*opened, BLANK), shadow.name))
    return tuple(document)


def fixed_words(shadow: Shadow) -> str:
    """Return why a person may look at a shadow and do no more with it."""
    return f"{shadow.name} also affects other people's integrations: you can look at it, but not promote or discard it."


def counts_words(counts: ImpactCounts) -> str:
    """Return the size of an impact in a few words."""
    return f"+{counts.newly_eligible:,} eligible, -{counts.no_longer_eligible:,}, {counts.reconfigured:,} configured differently"


def _looks(looks: Sequence[ShadowLook], width: int) -> list[Line]:
    rows = [head("   OVER TIME", "one line for each change")]
    for look in looks:
        cause = _CAUSES.get(look.cause, look.cause)
        lead = f"{words.day_and_time(look.at)[5:16]}  {fit(look.integration, 14):<14}  {fit(cause, 9):<9}  r{look.revision:<4}"
        counts = look.counts
        told = (
            f"  +{counts.newly_eligible:,} -{counts.no_longer_eligible:,} ~{counts.reconfigured:,}   {look.came:,} came, {look.went:,} went"
        )
        rows.append(line("     ", dim(lead), fit(told, width - len(lead) - 7)))
    return rows if looks else []


def _jobs(page: ShadowPage, width: int) -> list[Line]:
    if not page.jobs:
        return []
    rows = [head("   JOBS", f"since; the latest {len(page.jobs):,} of {page.total:,}")]
    return [*rows, *(_job(job, width) for job in page.jobs)]


def _job(job: ShadowJob, width: int) -> Line:
    told = LISTS[job.kind.group]
    until = good("still") if job.until is None else warn(f"until {words.day_and_time(job.until)[5:16]}")
    room = max(width - 65, 8)
    lead = f"{fit(job.id, 10):<10}  {fit(job.name or '(no name)', room):<{room}}  {told:<22}"
    return line("     ", lead, dim(f"  {words.day_and_time(job.since)[5:16]} "), until)
