"""What is done from a list with the job under its cursor, and with the marked ones: each leads to another screen, or to the clipboard."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on

from ...backend.core.models import EVERY, EVERY_ID, IntegrationSummary, JobKey, Scope
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
from .job_words import nothing_to_write, state_words

if TYPE_CHECKING:
    from .job_list import JobList


_PICKER = ":list"
"""Stands for the list of integrations among their ids, none of which has a colon."""


class JobActionsScreen(GreetedScreen[None]):
    """A screen with a list of jobs, and what its keys do with them: each acts on the integration of the job.

    Attributes:
        scope: Whose jobs are listed.
        summaries: How their integrations stand, once that is read.
        marks: The marked jobs.
        hidden: How many of them the filter keeps out of view.
        listed: The list that is shown.
    """

    scope: Scope
    summaries: tuple[IntegrationSummary, ...]
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
    async def _row_selected(self) -> None:
        await self.action_check()

    async def action_check(self) -> None:
        """Open Check Eligibility on the job under the cursor."""
        job = await self.table.key_here()
        if job is not None:
            self.host.open(routes.Eligibility(*job, neighbours=self.listed))

    def offers(self, action: str) -> bool:
        """Return whether the footer names a command now: with no job listed there is none to check, to mark or, unmarked, to sync."""
        empty = self.listed is not None and self.table.row_count == 0
        return super().offers(action) and not (empty and (action in {"check", "mark"} or (action == "sync" and not self.marks)))

    def why_not(self, action: str) -> str | None:
        """Return why jobs are not synced or linked: the integrations of those that are meant are read-only."""
        if action == "sync":
            return nothing_to_write(self.summaries, self.marks.by_integration() if self.scope.one is None and self.marks else self._here)
        return nothing_to_write(self.summaries, self._here) if action == "adopt" else super().why_not(action)

    @property
    def _here(self) -> tuple[str, ...]:
        """The integration that is listed, or in a list of several that of the job under the cursor; none where there is no job."""
        if self.scope.one is not None:
            return (self.scope.one,)
        job = self.table.cursor_key
        return () if job is None else (job.integration,)

    async def action_sync(self) -> None:
        """Plan the sync of the marked jobs, or of the job under the cursor."""
        job = await self.table.key_here()
        if not self.may("sync"):
            return
        if job is not None and self.marks and self.hidden >= len(self.marks):
            self._ask_which(job)
        elif self.marks:
            self.host.open(routes.confirm(tuple(self.marks)))
        elif job is not None:
            # The dialog opens at once and keeps what is typed from the list below; a job that is not eligible leads on to why.
            self.host.open(routes.confirm([job]))

    def _ask_which(self, job: JobKey) -> None:
        """Ask which jobs are meant where none of the marked is in the list: those that failed stay marked, and may be long forgotten."""
        marked = tuple(self.marks)

        def chosen(which: str | None) -> None:
            if which is not None:
                self.host.open(routes.confirm([job] if which == "cursor" else marked))

        entries = [
            Entry("cursor", f"Job {job.id}", "the one under the cursor"),
            Entry("marked", counted(len(marked), "marked job"), "hidden by the filter; u removes the marks"),
        ]
        self.app.push_screen(MenuScreen("Sync which?", entries, chosen="cursor"), chosen)

    def action_search(self) -> None:
        """Open Search ATS Job with what is typed in the filter; in a list of several integrations, ask in which first."""
        text = self.bar.value.strip()
        if self.scope.one is not None:
            self.host.open(routes.Search(self.scope.one, text))
            return
        self.work(self._search_in(text), group="switch")

    async def _search_in(self, text: str) -> None:
        job = self.table.cursor_key
        entries = [Entry(each.id, each.name, each.ats) for each in await self.backend.integrations.list()]

        def chosen(integration: str | None) -> None:
            if integration is not None:
                self.host.open(routes.Search(integration, text))

        menu = MenuScreen("Search in which ATS?", entries, chosen=None if job is None else job.integration, searchable=True)
        self.app.push_screen(menu, chosen)

    def action_refresh(self) -> None:
        """Bring the cache up to date, that of each integration in the list."""
        for integration in self._integrations():
            self.host.runs.refresh(integration)

    def _integrations(self) -> tuple[str, ...]:
        return self.scope.integrations or tuple(each.id for each in self.summaries)

    def action_switch(self) -> None:
        """Go to the jobs of another integration, or of all."""
        self.work(self._switch(), group="switch")

    async def _switch(self) -> None:
        others = await self.backend.integrations.list()
        if len(others) < 2:
            self.host.open(routes.Picker())
            return
        jobs = sum(each.jobs for each in others)
        entries = [
            Entry(EVERY_ID, "All integrations", f"{counted(jobs, 'job')} in one list"),
            *(Entry(each.id, each.name, f"{each.id}, {counted(each.jobs, 'job')}, {state_words(each)}") for each in others),
            Entry(_PICKER, "List of integrations", "their state and last error; test, refresh"),
        ]

        def chosen(which: str | None) -> None:
            if which == _PICKER:
                self.host.open(routes.Picker())
            elif which is not None:
                self.host.open(routes.Jobs(EVERY if which == EVERY_ID else Scope.of(which)))

        self.app.push_screen(MenuScreen("Jobs of which integration?", entries, chosen=self.scope.name, searchable=True), chosen)

    def action_integrations(self) -> None:
        """List the integrations with their state."""
        self.host.open(routes.Picker())

    def action_rules(self) -> None:
        """Open the list of the rules."""
        self.host.open(routes.Rules())

    def action_coverage(self) -> None:
        """Open the coverage overview on these jobs."""
        self.host.open(routes.Coverage(self.scope.one))

    def action_adopt(self) -> None:
        """Decide which jobs of the target are jobs of this integration, or of that of the job under the cursor."""
        if self.may("adopt") and self._here:
            self.host.open(routes.LinkJobs(*self._here))

    async def action_new_rule(self) -> None:
        """Make a rule that matches the job under the cursor."""
        job = await self.table.key_here()
        if job is not None:
            self.host.open(routes.RuleLeaves(*job))

    async def action_compare(self) -> None:
        """Show the job under the cursor in the ATS and in Tenzo side by side."""
        job = await self.table.key_here()
        if job is not None:
            self.host.open(routes.SideBySide(*job))

    async def action_page(self) -> None:
        """Show everything that the ATS says of the job under the cursor."""
        job = await self.table.key_here()
        if job is not None:
            self.host.open(routes.JobPage(*job))

    async def action_history(self) -> None:
        """Open the history of the job under the cursor."""
        job = await self.table.key_here()
        if job is not None:
            self.host.open(routes.History(*job))

    async def action_copy(self) -> None:
        """Choose what to copy."""
        job = await self.table.key_here()
        if job is None:
            return
        entries = [
            Entry("id", "ATS job id", job.id),
            Entry("link", "Link", "the job's address in the ATS"),
            Entry("text", "Explanation", "the eligibility as Markdown"),
            Entry("plan", "Plan", "what a sync would change, as Markdown"),
        ]

        def chosen(what: str | None) -> None:
            if what is not None:
                self.work(self._copy(what, job), group="copy")

        self.app.push_screen(MenuScreen("Copy", entries), chosen)

    async def _copy(self, what: str, key: JobKey) -> None:
        if what == "id":
            self.host.copy(key.id, f"id {key.id}")
            return
        job = await self.backend.jobs.get(*key)
        if job is None:
            self.host.tell(f"Job {key.id} is not in the cache any more", Severity.WARNING)
        elif what == "link":
            self.host.follow(job.url, f"Job {key.id}")
        elif what == "plan":
            from .plan_copy import copy_plan

            await copy_plan(self.host, *key)
        else:
            await self._copy_explanation(key)

    async def _copy_explanation(self, key: JobKey) -> None:
        from ...documents.eligibility import explanation_page
        from ...documents.markdown import as_markdown
        from ...documents.subject import PAST, read_subject

        rules = await self.backend.rules.current()
        subject = await read_subject(self.backend, *key, rules=rules, past=PAST)
        eligibility = await self.backend.eligibility.check(*key)
        self.host.copy(as_markdown(explanation_page(eligibility, subject)), f"explanation of {key.id}")

    async def action_link(self) -> None:
        """Show the job's address in the ATS."""
        key = await self.table.key_here()
        if key is not None:
            shown = self.query_one(JobDetail).job
            if shown is not None and (shown.integration, shown.id) == key:
                self.host.follow(shown.url, f"Job {key.id}")
            else:
                self.work(self._copy("link", key), group="copy")
