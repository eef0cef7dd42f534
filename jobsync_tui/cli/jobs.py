"""``jobs`` and ``fetch``: the cached jobs, and one straight from the ATS."""

from __future__ import annotations

import csv
import sys
from collections.abc import AsyncIterator, Sequence
from dataclasses import fields, replace
from typing import TYPE_CHECKING

import click

from ..backend.core.clock import now
from ..backend.core.errors import ExitCode, UsageError
from ..backend.core.models import CachedJob, ListView, Scope
from ..backend.core.text import clean, csv_cell, differs
from ..documents import words
from ..documents.job import job_text
from ..documents.subject import Subject
from .completing import sort_fields, view_names
from .options import ID, MOST, integration_option, integrations_option, json_option
from .output import print_json, print_text, say, text_width, when
from .session import evaluate_first, named_jobs, open_backend, runs, scope_of
from .sorting import SORT_HELP, parse_sort
from .tables import Table

if TYPE_CHECKING:
    from ..backend.services.backend import Backend

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

_NONE = "No jobs: jobsync refresh fills the cache, and --filter may be too narrow"

_OURS = ("not_loaded", "unread", "cached_at")
_FIELDS = (*(each.name for each in fields(CachedJob) if each.name not in _OURS), *_OURS)


@click.command()
@integrations_option
@click.option(
    "--filter", "filter_text", default="", metavar="Q", help="Only jobs that match, such as 'nurse is:open custom.shift:nights updated<7d'."
)
@click.option("--sort", "sort_text", shell_complete=sort_fields, metavar="FIELD", help=SORT_HELP)
@click.option(
    "--view",
    "view_name",
    shell_complete=view_names,
    metavar="NAME",
    help="Filter, order and columns as views save kept them. --filter narrows further, --sort takes the place of the view's order.",
)
@click.option("--limit", type=click.IntRange(1, MOST), metavar="N", help="At most N jobs.")
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV, safe to open in a spreadsheet; with --view, its columns.")
@json_option
@runs
async def jobs(
    *,
    integrations: tuple[str, ...],
    filter_text: str,
    sort_text: str | None,
    view_name: str | None,
    limit: int | None,
    as_csv: bool,
    as_json: bool,
) -> int:
    """List cached jobs, of every integration unless one is named: all of them, unless filtered or limited.

    With --json, one whole object a line, whatever the columns of a view.
    """
    if as_csv and as_json:
        raise UsageError("--json and --csv exclude each other")
    sort = parse_sort(sort_text)
    async with open_backend() as backend:
        listing = await _listing(backend, await scope_of(backend, integrations), filter_text, view_name)
        scope = Scope(listing.integrations)
        if listing.filter:
            await evaluate_first(backend, listing.filter, scope)
        asked = (listing.filter, sort or listing.sort, limit)
        if as_json:
            async for job in backend.jobs.stream(scope, *asked):
                print_json(job_document(job))
            return ExitCode.OK
        if as_csv:
            columns = listing.columns or _CSV_COLUMNS
            await _print_csv(columns, backend.jobs.cells(scope, columns, *asked))
            return ExitCode.OK
        if listing.columns:
            found = backend.jobs.cells(scope, listing.columns, *asked)
            count = await _print_columns(listing.columns, found)
        else:
            count = await _print_table(backend.jobs.stream(scope, *asked))
        if not count and listing.filter:
            why = await backend.jobs.why_none(scope, listing.filter)
            if why is not None:
                say(why)
    return ExitCode.OK


async def _listing(backend: Backend, scope: Scope, filter_text: str, view_name: str | None) -> ListView:
    """Return what is to be listed: what the view keeps, narrowed by the filter; without a view, what the filter asks for.

    Raises:
        UsageError: There is no such view, it is not for the integration, or cannot be used any more.
        FilterError: Says where the filter that was typed is wrong.
    """
    if view_name is None:
        return ListView(name="", filter=filter_text, integrations=scope.integrations)
    saved = await backend.views.get(view_name)
    if saved.wrong is not None:
        raise UsageError(f"The view {saved.address} cannot be used as it is: {saved.wrong}", remedy="jobsync views save keeps it anew")
    if not saved.is_for(scope):
        raise UsageError(f"The view {saved.address} is not for {scope.name}", remedy=f"It is for {', '.join(saved.integrations)}")
    if filter_text.strip():
        # By itself first, so that its place is told in what was typed.
        await backend.jobs.check_filter(filter_text)
    meant = tuple(each for each in saved.integrations if each in scope)
    return replace(saved.view, filter=f"{saved.view.filter} {filter_text}".strip(), integrations=meant)


@click.command()
@integration_option
@click.argument("job_id", type=ID, metavar="JOB_ID")
@json_option
@runs
async def fetch(*, integration: str | None, job_id: str, as_json: bool) -> int:
    """Read a job straight from the ATS by its exact id, and into the cache."""
    async with open_backend() as backend:
        ((meant, own),) = await named_jobs(backend, [] if integration is None else [integration], [job_id])
        job = await backend.jobs.fetch(meant, own)
        summary = await backend.integrations.get(meant)
    if as_json:
        print_json({"job": job_document(job)})
    else:
        print_text(job_text(job, Subject(integration=summary, now=now(), cached=job), text_width()))
    return ExitCode.OK


def job_document(job: CachedJob) -> dict[str, object]:
    """Return a job as the documents have it: the fields that are promised, in their order, and ours behind them."""
    return {name: getattr(job, name) for name in _FIELDS}


async def _print_csv(columns: Sequence[str], found: AsyncIterator[tuple[str, ...]]) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow([csv_cell(name) for name in columns])
    async for cells in found:
        writer.writerow([csv_cell(cell) for cell in cells])


async def _print_columns(columns: Sequence[str], found: AsyncIterator[tuple[str, ...]]) -> int:
    """Print chosen columns of the jobs, and return how many jobs there are."""
    table = Table(*(clean(name).upper().replace("_", " ") for name in columns), widest=48)
    count = 0
    async for cells in found:
        count += 1
        table.add(*cells)
    if count:
        table.finish()
    else:
        say(_NONE)
    return count


async def _print_table(found: AsyncIterator[CachedJob]) -> int:
    """Print the jobs, and return how many they are."""
    table = Table("NAME", "ATS JOB ID", "LOCATION", "CLIENT", "STATUS", "SYNC", "LAST SYNCED", "INTEGRATION", widest=48)
    count = 0
    async for job in found:
        count += 1
        more = f" +{len(job.locations) - 1}" if len(job.locations) > 1 else ""
        place = f"{words.place(job.location) or '-'}{more}"
        table.add(_name(job), job.id, place, job.client, job.status, job.sync_status, when(job.last_synced), job.integration)
    if count:
        table.finish()
    else:
        say(_NONE)
    return count


def _name(job: CachedJob) -> str:
    if not job.name:
        return "(no name)"
    return f"{clean(job.name)} [!]" if differs(job.name) else job.name
