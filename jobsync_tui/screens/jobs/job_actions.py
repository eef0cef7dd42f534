"""What the keys of the jobs screen do."""

from __future__ import annotations

from textual import on

from ...backend.core import clock
from ...backend.core.models import IntegrationSummary, Sort, SortField
from ...backend.core.text import counted
from ...session.marks import Marks
from ...session.memory import View
from ...session.notices import Severity
from ...widgets.filter_bar import FilterBar
from ...widgets.job_detail import JobDetail
from ...widgets.job_table import JobTable
from ...widgets.table.messages import RowSelected
from .. import routes
from ..base import JobsyncScreen
from ..menu import Entry, MenuScreen
from .job_list import JobList, JobQuery
from .job_words import read_only_words

MOST_MARKED = 100_000
"""Jobs that can be marked at once."""

SORT_WORDS: dict[SortField, str] = {
    SortField.UPDATED_AT: "Changed in the ATS",
    SortField.NAME: "Job name",
    SortField.ID: "ATS job id",
    SortField.LOCATION: "Location",
    SortField.CLIENT: "Client",
    SortField.DEPARTMENT: "Department",
    SortField.STATUS: "Status in the ATS",
    SortField.SYNC_STATUS: "Sync status",
    SortField.LAST_SYNCED: "Last synced",
    SortField.CREATED_AT: "Created in the ATS",
}
_NEWEST_FIRST = {SortField.UPDATED_AT, SortField.LAST_SYNCED, SortField.CREATED_AT}


