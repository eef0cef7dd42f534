"""What the jobs screen says on its single lines."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from textual.content import Content

from ...backend.core import clock
from ...backend.core.errors import FilterError
from ...backend.core.filter_words import field_is
from ...backend.core.models import CachedJob, IntegrationState, IntegrationSummary, Outcome, RefreshProgress, RefreshReport, SyncStatus
from ...backend.core.text import counted
from ...documents.words import age, count
from ...session.notices import Notice
from ...widgets.content import line

if TYPE_CHECKING:
    from ...backend.services.backend import Backend
    from .job_list import JobQuery

_WORDS = re.compile(r"[\w.+-]+( [\w.+-]+)*")

STATE_WORDS: dict[IntegrationState, tuple[str, str]] = {
    IntegrationState.NEVER: ("never read", "$text-muted"),
    IntegrationState.OK: ("ok", "$text-success"),
    IntegrationState.INCOMPLETE: ("INCOMPLETE", "bold $text-warning"),
    IntegrationState.REFRESHING: ("refreshing", "$text-accent"),
    IntegrationState.INTERRUPTED: ("interrupted", "$text-warning"),
    IntegrationState.FAILED: ("FAILED", "bold $text-error"),
}
"""How the cache of an integration stands, with its style."""


def is_over(job: CachedJob, outcome: Outcome, at: datetime) -> bool:
    """Return whether what was told ``at`` a time of a job whose sync ended with ``outcome`` holds no longer."""
    if outcome is Outcome.UNKNOWN:
        return job.sync_status not in {SyncStatus.UNKNOWN, SyncStatus.SYNCING}
    return job.last_synced is not None and job.last_synced > at


def nothing_to_write(summaries: Sequence[IntegrationSummary], integrations: Collection[str]) -> str | None:
    """Return why nothing is written for jobs of some integrations, all of which are read-only; None where something may be."""
    concerned = [each for each in summaries if each.id in integrations]
    if not concerned or not all(each.read_only for each in concerned):
        return None
    if len(concerned) == 1:
        return read_only_words(concerned[0])
    return f"{' and '.join(each.name for each in concerned)} are read-only: their jobs can be checked, but not synced"


def read_only_words(summary: IntegrationSummary | None) -> str | None:
    """Return why nothing is written for an integration that is read-only, or None where something may be."""
    if summary is None or not summary.read_only:
        return None
    return f"{summary.name} is read-only: its jobs can be checked, but not synced"


def state_words(summary: IntegrationSummary) -> str:
    """Return how an integration stands, for a menu."""
    if summary.held is not None:
        return "held"
    return f"{STATE_WORDS[summary.state][0]}{', read only' if summary.read_only else ''}"


def progress_words(progress: RefreshProgress) -> Content:
    """Return how far a refresh is."""
    if progress.waiting:
        return line((" ... ", "$text-accent"), progress.waiting)
    seen = counted(progress.seen, "job") if progress.total is None else f"{count(progress.seen)} of {counted(progress.total, 'job')}"
    return line((" ... ", "$text-accent"), f"refreshing ({progress.mode}): {seen} read")


def refreshed_words(report: RefreshReport) -> str:
    """Return what a refresh did."""
    parts = [
        f"{count(number)} {word}"
        for number, word in (
            (report.added, "new"),
            (report.changed, "changed"),
            (report.gone, "gone"),
            (report.returned, "back"),
            (len(report.rejected), "set aside"),
        )
        if number
    ]
    text = f"Refreshed in {report.seconds:.1f} s: " + (", ".join(parts) or "nothing changed")
    for failure in (report.trouble, report.waits, report.ids):
        text += "" if failure is None else f"; {failure.message} ({failure.remedy})"
    return text


def error_words(error: FilterError | Notice, hint: str) -> Content:
    """Return an error on one line."""
    if isinstance(error, Notice):
        about = f"{error.about} " if error.about else ""
        return line((" x ", "bold $text-error"), f"{about}{error.text} ({age(error.at, clock.now())})", (f"  {hint}", "$text-muted"))
    return line((" x ", "bold $text-error"), error.message, (f"  {hint}", "$text-muted"))


async def hints(backend: Backend, query: JobQuery, summaries: Sequence[IntegrationSummary]) -> tuple[Content | None, str | None]:
    """Return what to say where nothing matches, and the filter that tab would set.

    Only plain words are looked for elsewhere: who writes ``field:value`` knows where they look, but not that nothing can stand there.
    """
    words = query.filter.strip()
    if not _WORDS.fullmatch(words):
        why = await backend.jobs.why_none(query.scope, words)
        return None if why is None else line(" ", why), None
    parts = ["No match by name or ID"]
    follow: str | None = None
    for field in ("location", "client", "department"):
        other = field_is(field, words)
        found = await backend.jobs.count(query.scope, other)
        if found:
            follow = other
            parts[0] += f", {count(found)} by {field} (tab)"
            break
    if " " not in words and summaries:
        parts.append(f"f looks up {words} in {summaries[0].name if len(summaries) == 1 else 'an ATS'}")
    return line(" ", "   ".join(parts)), follow
