"""``columns``: what a new export would become, and the tables to paste into the configuration."""

from __future__ import annotations

from pathlib import Path

import click

from ..backend.core.errors import ExitCode
from ..backend.core.models import ExportOptions, ExportReport
from ..backend.core.named_files import from_root
from ..backend.core.text import counted
from .options import MOST, json_option
from .output import print_json, print_line, say
from .session import open_backend, runs
from .tables import Table


def _absolute(_ctx: click.Context, _param: click.Parameter, file: Path) -> Path:
    return from_root(file)


def _pairs(_ctx: click.Context, _param: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:
    pairs = [value.partition("=") for value in values]
    if wrong := next((value for value, (field, _, column) in zip(values, pairs, strict=True) if not field or not column), None):
        raise click.BadParameter(f"{wrong!r} is not FIELD=COLUMN")
    return {field.strip(): column for field, _, column in pairs}


@click.command()
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path), callback=_absolute)
@click.option("--sheet", metavar="NAME", help="The sheet of a workbook, instead of the first.")
@click.option("--header-row", type=click.IntRange(1, MOST), metavar="LINE", help="The line with the headings, from 1.")
@click.option("--records", metavar="PATH", help="Where in a JSON document the list of jobs is, such as data.results.")
@click.option("--encoding", metavar="NAME", help="The encoding of the text, such as cp1252.")
@click.option("--date", "dates", multiple=True, metavar="FORMAT", help="A format of dates, such as %d.%m.%Y; may be given several times.")
@click.option(
    "--column", "named", multiple=True, metavar="FIELD=COLUMN", callback=_pairs, help="What holds a field, such as 'id=Ref. no.'."
)
@json_option
@runs
async def columns(
    *,
    file: Path,
    sheet: str | None,
    header_row: int | None,
    records: str | None,
    encoding: str | None,
    dates: tuple[str, ...],
    named: dict[str, str],
    as_json: bool,
) -> int:
    """Show what the columns of an export FILE would become, and the tables to paste into the configuration.

    FILE is a CSV file, an Excel workbook, JSON or JSON lines, or a pattern of which the newest is read. Nothing is kept of it.
    """
    async with open_backend() as backend:
        report = await backend.integrations.columns(file, ExportOptions(named, dates, encoding, header_row, sheet, records))
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
