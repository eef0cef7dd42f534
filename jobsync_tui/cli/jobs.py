"""``jobs`` and ``fetch``: the cached jobs, and one straight from the ATS."""

from __future__ import annotations

import csv
import sys
from collections.abc import AsyncIterator
from dataclasses import fields

import click

from ..backend.core.errors import ExitCode, UsageError
from ..backend.core.models import CachedJob, Location, Sort, SortField
from ..backend.core.text import clean, csv_cell, differs
from .completing import sort_fields
from .explanation import value_words
from .options import ID, MOST, integration_option, json_option
from .output import print_json, print_line, say, when
from .session import chosen, chosen_or_all, evaluate_first, open_backend, runs
from .tables import Table

_CSV_COLUMNS = (
    "integration",
    "id",
    "name",
    "status",
    "location",
    "department",
    "client",
    "owner",
    "requisition_id",
    "employment_type",
    "tags",
    "url",
    "created_at",
    "updated_at",
    "sync_status",
    "last_synced",
    "target_id",
)

_OURS = ("not_loaded", "cached_at")
_FIELDS = (*(each.name for each in fields(CachedJob) if each.name not in _OURS), *_OURS)


@click.command()
@integration_option
@click.option(
    "--filter", "filter_text", default="", metavar="Q", help="Only jobs that match, such as 'nurse is:open custom.shift:nights updated<7d'."
)
@click.option(
    "--sort",
    "sort_text",
    shell_complete=sort_fields,
    metavar="FIELD",
    help=f"Sort by one of {', '.join(SortField)}; -FIELD turns the order round.",
)
@click.option("--limit", type=click.IntRange(1, MOST), metavar="N", help="At most N jobs.")
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV, safe to open in a spreadsheet.")
@json_option
@runs
async def jobs(*, integration: str | None, filter_text: str, sort_text: str | None, limit: int | None, as_csv: bool, as_json: bool) -> int:
    """List cached jobs: all of them, unless filtered or limited. With --json, one object a line."""
    if as_csv and as_json:
        raise UsageError("--json and --csv exclude each other")
    sort = parse_sort(sort_text)
    async with open_backend() as backend:
        if filter_text:
            await evaluate_first(backend, filter_text, integration)
        found = backend.jobs.stream(integration, filter_text, sort, limit)
        if as_json:
            async for job in found:
                print_json(job_document(job))
        elif as_csv:
            await _print_csv(found)
        elif not await _print_table(found) and filter_text:
            for each in await chosen_or_all(backend, integration):
                why = await backend.jobs.why_none(each.id, filter_text)
                if why is not None:
                    say(why)
    return ExitCode.OK


@click.command()
@integration_option
@click.argument("job_id", type=ID, metavar="JOB_ID")
@json_option
@runs
async def fetch(*, integration: str | None, job_id: str, as_json: bool) -> int:
    """Read a job straight from the ATS by its exact id, and into the cache."""
    async with open_backend() as backend:
        job = await backend.jobs.fetch((await chosen(backend, integration)).id, job_id)
    if as_json:
        print_json({"job": job_document(job)})
    else:
        _print_job(job)
    return ExitCode.OK


def job_document(job: CachedJob) -> dict[str, object]:
    """Return a job as the documents have it: the fields that are promised, in their order, and ours behind them."""
    return {name: getattr(job, name) for name in _FIELDS}


def parse_sort(text: str | None) -> Sort | None:
    """Return the sort that ``--sort`` names: a field ascending, or with a minus before it descending.

    Raises:
        UsageError: There is no such column.
    """
    if text is None:
        return None
    name = text.removeprefix("-")
    try:
        return Sort(SortField(name), descending=text.startswith("-"))
    except ValueError:
        raise UsageError(f"Jobs cannot be sorted by {clean(name, limit=40)!r}", remedy=f"One of: {', '.join(SortField)}") from None


async def _print_csv(found: AsyncIterator[CachedJob]) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(_CSV_COLUMNS)
    async for job in found:
        writer.writerow([csv_cell(_cell(job, column)) for column in _CSV_COLUMNS])


def _cell(job: CachedJob, column: str) -> object:
    if column == "location":
        return _place(job.location)
    if column == "tags":
        return ", ".join(job.tags)
    if column in {"created_at", "updated_at", "last_synced"}:
        moment = getattr(job, column)
        return None if moment is None else when(moment)
    return getattr(job, column)


async def _print_table(found: AsyncIterator[CachedJob]) -> int:
    """Print the jobs, and return how many they are."""
    table = Table("NAME", "ATS JOB ID", "LOCATION", "CLIENT", "STATUS", "SYNC", "LAST SYNCED", "INTEGRATION", widest=48)
    count = 0
    async for job in found:
        count += 1
        more = f" +{len(job.locations) - 1}" if len(job.locations) > 1 else ""
        place = f"{_place(job.location) or '-'}{more}"
        table.add(_name(job), job.id, place, job.client, job.status, job.sync_status, when(job.last_synced), job.integration)
    if count:
        table.finish()
    else:
        say("No jobs: jobsync refresh fills the cache, and --filter may be too narrow")
    return count


def _print_job(job: CachedJob) -> None:
    rows = {
        "Name": _name(job),
        "ATS job id": job.id,
        "Integration": job.integration,
        "Status": job.status if job.ats_status is None else f"{job.status} ({job.ats_status})",
        "Locations": "; ".join(filter(None, map(_place, job.locations or ((job.location,) if job.location else ())))),
        "Department": job.department,
        "Client": job.client,
        "Owner": job.owner,
        "Requisition": job.requisition_id,
        "Type": job.employment_type,
        "Visibility": job.visibility,
        "Tags": ", ".join(job.tags),
        "Link": job.url,
        "Updated": when(job.updated_at),
        "Sync": f"{job.sync_status}, last {when(job.last_synced)}",
    }
    for label, value in rows.items():
        if value:
            print_line(f"{label:<12} {value}")
    for name, custom in job.custom.items():
        print_line(f"  {name}: {value_words(custom)}")


def _name(job: CachedJob) -> str:
    if not job.name:
        return "(no name)"
    return f"{clean(job.name)} [!]" if differs(job.name) else job.name


def _place(location: Location | None) -> str | None:
    if location is None:
        return None
    return location.text or ", ".join(part for part in (location.city, location.region, location.country) if part) or None
