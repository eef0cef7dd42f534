"""The header of the jobs screen: which integration or how many, how many jobs, how old, whose session."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from textual.content import Content

from ..backend.core.models import AutomaticState, IntegrationState, IntegrationSummary
from ..backend.core.text import counted
from ..documents.automatic import short_pause, short_stop
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


def across_line(
    summaries: Sequence[IntegrationSummary], actor: str, now: datetime, width: int, automatic: Sequence[AutomaticState] = ()
) -> Content:
    """Return the header of a list of several integrations: how old the oldest cache is, and what any of them suffers from."""
    jobs = counted(sum(summary.jobs for summary in summaries), "job")
    parts = line((f" {counted(len(summaries), 'integration')}", "bold"), (" [i]", "$text-muted"), f"   {jobs}   ")
    read = [summary for summary in summaries if summary.last_refresh is not None]
    if read:
        oldest = min(read, key=lambda each: each.last_refresh or now)
        parts += line("" if age(oldest.last_refresh, now) == "just now" else "oldest ") + _age_words(oldest, now)
    for states, words, style in _TROUBLES:
        found = [summary.id for summary in summaries if summary.state in states]
        if found:
            parts += line("   ", (f"{words}: {', '.join(found[:2])}{f' +{len(found) - 2}' if len(found) > 2 else ''}", style))
    held = sum(summary.held is not None for summary in summaries)
    if held:
        parts += line("   ", (f"HELD: {held}", "bold $text-warning"))
    read_only = sum(summary.read_only for summary in summaries)
    if read_only:
        parts += line("   ", (f"read-only: {read_only}", "$text-warning"))
    paused = next((each.pause for each in automatic if each.pause is not None), None)
    if paused is not None:
        parts += line("   ", (f"auto {short_pause(paused, now)}", "bold $text-warning"))
    waiting = [each.integration for each in automatic if each.hold is not None]
    if waiting:
        parts += line("   ", (f"auto WAITS: {', '.join(waiting[:2])}", "bold $text-warning"))
    stopped = next((each for each in automatic if each.stopped), None)
    if stopped is not None:
        parts += line("   ", (short_stop(stopped.last_run, now), "bold $text-warning"))
    return ends(parts, line((f"{actor} ", "$text-muted")), width)


_TROUBLES: tuple[tuple[frozenset[IntegrationState], str, str], ...] = (
    (frozenset({IntegrationState.REFRESHING}), "refreshing", "$text-accent"),
    (frozenset({IntegrationState.FAILED}), "x FAILED", "bold $text-error"),
    (frozenset({IntegrationState.INCOMPLETE, IntegrationState.INTERRUPTED}), "INCOMPLETE", "bold $text-warning"),
    (frozenset({IntegrationState.NEVER}), "never read", "$text-muted"),
)
"""What an integration's cache suffers from, in the words of a header."""


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
    if automatic.stopped:
        return line("   ", (short_stop(automatic.last_run, now), "bold $text-warning"))
    failed = automatic.run is None or automatic.run.error is not None
    # Runs that follow within a minute would all have the same time.
    seconds = automatic.next_run is not None and automatic.next_run - automatic.last_run < timedelta(minutes=1)
    last, following = ("%H:%M:%S", ":%S") if seconds else ("%H:%M", "%H:%M")
    words = line(f"   auto {_local(automatic.last_run, last)} ", ("FAILED", "bold $text-error") if failed else "ok")
    return words if automatic.next_run is None else words + line(f", {_local(automatic.next_run, following)} next")


def _local(moment: datetime, form: str) -> str:
    """Return a time in the person's time zone."""
    return moment.astimezone().strftime(form)


def _age_words(summary: IntegrationSummary, now: datetime) -> Content:
    words = line(f"cached {age(summary.last_refresh, now)}")
    if summary.last_refresh is not None and (now - summary.last_refresh).total_seconds() > STALE_SECONDS:
        words += line(" ", ("OLD", "bold $text-warning"))
    return words


def cache_words(summary: IntegrationSummary, now: datetime) -> Content:
    """Return how the cache stands."""
    words = _age_words(summary, now)
    if summary.state is IntegrationState.FAILED:
        words += line("   ", ("x last refresh FAILED", "bold $text-error"))
    elif summary.state is IntegrationState.INCOMPLETE:
        words += line("   ", ("last refresh INCOMPLETE", "bold $text-warning"))
    elif summary.state is IntegrationState.INTERRUPTED:
        words += line("   ", ("last refresh interrupted, r resumes it", "$text-warning"))
    elif summary.state is IntegrationState.REFRESHING:
        words += line("   ", ("refreshing", "$text-accent"))
    return words
