"""The list of jobs as a CSV file, in its columns and its order."""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import AsyncIterator, Sequence
from functools import partial
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
    from ...session.runs import Errand
    from ..base import Host
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
        screen.work(_copy(screen.host, query), group="export")
        return
    name = f"jobsync-{query.scope.one or 'all'}-{clock.now():%Y%m%d-%H%M%S}.csv"

    def named(answer: str | None) -> None:
        if answer is not None:
            file = file_of(answer)
            screen.host.runs.errand(f"the list is being written into {clean(file.name)}", partial(_write, screen.host, query, file))

    question = Question(title="Write the list into which new CSV file?", value=str(working_directory() / name), check=new_file)
    screen.app.push_screen(PromptScreen(question), named)


async def _write(host: Host, query: JobQuery, file: Path, errand: Errand) -> None:
    columns = query.columns or usual_columns(query.scope)
    number = 0
    try:
        with whole_file(file) as whole, whole.open("w", encoding="utf-8", newline="") as out:
            out.write(csv_text([columns]))
            async for rows in _batches(_cells(host, query, columns)):
                number += len(rows)
                errand.so_far = counted(number, "job")
                await asyncio.to_thread(out.write, csv_text(rows))
    except FileExistsError:
        host.tell(f"{clean(str(file))} exists by now, and is not overwritten", Severity.ERROR, remedy="Choose another name")
        return
    except OSError as error:
        host.tell(f"{clean(str(file))} cannot be written: {error.strerror}", Severity.ERROR)
        return
    host.tell(f"{counted(number, 'job is', 'jobs are')} in {clean(str(file))}")


async def _copy(host: Host, query: JobQuery) -> None:
    columns = query.columns or usual_columns(query.scope)
    rows = [row async for row in _cells(host, query, columns, MOST_COPIED)]
    if len(rows) == MOST_COPIED:
        host.tell(f"Only the first {MOST_COPIED:,} jobs are copied", Severity.WARNING)
    host.copy(csv_text([columns, *rows]), f"{counted(len(rows), 'job')} as CSV")


def _cells(host: Host, query: JobQuery, columns: Sequence[str], limit: int | None = None) -> AsyncIterator[tuple[str, ...]]:
    return host.backend.jobs.cells(query.scope, columns, query.text, query.sort, limit, marked=query.marked)


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
