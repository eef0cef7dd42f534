"""``rules coverage``: how far the rules reach."""

from __future__ import annotations

import click

from ..backend.core.errors import ExitCode
from ..backend.core.text import among, counted
from ..documents.coverage import coverage_document
from ..documents.document import as_text
from .options import integration_option, json_option
from .output import print_json, print_line, print_text, text_width
from .progress import progress_line
from .session import open_backend, runs


@click.command()
@integration_option
@click.option("--days", type=click.IntRange(1, 366), default=14, show_default=True, metavar="N", help="The results of the last N days.")
@click.option("--near", is_flag=True, help="Also the single conditions that keep jobs from matching; evaluates every job.")
@json_option
@runs
async def coverage(*, integration: str | None, days: int, near: bool, as_json: bool) -> int:
    """Show how many jobs the rules match (coverage): which are eligible, why the others are not, and how their syncs ended."""
    async with open_backend() as backend:
        with progress_line() as line:
            await backend.eligibility.evaluate_all(
                integration, lambda done, total: line.show(f"evaluated {done:,} of {counted(total, 'job')}")
            )
            found = await backend.coverage.overview(integration, days=days)
            close = None
            if near:
                close = await backend.coverage.near(
                    integration, lambda done: line.show(f"evaluated {done:,} of {counted(found.jobs, 'job')}")
                )
        part = (await backend.rules.authority()).part
    if as_json:
        print_json({"coverage": found, "near": close, "among": part})
        return ExitCode.OK
    document = coverage_document(found, close, text_width(), counting=False)
    if integration is None and part is not None:
        print_line(f"Counted {among(part)}")
    print_text(as_text(document))
    return ExitCode.OK
