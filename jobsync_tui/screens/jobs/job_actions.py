"""What is done from a list with the job under its cursor, and with the marked ones: each leads to another screen, or to the clipboard."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on

from ...backend.core.models import IntegrationSummary
from ...backend.core.text import counted
from ...session.marks import Marks
from ...session.notices import Severity
from ...widgets.filter_bar import FilterBar
from ...widgets.job_detail import JobDetail
from ...widgets.job_table import JobTable
from ...widgets.table.messages import RowSelected
from .. import routes
from ..greeting import GreetedScreen
from ..menu import Entry, MenuScreen
from .job_words import read_only_words

if TYPE_CHECKING:
    from .job_list import JobList


class JobActionsScreen(GreetedScreen[None]):
    """A screen with a list of jobs, and what its keys do with them.

    Attributes:
        integration: Id of the integration whose jobs are listed.
        summary: How that stands, once it is read.
        marks: The marked jobs.
        hidden: How many of them the filter keeps out of view.
        listed: The list that is shown.
    """

    integration: str
    summary: IntegrationSummary | None
    marks: Marks
    hidden: int
    listed: JobList | None

    @property
    def table(self) -> JobTable:
        """The table."""
        return self.query_one(JobTable)

    @property
    def bar(self) -> FilterBar:
        """The filter."""
        return self.query_one(FilterBar)

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
        return read_only_words(self.summary) if action in {"sync", "adopt"} else None

    def action_sync(self) -> None:
        """Plan the sync of the marked jobs, or of the job under the cursor."""
        if not self.may("sync"):
            return
        job_id = self.table.cursor_key
        if job_id is not None and self.marks and self.hidden >= len(self.marks):
            self._ask_which(job_id)
        elif self.marks:
            self.host.open(routes.confirm(self.integration, tuple(self.marks)))
        elif job_id is not None:
            # The dialog opens at once and keeps what is typed from the list below; a job that is not eligible leads on to why.
            self.host.open(routes.confirm(self.integration, (job_id,)))

    def _ask_which(self, job_id: str) -> None:
        """Ask which jobs are meant where none of the marked is in the list: those that failed stay marked, and may be long forgotten."""
        marked = tuple(self.marks)

        def chosen(which: str | None) -> None:
            if which is not None:
                self.host.open(routes.confirm(self.integration, (job_id,) if which == "cursor" else marked))

        entries = [
            Entry("cursor", f"Job {job_id}", "the one under the cursor"),
            Entry("marked", counted(len(marked), "marked job"), "hidden by the filter; u removes the marks"),
        ]
        self.app.push_screen(MenuScreen("Sync which?", entries, chosen="cursor"), chosen)

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

    def action_adopt(self) -> None:
        """Decide which jobs of the target are jobs of this integration."""
        if self.may("adopt"):
            self.host.open(routes.LinkJobs(self.integration))

    def action_new_rule(self) -> None:
        """Make a rule that matches the job under the cursor."""
        job_id = self.table.cursor_key
        if job_id is not None:
            self.host.open(routes.RuleLeaves(self.integration, job_id))

    def action_compare(self) -> None:
        """Show the job under the cursor in the ATS and in Tenzo side by side."""
        job_id = self.table.cursor_key
        if job_id is not None:
            self.host.open(routes.SideBySide(self.integration, job_id))

    def action_page(self) -> None:
        """Show everything that the ATS says of the job under the cursor."""
        job_id = self.table.cursor_key
        if job_id is not None:
            self.host.open(routes.JobPage(self.integration, job_id))

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
            Entry("text", "Explanation", "the eligibility as Markdown"),
            Entry("plan", "Plan", "what a sync would change, as Markdown"),
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
        elif what == "plan":
            from .plan_copy import copy_plan

            await copy_plan(self.host, self.integration, job_id)
        else:
            await self._copy_explanation(job_id)

    async def _copy_explanation(self, job_id: str) -> None:
        from ...documents.eligibility import explanation_page
        from ...documents.markdown import as_markdown
        from ...documents.subject import PAST, read_subject

        rules = await self.backend.rules.current()
        subject = await read_subject(self.backend, self.integration, job_id, rules=rules, past=PAST)
        eligibility = await self.backend.eligibility.check(self.integration, job_id)
        self.host.copy(as_markdown(explanation_page(eligibility, subject)), f"explanation of {job_id}")

    def action_link(self) -> None:
        """Show the job's address in the ATS."""
        job_id = self.table.cursor_key
        if job_id is not None:
            shown = self.query_one(JobDetail).job
            if shown is not None and shown.id == job_id:
                self.host.follow(shown.url, f"Job {job_id}")
            else:
                self.work(self._copy("link", job_id), group="copy")
