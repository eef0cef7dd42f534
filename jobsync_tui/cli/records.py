"""``audit`` and ``leases``: the record of who did what, and who is at it now."""

from __future__ import annotations

import re
from datetime import datetime

import click

from ..backend.core.clock import now
from ..backend.core.durations import parse_duration
from ..backend.core.errors import ExitCode, UsageError
from ..backend.core.models import RecordHead
from ..backend.core.text import clean
from ..documents.history import history_text
from .options import ID, MOST, integration_option, json_option, reason_option
from .output import print_json, print_line, print_text, say, text_width, when
from .session import open_backend, own_id, runs
from .tables import Table

HASH = re.compile("([0-9a-fA-F]{8}-)?[0-9a-fA-F]{64}")
LONGEST_COUNT = 18
"""Digits of a number of rows."""


@click.command()
@integration_option
@click.option("--job", type=ID, metavar="ID", help="Only rows about the job with this ATS job id, or integration:id.")
@click.option("--actor", metavar="A", help="Only what this actor did.")
@click.option("--since", metavar="AGE", help="Only rows of the last 7d, 12h, ... or since a date such as 2026-01-31.")
@click.option("--limit", type=click.IntRange(1, MOST), metavar="N", help="At most the N newest rows.")
@click.option("--verify", is_flag=True, help="Check the record's chain instead, and print its head.")
@click.option("--expect", metavar="ROWS:HASH", help="Check too that it holds this head, as --verify, the log or a message gave it.")
@json_option
@runs
async def audit(
    *,
    integration: str | None,
    job: str | None,
    actor: str | None,
    since: str | None,
    limit: int | None,
    verify: bool,
    expect: str | None,
    as_json: bool,
) -> int:
    """Show the record of who did what, newest first. With --json, one object a line."""
    start = None if since is None else parse_since(since, now())
    expected = None if expect is None else parse_head(expect)
    async with open_backend() as backend:
        if verify or expected is not None:
            verdict = await backend.records.verify(expected)
            if as_json:
                print_json(verdict)
            else:
                print_line(f"{'ok' if verdict.ok else 'BROKEN'}: {verdict.message}")
                print_line(f"head: {verdict.rows}:{verdict.hash}")
            return ExitCode.OK if verdict.ok else ExitCode.FAULT
        if job is not None and integration is not None:
            job = await own_id(backend, integration, job)
        entries = await backend.records.audit(job=job, integration=integration, actor=actor, since=start, limit=limit)
    if as_json:
        for entry in entries:
            print_json(entry)
        return ExitCode.OK
    if job is not None and entries:
        print_text(history_text(entries, f"History of job {job}", text_width()))
        return ExitCode.OK
    # Most acts have no reason: a column for them would only be wide.
    reasons = any(entry.reason for entry in entries)
    headings = ("SEQ", "AT", "ACTOR", "ACTION", "JOB", "OUTCOME", "OPERATION", "CAUSE", *(("REASON",) if reasons else ()))
    table = Table(*headings, widest=60)
    for entry in entries:
        where = f"{entry.integration}:{entry.job_id}" if entry.job_id else entry.integration
        said = (entry.cause, entry.reason) if reasons else (entry.cause,)
        table.add(entry.seq, when(entry.at), entry.actor, entry.action, where, entry.outcome, entry.operation_id, *said)
    if entries:
        table.finish()
    else:
        say("No entries")
    return ExitCode.OK


@click.group(invoke_without_command=True)
@json_option
@click.pass_context
def leases(ctx: click.Context, *, as_json: bool) -> int:
    """Show which jobs are being synced right now, and by whom (leases)."""
    return _list_leases(as_json=as_json) if ctx.invoked_subcommand is None else ExitCode.OK


@leases.command("break")
@click.argument("lease_id", type=ID, metavar="ID")
@reason_option
@json_option
@runs
async def break_lease(*, lease_id: str, as_json: bool) -> int:
    """Take a lease away from whoever holds it; a write that they still send is refused."""
    async with open_backend() as backend:
        await backend.records.break_lease(lease_id)
    if as_json:
        print_json({"broken": lease_id})
    else:
        print_line(f"the job may be synced again: removed the lease {lease_id}")
    return ExitCode.OK


@runs
async def _list_leases(*, as_json: bool) -> int:
    async with open_backend() as backend:
        found = await backend.records.leases()
    if as_json:
        print_json({"leases": found})
        return ExitCode.OK
    if not found:
        say("No job is being synced")
        return ExitCode.OK
    table = Table("ID", "JOB", "HOLDER", "SINCE", "EXPIRES")
    for each in found:
        table.add(each.id, f"{each.integration}:{each.job_id}", each.holder, when(each.since), when(each.expires))
    table.finish()
    return ExitCode.OK


def parse_head(text: str) -> RecordHead:
    """Return the head that ``--expect`` names.

    Raises:
        UsageError: It is none.
    """
    rows, _, found = text.strip().partition(":")
    if not (rows.isascii() and rows.isdigit() and len(rows) <= LONGEST_COUNT and (HASH.fullmatch(found) or (int(rows) == 0 and not found))):
        raise UsageError(
            f"--expect needs ROWS:HASH, such as 120:9f86d0..., not {clean(text, limit=80)!r}", remedy="jobsync audit --verify prints it"
        )
    return RecordHead(int(rows), found.lower())


def parse_since(text: str, moment: datetime) -> datetime:
    """Return the time that ``--since`` names: an age before ``moment``, or a date or time in ISO 8601, in UTC where it does not say.

    Raises:
        UsageError: It is neither.
    """
    try:
        return moment - parse_duration(text)
    except (ValueError, OverflowError):
        pass
    try:
        named = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(f"--since needs an age such as 7d or a date such as 2026-01-31, not {clean(text, limit=40)!r}") from None
    return named if named.tzinfo is not None else named.replace(tzinfo=moment.tzinfo)
