"""A refresh: the jobs of an ATS into the cache, page by page, resumable at the page where it stopped."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from time import monotonic

from .. import clock
from ..ats.base import Adapter, Listing, Page
from ..errors import Conflict, JobsyncError, Refused, RemoteGone, UnexpectedAnswer
from ..left_out import tallied
from ..models import RefreshMode, RefreshProgress, RefreshReport, RejectedRow
from ..store.integrations import IntegrationStore
from ..store.jobs import JobStore
from ..store.listing import GoneCounts, ListingState
from .buffer import PageBuffer
from .collector import seldom_collected

READ_AHEAD = 4000
"""Jobs that may be read while others are stored; also about the most that one transaction stores."""

PROGRESS_EVERY = 0.25
"""Seconds between two words of progress, so that a slow line is not kept busy with them."""

HEARTBEAT_EVERY = 10.0
"""Seconds between two signs of life; a listing is taken over after a minute without."""

SHORT_BY = 0.02
"""Share of the announced jobs that may be missing before a listing counts as incomplete: jobs close while they are listed."""

MOST_REJECTED = 1000
"""Rejected rows named in a report."""

STALE_CURSOR = (Refused, UnexpectedAnswer, RemoteGone, Conflict)
"""Errors by which an ATS says that it takes a cursor no longer."""

Progress = Callable[[RefreshProgress], None]
Waits = Callable[[str, Callable[[str], None] | None], None]


class Refresher:
    """Brings the caches of integrations up to date.

    Args:
        adapters: Gives the connected adapter of an integration.
        jobs: The cache.
        integrations: The state of the caches.
        on_wait: Has a listener told, in words, what an integration waits for; None as listener ends that.
        now: The clock that everybody who uses the cache shares: a listing's signs of life are told by it.
    """

    def __init__(
        self,
        adapters: Callable[[str], Adapter],
        jobs: JobStore,
        integrations: IntegrationStore,
        on_wait: Waits | None = None,
        now: Callable[[], datetime] = clock.now,
    ) -> None:
        self._adapters = adapters
        self._jobs = jobs
        self._integrations = integrations
        self._on_wait = on_wait
        self._now = now

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
            unattended: Nobody waits for it: the adapter may leave for later what `Listing.unattended` lets it.
            on_progress: Told how far it is, at most four times a second, and once at the end.

        Raises:
            Busy: Somebody else refreshes the integration.
            RemoteError: The ATS failed; what was stored before stands, and the next refresh goes on there.
            StorageError: The cache cannot be written.
        """
        started = monotonic()
        adapter = self._adapters(integration)
        state = await self._jobs.begin_listing(integration, full=full or accept_gone or not adapter.incremental)
        run = _Run(self._jobs, adapter, state, _Reporter(state, on_progress), self._now, unattended=unattended)
        if self._on_wait is not None:
            self._on_wait(integration, run.reporter.waiting)
        try:
            with tallied() as tally:
                gone = await self._listed(run, accept_gone=accept_gone)
        finally:
            if self._on_wait is not None:
                self._on_wait(integration, None)
        run.reporter.done()
        left_out = tally.counts()
        await self._integrations.note_left_out(integration, left_out, full=state.full and not state.resumed)
        return replace(run.report(gone, monotonic() - started), left_out=left_out)

    async def _listed(self, run: _Run, *, accept_gone: bool) -> GoneCounts:
        """Run the listing to its end; one that does not get there is left to be resumed."""
        heart = asyncio.create_task(run.beat())
        try:
            with seldom_collected():
                await run.read_and_store()
            return await run.finish(accept_gone=accept_gone)
        except asyncio.CancelledError:
            await asyncio.shield(self._leave(run, None))
            raise
        except JobsyncError as error:
            await self._leave(run, error.message)
            raise
        except Exception:
            await self._leave(run, "The refresh ended by a fault in jobsync; its log has the details.")
            raise
        finally:
            heart.cancel()

    async def _leave(self, run: _Run, error: str | None) -> None:
        # A cache that cannot be written, or a listing taken over, has an error of its own that is on its way already.
        with suppress(JobsyncError):
            await self._jobs.fail_listing(run.state, error, self._now())


@dataclass(slots=True)
class _Counts:
    """What the pages of a run came to."""

    seen: int = 0
    added: int = 0
    changed: int = 0
    gone: int = 0
    returned: int = 0


