"""The jobs that a change of the rules concerns, as a list to filter and to take along, and one of them exactly."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType

from ...backend.core import clock
from ...backend.core.errors import FilterError
from ...backend.core.models import ImpactJob, ImpactList, RuleImpact
from ...backend.core.named_files import working_directory
from ...backend.core.new_file import whole_file
from ...backend.core.text import counted
from ...commands import Group, bindings
from ...documents.impact import LISTS, export_text, job_document
from ...documents.layout import fit
from ...session.notices import Severity
from ...widgets.content import line
from ...widgets.filter_bar import FilterBar
from ...widgets.impact_table import ImpactTable
from ...widgets.line import Line, StatusLine
from ...widgets.table.messages import RowSelected
from .. import routes
from ..base import JobsyncScreen
from ..dialog import DialogScreen

if TYPE_CHECKING:
    from ...backend.services.backend import Backend
    from ...session.runs import Errand


class ImpactJobScreen(DialogScreen[None]):
    """Shows exactly what a change of the rules does to one job.

    Args:
        impact: What the change would do.
        integration: Where the job is from.
        job_id: Its ATS job id.
    """

    GROUPS = (Group.IMPACT_JOB,)
    BINDINGS: ClassVar[list[BindingType]] = bindings(Group.IMPACT_JOB)
    HEADING = "Impact on one job"

    def __init__(self, impact: RuleImpact, integration: str, job_id: str) -> None:
        super().__init__()
        self._impact = impact
        self._integration = integration
        self._job_id = job_id

    def on_mount(self) -> None:
        """Read the job."""
        self.document.focus()
        self.set_heading(f"{self._integration} > job {self._job_id}")
        self.set_busy("Reading ...")
        self.work(self._read(), group="read", about=self._job_id)

    def action_check(self) -> None:
        """Check the job by the rules in force."""
        self.host.open(routes.Eligibility(self._integration, self._job_id))

    def action_copy(self) -> None:
        """Copy what is shown."""
        self.host.copy("\n".join(row.line.text for row in self.document.rows) + "\n", f"impact on job {self._job_id}")

    async def _read(self) -> None:
        sample = await self.backend.impacts.job(self._integration, self._job_id, self._impact)
        self.set_heading(f"{self._integration} > job {self._job_id}", f"Impact on {fit(sample.name, 46)}" if sample.name else self.HEADING)
        self.show(lambda width: job_document(sample, width))


MOST_COPIED = 2_000
"""Jobs that are sent to a terminal's clipboard; where a file can be written, all go there."""


class ImpactRows:
    """The jobs of one list that match a filter, by window."""

    def __init__(self, backend: Backend, impact: RuleImpact, which: ImpactList, filter_text: str) -> None:
        self._backend = backend
        self._impact = impact
        self._which = which
        self._filter = filter_text

    async def window(self, offset: int, limit: int) -> Sequence[ImpactJob]:
        """Return rows, for the table's `RowSource`."""
        page = await self._backend.impacts.page(self._impact, self._which, filter_text=self._filter, offset=offset, limit=limit)
        return page.jobs

    async def open(self, limit: int) -> tuple[int, Sequence[ImpactJob]]:
        """Return how many jobs there are, and the first ones."""
        page = await self._backend.impacts.page(self._impact, self._which, filter_text=self._filter, limit=limit)
        return page.total, page.jobs


