"""The header of the jobs screen: which integration, how many jobs, how old, whose session."""

from __future__ import annotations

from datetime import datetime, timedelta

from textual.content import Content

from ..backend.core.models import AutomaticState, IntegrationState, IntegrationSummary
from ..backend.core.text import counted
from ..documents.automatic import short_pause
from ..documents.words import age
from .content import ends, line

STALE_SECONDS = 24 * 3600
"""Age of the cache from which on it is called old."""


def header_line(summary: IntegrationSummary, actor: str, now: datetime, width: int, automatic: AutomaticState | None = None) -> Content:
    """Return the header in ``width`` cells; ages and trouble are words."""
    parts = line((f" {summary.name}", "bold"), (" [i]", "$text-muted"), f"   {counted(summary.jobs, 'job')}   ")
    parts += cache_words(summary, now)
    if summary.read_only:
        parts += line("   ", ("READ ONLY", "bold $text-warning"))
    if summary.held is not None:
        parts += line("   ", ("HELD: a new ID?", "bold $text-warning"))
    if automatic is not None:
        parts += automatic_words(automatic, now)
    return ends(parts, line((f"{actor} ", "$text-muted")), width)


def automatic_words(automatic: AutomaticState, now: datetime) -> Content:
    """Return how the automatic sync stands, such as ``auto 18:35 ok, 18:40 next``; nothing where it never ran and none is due."""
    if automatic.pause is not None:
        return line("   ", (f"auto {short_pause(automatic.pause, now)}", "bold $text-warning"))
    if automatic.hold is not None:
        return line("   ", (f"auto WAITS: {automatic.hold.kind}", "bold $text-warning"))
    if automatic.running:
        return line("   ", ("auto runs", "$text-accent"))
    if automatic.last_run is None:
        return line()
    failed = automatic.run is None or automatic.run.error is not None
    # Runs that follow within a minute would all have the same time.
    seconds = automatic.next_run is not None and automatic.next_run - automatic.last_run < timedelta(minutes=1)
    last, following = ("%H:%M:%S", ":%S") if seconds else ("%H:%M", "%H:%M")
    words = line(f"   auto {_local(automatic.last_run, last)} ", ("FAILED", "bold $text-error") if failed else "ok")
    return words if automatic.next_run is None else words + line(f", {_local(automatic.next_run, following)} next")


def _local(moment: datetime, form: str) -> str:
    """Return a time in the person's time zone."""
    return moment.astimezone().strftime(form)


def cache_words(summary: IntegrationSummary, now: datetime) -> Content:
    """Return how the cache stands."""
    words = line(f"cached {age(summary.last_refresh, now)}")
    if summary.last_refresh is not None and (now - summary.last_refresh).total_seconds() > STALE_SECONDS:
        words += line(" ", ("OLD", "bold $text-warning"))
    if summary.state is IntegrationState.FAILED:
        words += line("   ", ("x last refresh FAILED", "bold $text-error"))
    elif summary.state is IntegrationState.INCOMPLETE:
        words += line("   ", ("last refresh INCOMPLETE", "bold $text-warning"))
    elif summary.state is IntegrationState.INTERRUPTED:
        words += line("   ", ("last refresh interrupted, r resumes it", "$text-warning"))
    elif summary.state is IntegrationState.REFRESHING:
        words += line("   ", ("refreshing", "$text-accent"))
    return words