@dataclass(slots=True)
class _Run:
    """One listing on its way."""

    jobs: JobStore
    adapter: Adapter
    state: ListingState
    reporter: _Reporter
    now: Callable[[], datetime]
    unattended: bool
    counts: _Counts = field(default_factory=_Counts)
    rejected: list[RejectedRow] = field(default_factory=list)
    rejections: int = 0
    nameless: bool = False
    total: int | None = None
    last: Page | None = None
    cursors: set[str] = field(default_factory=set)

    async def read_and_store(self) -> None:
        """Read and store every page. A cursor that the ATS takes no longer costs the pages before it, once."""
        try:
            await self._all_pages()
        except STALE_CURSOR:
            if not self.state.resumed or self.last is not None:
                raise
            self.state = await self.jobs.restart_listing(self.state, full=self.state.full, now=self.now())
            await self._all_pages()
        if self.last is None or self.last.cursor is not None:
            raise UnexpectedAnswer(
                f"{self.adapter.title} ended its list before the last page.",
                service=self.adapter.title,
                remedy="Refresh again; it goes on there.",
            )

    async def finish(self, *, accept_gone: bool) -> GoneCounts:
        """End the listing at its last page."""
        watermark = self.last.watermark if self.last else None
        return await self.jobs.finish_listing(
            self.state, watermark=watermark, complete=self.complete, accept_gone=accept_gone, now=self.now()
        )

    @property
    def seen(self) -> int:
        """Jobs that the listing held, those before a resumption too."""
        return self.state.seen + self.counts.seen

    @property
    def complete(self) -> bool:
        """Whether a job that the listing lacks is not in the ATS: no row without an id was set aside, and none is short of the total."""
        short = (self.total or 0) - self.seen - self.rejections
        return not self.nameless and short <= SHORT_BY * (self.total or 0)

    def report(self, gone: GoneCounts, seconds: float) -> RefreshReport:
        """Return what the refresh came to."""
        return RefreshReport(
            integration=self.state.integration,
            mode=self.reporter.mode,
            seen=self.seen,
            added=self.counts.added,
            changed=self.counts.changed,
            gone=self.counts.gone + gone.gone,
            returned=self.counts.returned,
            withheld=gone.withheld,
            rejected=tuple(self.rejected),
            resumed=self.state.resumed,
            complete=self.complete,
            seconds=seconds,
            finished_at=self.now(),
            known=gone.known,
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
            async with aclosing(self._pages(listing)) as pages:
                async for page in pages:
                    self._refuse_loop(page)
                    await buffer.put(page)
        except Exception as error:  # noqa: BLE001 - the storing side raises it, once the pages before it are stored
            await buffer.end(error)
        else:
            await buffer.end()

    async def _pages(self, listing: Listing) -> AsyncGenerator[Page, None]:
        """Yield the adapter's pages, and close its generator when no more are wanted."""
        pages = self.adapter.pages(listing)
        try:
            async for page in pages:
                yield page
        finally:
            if isinstance(pages, AsyncGenerator):
                await pages.aclose()

    def _refuse_loop(self, page: Page) -> None:
        if page.cursor is None:
            return
        if page.cursor in self.cursors:
            raise UnexpectedAnswer(
                f"{self.adapter.title} gives the same page again and again.", service=self.adapter.title, remedy="Try again later."
            )
        self.cursors.add(page.cursor)

    async def _store(self, pages: tuple[Page, ...]) -> None:
        """Store pages in one transaction, with the cursor behind the last of them."""
        last = pages[-1]
        refused = [row for page in pages for row in page.rejected]
        done = await self.jobs.store_page(
            self.state,
            [job for page in pages for job in page.jobs],
            [job_id for page in pages for job_id in page.deleted],
            last.cursor,
            self.now(),
            unread=[row.id for row in refused if row.id is not None],
        )
        self.counts = _Counts(
            self.counts.seen + done.seen,
            self.counts.added + done.added,
            self.counts.changed + done.changed,
            self.counts.gone + done.gone,
            self.counts.returned + done.returned,
        )
        self.rejected += refused[: MOST_REJECTED - len(self.rejected)]
        self.rejections += len(refused)
        self.nameless = self.nameless or any(row.id is None for row in refused)
        self.total = last.total if last.total is not None else self.total
        self.last = last
        self.reporter.seen(self.seen, self.total)


class _Reporter:
    """Passes progress on, a few times a second."""

    def __init__(self, state: ListingState, listener: Progress | None) -> None:
        self.mode = RefreshMode.FULL if state.full else RefreshMode.INCREMENTAL
        self._progress = RefreshProgress(state.integration, self.mode, state.seen)
        self._listener = listener
        self._told = float("-inf")

    def seen(self, jobs: int, total: int | None) -> None:
        """Note how far it is; nothing is waited for any more."""
        self._tell(replace(self._progress, seen=jobs, total=total, waiting=None))

    def waiting(self, words: str) -> None:
        """Note what is waited for."""
        self._tell(replace(self._progress, waiting=words))

    def done(self) -> None:
        """Tell the end, whenever the last word was."""
        self._told = float("-inf")
        self._tell(replace(self._progress, waiting=None))

    def _tell(self, progress: RefreshProgress) -> None:
        self._progress = progress
        now = monotonic()
        if self._listener is not None and now - self._told >= PROGRESS_EVERY:
            self._told = now
            self._listener(progress)
