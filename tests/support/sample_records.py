"""Records as the screens get them: who did what to a job, and who changed the rules."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from jobsync_tui.backend.core.models import (
    AuditEntry,
    ComparedField,
    Comparison,
    FieldOwner,
    FieldStanding,
    RuleRevision,
    Wire,
    WireExchange,
    WireMessage,
)
from tests.support import samples
from tests.support.samples import NOW


def entries() -> tuple[AuditEntry, ...]:
    """Return the audit rows of a job, newest first."""
    return (
        AuditEntry(
            seq=9,
            at=NOW - timedelta(minutes=3),
            actor="alice",
            action="sync",
            integration="bullhorn",
            job_id="884213",
            job_name="ICU Nurse, nights",
            outcome="updated",
            operation_id="01JDQ7",
            ruleset_revision=42,
            before={"name": "ICU Nurse", "folder": "Mercy"},
            after={"name": "ICU Nurse, nights", "folder": "Mercy/ICU"},
        ),
        AuditEntry(
            seq=5,
            at=NOW - timedelta(days=3),
            actor="auto",
            action="sync",
            integration="bullhorn",
            job_id="884213",
            outcome="refused",
            cause="no rule matched",
            ruleset_revision=41,
        ),
    )


def wire() -> Wire:
    """Return the requests of a sync: one read, and one write whose answer has hostile text in it and was cut."""
    entry = entries()[0]
    read = WireExchange(
        at=NOW - timedelta(minutes=3),
        seconds=0.034,
        service="Bullhorn",
        method="GET",
        path="/entity/JobOrder/884213",
        url="https://rest.example/entity/JobOrder/884213?fields=id",
        status=200,
        error=None,
        request=WireMessage({"BhRestToken": "***"}, "", 0, cut=False),
        answer=WireMessage({"content-type": "application/json"}, '{"id":884213,"title":"ICU Nurse, nights"}', 41, cut=False),
    )
    write = WireExchange(
        at=NOW - timedelta(minutes=3),
        seconds=1.5,
        service="Tenzo",
        method="PATCH",
        path="/v1/jobs/tz_1",
        url="https://api.example/v1/jobs/tz_1",
        status=422,
        error=None,
        request=WireMessage({"If-Match": '"7"'}, '{"folder":"Mercy/ICU"}', 22, cut=False),
        answer=WireMessage({}, '{"error":{"message":"\x1b[31mno such folder\u202e"}}' + "x" * 4000, 90_000, cut=True),
    )
    lost = replace(write, status=None, error="the connection broke", answer=None)
    return Wire(
        operation_id=entry.operation_id,
        record=entry.seq,
        action="sync",
        actor=entry.actor,
        at=entry.at,
        integration=entry.integration,
        job=entry.job_id,
        outcome="updated",
        kept_until=NOW + timedelta(days=13),
        note=None,
        exchanges=(read, write, lost),
    )


def comparison() -> Comparison:
    """Return a job on both sides: one field that somebody changed in Tenzo, hostile text in it, and one that is the same."""
    folder = ComparedField(
        field="folder",
        wanted="Mercy/ICU",
        present="\x1b[31mElsewhere",
        owner=FieldOwner.RULE,
        rules=("Mercy",),
        standing=FieldStanding.EDITED,
        written_at=NOW - timedelta(days=3),
        written_by="alice",
    )
    name = ComparedField("name", "ICU Nurse, nights", "ICU Nurse, nights", FieldOwner.ATS, (), FieldStanding.SAME)
    return Comparison(
        job=samples.cached(),
        eligible=True,
        message="",
        live=True,
        read_at=NOW,
        target_id="tz_1",
        target_url=None,
        fields=(folder, name),
    )


def revisions() -> tuple[RuleRevision, ...]:
    """Return the history of the rules, newest first."""
    return (
        RuleRevision(42, NOW - timedelta(minutes=16), "dana", "activated Ohio"),
        RuleRevision(41, NOW - timedelta(days=2), "alice", "imported rules.yaml: 3 added"),
    )
