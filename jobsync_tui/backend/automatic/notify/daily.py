"""The daily message: what a day came to and what waits, as words and as a document, cleaned and without secrets; and when it is due."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from ...core.canonical import digest as hashed
from ...core.clock import rfc3339
from ...core.models import EligibleNews, Greeting, Pause, WaitKind, WaitNews
from ...core.text import counted
from .digest import MOST, Digest, safe

SHORTEST = timedelta(hours=20)
"""Less lies between two hours of the message only where hosts are in several time zones, or the hour was changed: it is one day."""

NAMED = 10
"""Jobs of a cause that are named in the document: a message is no list."""

_KINDS = (("created", "created"), ("updated", "updated"), ("failed", "failed"), ("newly_eligible", "newly eligible"))


@dataclass(frozen=True, slots=True)
class DailyDigest(Digest):
    """A message of a day.

    Attributes:
        greeting: What happened and what waits.
        until: Up to when it tells what happened.
    """

    greeting: Greeting
    until: datetime

    @property
    def words(self) -> str:
        """What it is, for the log."""
        return "the daily message"

    def text(self) -> str:
        """Return it in words, a line for each thing."""
        head = f"{safe(self.organization)}: " if self.organization else ""
        lines = [f"{head}jobsync on {safe(self.host)}, the day until {_local(self.until)}: {_counts(self.greeting) or 'nothing happened'}"]
        told = list(self._told())
        lines += [f"- {each}" for each in told[:MOST]]
        if len(told) > MOST:
            lines.append(f"- and {len(told) - MOST} more: jobsync news --since 1d")
        lines.append(f"Record: {self.record.rows}:{self.record.hash}")
        return "\n".join(lines)

    def document(self) -> dict[str, Any]:
        """Return it for a program: what ``jobsync news --json`` says but for the days before, and what every message has."""
        found = asdict(self.greeting)
        del found["days"]
        found |= {name: found[name][:MOST] for name in ("failures", "eligible", "waits")}
        for failure in found["failures"]:
            failure["listed"] = failure["listed"][:NAMED]
        totals = {name: self.greeting.total(name) for name, _ in _KINDS}
        # Those who know messages of alerts only find none here.
        message = {
            "id": self.id,
            "kind": "daily",
            "sent_at": self.at,
            "organization": self.organization,
            "host": self.host,
            "record": asdict(self.record),
            "count": 0,
            "troubles": [],
            "until": self.until,
            **totals,
            "in_trouble": self.greeting.in_trouble,
            **found,
        }
        document: dict[str, Any] = _plain(message)
        return {**document, "text": self.text()}

    def _told(self) -> Iterator[str]:
        greeting = self.greeting
        if greeting.paused is not None:
            yield _pause(greeting.paused)
        for wait in greeting.waits:
            yield f"{self._name(wait.integration)}: {_wait(wait)}"
        for failure in greeting.failures:
            yield f"{self._name(failure.integration)}: {counted(failure.jobs, 'job')} failed: {safe(failure.cause)}"
        for each in greeting.integrations:
            if told := _counts(Greeting(None, (each,))):
                yield f"{self._name(each.integration)}: {told}"
        for eligible in greeting.eligible:
            yield f"{self._name(eligible.integration)}: {counted(eligible.jobs, 'job')} became eligible, {_change(eligible)}"

    def _name(self, integration: str) -> str:
        return safe(self.names.get(integration, integration))


def daily_id(since: datetime, until: datetime) -> str:
    """Return the id of the message of a day: whoever sends it again sends the same one."""
    return hashed(["daily", rfc3339(since), rfc3339(until)])[:32]


def last_due(hour: time, now: datetime) -> datetime:
    """Return when the message was due last, by the local calendar of this host."""
    today = now.astimezone().date()
    due = _at(today, hour)
    return due if due <= now else _at(today - timedelta(days=1), hour)


def _at(day: date, hour: time) -> datetime:
    return datetime.combine(day, hour).astimezone(UTC)


def _counts(greeting: Greeting) -> str:
    return ", ".join(f"{greeting.total(name):,} {word}" for name, word in _KINDS if greeting.total(name))


def _wait(wait: WaitNews) -> str:
    match wait.kind:
        case WaitKind.IN_DOUBT:
            return f"{counted(wait.jobs, 'job')} in doubt, being looked up: jobsync recover does it now"
        case WaitKind.LINKS:
            return f"{counted(wait.jobs, 'job')} may be in Tenzo already: jobsync adopt --dry-run"
    since = f" (since {_local(wait.since)})" if wait.since else ""
    remedy = f" {safe(wait.remedy)}" if wait.remedy else ""
    return f"{safe(wait.message or '')}{since}{remedy}"


def _change(eligible: EligibleNews) -> str:
    if eligible.revision is None:
        return "new in the ATS or changed there"
    rule = f"the rule {safe(eligible.rule)} was changed" if eligible.rule else "the rules were changed"
    return f"{rule} in r{eligible.revision} by {safe(eligible.actor or '')}"


def _pause(pause: Pause) -> str:
    until = "" if pause.until is None else f" until {_local(pause.until)}"
    reason = "" if pause.reason is None else f" ({safe(pause.reason)})"
    return f"The automatic sync is paused by {safe(pause.by)} since {_local(pause.since)}{until}{reason}"


def _local(moment: datetime) -> str:
    return moment.astimezone().strftime("%Y-%m-%d %H:%M %z")


def _plain(value: object) -> Any:
    """Return a value with its times as text and every text cleaned and without secrets."""
    match value:
        case str():
            return safe(value)
        case datetime():
            return rfc3339(value)
        case Mapping():
            return {name: _plain(each) for name, each in value.items()}
        case list() | tuple():
            return [_plain(each) for each in value]
    return value
