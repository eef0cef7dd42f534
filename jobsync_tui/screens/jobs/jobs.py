"""The jobs of one integration or of all: find one, see where it stands, and go on to check or sync it."""

from __future__ import annotations

from dataclasses import replace
from shlex import join
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container
from textual.timer import Timer

from ...backend.core import clock
from ...backend.core.errors import FilterError
from ...backend.core.models import (
    AutomaticState,
    IntegrationState,
    IntegrationSummary,
    JobKey,
    JobPage,
    Scope,
    Sort,
    SortField,
    SyncStatus,
    usual_columns,
)
from ...backend.core.text import counted
from ...commands import Group, bindings
from ...documents.words import count
from ...session.memory import View
from ...session.messages import AutomaticChanged, RefreshEnded, RefreshMoved, SyncEnded, SyncMoved
from ...session.notices import Severity
from ...terminal.coalesced_paint import CoalescedPaint
from ...widgets.content import line
from ...widgets.filter_bar import FilterBar
from ...widgets.header import across_line, header_line
from ...widgets.job_detail import JobDetail
from ...widgets.job_table import JobTable, column_title
from ...widgets.line import Line, StatusLine
from ...widgets.table.messages import HeaderSelected, ReadFailed, RowHighlighted
from ..menu import Entry, MenuScreen
from ..poll import Poll
from .columns_menu import ColumnsScreen
from .job_actions import JobActionsScreen
from .job_list import JobList, JobQuery
from .job_words import error_words, hints, is_over, progress_words, refreshed_words
from .list_export import export
from .list_views import ListViews

MARGIN = 4
"""Rows read beyond the first page, so that a step does not wait; the table reads the pages around when the keys rest."""
REST = 0.2
"""Seconds for which the cursor stays before the job under it is read and checked."""
POLL = 2.0
"""Seconds between two looks at whether another process changed the cache."""
MOST_LOOKED_AT = 50
"""Jobs whose state is looked at to tell whether what was told of them is over."""
LOOK = 3.0
"""Seconds between two looks at how the integrations and the automatic sync stand: other processes refresh, pause and resume, too."""

TICK = 20.0
"""Seconds between two looks at the ages on the screen."""

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