class JobActions(JobsyncScreen[None]):
    """The actions; `jobs.JobsScreen` has what they act on."""

    integration: str
    summary: IntegrationSummary | None
    view: View
    marks: Marks
    only_marked: bool
    listed: JobList | None

    @property
    def table(self) -> JobTable:
        """The table."""
        raise NotImplementedError

    @property
    def bar(self) -> FilterBar:
        """The filter."""
        raise NotImplementedError

    @property
    def query_now(self) -> JobQuery:
        """What is to be listed at this moment."""
        raise NotImplementedError

    def search(self, *, keep_line: bool = False) -> None:
        """List what is asked for now."""
        raise NotImplementedError

    # ---- finding -----------------------------------------------------------------------------------------------------

    def action_filter(self) -> None:
        """Type in the filter."""
        self.bar.start()

    def action_back(self) -> None:
        """Clear the filter, then show all again where only the marked were shown."""
        if self.bar.value:
            self.bar.value = ""
        elif self.only_marked:
            self.action_only_marked()
        else:
            super().action_back()

    def action_sort(self) -> None:
        """Choose the column to sort by."""
        sort = self.view.sort
        now = "descending now" if sort.descending else "ascending now"
        entries = [
            Entry(field, words, f"{now}; again turns it around" if field is sort.field else "") for field, words in SORT_WORDS.items()
        ]

        def chosen(field: str | None) -> None:
            if field is not None:
                self.sort_by(SortField(field))

        self.app.push_screen(MenuScreen("Sort by", entries, chosen=sort.field), chosen)

    def sort_by(self, field: SortField) -> None:
        """Sort by ``field``; the same one again turns the order around."""
        sort = self.view.sort
        descending = not sort.descending if field is sort.field else field in _NEWEST_FIRST
        self.view = View(self.view.filter, Sort(field, descending))
        self.search(keep_line=True)

    # ---- marking -----------------------------------------------------------------------------------------------------

    def action_mark(self) -> None:
        """Mark the job under the cursor, or take its mark away."""
        job_id = self.table.cursor_key
        if job_id is not None:
            self.marks.toggle(job_id)
            self._marked()

    def action_mark_all(self) -> None:
        """Mark every job that matches."""
        if self.table.row_count > MOST_MARKED:
            self.host.tell(
                f"{counted(self.table.row_count, 'job is', 'jobs are')} too many to mark: narrow the filter first", Severity.WARNING
            )
            return
        self.work(self._mark_all(self.query_now), group="mark")

    async def _mark_all(self, query: JobQuery) -> None:
        self.marks.add(await self.backend.jobs.ids(query.integration, query.text, query.sort, marked=query.marked))
        self._marked()

    def action_only_marked(self) -> None:
        """Show the marked jobs only, or all again."""
        if not self.only_marked and not self.marks:
            self.host.tell("No job is marked: space marks one, m all that match")
            return
        self.only_marked = not self.only_marked
        self.search(keep_line=True)

    def action_unmark_all(self) -> None:
        """Take every mark away."""
        self.marks.clear()
        self.only_marked = False
        self._marked()

    def _marked(self) -> None:
        self.table.marks_changed()
        self.search(keep_line=True)

    # ---- going on ----------------------------------------------------------------------------------------------------

    @on(RowSelected)
    def _row_selected(self) -> None:
        self.action_check()

    def action_check(self) -> None:
        """Open Check Eligibility on the job under the cursor."""
        job_id = self.table.cursor_key
        if job_id is not None:
            self.host.open(routes.Eligibility(self.integration, job_id, neighbours=self.listed))

    def why_not(self, action: str) -> str | None:
        """Return why jobs are not synced: the integration is read-only."""
        return read_only_words(self.summary) if action == "sync" else None

    def action_sync(self) -> None:
        """Plan the sync of the marked jobs, or of the job under the cursor."""
        if not self.may("sync"):
            return
        if self.marks:
            self.host.open(routes.confirm(self.integration, tuple(self.marks)))
            return
        job_id = self.table.cursor_key
        if job_id is not None:
            # The dialog opens at once and keeps what is typed from the list below; a job that is not eligible leads on to why.
            self.host.open(routes.confirm(self.integration, (job_id,)))

    def action_search(self) -> None:
        """Open Search ATS Job with what is typed in the filter."""
        self.host.open(routes.Search(self.integration, self.bar.value.strip()))

    def action_refresh(self) -> None:
        """Bring the cache up to date."""
        self.host.runs.refresh(self.integration)

    def action_switch(self) -> None:
        """Go to the integrations."""
        self.host.open(routes.Picker())

    def action_rules(self) -> None:
        """Open the list of the rules."""
        self.host.open(routes.Rules())

    def action_coverage(self) -> None:
        """Open the coverage overview on these jobs."""
        self.host.open(routes.Coverage(self.integration))

    def action_new_rule(self) -> None:
        """Make a rule that matches the job under the cursor."""
        job_id = self.table.cursor_key
        if job_id is not None:
            self.host.open(routes.RuleLeaves(self.integration, job_id))

    def action_history(self) -> None:
        """Open the history of the job under the cursor."""
        job_id = self.table.cursor_key
        if job_id is not None:
            self.host.open(routes.History(self.integration, job_id))

    def action_copy(self) -> None:
        """Choose what to copy."""
        job_id = self.table.cursor_key
        if job_id is None:
            return
        entries = [
            Entry("id", "ATS job id", job_id),
            Entry("link", "Link", "the job's address in the ATS"),
            Entry("text", "Explanation", "the eligibility as text"),
        ]

        def chosen(what: str | None) -> None:
            if what is not None:
                self.work(self._copy(what, job_id), group="copy")

        self.app.push_screen(MenuScreen("Copy", entries), chosen)

    async def _copy(self, what: str, job_id: str) -> None:
        if what == "id":
            self.host.copy(job_id, f"id {job_id}")
            return
        job = await self.backend.jobs.get(self.integration, job_id)
        if job is None:
            self.host.tell(f"Job {job_id} is not in the cache any more", Severity.WARNING)
        elif what == "link":
            self.host.follow(job.url, f"Job {job_id}")
        else:
            await self._copy_explanation(job_id)

    async def _copy_explanation(self, job_id: str) -> None:
        from ...documents.eligibility import explanation_text
        from ...documents.subject import Subject

        subject = Subject(
            integration=await self.backend.integrations.get(self.integration),
            now=clock.now(),
            cached=await self.backend.jobs.get(self.integration, job_id),
            rules=await self.backend.rules.current(),
        )
        eligibility = await self.backend.eligibility.check(self.integration, job_id)
        self.host.copy(explanation_text(eligibility, subject), f"explanation of {job_id}")

    def action_link(self) -> None:
        """Show the job's address in the ATS."""
        job_id = self.table.cursor_key
        if job_id is not None:
            shown = self.query_one(JobDetail).job
            if shown is not None and shown.id == job_id:
                self.host.follow(shown.url, f"Job {job_id}")
            else:
                self.work(self._copy("link", job_id), group="copy")
