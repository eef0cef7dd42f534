"""The digest: what a channel is told at one time, as words and as a document, both cleaned and without secrets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ...core.canonical import digest as hashed
from ...core.clock import rfc3339
from ...core.models import Alert, RecordHead
from ...core.text import clean, counted
from ...settings.redaction import redact

LONGEST = 500
"""Characters of one message in it."""

MOST = 50
"""Alerts that are spelled out; the rest is counted."""


@dataclass(frozen=True, slots=True)
class Digest:
    """One message.

    Attributes:
        id: The same for the same alerts in the same state: a receiver that meets it again has it already.
        at: When it was made.
        organization: Whose it is, as the configuration says it.
        host: Where it was made.
        alerts: What is new, in the order in which it happened.
        names: Display names by integration id.
        record: Where the audit record ended then: kept by the receiver, it shows later whether the end was cut off.
    """

    id: str
    at: datetime
    organization: str
    host: str
    alerts: tuple[Alert, ...]
    names: Mapping[str, str]
    record: RecordHead

    @property
    def words(self) -> str:
        """What it is, for the log."""
        return f"a message of {counted(len(self.alerts), 'trouble')}"

    def text(self) -> str:
        """Return it in words, a line for each trouble."""
        begun = sum(not alert.over for alert in self.alerts)
        over = len(self.alerts) - begun
        counts = ", ".join(words for words, number in ((_count(begun), begun), (f"{over} over", over)) if number)
        head = f"{safe(self.organization)}: " if self.organization else ""
        lines = [f"{head}jobsync on {safe(self.host)}: {counts or 'a test, nothing is wrong'}"]
        lines += [self._line(alert) for alert in self.alerts[:MOST]]
        if len(self.alerts) > MOST:
            lines.append(f"- and {len(self.alerts) - MOST} more: jobsync auto status")
        lines.append(f"Record: {self.record.rows}:{self.record.hash}")
        return "\n".join(lines)

    def document(self) -> dict[str, Any]:
        """Return it for a program; ``text`` holds the words, which is where chat services look for them."""
        alerts = [self._document(alert) for alert in self.alerts[:MOST]]
        return {
            "id": self.id,
            "sent_at": rfc3339(self.at),
            "organization": safe(self.organization),
            "host": safe(self.host),
            "text": self.text(),
            "record": {"rows": self.record.rows, "hash": self.record.hash},
            "count": len(self.alerts),
            "troubles": alerts,
        }

    def _line(self, alert: Alert) -> str:
        name = safe(self.names.get(alert.integration, alert.integration))
        since = f"{alert.since:%Y-%m-%d %H:%M} UTC"
        if alert.over:
            return f"- {name}: OVER since {alert.last:%Y-%m-%d %H:%M} UTC, had begun {since}: {safe(alert.message)}"
        runs = "" if alert.runs == 1 else f", {alert.runs} runs"
        remedy = f" {safe(alert.remedy)}" if alert.remedy else ""
        return f"- {name}: {safe(alert.message)} (since {since}{runs}){remedy}"

    def _document(self, alert: Alert) -> dict[str, Any]:
        return {
            "integration": alert.integration,
            "code": alert.code,
            "message": safe(alert.message),
            "remedy": None if alert.remedy is None else safe(alert.remedy),
            "since": rfc3339(alert.since),
            "last": rfc3339(alert.last),
            "runs": alert.runs,
            "jobs": alert.jobs,
            "over": alert.over,
        }


def digest_id(alerts: Sequence[Alert], upto: int) -> str:
    """Return the id of a digest that holds ``alerts`` and ends with the event ``upto``."""
    return hashed([upto, [[each.integration, each.code, rfc3339(each.since), each.over] for each in alerts]])[:32]


def safe(text: str) -> str:
    """Return ``text`` on one line, without secrets and without anything that a terminal would act on."""
    return clean(redact(text), limit=LONGEST)


def _count(number: int) -> str:
    return counted(number, "trouble")
