"""Any history of an ATS and of refreshes of it: nothing living is marked gone, nothing is lost, and what was set aside is told."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from jobsync_tui.backend.core.errors import RemoteError
from jobsync_tui.backend.core.models import IntegrationState, RefreshReport
from jobsync_tui.backend.refresh.refresh import Refresher
from jobsync_tui.testing.ats_server import Answer, Asked
from jobsync_tui.testing.wire import Wire, WireJob
from tests.ats.test_through_the_program import WIRES
from tests.support.inprocess import connected
from tests.support.stores import Cache, cache_at

JOBS = 23
MOST_DELETED = 4
"""In a history: a list that lacks more than a fifth waits for a person, which is another story."""

EVENTS = ("rename", "break", "mend", "delete", "insert", "contradict", "empty", "fail", "cut")
Step = tuple[int, str, int]
"""At which page of a refresh what happens to which job."""

STEPS = st.lists(st.tuples(st.integers(1, 5), st.sampled_from(EVENTS), st.integers(0, JOBS - 1)), max_size=4)
HISTORIES = st.lists(st.tuples(st.booleans(), STEPS), max_size=5)
"""Refreshes, each of everything or of what changed."""


@dataclass
class History:
    """An ATS to which things happen while it is listed.

    Attributes:
        steps: What happens in the present refresh.
        page: The page of the listing that is asked for.
        cut: Ends the present refresh, as a person or the end of the process does.
        broken: Jobs whose name comes as a list, so that they cannot be read.
    """

    wire: Wire
    steps: list[Step] = field(default_factory=list)
    page: int = 0
    cut: Callable[[], object] = lambda: None
    broken: list[WireJob] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.wire.before, self.wire.after = self.before, self.after

    def begin(self, steps: list[Step], cut: Callable[[], object]) -> None:
        self.steps, self.page, self.cut = steps, 0, cut

    def before(self, asked: Asked) -> None:
        self.page += 1
        for _, event, number in self._now():
            self._happens(event, self.wire.jobs[number % len(self.wire.jobs)])

    def after(self, asked: Asked, said: Any) -> None:
        for _, event, number in self._now():
            twists = list(self.wire.contradictions.values())
            if event == "contradict" and twists:
                twists[number % len(twists)](said)
            if event == "empty":
                self.wire.rows_of(said).clear()
        rows = self.wire.rows_of(said)
        rows[:] = [_without_names(row, {job.name for job in self.broken}) for row in rows]

    def answer(self, asked: Asked) -> Answer:
        if self.wire.is_listing(asked) and any(event == "fail" for at, event, _ in self.steps if at == self.page + 1):
            self.page += 1
            return Answer({"message": "out of order"}, status=403)
        return Wire.told(self.wire, asked)

    def _now(self) -> list[Step]:
        return [step for step in self.steps if step[0] == self.page]

    def _happens(self, event: str, job: WireJob) -> None:
        job.changed = datetime.now(UTC) if event in {"rename", "break", "mend", "delete"} else job.changed
        if event == "rename":
            job.name += "!"
        elif event in {"break", "mend"}:
            (self.broken.append if event == "break" else _drop(self.broken))(job)
        elif event == "delete" and sum(each.deleted for each in self.wire.jobs) < MOST_DELETED:
            job.deleted = True
        elif event == "insert":
            number = len(self.wire.jobs) + 1
            self.wire.jobs.insert(0, WireJob(number, f"Job {number}", datetime.now(UTC)))
        elif event == "cut":
            self.cut()

    @property
    def living(self) -> dict[str, str]:
        return {self.wire.job_id(job): job.name for job in self.wire.alive}


def _drop(broken: list[WireJob]) -> Callable[[WireJob], object]:
    return lambda job: broken.remove(job) if job in broken else None


def _without_names(value: Any, names: set[str]) -> Any:
    """Return a row with each of the names as a list."""
    if isinstance(value, dict):
        return {key: _without_names(each, names) for key, each in value.items()}
    return [value] if isinstance(value, str) and value in names else value


async def refreshed(refresher: Refresher, history: History, steps: list[Step], *, full: bool = False) -> RefreshReport | None:
    """Refresh while things happen; None where it failed or was cut short."""
    running = asyncio.ensure_future(refresher.refresh("acme", full=full))
    history.begin(steps, running.cancel)
    with suppress(RemoteError, asyncio.CancelledError):
        return await running
    return None


async def present(cache: Cache) -> dict[str, str | None]:
    """Return the names of the cached jobs that are not gone, by their ids."""
    rows = await cache.database.read(lambda db: db.execute_sql("SELECT id, name FROM jobs WHERE NOT gone").fetchall())
    return dict(rows)


async def gone(cache: Cache) -> set[str]:
    """Return the ids of the cached jobs that are gone."""
    return {row[0] for row in await cache.database.read(lambda db: db.execute_sql("SELECT id FROM jobs WHERE gone").fetchall())}


async def live_through(kind: type[Wire], refreshes: list[tuple[bool, list[Step]]], folder: Path) -> None:
    history = History(kind(JOBS))
    history.wire.told = history.answer  # type: ignore[method-assign]
    async with cache_at(folder / "jobsync.db") as cache, connected(history.wire) as adapter:
        refresher = Refresher(lambda _: adapter, cache.jobs, cache.integrations)
        await refreshed(refresher, history, [])
        for full, steps in refreshes:
            report = await refreshed(refresher, history, steps, full=full)
            assert not await gone(cache) & history.living.keys(), "nothing living is marked gone"
            state = await cache.integrations.state("acme")
            if report is not None:
                assert not report.rejected or await cache.integrations.set_aside("acme"), "what was set aside is told"
                assert (report.trouble is None) is (state.state is IntegrationState.OK)
                assert (state.last_error is None) is (report.trouble is None)
        history.broken.clear()
        report = await refreshed(refresher, history, [], full=True)
        if report is not None and report.resumed:  # what its first pages said is older than the last changes
            report = await refreshed(refresher, history, [], full=True)
        assert report is not None
        assert report.trouble is None
        assert await present(cache) == history.living
        assert await cache.integrations.set_aside("acme") is None


@pytest.mark.parametrize("kind", [each for each in WIRES if each.pages], ids=lambda kind: kind.provider)
@settings(
    max_examples=3,
    phases=(Phase.explicit, Phase.generate),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@example(refreshes=[(True, [(1, "fail", 0)]), (True, [(2, "fail", 0)])])
@given(refreshes=HISTORIES)
def test_after_any_history_a_good_listing_makes_the_cache_what_the_ats_is(
    kind: type[Wire], refreshes: list[tuple[bool, list[Step]]]
) -> None:
    with TemporaryDirectory() as folder:
        asyncio.run(live_through(kind, refreshes, Path(folder)))


@pytest.mark.parametrize("kind", [each for each in WIRES if each.pages], ids=lambda kind: kind.provider)
@pytest.mark.parametrize("events", [("delete",), ("delete", "insert")], ids="+".join)
def test_a_job_that_leaves_or_comes_between_two_pages_takes_no_other_with_it(
    kind: type[Wire], events: tuple[str, ...], tmp_path: Path
) -> None:
    first = JOBS - 1 if kind.provider == "greenhouse" else 0
    asyncio.run(live_through(kind, [(True, [(3, event, first) for event in events])], tmp_path))
