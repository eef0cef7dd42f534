"""``columns``: what a new export would become, and the tables to paste into the configuration."""

from __future__ import annotations

from pathlib import Path

import click

from ..backend.core.errors import ExitCode
from ..backend.core.models import ExportReport
from ..backend.core.text import counted
from .options import json_option
from .output import print_json, print_line, say
from .session import open_backend, runs
from .tables import Table


def _absolute(_ctx: click.Context, _param: click.Parameter, file: Path) -> Path:
    return file.absolute()


@click.command()
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path), callback=_absolute)
@json_option
@runs
async def columns(*, file: Path, as_json: bool) -> int:
    """Show what the columns of an export FILE would become, and the tables to paste into the configuration.

    FILE is a CSV file, an Excel workbook, JSON or JSON lines. Nothing is kept of it.
    """
    async with open_backend() as backend:
        report = await backend.integrations.columns(file)
    if as_json:
        print_json(report)
    else:
        _print(report)
    return ExitCode.OK


def _print(report: ExportReport) -> None:
    print_line(f"{report.file}: {counted(report.rows, 'row')}, {counted(report.jobs, 'job')}")
    table = Table("COLUMN", "BECOMES", "SAMPLES")
    for each in report.columns:
        table.add(each.column, each.field, " | ".join(each.samples))
    table.finish()
    if report.statuses:
        print_line("Status words: " + ", ".join(f"{each.word} ({each.count:,}): {each.status}" for each in report.statuses[:30]))
    for words in (*report.notes, *(each.words for each in report.left_out), *(f"set aside: {each}" for each in report.set_aside)):
        say(f"    {words}")
    print_line("To paste into the integration's table:")
    for line in report.tables:
        print_line(line)
