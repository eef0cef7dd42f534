"""Refreshes and syncs under way: owned by the application, so that they outlive the dialog that started them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..backend.core.errors import CutShort
from ..backend.core.models import BulkPlan, JobKey, Link, RefreshProgress, RefreshReport, Step, StepName, SyncPlan, SyncResult
from ..backend.core.waits import announcing
from .messages import ErrandEnded, ErrandLasts, News, RefreshEnded, RefreshMoved, SyncEnded, SyncMoved

if TYPE_CHECKING:
    from ..backend.services.backend import Backend

PROGRESS_INTERVAL = 0.25
"""Seconds between two pieces of progress: four a second cost a slow line about 1 kB."""
SLOW = 1.0
"""Seconds after which an errand is told of that is not over yet."""


@dataclass(eq=False)
class RefreshRun:
    """One refresh. ``progress`` is the last that was heard; ``report`` or ``error`` is set once it is over."""

    integration: str
    started: float = field(default_factory=time.monotonic)
    progress: RefreshProgress | None = None
    report: RefreshReport | None = None
    error: Exception | None = None
    over: bool = False


@dataclass(eq=False)
class SyncRun:
    """The sync of one job, or of several.

    Attributes:
        jobs: The jobs, in order.
        expected: Digest of the plan that was confirmed.
        title: The job's name, or how many they are, for toasts and the status line.
        steps: The steps of a single sync as they happen.
        results: What has ended so far.
        error: What kept the whole from running, once it is over.
        waits_for: What several syncs wait for at this moment, in words; empty for nothing.
        plan: The plan of a single job that was confirmed, to tell what moved if it is no longer what would happen.
        undoes: The operation that is undone, where it is no sync but the undoing of one.
        reason: Why the person confirmed it, where they said.
        links: The links that are made, where it is no sync but the linking of jobs; one for each job.
        watched: Whether a dialog shows the run; its end needs no toast then.
        cancel: Set to start no further job; those in flight end.
    """

    jobs: tuple[JobKey, ...]
    expected: BulkPlan | str | None
    title: str
    plan: SyncPlan | None = None
    undoes: str | None = None
    reason: str | None = None
    links: tuple[Link, ...] = ()
    started: float = field(default_factory=time.monotonic)
    steps: dict[StepName, Step] = field(default_factory=dict)
    waits_for: str = ""
    results: list[SyncResult] = field(default_factory=list)
    error: Exception | None = None
    over: bool = False
    watched: bool = False
    cancel: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def cancelling(self) -> bool:
        """Return whether no further job is started."""
        return self.cancel.is_set()

    @property
    def is_sync(self) -> bool:
        """Return whether jobs are synced, rather than a sync undone or jobs linked."""
        return self.undoes is None and not self.links

    @property
    def of_what(self) -> str:
        """Return what is under way, as a heading names it."""
        return "Link" if self.links else "Sync" if self.undoes is None else "Undo"

    @property
    def result(self) -> SyncResult | None:
        """Return the result of a single sync, once there is one."""
        return self.results[0] if self.results and len(self.jobs) == 1 else None


@dataclass(eq=False)
class Errand:
    """Work beside the screens that is neither a refresh nor a sync, such as a copy of the database.

    Attributes:
        title: What is under way, as a sentence without its stop.
        so_far: How far it is, in a word, where that is known.
        error: Why it failed.
    """

    title: str
    so_far: str = ""
    error: Exception | None = None

    @property
    def words(self) -> str:
        """Return what is under way, and how far it is."""
        return f"{self.title} ({self.so_far})" if self.so_far else self.title


class Runs:
    """What is under way. Each ``start`` is one worker that ends in exactly one message.

    Args:
        spawn: Starts a worker of the application.
        tell: Posts news to every screen.
    """

    def __init__(
        self,
        backend: Backend,
        spawn: Callable[[Awaitable[None], str], object],
        tell: Callable[[News], None],
    ) -> None:
        self._backend = backend
        self._spawn = spawn
        self._tell = tell
        self.refreshes: dict[str, RefreshRun] = {}
        self.syncs: list[SyncRun] = []
        self.errands: list[Errand] = []
        self._idle = asyncio.Event()

    @property
    def busy(self) -> bool:
        """Return whether anything is under way."""
        return bool(self.refreshes or self.syncs or self.errands)

    @property
    def writing(self) -> bool:
        """Return whether a sync is under way, which should end before the application does."""
        return bool(self.syncs)

    def refresh(self, integration: str) -> RefreshRun:
        """Start a refresh of ``integration``, or return the one that is under way."""
        running = self.refreshes.get(integration)
        if running is not None:
            return running
        run = self.refreshes[integration] = RefreshRun(integration)
        self._spawn(self._refresh(run), f"refresh {integration}")
        return run

    def sync(
        self,
        jobs: Sequence[JobKey],
        *,
        expected: BulkPlan | str | None,
        title: str,
        plan: SyncPlan | None = None,
        reason: str | None = None,
    ) -> SyncRun:
        """Start the sync of one or several jobs whose plan was confirmed."""
        return self._start(SyncRun(tuple(jobs), expected, title, plan, reason=reason))

    def undo(self, operation_id: str, plan: SyncPlan, *, title: str, reason: str | None = None) -> SyncRun:
        """Start the undoing of an operation whose plan was confirmed."""
        return self._start(SyncRun((plan.key,), plan.digest, title, plan, undoes=operation_id, reason=reason))

    def link(self, links: Sequence[Link], plan: SyncPlan | None, *, title: str, reason: str | None = None) -> SyncRun:
        """Start making links of one integration: a single one whose plan was confirmed, or several that were shown."""
        jobs = tuple(JobKey(link.integration, link.job_id) for link in links)
        digest = None if plan is None else plan.digest
        return self._start(SyncRun(jobs, digest, title, plan, links=tuple(links), reason=reason))

    def errand(self, title: str, work: Callable[[Errand], Awaitable[None]]) -> None:
        """Start ``work``, which tells what came of it, and may say meanwhile how far it is; it goes on when its screen is closed."""
        errand = Errand(title)
        self.errands.append(errand)
        self._spawn(self._carry_out(errand, work), title)

    def stop(self) -> None:
        """Let what is in flight end, and start nothing more."""
        for run in self.syncs:
            run.cancel.set()

    async def settled(self, seconds: float | None) -> bool:
        """Wait until no sync is under way, for at most ``seconds`` if given; return whether that is so. A refresh resumes next time."""
        if not self.syncs:
            return True
        with suppress(TimeoutError):
            await asyncio.wait_for(self._idle.wait(), seconds)
        return not self.syncs

    def _start(self, run: SyncRun) -> SyncRun:
        self.syncs.append(run)
        self._idle.clear()
        self._spawn(self._sync(run), f"sync {run.title}")
        return run

    async def _carry_out(self, errand: Errand, work: Callable[[Errand], Awaitable[None]]) -> None:
        late = asyncio.get_running_loop().call_later(SLOW, lambda: self._tell(ErrandLasts(errand)))
        try:
            await work(errand)
        except Exception as error:  # noqa: BLE001 - a fault of ours ends the errand, not the application; the funnel logs it
            errand.error = error
        finally:
            late.cancel()
            self.errands.remove(errand)
            self._tell(ErrandEnded(errand))

    async def _refresh(self, run: RefreshRun) -> None:
        told = 0.0

        def moved(progress: RefreshProgress) -> None:
            nonlocal told
            run.progress = progress
            now = time.monotonic()
            if now - told >= PROGRESS_INTERVAL:
                told = now
                self._tell(RefreshMoved(run, progress))

        try:
            run.report = await self._backend.integrations.refresh(run.integration, on_progress=moved)
        except Exception as error:  # noqa: BLE001 - a fault of ours ends the refresh, not the application; the funnel logs it
            run.error = error
        finally:
            run.over = True
            self.refreshes.pop(run.integration, None)
            self._tell(RefreshEnded(run))

    async def _sync(self, run: SyncRun) -> None:
        def stepped(step: Step) -> None:
            run.steps[step.name] = step
            self._tell(SyncMoved(run))

        def waits(waits_for: str) -> None:
            run.waits_for = waits_for
            self._tell(SyncMoved(run))

        def ended(result: SyncResult) -> None:
            run.results.append(result)
            self._tell(SyncMoved(run))

        try:
            with self._backend.because(run.reason):
                await self._carried_out(run, stepped, waits, ended)
        except CutShort as cut:
            run.results[:], run.error = cut.results, cut
        except Exception as error:  # noqa: BLE001 - a fault of ours ends the sync, not the application; the funnel logs it
            run.error = error
        finally:
            run.over = True
            self.syncs.remove(run)
            if not self.syncs:
                self._idle.set()
            self._tell(SyncEnded(run))

    async def _carried_out(
        self, run: SyncRun, stepped: Callable[[Step], None], waits: Callable[[str], None], ended: Callable[[SyncResult], None]
    ) -> None:
        if run.undoes is not None:
            run.results.append(await self._backend.syncs.undo(run.undoes, expected_digest=_digest(run.expected), on_step=stepped))
        elif run.links:
            await self._link(run, stepped)
        elif len(run.jobs) == 1:
            run.results.append(await self._backend.syncs.sync(*run.jobs[0], expected_digest=_digest(run.expected), on_step=stepped))
        else:
            with announcing(waits):
                run.results[:] = await self._backend.syncs.sync_many(run.jobs, expected=run.expected, on_result=ended, cancel=run.cancel)

    async def _link(self, run: SyncRun, stepped: Callable[[Step], None]) -> None:
        """Make links one after another; what is not begun when no further one is to be started stays as it is."""
        for link in run.links:
            if run.cancelling:
                break
            run.results += await self._backend.adoption.adopt(
                link.integration, [link], expected_digest=_digest(run.expected), on_step=stepped if len(run.links) == 1 else None
            )
            self._tell(SyncMoved(run))


def _digest(expected: BulkPlan | str | None) -> str | None:
    return expected.digest if isinstance(expected, BulkPlan) else expected
