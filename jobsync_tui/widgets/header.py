"""The header of the jobs screen: which integration, how many jobs, how old, whose session."""

from __future__ import annotations

from datetime import datetime

from textual.content import Content

from ..backend.models import IntegrationState, IntegrationSummary
from ..render import age, count, ends, line

STALE_SECONDS = 24 * 3600
"""Age of the cache from which on it is called old."""


def header_line(summary: IntegrationSummary, actor: str, now: datetime, width: int) -> Content:
    """Return the header in ``width`` cells; ages and trouble are words."""
    parts = line((f" {summary.name}", "bold"), (" [i]", "$text-muted"), f"   {count(summary.jobs)} jobs   ")
    parts += cache_words(summary, now)
    if summary.read_only:
        parts += line("   ", ("READ ONLY", "bold $text-warning"))
    return ends(parts, line((f"{actor} ", "$text-muted")), width)


def cache_words(summary: IntegrationSummary, now: datetime) -> Content:
    """Return how the cache stands."""
    words = line(f"cached {age(summary.last_refresh, now)}")
    if summary.last_refresh is not None and (now - summary.last_refresh).total_seconds() > STALE_SECONDS:
        words += line(" ", ("OLD", "bold $text-warning"))
    if summary.state is IntegrationState.FAILED:
        words += line("   ", ("x last refresh FAILED", "bold $text-error"))
    elif summary.state is IntegrationState.INTERRUPTED:
        words += line("   ", ("last refresh interrupted, r resumes it", "$text-warning"))
    elif summary.state is IntegrationState.REFRESHING:
        words += line("   ", ("refreshing", "$text-accent"))
    return words
