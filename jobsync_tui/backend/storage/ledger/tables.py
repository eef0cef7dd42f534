"""Tables of the ledger: the journal of operations, the leases on jobs, and the audit record with its head.

Times are milliseconds since 1970-01-01 UTC; objects are canonical JSON. Nothing here is bound to a database.
"""

from __future__ import annotations

import peewee


class OperationRow(peewee.Model):
    """One intended write to the target, from its intent to its settlement. Open while ``settled_ms`` is null.

    ``reason`` is why a person had it done, in their own words, where they said.

    ``sent_uptime`` and ``settles_uptime`` are the same moments counted from the start of the host of ``process``; null where they were
    not seen from there.
    """

    id = peewee.TextField(primary_key=True)
    kind = peewee.TextField()
    action = peewee.TextField()
    state = peewee.TextField()
    integration = peewee.TextField()
    job_id = peewee.TextField()
    job_name = peewee.TextField(null=True)
    external_id = peewee.TextField()
    target_id = peewee.TextField(null=True)
    actor = peewee.TextField()
    origin = peewee.TextField(default="{}")
    idempotency_key = peewee.TextField()
    payload = peewee.TextField()
    payload_hash = peewee.TextField()
    plan_digest = peewee.TextField(null=True)
    ruleset_revision = peewee.IntegerField(null=True)
    before = peewee.TextField(default="{}")
    after = peewee.TextField(default="{}")
    written = peewee.TextField(default="{}")
    base_version = peewee.TextField(null=True)
    fence = peewee.BigIntegerField()
    process = peewee.TextField()
    created_ms = peewee.BigIntegerField()
    sent_ms = peewee.BigIntegerField(null=True)
    settles_ms = peewee.BigIntegerField(null=True)
    settled_ms = peewee.BigIntegerField(null=True, index=True)
    audit_seq = peewee.BigIntegerField()
    error = peewee.TextField(null=True)
    sent_uptime = peewee.BigIntegerField(null=True)
    settles_uptime = peewee.BigIntegerField(null=True)
    kept = peewee.TextField(default="{}")
    reason = peewee.TextField(null=True)

    class Meta:  # noqa: D106
        table_name = "operations"
        indexes = ((("integration", "job_id", "id"), False),)


class LeaseRow(peewee.Model):
    """Who has a job in hand. ``expires_uptime`` is the expiry on the holder's host, counted from that host's start."""

    id = peewee.TextField(primary_key=True)
    integration = peewee.TextField()
    job_id = peewee.TextField()
    holder = peewee.TextField()
    since_ms = peewee.BigIntegerField()
    expires_ms = peewee.BigIntegerField()
    expires_uptime = peewee.BigIntegerField()
    fence = peewee.BigIntegerField()
    process = peewee.TextField()

    class Meta:  # noqa: D106
        table_name = "leases"
        indexes = ((("integration", "job_id"), True),)


class FenceRow(peewee.Model):
    """The last fencing number that was given; it only grows."""

    id = peewee.IntegerField(primary_key=True)
    last = peewee.BigIntegerField()

    class Meta:  # noqa: D106
        table_name = "lease_fence"


class AuditRow(peewee.Model):
    """One attempt. ``link`` is its place in the chain of hashes, null while what it attempts is still open.

    ``reason`` is why a person did it, in their own words. It is part of the row's hash where there is one; rows from before it existed
    have none, and the hash that they had.
    """

    seq = peewee.BigIntegerField(primary_key=True)
    link = peewee.BigIntegerField(null=True, unique=True)
    at_ms = peewee.BigIntegerField()
    ended_ms = peewee.BigIntegerField(null=True)
    actor = peewee.TextField(index=True)
    action = peewee.TextField()
    integration = peewee.TextField(null=True)
    job_id = peewee.TextField(null=True)
    job_name = peewee.TextField(null=True)
    outcome = peewee.TextField(null=True)
    cause = peewee.TextField(null=True)
    operation_id = peewee.TextField(null=True)
    ruleset_revision = peewee.IntegerField(null=True)
    plan_digest = peewee.TextField(null=True)
    before = peewee.TextField(default="{}")
    after = peewee.TextField(default="{}")
    origin = peewee.TextField(default="{}")
    hash = peewee.TextField(default="")
    reason = peewee.TextField(null=True)

    class Meta:  # noqa: D106
        table_name = "audit"
        indexes = ((("integration", "job_id"), False), (("at_ms", "seq", "actor", "outcome", "integration"), False))


class AuditHead(peewee.Model):
    """Where the audit record ends, kept apart from it, so that a missing tail is noticed too.

    ``rows`` were ever begun and ``links`` ever sealed, the last of them with ``hash``; the first ``pruned`` links, up to the one with
    ``pruned_hash``, were taken out by a recorded action.
    """

    id = peewee.IntegerField(primary_key=True)
    rows = peewee.BigIntegerField()
    links = peewee.BigIntegerField()
    hash = peewee.TextField()
    pruned = peewee.BigIntegerField(default=0)
    pruned_hash = peewee.TextField(default="")

    class Meta:  # noqa: D106
        table_name = "audit_head"


class WireRow(peewee.Model):
    """One request of an attempt and its answer, without secrets, as JSON. ``audit_seq`` is the attempt's row in the record."""

    id = peewee.TextField(primary_key=True)
    audit_seq = peewee.BigIntegerField(index=True)
    at_ms = peewee.BigIntegerField(index=True)
    exchange = peewee.TextField()

    class Meta:  # noqa: D106
        table_name = "wire"


LEDGER_TABLES: tuple[type[peewee.Model], ...] = (OperationRow, LeaseRow, FenceRow, AuditRow, AuditHead, WireRow)
"""Every table of the ledger; the schema of the database holds them all."""
