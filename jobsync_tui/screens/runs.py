"""All runs on one screen: what the automatic sync and everybody did, over all integrations, each leading to what came of it."""

from __future__ import annotations

from bisect import insort
from collections.abc import Sequence
from shlex import join
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType

from ..backend.core.errors import FilterError
from ..backend.core.models import Activity, AuditEntry, JobKey, TimerRun
from ..commands import Group, bindings
from ..documents.activity import detail_words, reference_of
from ..session.notices import Severity
from ..widgets.activity_table import NOT_WELL, ActivityLine, ActivityTable, key_of
from ..widgets.content import line
from ..widgets.filter_bar import FilterBar
from ..widgets.line import Line, StatusLine
from ..widgets.table.messages import ReadFailed, RowHighlighted, RowSelected
from . import routes
from .early_keys import EarlyKeysScreen
from .poll import Poll

if TYPE_CHECKING:
    from ..backend.services.backend import Backend

WATCHED = 5.0
"""Seconds between two looks at whether something was done."""
_WROTE = frozenset({"created", "updated"})


class ActivityRows:
    """The lines that a filter takes in, by window, with what opened runs wrote below each of them."""

    def __init__(self, backend: Backend, text: str) -> None:
        self.text = text
        self._activity = backend.activity
        self._opened: list[tuple[int, int, int]] = []
        """Place in the list, number of the run, and how many lines it opens to."""

    @property
    def runs(self) -> tuple[int, ...]:
        """Return the numbers of the opened runs."""
        return tuple(number for _, number, _ in self._opened)

    async def open(self, run: TimerRun) -> int:
        """Open a run; returns how many lines it has."""
        count = await self._activity.count_writes(run.number)
        if count and run.number not in self.runs:
            insort(self._opened, (await self._activity.position(self.text, run), run.number, count))
        return count

    def close(self, run: TimerRun) -> None:
        """Close a run."""
        self._opened = [each for each in self._opened if each[1] != run.number]

    async def count(self) -> int:
        """Return how many lines there are."""
        return await self._activity.count(self.text) + sum(count for _, _, count in self._opened)

    async def window(self, offset: int, limit: int) -> Sequence[ActivityLine]:
        """Return lines, for the table's `RowSource`."""
        found: list[ActivityLine] = []
        base = shift = 0
        stop = offset + limit
        for place, number, count in self._opened:
            found += await self._base(max(offset, base + shift) - shift, min(stop, place + 1 + shift) - shift)
            base, begins = place + 1, place + 1 + shift
            first, last = max(offset, begins), min(stop, begins + count)
            if first < last:
                rows = await self._activity.writes(number, first - begins, last - first)
                found += [ActivityLine(row, within=True) for row in rows]
            shift += count
        return [*found, *await self._base(max(offset, base + shift) - shift, stop - shift)]

    async def place(self, what: Activity) -> int:
        """Return the place of a line of the list itself."""
        place = await self._activity.position(self.text, what)
        return place + sum(count for opened, _, count in self._opened if opened < place)

    async def _base(self, first: int, stop: int) -> list[ActivityLine]:
        if first >= stop:
            return []
        page = await self._activity.page(self.text, first, stop - first)
        return [ActivityLine(each, opened=isinstance(each, TimerRun) and each.number in self.runs) for each in page.lines]


