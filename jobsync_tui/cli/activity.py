"""``runs``: the runs of the automatic sync and everything else that was done, over all integrations, by a filter."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

import click
from msgspec import to_builtins

from ..backend.core.errors import ExitCode
from ..backend.core.filter_words import field_is
from ..backend.core.models import Activity, TimerRun
from ..documents.activity import by_words, reference_of, result_words, what_words, why_words
from .options import MOST, integration_option, json_option
from .output import print_json, say, when
from .session import open_backend, runs
from .tables import Table

if TYPE_CHECKING:
    from ..backend.services.backend import Backend

AT_ONCE = 500
"""Lines that are read at once."""


@click.command("runs")
@integration_option
@click.option(
    "--filter",
    "filter_text",
    default="",
    metavar="Q",
    help="Only these: that of jobs, and result:failed, by:alice, reason:upgrade, since:7d, on:yesterday, is:write.",
)
@click.option("--since", metavar="AGE", help="The last 7d, 12h, ... or since a date; 14 days where nothing is said.")
@click.option("--run", "number", type=click.IntRange(1, MOST), metavar="N", help="What the run with this number wrote.")
@click.option("--limit", type=click.IntRange(1, MOST), metavar="N", help="At most the N newest.")
@json_option
@runs
async def list_runs(
    *, integration: str | None, filter_text: str, since: str | None, number: int | None, limit: int | None, as_json: bool
) -> int:
    """Show automatic runs and what everybody did, newest first. With --json, one object a line.

    What a run wrote is shown with it by --run; a filter that asks for writes (words, result:, is:write) lists them one by one.
    """
    async with open_backend() as backend:
        if integration is not None:
            await backend.integrations.get(integration)
        filter_text = with_options(filter_text, integration, since)
        lines = _of_run(backend, number, limit) if number is not None else _matching(backend, filter_text, limit)
        table = Table("AT", "WHAT", "INTEGRATION", "JOB", "BY", "RESULT", "ID", "WHY", widest=48)
        found = 0
        async for each in lines:
            found += 1
            if as_json:
                print_json(_document(each))
            else:
                table.add(*_cells(each))
    if found and not as_json:
        table.finish()
    elif not found:
        say("Nothing was done" if not filter_text else "Nothing that was done matches")
    return ExitCode.OK


def with_options(filter_text: str, integration: str | None, since: str | None) -> str:
    """Return a filter with what two options say in other words."""
    options = {"integration": integration, "since": since}
    further = (field_is(field, value) for field, value in options.items() if value is not None)
    return " ".join(part for part in (filter_text, *further) if part)


async def _matching(backend: Backend, filter_text: str, limit: int | None) -> AsyncIterator[Activity]:
    offset = 0
    while limit is None or offset < limit:
        wanted = AT_ONCE if limit is None else min(AT_ONCE, limit - offset)
        page = await backend.activity.page(filter_text, offset, wanted)
        for line in page.lines:
            yield line
        offset += len(page.lines)
        if len(page.lines) < wanted:
            return


async def _of_run(backend: Backend, number: int, limit: int | None) -> AsyncIterator[Activity]:
    for entry in await backend.activity.writes(number, 0, MOST if limit is None else limit):
        yield entry


def _cells(line: Activity) -> tuple[object, ...]:
    began, job_id, reference = (
        (line.started_at, None, line.number) if isinstance(line, TimerRun) else (line.at, line.job_id, reference_of(line))
    )
    return when(began), what_words(line), line.integration, job_id, by_words(line), result_words(line), reference, why_words(line)


def _document(line: Activity) -> dict[str, Any]:
    return {"kind": "run" if isinstance(line, TimerRun) else "write", **to_builtins(line)}
