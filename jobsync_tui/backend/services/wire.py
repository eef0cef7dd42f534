"""An attempt with its requests and answers, and what has to be known to read them."""

from __future__ import annotations

from datetime import timedelta

from ..core.durations import format_duration
from ..core.models import AuditEntry, Outcome, Wire, WireExchange
from ..http.wire import MOST
from ..target.local import LocalTarget

OFF = 'The requests of syncs are not kept: the configuration says so (wire.keep = "off")'
OF_THE_LOCAL_TARGET = "The local target is a database of jobsync's own: what it was asked is shown as a request, and was sent to nobody"
ASKED_NOBODY = frozenset({Outcome.CANCELLED, Outcome.PLANNED, Outcome.UNCHANGED, Outcome.BUSY})
"""Outcomes of attempts whose requests are not kept, or that sent none."""


def wire_of(entry: AuditEntry, exchanges: tuple[WireExchange, ...], keep: timedelta | None) -> Wire:
    """Return the requests of the attempt that ``entry`` records, which are kept for ``keep``."""
    return Wire(
        operation_id=entry.operation_id,
        record=entry.seq,
        action=entry.action,
        actor=entry.actor,
        at=entry.at,
        integration=entry.integration,
        job=entry.job_id,
        outcome=entry.outcome,
        kept_until=None if keep is None or not exchanges else exchanges[0].at + keep,
        note=_note(entry, exchanges, keep),
        exchanges=exchanges,
    )


def _note(entry: AuditEntry, exchanges: tuple[WireExchange, ...], keep: timedelta | None) -> str | None:
    if keep is None:
        return OFF
    if not exchanges and entry.operation_id is None and entry.outcome in ASKED_NOBODY:
        return f"The requests of an attempt that ended as {entry.outcome} without a write are not kept"
    if not exchanges:
        return f"No requests are kept of this attempt: it sent none, or they went after {format_duration(keep)}, or before jobsync kept any"
    told = []
    if len(exchanges) >= MOST:
        told.append(f"Only the first {MOST} requests are kept")
    if any(each.service == LocalTarget.title for each in exchanges):
        told.append(OF_THE_LOCAL_TARGET)
    if all(each.service in {LocalTarget.title, "Tenzo"} for each in exchanges) and entry.action == "sync":
        told.append("No request went to the ATS")
    return ". ".join(told) or None