class JobsScreen(JobActionsScreen):
    """The jobs screen.

    Args:
        scope: Whose jobs are shown: those of one integration, or of all that the person may use.
        filter_text: What they are filtered by at first; None for what is remembered.
    """

    GROUPS = (Group.JOBS, Group.TABLE)
    BINDINGS: ClassVar[list[BindingType]] = bindings(Group.JOBS)
    AUTO_FOCUS = "JobTable"
    ON_A_ROW: ClassVar[frozenset[str]] = frozenset(
        {"check", "sync", "mark", "new_rule", "history", "compare", "page", "adopt", "copy", "link"}
    )

    def __init__(self, scope: Scope, filter_text: str | None = None) -> None:
        super().__init__()
        self.scope = scope
        self._filter = filter_text
        self.summaries: tuple[IntegrationSummary, ...] = ()
        self.automatic: tuple[AutomaticState, ...] = ()
        self.view = View()
        self.only_marked = False
        self.listed: JobList | None = None
        self._opening: JobList | None = None
        self._anchor: JobKey | None = None
        self._begun = False
        self._version: int | None = None
        self._evaluated: int | None = None
        self._rest: Timer | None = None
        self._hint: str | None = None
        self._unfound: JobList | None = None
        self.hidden = 0
        self._hold = CoalescedPaint(self)
        self._views = ListViews(self)

    def compose(self) -> ComposeResult:
        """Lay the screen out."""
        left = self._left = self.host.lists.of(self.scope)
        self.marks = left.marks
        if self._filter is None:
            self.only_marked, self._anchor = left.only_marked and bool(left.marks), left.row
        remembered = self.host.memory.view(self.scope)
        self.view = remembered if self._filter is None else replace(remembered, filter=self._filter)
        yield Line(id="jobs-header")
        table = JobTable(marks=self.marks, scope=self.scope, id="jobs-table")
        yield FilterBar(self.view.filter, table, self.host.memory)
        with Container(id="jobs-body"):
            yield table
            yield JobDetail(id="jobs-detail")
        yield StatusLine(id="jobs-status")
        yield self.footer

    def on_mount(self) -> None:
        """Show what the cache has, and keep an eye on it."""
        self.host.memory.opened(self.scope)
        self.host.lists.current = self.scope
        self.show_greeting()
        Poll(self, self._look_for_changes, every=POLL)
        Poll(self, self._look_at_ages, every=TICK)
        Poll(self, self._read_summary, every=LOOK)
        self.search()
        if self._filter is None and self.view.filter.strip():
            self.status.put("hint", line((" REMEMBERED FILTER ", "bold reverse"), f" {self.view.filter}  esc in / clears it"))

    @property
    def status(self) -> StatusLine:
        """The status line."""
        return self.query_one(StatusLine)

    @property
    def query_now(self) -> JobQuery:
        """What is to be listed at this moment."""
        marked = tuple(self.marks)
        return JobQuery(self.scope, self.view.filter, self.view.sort, marked, self.only_marked, self.view.columns)

    def same_command(self) -> str | None:
        """Return the command that lists the same jobs; a list of the marked has none."""
        query = self.query_now
        if "is:marked" in query.text:
            return None
        if query.columns and self._views.name is not None:
            return join(["jobsync", "jobs", *([] if query.scope.one is None else ["-i", query.scope.one]), "--view", self._views.name])
        narrowed = ["--filter", query.text] if query.text.strip() else []
        whose = [] if query.scope.one is None else ["-i", query.scope.one]
        return join(["jobsync", "jobs", *whose, *narrowed, "--sort", str(query.sort)])

    # ---- searching ---------------------------------------------------------------------------------------------------

    def search(self, *, keep_line: bool = False) -> None:
        """List what is asked for now; an older search that is under way is abandoned."""
        if self._opening is not None:
            self._opening.close()
        self._opening = JobList(self.backend, self.query_now)
        self.work(self._search(self._opening, keep_line=keep_line), group="search")

    async def _search(self, wanted: JobList, *, keep_line: bool) -> None:
        if not self._begun and self._anchor is not None:
            # The list is as it was left, its row on the line of the screen on which it was.
            self.table.begin_at(self._left.line)
            keep_line = True
        anchor = self.table.cursor_key if keep_line and self._begun else self._anchor
        try:
            # The table may not have its size yet, and is not taller than the terminal.
            page = await wanted.open(self.app.size.height + MARGIN, anchor)
        except FilterError as error:
            self._opening = None
            self._show_wrong(error)
            self._hold.let_go()
            self._look_around()
            self.list_came()
            return
        if self.listed is not None and self.listed is not wanted:
            self.listed.close()
        self.listed, self._opening, self._begun = wanted, None, True
        self._show_right()
        self._show_page(wanted, page, keep_line=keep_line)
        self._remember()  # with the rows, not with their count: one may leave as soon as they are there
        # What the page has changed is on its way to the screen through the widgets' queues.
        self.call_next(self._hold.let_go)
        self.list_came()
        self._look_around()
        total = page.count
        if total is None:
            total = await wanted.count()
            self.table.set_count(total)
        self.hidden = await wanted.hidden_marks()
        self._show_matches(total)
        if wanted.query.may_ask_rules:
            self.work(self._evaluate(wanted.query.filter), group="evaluate")
        self._clear_hint(wanted, total)

    async def _evaluate(self, text: str) -> None:
        """Have the rules evaluate what they have not evaluated yet, if the filter asks for that; then list again."""
        version = await self.backend.jobs.version()
        if version == self._evaluated:
            return
        try:
            evaluated = await self.backend.eligibility.evaluate_for(text, self.scope.one, self._show_evaluated)
        finally:
            self.status.put("evaluate", None)
        if evaluated is not None:
            self._evaluated = await self.backend.jobs.version()
        if evaluated:
            self.list_again()

    def _show_evaluated(self, done: int, total: int) -> None:
        self.status.put("evaluate", line(f" rules: {count(done)} of {counted(total, 'job')}"))

    def _show_page(self, wanted: JobList, page: JobPage, *, keep_line: bool) -> None:
        known = page.end if page.count is None else page.count
        sort = wanted.query.sort
        self.table.choose_columns(wanted.query.columns)
        self.table.set_sort_mark(sort.field, "v" if sort.descending else "^", SORT_WORDS[sort.field].removesuffix(" in the ATS").lower())
        self.table.show(wanted, count=known, offset=page.offset, rows=page.rows, cursor=page.cursor, keep_line=keep_line)
        self._show_matches(known, exact=page.count is not None)
        self._show_out_of_sight()

    def _show_out_of_sight(self) -> None:
        number = self.table.columns_out_of_sight
        words = f" {counted(number, 'chosen column')} without room: a wider terminal, or | for fewer"
        self.status.put("columns", line((words, "$text-muted")) if number else None)

    def _show_matches(self, matches: int, *, exact: bool = True) -> None:
        self.bar.show_matches(matches, exact=exact, marked=len(self.marks), hidden=self.hidden, only_marked=self.only_marked)

    def _show_wrong(self, error: FilterError) -> None:
        self.bar.show_wrong(error.position)
        self.status.put("filter", error_words(error, "still showing the previous results"))

    def _show_right(self) -> None:
        self.bar.show_wrong(None)
        self.status.put("filter", None)

    def _remember(self) -> None:
        self.host.memory.looked_at(self.scope, replace(self.view))
        self.show_view()

    def _clear_hint(self, wanted: JobList, total: int) -> None:
        self._hint = None
        self._unfound = None if total or not wanted.query.filter.strip() else wanted
        if self.bar.active or not wanted.query.filter.strip():
            self.status.put("hint", None)
        if self._rest is None:
            self._look_elsewhere()

    def _look_elsewhere(self) -> None:
        """Say where else there is what nothing matches: that reads every job, so it is no part of a typed key."""
        if self._unfound is not None:
            self.work(self._give_hints(self._unfound), group="hints")

    async def _give_hints(self, unfound: JobList) -> None:
        words, hint = await hints(self.backend, unfound.query, self.summaries)
        if self._unfound is unfound:
            self._hint = hint
            self.status.put("hint", words)

    @on(FilterBar.Changed)
    def _filter_changed(self, event: FilterBar.Changed) -> None:
        if event.text != self.view.filter:
            self._hold.take()
            self.view = replace(self.view, filter=event.text)
            self.search()
            self._wait_for_rest()

    @on(FilterBar.HintFollowed)
    def _follow_hint(self) -> None:
        if self._hint is None:
            self.set_focus(self.table)
        else:
            self.bar.value = self._hint

    @on(HeaderSelected)
    def _heading_clicked(self, event: HeaderSelected) -> None:
        if event.column_key in set(SortField):
            self.sort_by(SortField(event.column_key))
        else:
            self.host.tell(f"Jobs cannot be sorted by {column_title(event.column_key)}: O names what they can be sorted by")

    @on(ReadFailed)
    def _rows_not_read(self, event: ReadFailed) -> None:
        self.host.report(event.error, about=self.scope.one)

    # ---- the job under the cursor ------------------------------------------------------------------------------------

    @on(RowHighlighted)
    def _cursor_moved(self, event: RowHighlighted) -> None:
        job = self.table.cursor_key
        if job is not None and event.cursor_row > 0:
            self._anchor = job
        elif event.cursor_row == 0 and not self.bar.active:
            self._anchor = None
        self._left.row, self._left.line = self._anchor, self.table.cursor_row - self.table.top
        self._wait_for_rest()

    @property
    def is_settled(self) -> bool:
        """Return whether the keys depend on no line, or the cursor rests on one: in a list of several integrations some are read-only."""
        return self.scope.one is not None or self._rest is None

    def _wait_for_rest(self) -> None:
        if self._rest is not None:
            self._rest.stop()
        self._rest = self.set_timer(REST, self._rested)

    def _rested(self) -> None:
        self._rest = None
        self.host.memory.save()
        self._look_closer()
        self._look_elsewhere()

    def _look_closer(self) -> None:
        self.work(self._read_job(self.table.cursor_key), group="detail")

    async def _read_job(self, key: JobKey | None) -> None:
        job = await self.backend.jobs.get(*key) if key is not None else None
        # A job that is gone is not asked for again with every step of the cursor.
        there = job is not None and job.sync_status is not SyncStatus.GONE
        eligibility = await self.backend.eligibility.check(job.integration, job.id) if job is not None and there else None
        self.query_one(JobDetail).show(job, eligibility, clock.now())

    # ---- news --------------------------------------------------------------------------------------------------------

    def _look_around(self) -> None:
        """Read what stands around the list once that is on the screen: the first time much has to be loaded for it."""
        if not self.summaries:
            self.call_after_refresh(self._read_around)

    def _read_around(self) -> None:
        self.work(self._read_summary(), group="summary")

    async def _read_summary(self) -> None:
        integrations = self.backend.integrations
        one = self.scope.one
        self.summaries = await integrations.list() if one is None else (await integrations.get(one),)
        self.automatic = tuple([await self.backend.automatic.state(each.id) for each in self.summaries])
        self._show_header()
        for each in self.summaries:
            if each.state is IntegrationState.NEVER:
                self.host.runs.refresh(each.id)

    def _show_header(self) -> None:
        if not self.summaries:
            return
        header = self.query_one("#jobs-header", Line)
        actor, now, width = self.backend.actor.user, clock.now(), header.size.width
        if self.scope.one is None:
            header.show(across_line(self.summaries, actor, now, width, self.automatic))
        else:
            header.show(header_line(self.summaries[0], actor, now, width, self.automatic[0] if self.automatic else None))

    def on_unmount(self) -> None:
        """Keep how the list was looked at."""
        self.host.memory.save()

    def on_resize(self) -> None:
        """Fill the lines to the new width."""
        self._show_header()
        self.call_after_refresh(self._show_out_of_sight)

    async def _look_for_changes(self) -> None:
        version = await self.backend.jobs.version()
        changed = self._version is not None and version != self._version
        self._version = version
        if changed:
            self.list_again()

    def list_again(self) -> None:
        """List the same again, cursor, line and marks staying, after something changed. What was done is marked no more."""
        if self.only_marked and not self.marks:
            self.only_marked = self._left.only_marked = False
        self.table.tick()  # nobody looked at the ages while another screen was in front
        self.table.marks_changed()
        if self._opening is None:
            self.search(keep_line=True)
        self.work(self._read_summary(), group="summary")
        self.work(self._look_what_is_over(), group="over")
        self._look_closer()

    async def _look_at_ages(self) -> None:
        self.table.tick()

    @on(AutomaticChanged)
    def _automatic_changed(self) -> None:
        self.work(self._read_summary(), group="summary")

    @on(RefreshMoved)
    def _refresh_moved(self, event: RefreshMoved) -> None:
        if event.run.integration in self.scope:
            which = "" if self.scope.one is not None else f" {event.run.integration}"
            self.status.put("progress", line(which) + progress_words(event.progress))

    @on(RefreshEnded)
    def _refresh_ended(self, event: RefreshEnded) -> None:
        if event.run.integration in self.scope:
            self.status.put("progress", None)
            if event.run.report is not None:
                which = "" if self.scope.one is not None else f"{event.run.integration}: "
                self.host.tell(f"{which}{refreshed_words(event.run.report)}", about=event.run.integration)
            self.list_again()

    @on(SyncMoved)
    def _sync_moved(self, event: SyncMoved) -> None:
        run = event.run
        done = f" {count(len(run.results))} of {count(len(run.jobs))}" if len(run.jobs) > 1 else ""
        self.status.put("progress", line(f" syncing {run.title}{done}"))

    @on(SyncEnded)
    def _sync_ended(self) -> None:
        self.status.put("progress", None)
        if self.is_current:
            self.list_again()

    def on_screen_resume(self) -> None:
        """Come up to date after a dialog."""
        self._show_unread()
        if self.listed is not None:
            self.list_again()

    def _show_unread(self) -> None:
        unread = self.host.notices.unread
        self.status.put("error", error_words(unread, "L log") if unread is not None else None)

    async def _look_what_is_over(self) -> None:
        """Take from the status line what was told of jobs that have gone well since."""
        notices = self.host.notices
        if notices.unread is None or not notices.open_jobs:
            return
        at = notices.unread.at
        for (integration, job_id), outcome in tuple(notices.open_jobs.items())[:MOST_LOOKED_AT]:
            job = await self.backend.jobs.get(integration, job_id) if integration in self.scope else None
            if job is not None and is_over(job, outcome, at):
                notices.over([JobKey(integration, job_id)])
        self._show_unread()

    # ---- finding -----------------------------------------------------------------------------------------------------

    def action_filter(self) -> None:
        """Type in the filter."""
        self.bar.start()

    def action_back(self) -> None:
        """Go back to the screen whose line these jobs are; else clear the filter, then show all again where only the marked were shown."""
        if self.bar.value and self.bar.value == self._filter and len(self.app.screen_stack) > 2:
            super().action_back()
        elif self.bar.value:
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
            Entry(field, words, f"{now}; choose it again to reverse" if field is sort.field else "") for field, words in SORT_WORDS.items()
        ]

        def chosen(field: str | None) -> None:
            if field is not None:
                self.sort_by(SortField(field))

        self.app.push_screen(MenuScreen("Sort by", entries, chosen=sort.field, searchable=True), chosen)

    def sort_by(self, field: SortField) -> None:
        """Sort by ``field``; the same one again turns the order around."""
        sort = self.view.sort
        descending = not sort.descending if field is sort.field else field in _NEWEST_FIRST
        self.view = replace(self.view, sort=Sort(field, descending))
        self.search(keep_line=True)

    def look(self, view: View) -> None:
        """List by another filter, sort and columns."""
        self.view = replace(view)
        self.bar.value = view.filter
        self.search()

    def show_view(self) -> None:
        """Say as which view the list stands."""
        name = self._views.name
        self.status.put("view", None if name is None else line((" view ", "$text-muted"), (name, "bold"), ("   v views", "$text-muted")))

    def action_views(self) -> None:
        """List the saved views."""
        self._views.open()

    def action_nth_view(self, number: int) -> None:
        """Use one of the first views."""
        self._views.use_nth(number)

    def action_columns(self) -> None:
        """Choose which fields are shown."""
        self.work(self._choose_columns(), group="columns")

    def action_export(self) -> None:
        """Write what is listed into a CSV file."""
        export(self)

    async def _choose_columns(self) -> None:
        def chosen(names: tuple[str, ...] | None) -> None:
            if names is not None:
                self.view = replace(self.view, columns=names)
                self.search(keep_line=True)

        usual = usual_columns(self.scope)
        others = await self.backend.jobs.columns(self.scope)
        self.app.push_screen(ColumnsScreen(self.view.columns or usual, others, usual), chosen)

    # ---- marking -----------------------------------------------------------------------------------------------------

    async def action_mark(self) -> None:
        """Mark the job under the cursor, or take its mark away."""
        job = await self.table.key_here()
        if job is not None:
            self.marks.toggle(job)
            self._marked()

    async def action_mark_all(self) -> None:
        """Mark every job that matches; keys typed ahead wait for it, since they act on what is marked."""
        if self.table.row_count > MOST_MARKED:
            self.host.tell(
                f"{counted(self.table.row_count, 'job is', 'jobs are')} too many to mark: narrow the filter first", Severity.WARNING
            )
            return
        await self._funnelled(self._mark_all(self.query_now), None)

    async def _mark_all(self, query: JobQuery) -> None:
        self.marks.add(await self.backend.jobs.ids(query.scope, query.text, query.sort, marked=query.marked))
        self._marked()

    def action_only_marked(self) -> None:
        """Show the marked jobs only, or all again."""
        if not self.only_marked and not self.marks:
            self.host.tell("No job is marked: space marks one, m all that match")
            return
        self.only_marked = self._left.only_marked = not self.only_marked
        self.search(keep_line=True)

    def action_unmark_all(self) -> None:
        """Remove every mark."""
        self.marks.clear()
        self.only_marked = self._left.only_marked = False
        self._marked()

    def _marked(self) -> None:
        self.table.marks_changed()
        self.search(keep_line=True)