class RunsScreen(EarlyKeysScreen[None]):
    """Lists runs and rows of the record."""

    GROUPS = (Group.RUNS,)
    BINDINGS: ClassVar[list[BindingType]] = bindings(Group.RUNS)
    AUTO_FOCUS = "ActivityTable"
    ON_A_ROW: ClassVar[frozenset[str]] = frozenset({"open", "retry", "wire", "undo", "check", "sync", "history"})

    def __init__(self, filter_text: str = "") -> None:
        super().__init__()
        self._first = filter_text
        self._rows: ActivityRows | None = None
        self._newest: str | None = None

    def compose(self) -> ComposeResult:
        """Lay the screen out."""
        scope = "   all integrations; the last 14 days, or since: of the filter"
        yield Line(line((" Runs and writes", "bold"), (scope, "$text-muted")), id="runs-heading")
        table = ActivityTable(id="runs-table")
        yield FilterBar(self._first, table)
        yield table
        yield Line(id="runs-detail")
        yield StatusLine(id="runs-status")
        yield self.footer

    def on_mount(self) -> None:
        """List what was done, and keep the list true."""
        Poll(self, self._look, every=WATCHED)
        self._list()

    @property
    def table(self) -> ActivityTable:
        """The table."""
        return self.query_one(ActivityTable)

    @property
    def bar(self) -> FilterBar:
        """The filter."""
        return self.query_one(FilterBar)

    # ---- what is done with a line ------------------------------------------------------------------------------------

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
        """Open or close a run; show the history of the job of a row."""
        found = await self.table.line_here()
        if found is None:
            return
        if isinstance(found.what, TimerRun):
            self.work(self._turn(found.what, opened=found.opened), group="list")
        else:
            await self.action_history()

    async def action_history(self) -> None:
        """Show who did what to the job of the row."""
        job = await self._job()
        if job is not None:
            self.host.open(routes.History(*job))

    async def action_check(self) -> None:
        """Check the job of the row by the rules in force."""
        job = await self._job()
        if job is not None:
            self.host.open(routes.Eligibility(*job))

    async def action_sync(self) -> None:
        """Plan the sync of the job of the row."""
        job = await self._job()
        if job is not None:
            self.work(self._confirm([job]), group="again")

    async def action_wire(self) -> None:
        """Show what the row sent, and what was answered."""
        entry = await self._entry()
        if entry is None or entry.job_id is None:
            self.host.tell("Only a job's sync has requests: open the run, and choose one")
        else:
            self.host.open(routes.Wire(reference_of(entry)))

    async def action_undo(self) -> None:
        """Plan the undoing of what the row wrote."""
        entry = await self._entry()
        if entry is None:
            self.host.tell("A run is undone job by job: enter opens it, and u undoes the job under the cursor")
        elif entry.operation_id is None or entry.job_id is None or entry.outcome not in _WROTE:
            self.host.tell("This wrote nothing to Tenzo, so there is nothing to undo")
        elif entry.integration is not None:
            self.work(self._undo(entry.integration, entry.job_id, entry.operation_id), group="again")

    async def action_retry(self) -> None:
        """Plan the sync of what failed: the job of the row, or all of a run."""
        found = await self.table.line_here()
        if found is None:
            return
        what = found.what
        if isinstance(what, TimerRun):
            self.work(self._again_of(what), group="again")
        elif what.outcome in NOT_WELL and what.integration is not None and what.job_id is not None:
            self.work(self._confirm([JobKey(what.integration, what.job_id)]), group="again")
        else:
            self.host.tell("This did not fail. A tries again everything that failed of the list")

    def action_retry_all(self) -> None:
        """Plan the sync of everything in the list that failed and did not go well since."""
        self.work(self._again(), group="again")

    def same_command(self) -> str | None:
        """Return the command that lists the same."""
        text = self.bar.value.strip()
        return join(["jobsync", "runs", *(["--filter", text] if text else [])])

    async def _entry(self) -> AuditEntry | None:
        """Return the row of the record under the cursor; None where a run is there, or nothing."""
        found = await self.table.line_here()
        return found.what if found is not None and isinstance(found.what, AuditEntry) else None

    async def _job(self) -> JobKey | None:
        entry = await self._entry()
        if entry is None or entry.integration is None or entry.job_id is None:
            self.host.tell("This line is about no single job: enter opens a run")
            return None
        return JobKey(entry.integration, entry.job_id)

    async def _undo(self, integration: str, job_id: str, operation_id: str) -> None:
        if await self._writable(integration):
            self.host.open(routes.ConfirmUndo(integration, job_id, operation_id))

    async def _again_of(self, run: TimerRun) -> None:
        await self._confirm(await self.backend.activity.failed_of(run.number))

    async def _again(self) -> None:
        await self._confirm(await self.backend.activity.failed(self.bar.value))

    async def _confirm(self, jobs: Sequence[JobKey]) -> None:
        """Go to the plan of the jobs, of whichever integrations they are."""
        if not jobs:
            self.host.tell("Nothing failed here that did not go well since")
        elif len({job.integration for job in jobs}) > 1 or await self._writable(jobs[0].integration):
            self.host.open(routes.confirm(jobs))

    async def _writable(self, integration: str) -> bool:
        summary = await self.backend.integrations.get(integration)
        if summary.read_only:
            self.host.tell(f"{summary.name} is read-only: its jobs can be checked, but not synced", Severity.WARNING)
        return not summary.read_only

    # ---- the list ----------------------------------------------------------------------------------------------------

    @on(RowSelected)
    async def _selected(self) -> None:
        await self.action_open()

    @on(RowHighlighted)
    def _highlighted(self) -> None:
        found = self.table.line
        self.query_one("#runs-detail", Line).show(line((f" {detail_words(found.what)}" if found is not None else "", "$text-muted")))

    @on(ReadFailed)
    def _read_failed(self, event: ReadFailed) -> None:
        self.host.report(event.error)

    @on(FilterBar.Changed)
    def _typed(self) -> None:
        self._list()

    def _list(self) -> None:
        self.work(self._search(self.bar.value), group="list")

    async def _search(self, text: str) -> None:
        rows = ActivityRows(self.backend, text)
        try:
            first = await rows.window(0, 3 * self.table.page)
            self._newest = first[0].key if first else None
            count = await self._shown(rows, first)
        except FilterError as error:
            self.bar.show_wrong(error.position)
            self.query_one(StatusLine).put("filter", line((f" x {error.message}", "$text-error")))
            return
        self.table.show(rows, count=count, offset=0, rows=first, cursor=0)
        self._highlighted()
        self.list_came()

    async def _shown(self, rows: ActivityRows, first: Sequence[ActivityLine]) -> int:
        """Show the first lines at once, and return how many there are when they are counted."""
        self.bar.show_wrong(None)
        self.query_one(StatusLine).put("filter", None)
        self._rows = rows
        if len(first) == 3 * self.table.page:
            self.bar.show_matches(len(first), exact=False)
            self.table.show(rows, count=len(first), offset=0, rows=first, cursor=0)
        count = await rows.count()
        self.bar.show_matches(count)
        return count

    async def _turn(self, run: TimerRun, *, opened: bool) -> None:
        """Open a run, or close it."""
        rows = self._rows
        if rows is None:
            return
        if opened:
            rows.close(run)
        elif not await rows.open(run):
            self.host.tell("This run wrote nothing")
            return
        await self._again_at(rows, run)

    async def _again_at(self, rows: ActivityRows, what: Activity) -> None:
        """Show the list as it is now, with the cursor on a line of it."""
        place, count = await rows.place(what), await rows.count()
        offset = max(0, place - self.table.page)
        lines = await rows.window(offset, 3 * self.table.page)
        self.bar.show_matches(count)
        self.table.show(rows, count=count, offset=offset, rows=lines, cursor=place, keep_line=True)
        self._highlighted()

    async def _look(self) -> None:
        """List again where something was done since; what is under the cursor stays there."""
        rows, found = self._rows, self.table.line
        if rows is None or rows.text != self.bar.value:
            return
        newest = (await self.backend.activity.page(rows.text, 0, 1)).lines
        key = key_of(newest[0]) if newest else None
        under_way = found is not None and isinstance(found.what, TimerRun) and found.what.outcome is None
        if key == self._newest and not under_way:
            return
        if found is None or found.within or self.table.cursor_row == 0:
            # What is opened stays open: the news is listed by a later look, once it is closed or the cursor is elsewhere.
            if not rows.runs:
                await self._search(rows.text)
            return
        self._newest = key
        again = ActivityRows(self.backend, rows.text)
        self._rows = again
        await self._again_at(again, found.what)