class ImpactListScreen(JobsyncScreen[None]):
    """Lists the jobs.

    Args:
        impact: What a change would do.
        which: Which of its lists.
        title: What the change is.
    """

    GROUPS = (Group.IMPACT,)
    BINDINGS: ClassVar[list[BindingType]] = bindings(Group.IMPACT)
    AUTO_FOCUS = "ImpactTable"

    def __init__(self, impact: RuleImpact, which: ImpactList, title: str) -> None:
        super().__init__()
        self._impact = impact
        self._which = which
        self._title = title

    def compose(self) -> ComposeResult:
        """Lay the screen out."""
        yield Line(line((f" {LISTS[self._which]}", "bold"), (f"   {self._title}", "$text-muted")), id="impact-heading")
        table = ImpactTable(id="impact-table")
        yield FilterBar("", table)
        yield table
        yield StatusLine(id="impact-status")
        yield self.footer

    def on_mount(self) -> None:
        """List the jobs."""
        self._list()

    @property
    def table(self) -> ImpactTable:
        """The table."""
        return self.query_one(ImpactTable)

    @property
    def bar(self) -> FilterBar:
        """The filter."""
        return self.query_one(FilterBar)

    def action_filter(self) -> None:
        """Type in the filter."""
        self.bar.start()

    def action_back(self) -> None:
        """Clear the filter first, then go back."""
        if self.bar.value:
            self.bar.value = ""
        else:
            super().action_back()

    async def action_open(self) -> None:
        """Show exactly what the change does to the job under the cursor."""
        job = await self.table.key_here()
        if job is not None:
            self.host.open(routes.ImpactJob(self._impact, *job))

    async def action_check(self) -> None:
        """Check the job under the cursor by the rules in force."""
        job = await self.table.key_here()
        if job is not None:
            self.host.open(routes.Eligibility(*job))

    def action_export(self) -> None:
        """Take the list along: into a file, or over the clipboard where no file may be written."""
        text = self.bar.value
        if self.host.confined:
            self.work(self._copy(text), group="export")
        else:
            self.host.runs.errand("the list is being written", partial(self._write, text))

    @on(RowSelected)
    async def _selected(self) -> None:
        await self.action_open()

    @on(FilterBar.Changed)
    def _typed(self) -> None:
        self._list()

    def _list(self) -> None:
        self.work(self._search(self.bar.value), group="search")

    async def _search(self, text: str) -> None:
        rows = ImpactRows(self.backend, self._impact, self._which, text)
        try:
            total, first = await rows.open(3 * self.table.page)
        except FilterError as error:
            self.bar.show_wrong(error.position)
            self.query_one(StatusLine).put("filter", line((f" x {error.message}", "$text-error")))
            return
        self.bar.show_wrong(None)
        self.query_one(StatusLine).put("filter", None)
        self.bar.show_matches(total)
        self.table.show(rows, count=total, offset=0, rows=first, cursor=0)

    def _export_title(self) -> str:
        return f"{self._title}: {LISTS[self._which]}, against r{self._impact.before.revision}"

    async def _copy(self, text: str) -> None:
        page = await self.backend.impacts.page(self._impact, self._which, filter_text=text, limit=MOST_COPIED)
        if not page.jobs:
            self._nothing_to_write(text)
            return
        if page.total > len(page.jobs):
            self.host.tell(f"Only the first {MOST_COPIED:,} of {counted(page.total, 'job fits', 'jobs fit')}", Severity.WARNING)
        self.host.copy(export_text(self._export_title(), page.jobs), f"{counted(len(page.jobs), 'job')} as CSV")

    async def _write(self, text: str, errand: Errand) -> None:
        title = self._export_title()
        jobs: list[ImpactJob] = []
        async for job in self.backend.impacts.stream(self._impact, self._which, filter_text=text):
            jobs.append(job)
            errand.so_far = counted(len(jobs), "job")
        if not jobs:
            self._nothing_to_write(text)
            return
        file = working_directory() / f"jobsync-impact-{clock.now():%Y%m%d-%H%M%S}.csv"
        try:
            with whole_file(file) as whole:
                await asyncio.to_thread(whole.write_text, export_text(title, jobs), encoding="utf-8")
        except OSError as error:
            self.host.tell(f"{file} cannot be written: {error.strerror}", Severity.ERROR)
            return
        self.host.tell(f"{counted(len(jobs), 'job is', 'jobs are')} in {file}")

    def _nothing_to_write(self, text: str) -> None:
        self.host.tell("Nothing to write: no job of the list matches the filter" if text else "Nothing to write: no job is in the list")
