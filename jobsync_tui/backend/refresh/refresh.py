"""A refresh: the jobs of an ATS into the cache, page by page, resumable at the page where it stopped."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import aclosing, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import chain
from time import monotonic

from ..ats.base import Adapter, Listing, Page
from ..ats.single_reads import Answers, ask_singly
from ..core import clock
from ..core.errors import Conflict, JobsyncError, Refused, RemoteGone, UnexpectedAnswer
from ..core.left_out import tallied
from ..core.models import Failure, IntegrationState, RefreshReport
from ..core.to_its_end import to_its_end
from ..storage.jobs.integrations import IntegrationStore
from ..storage.jobs.jobs import JobStore
from ..storage.jobs.listing import Ending, GoneCounts, ListingState, PageCounts
from ..storage.jobs.listing_gap import Gap
from . import listing_troubles as troubles
from .account import Account
from .buffer import PageBuffer
from .full_listing import is_due
from .gc_tuning import seldom_collected
from .reporter import Progress, Reporter

READ_AHEAD = 4000
"""Jobs that may be read while others are stored; also about the most that one transaction stores."""

HEARTBEAT_EVERY = 10.0
"""Seconds between two signs of life; a listing is taken over after a minute without."""

MOST_ASKED = 50
"""Jobs that a listing lacks and that are asked for by their ids before they count as gone; where there are more, so many by chance."""

MOST_WAITING = 20
"""Rows that earlier listings set aside and that one of changes asks for by their ids; with more, the watermark waits for them."""

FULL_EVERY = timedelta(hours=24)
"""The longest time between two lists of everything, where the configuration does not say."""

STALE_CURSOR = (Refused, UnexpectedAnswer, RemoteGone, Conflict)
"""Errors by which an ATS says that it takes a cursor no longer."""

Waits = Callable[[str, Callable[[str], None] | None], None]


class Refresher:
    """Brings the caches of integrations up to date.

    Args:
        adapters: Gives the connected adapter of an integration.
        jobs: The cache.
        integrations: The state of the caches.
        on_wait: Has a listener told, in words, what an integration waits for; None as listener ends that.
        now: The clock that everybody who uses the cache shares: a listing's signs of life are told by it.
        full_every: The longest time between two lists of everything, of an ATS that does not say what it deleted.
    """

    def __init__(
        self,
        adapters: Callable[[str], Adapter],
        jobs: JobStore,
        integrations: IntegrationStore,
        *,
        on_wait: Waits | None = None,
        now: Callable[[], datetime] = clock.now,
        full_every: Callable[[], timedelta] = lambda: FULL_EVERY,
    ) -> None:
        self._adapters = adapters
        self._jobs = jobs
        self._integrations = integrations
        self._on_wait = on_wait
        self._now = now
        self._full_every = full_every

    async def refresh(
        self,
        integration: str,
        *,
        full: bool = False,
        accept_gone: bool = False,
        unattended: bool = False,
        on_progress: Progress | None = None,
    ) -> RefreshReport:
        """Bring a cache up to date: by what changed where the ATS can tell, by everything otherwise or with ``full``.

        An interrupted refresh goes on where it stopped. What is cached stays readable all the time.

        Args:
            integration: Its id.
            full: Ask for everything.
            accept_gone: Let a listing that lacks more than a fifth of the known jobs mark them as gone. Only one of everything tells, so
                everything is asked for.
            unattended: Nobody waits for it: the adapter may leave for later what `Listing.unattended` lets it, and everything is listed
                where that is due.
            on_progress: Told how far it is, at most four times a second, and once at the end.

        Raises:
            Busy: Somebody else refreshes the integration.
            RemoteError: The ATS failed; what was stored before stands, and the next refresh goes on there.
            StorageError: The cache cannot be written.
        """
        started = monotonic()
        adapter = self._adapters(integration)
        full = full or accept_gone or not adapter.incremental or (unattended and await self._is_due(integration, adapter))
        state = await self._begun(integration, full=full)
        run = _Run(self._jobs, adapter, state, Reporter(state, on_progress), self._now, unattended=unattended)
        if self._on_wait is not None:
            self._on_wait(integration, run.reporter.waiting)
        try:
            with tallied() as tally:
                ended = await self._listed(run, accept_gone=accept_gone)
        finally:
            if self._on_wait is not None:
                self._on_wait(integration, None)
        run.reporter.done()
        left_out = tally.counts()
        await self._integrations.note_left_out(integration, left_out, full=state.full and not state.resumed)
        aside = troubles.set_aside(integration, await self._integrations.set_aside(integration))
        waits = troubles.creates_wait(integration, (await self._integrations.state(integration)).waits)
        words = troubles.unknown_statuses(integration, await self._integrations.unknown_words(integration))
        report = run.report(ended, monotonic() - started)
        return replace(report, set_aside=aside, waits=waits, left_out=left_out, unknown_statuses=words)

    async def _begun(self, integration: str, *, full: bool) -> ListingState:
        beginning = asyncio.ensure_future(self._jobs.begin_listing(integration, full=full))
        try:
            return await asyncio.shield(beginning)
        except asyncio.CancelledError:
            # Its row may be on its way to disk; one that nobody ends would say for a minute that this process refreshes.
            await to_its_end(self._interrupted(beginning))
            raise

    async def _interrupted(self, beginning: asyncio.Future[ListingState]) -> None:
        with suppress(JobsyncError):
            await self._left(await beginning, None)

    async def _is_due(self, integration: str, adapter: Adapter) -> bool:
        state = await self._integrations.state(integration)
        return is_due(state, self._full_every(), self._now(), tells_deletions=adapter.tells_deletions)

    async def _listed(self, run: _Run, *, accept_gone: bool) -> _Ended:
        """Run the listing to its end; one that does not get there is left to be resumed."""
        heart = asyncio.create_task(run.beat())
        try:
            with seldom_collected():
                await run.read_and_store()
            return await run.finish(accept_gone=accept_gone)
        except asyncio.CancelledError:
            await to_its_end(self._left(run.state, None))
            raise
        except JobsyncError as error:
            await self._left(run.state, error.message)
            raise
        except Exception:
            await self._left(run.state, "The refresh ended by a fault in jobsync; its log has the details.")
            raise
        finally:
            heart.cancel()

    async def _left(self, state: ListingState, error: str | None) -> None:
        """Leave the listing to be resumed."""
        # A cache that cannot be written, or a listing taken over, has an error of its own that is on its way already.
        with suppress(JobsyncError):
            await self._jobs.fail_listing(state, error, self._now())


@dataclass(slots=True)
class _Counts:
    """What the pages of a run came to."""

    seen: int = 0
    added: int = 0
    changed: int = 0
    gone: int = 0
    returned: int = 0


@dataclass(frozen=True, slots=True)
class _Ended:
    """What the end of a run came to: jobs that are gone or kept, and what is wrong with the listing."""

    gone: GoneCounts
    state: IntegrationState
    trouble: Failure | None
    complete: bool


@dataclass(slots=True)
class _Run:
    """One listing on its way."""

    jobs: JobStore
    adapter: Adapter
    state: ListingState
    reporter: Reporter
    now: Callable[[], datetime]
    unattended: bool
    account: Account = field(init=False)
    counts: _Counts = field(default_factory=_Counts)

    def __post_init__(self) -> None:
        self.account = Account(self.adapter.title, self.state.tally)

    async def read_and_store(self) -> None:
        """Read and store every page. A cursor that the ATS takes no longer costs the pages before it, once."""
        try:
            await self._all_pages()
        except STALE_CURSOR:
            if not self.state.resumed or self.account.last is not None:
                raise
            self.state = await self.jobs.restart_listing(self.state, full=self.state.full, now=self.now())
            self.account = Account(self.adapter.title, self.state.tally)
            await self._all_pages()
        if self.account.last is None or self.account.last.cursor is not None:
            raise UnexpectedAnswer(
                f"{self.adapter.title} ended its list before the last page.",
                service=self.adapter.title,
                remedy="Refresh again; it goes on there.",
            )

    async def finish(self, *, accept_gone: bool) -> _Ended:
        """End the listing at its last page, and say whether it can be relied on."""
        if self.account.too_many_aside(self.seen):
            rows = self.seen + self.account.tally.rejected + self.account.tally.other
            reason = self.account.rejected[0].reason if self.account.rejected else "they are not as expected"
            trouble = troubles.too_many_aside(self._integration, self.account.tally.rejected, rows, reason)
            return await self._end(Ending(watermark=None, complete=False, settled=False, state=IntegrationState.FAILED), trouble, None)
        return await (self._finish_full(accept_gone=accept_gone) if self.state.full else self._finish_changes())

    async def _finish_changes(self) -> _Ended:
        waiting = await self.jobs.waiting(self.state, MOST_WAITING)
        await self._take_in(await ask_singly(self.adapter, waiting), deleted=True)
        doubt, gap = self.account.doubt(self.seen), await self.jobs.gap(self.state, 0)
        trouble = None if doubt is None else troubles.changes_not_whole(self._integration, doubt)
        waits = troubles.why_creates_wait(gap, lacks=False)
        return await self._end(self._ending(doubt, trouble, complete=False, waits=waits), trouble, doubt)

    async def _finish_full(self, *, accept_gone: bool) -> _Ended:
        doubt, gap = self.account.doubt(self.seen), await self.jobs.gap(self.state, MOST_ASKED)
        lacks = gap.too_much and not accept_gone
        complete, open_question = (False, None) if lacks else await self._ask_for_missing(gap, doubt)
        if lacks:
            trouble: Failure | None = troubles.withheld(self._integration, gap.lacking, gap.known)
        else:
            why = open_question or self._why_not_relied_on(gap, doubt)
            trouble = None if why is None else troubles.not_whole(self._integration, why, 0 if complete else gap.lacking)
        waits = troubles.why_creates_wait(gap, lacks=lacks) if not accept_gone else None
        ended = await self._end(self._ending(doubt, trouble, complete=complete, accept_gone=accept_gone, waits=waits), trouble, doubt)
        return replace(ended, gone=GoneCounts(0, gap.lacking, gap.known)) if lacks else ended

    async def _ask_for_missing(self, gap: Gap, doubt: str | None) -> tuple[bool, str | None]:
        """Ask for jobs that the list lacks; returns whether those that are still missing then are gone, and what stays an open question.

        A list that is whole by all that the ATS says can lack a living job all the same: one that left moved the others up by one.
        """
        if not gap.lacking:
            return doubt is None, None
        if self.adapter.one_piece or gap.too_much:
            return doubt is None, doubt
        answers = await ask_singly(self.adapter, gap.some)
        await self._take_in(answers, deleted=False)
        if answers.error is not None:
            unasked = f"jobs that it lacks could not be asked for ({answers.error.message})"
            return gap.lacking <= MOST_ASKED, unasked
        if gap.lacking <= MOST_ASKED:
            return True, None
        if answers.found or answers.unclear:
            doubt = doubt or "some jobs that it lacks are in the ATS"
        return doubt is None, doubt

    def _why_not_relied_on(self, gap: Gap, doubt: str | None) -> str | None:
        """Return why a full listing whose missing jobs are settled still says too little: what is in doubt nobody can ask for."""
        first = self.adapter.incremental and not gap.known
        return doubt if first or self.account.tally.nameless else None

    async def _take_in(self, answers: Answers, *, deleted: bool) -> None:
        """Store what single jobs came to, as if the listing had held them. Those of which nothing is known are not missing."""
        gone = answers.gone if deleted else ()
        if answers.found or answers.unclear or gone:
            done = await self.jobs.store_page(self.state, answers.found, gone, None, self.now(), unread=answers.unclear, tally=None)
            self._count(done)

    def _ending(
        self, doubt: str | None, trouble: Failure | None, *, complete: bool, accept_gone: bool = False, waits: str | None = None
    ) -> Ending:
        return Ending(
            watermark=self.account.last.watermark if self.account.last else None,
            complete=complete,
            accept_gone=accept_gone,
            settled=doubt is None and self.account.tally.rejected <= MOST_WAITING,
            state=IntegrationState.OK if trouble is None else IntegrationState.INCOMPLETE,
            waits=waits,
        )

    async def _end(self, ending: Ending, trouble: Failure | None, doubt: str | None) -> _Ended:
        ending = replace(ending, error=None if trouble is None else trouble.message)
        counts = await self.jobs.finish_listing(self.state, ending, self.now())
        return _Ended(counts, ending.state, trouble, complete=doubt is None)

    @property
    def _integration(self) -> str:
        return self.state.integration

    @property
    def seen(self) -> int:
        """Jobs that the listing held, those before a resumption too."""
        return self.state.seen + self.counts.seen

    def report(self, ended: _Ended, seconds: float) -> RefreshReport:
        """Return what the refresh came to."""
        return RefreshReport(
            integration=self.state.integration,
            mode=self.reporter.mode,
            seen=self.seen,
            added=self.counts.added,
            changed=self.counts.changed,
            gone=self.counts.gone + ended.gone.gone,
            returned=self.counts.returned,
            withheld=ended.gone.withheld,
            rejected=tuple(self.account.rejected),
            resumed=self.state.resumed,
            complete=ended.complete,
            seconds=seconds,
            finished_at=self.now(),
            known=ended.gone.known,
            state=ended.state,
            trouble=ended.trouble,
            notes=tuple(self.account.notes),
        )

    async def beat(self) -> None:
        """Show, while pages are waited for, that the listing lives. That it was taken over, the next page finds out."""
        while True:
            await asyncio.sleep(HEARTBEAT_EVERY)
            with suppress(JobsyncError):
                await self.jobs.beat(self.state, self.now())

    async def _all_pages(self) -> None:
        buffer = PageBuffer(READ_AHEAD)
        reader = asyncio.create_task(self._read(buffer))
        try:
            while pages := await buffer.take():
                await self._store(pages)
        finally:
            reader.cancel()
            await asyncio.gather(reader, return_exceptions=True)

    async def _read(self, buffer: PageBuffer) -> None:
        listing = Listing(self.state.watermark, self.state.cursor, self.unattended)
        try:
            async with aclosing(self.adapter.kept_pages(listing)) as pages:
                async for page in pages:
                    self.account.refuse_loop(page)
                    await buffer.put(page)
        except Exception as error:  # noqa: BLE001 - the storing side raises it, once the pages before it are stored
            await buffer.end(error)
        else:
            await buffer.end()

    async def _store(self, pages: tuple[Page, ...]) -> None:
        """Store pages in one transaction, with the cursor behind the last of them."""
        refused = [row for page in pages for row in page.rejected]
        tally = self.account.with_pages(pages)
        done = await self.jobs.store_page(
            self.state,
            [job for page in pages for job in page.jobs],
            [job_id for page in pages for job_id in page.deleted],
            pages[-1].cursor,
            self.now(),
            unread=[row.id for row in refused if row.id is not None],
            rejected=refused,
            tally=tally,
            own_ids=dict(chain.from_iterable(page.own_ids.items() for page in pages)),
        )
        self._count(done)
        self.account.take(pages, tally)
        self.reporter.seen(self.seen, tally.total)

    def _count(self, done: PageCounts) -> None:
        self.counts = _Counts(
            self.counts.seen + done.seen,
            self.counts.added + done.added,
            self.counts.changed + done.changed,
            self.counts.gone + done.gone,
            self.counts.returned + done.returned,
        )
