"""The list of jobs as a CSV file, in its columns and its order."""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ...backend.core import clock
from ...backend.core.models import usual_columns
from ...backend.core.named_files import working_directory
from ...backend.core.new_file import whole_file
from ...backend.core.text import clean, counted, csv_cell
from ...session.notices import Severity
from ..files import file_of, new_file
from ..prompt import PromptScreen, Question

if TYPE_CHECKING:
    from .job_list import JobQuery
    from .jobs import JobsScreen

AT_ONCE = 500
"""Jobs that are written at once."""
MOST_COPIED = 2_000
"""Jobs that are sent to a terminal's clipboard, where no file may be written."""


def export(screen: JobsScreen) -> None:
    """Ask for the name of a file and write the list of the jobs screen into it; over the clipboard for one whom an account speaks for."""
    query = screen.query_now
    if screen.host.confined:
        screen.work(_copy(screen, query), group="export")
        return
    name = f"jobsync-{query.scope.one or 'all'}-{clock.now():%Y%m%d-%H%M%S}.csv"

    def named(answer: str | None) -> None:
        if answer is not None:
            screen.work(_write(screen, query, file_of(answer)), group="export")

    question = Question(title="Write the list into which new CSV file?", value=str(working_directory() / name), check=new_file)
    screen.app.push_screen(PromptScreen(question), named)


async def _write(screen: JobsScreen, query: JobQuery, file: Path) -> None:
    columns = query.columns or usual_columns(query.scope)
    number = 0
    try:
        with whole_file(file) as whole, whole.open("w", encoding="utf-8", newline="") as out:
            out.write(csv_text([columns]))
            async for rows in _batches(_cells(screen, query, columns)):
                number += len(rows)
                await asyncio.to_thread(out.write, csv_text(rows))
    except OSError as error:
        screen.host.tell(f"{clean(str(file))} cannot be written: {error.strerror}", Severity.ERROR)
        return
    screen.host.tell(f"{counted(number, 'job is', 'jobs are')} in {clean(str(file))}")


async def _copy(screen: JobsScreen, query: JobQuery) -> None:
    columns = query.columns or usual_columns(query.scope)
    rows = [row async for row in _cells(screen, query, columns, MOST_COPIED)]
    if len(rows) == MOST_COPIED:
        screen.host.tell(f"Only the first {MOST_COPIED:,} jobs are copied", Severity.WARNING)
    screen.host.copy(csv_text([columns, *rows]), f"{counted(len(rows), 'job')} as CSV")


def _cells(screen: JobsScreen, query: JobQuery, columns: Sequence[str], limit: int | None = None) -> AsyncIterator[tuple[str, ...]]:
    return screen.backend.jobs.cells(query.scope, columns, query.text, query.sort, limit, marked=query.marked)


async def _batches(rows: AsyncIterator[tuple[str, ...]]) -> AsyncIterator[list[tuple[str, ...]]]:
    batch: list[tuple[str, ...]] = []
    async for row in rows:
        batch.append(row)
        if len(batch) == AT_ONCE:
            yield batch
            batch = []
    if batch:
        yield batch


def csv_text(rows: Sequence[Sequence[str]]) -> str:
    """Return rows as CSV that a spreadsheet shows and never computes."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([csv_cell(cell) for cell in row] for row in rows)
    return text.getvalue()
