"""Renaming an integration: what is kept moves at once, the target's external ids follow, and nothing is made twice wherever it stops."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from jobsync_tui.backend.access.access import Actor
from jobsync_tui.backend.core.errors import AnswerLost, Busy, UsageError
from jobsync_tui.backend.core.models import JobKey, Outcome, SyncStatus
from jobsync_tui.backend.services.backend import Backend
from jobsync_tui.backend.settings.loader import load_settings
from jobsync_tui.backend.settings.paths import places
from jobsync_tui.backend.target.base import TargetJob
from jobsync_tui.backend.target.local import LocalTarget
from tests.services.export_office import CONFIG, external_ids_in
from tests.support.databases import url_at
from tests.support.wrapped_target import WrappedTarget, nothing

pytestmark = pytest.mark.usefixtures("on_each_database")

RULES = """
rules:
  - { name: Of the export, when: { field: integration, op: in, value: [EXPORT, other] }, actions: [ { folder: Export } ] }
  - { name: By a part, active: false, when: { not: { field: integration, op: starts_with, value: exp } }, actions: [ { folder: Odd } ] }
"""

ALICE = Actor("alice")
JOBS = ("1", "2", "3", "4")


@dataclass
class Office:
    """A configuration with one integration, and what happens on the way to its target."""

    folder: Path
    before_link: Callable[[str, str], Awaitable[object]] = nothing
    after_link: Callable[[TargetJob], Awaitable[object]] = nothing
    links: list[str] = field(default_factory=list)

    def call(self, name: str, *, read_only: bool = False) -> None:
        """Give the integration an id."""
        more = "read_only = true\n" if read_only else ""
        text = CONFIG.format(url=url_at(self.folder / "jobsync.db"), folder=self.folder, name=name, more=more)
        path = self.folder / "jobsync.toml"
        path.write_text(text)
        path.chmod(0o600)

    def target(self, url: str) -> WrappedTarget:
        """Return the local target, with what happens on the way to it."""

        async def noted(target_id: str, external_id: str) -> None:
            self.links.append(external_id)
            await self.before_link(target_id, external_id)

        return WrappedTarget(LocalTarget(url), before_link=noted, after_link=self.after_link)

    @asynccontextmanager
    async def open(self, actor: Actor = ALICE) -> AsyncIterator[Backend]:
        """Open a backend, as a new process does."""
        async with Backend.open(load_settings(self.folder / "jobsync.toml"), actor, local_target=self.target) as backend:
            yield backend

    async def external_ids(self) -> list[str | None]:
        """Return the external ids of all jobs of the target, in order."""
        return await external_ids_in(self.folder)


@pytest.fixture
async def office(tmp_path: Path) -> Office:
    """Make an office whose four jobs are synced under the id ``export``, which then left the configuration for ``ats``."""
    office = Office(tmp_path)
    (tmp_path / "jobs.csv").write_text("id,name,status\n" + "".join(f"{job_id},Welder {job_id},open\n" for job_id in (*JOBS, "5")))
    office.call("export")
    async with office.open() as backend:
        await backend.integrations.refresh("export")
        await backend.rules.import_text(RULES, "rules")
        results = await backend.syncs.sync_many(JobKey.of("export", *JOBS))
        assert {result.outcome for result in results} == {Outcome.CREATED}
    office.call("ats")
    return office


def renamed(*job_ids: str) -> list[str]:
    """Return external ids of which those of ``job_ids`` are renamed."""
    return sorted(f"{'ats' if job_id in job_ids else 'export'}:{job_id}" for job_id in JOBS)


async def nothing_is_written_again(office: Office) -> None:
    """Sync everything under the new id: no job is made, none is written."""
    async with office.open() as backend:
        results = await backend.syncs.sync_many(JobKey.of("ats", *JOBS))
        assert [result.outcome for result in results] == [Outcome.UNCHANGED] * len(JOBS)
        assert (await backend.records.verify()).ok
    assert await office.external_ids() == renamed(*JOBS)


async def test_everything_moves_and_every_external_id_follows(office: Office) -> None:
    async with office.open() as backend:
        plan = await backend.maintenance.rename_plan("export", "ats")
        assert (plan.jobs, plan.moved, len(plan.links), plan.unclear) == (5, False, 4, ())
        assert (plan.rules, plan.doubtful) == (("Of the export",), ("By a part",))
        assert await office.external_ids() == renamed()

        report = await backend.maintenance.rename("export", "ats")

        assert report.finished
        assert {(each.outcome, each.verified) for each in report.results} == {(Outcome.UPDATED, True)}
        synced = await backend.jobs.get("ats", "1")
        assert synced is not None
        assert (synced.sync_status, synced.target_id) == (SyncStatus.SYNCED, report.results[0].target_id)
        assert (await backend.eligibility.check("ats", "1")).eligible, "the rule asks for the new id now"
        refreshed = await backend.integrations.refresh("ats")
        assert (refreshed.seen, refreshed.added, refreshed.changed, refreshed.gone) == (5, 0, 0, 0)
        history = await backend.records.audit(integration="ats", job="1")
        assert [(row.action, row.integration) for row in history] == [("rename", "ats"), ("sync", "export")]
        with pytest.raises(UsageError, match="Nothing is kept"):
            await backend.maintenance.rename("export", "ats")
        assert await backend.health.unfinished_renames() == ()
    await nothing_is_written_again(office)


async def test_an_undo_finds_what_was_written_under_the_old_id(office: Office) -> None:
    async with office.open() as backend:
        await backend.maintenance.rename("export", "ats")
        (row,) = [row for row in await backend.records.audit(integration="ats", job="2") if row.action == "sync"]
        assert row.operation_id is not None
        plan = await backend.syncs.undo_plan(row.operation_id)
        assert plan.integration == "ats"
        assert plan.error is not None
        assert plan.error.code == "create_not_undone"


async def test_one_that_is_cut_short_goes_on_where_it_stopped(office: Office) -> None:
    stop = asyncio.Event()

    async def stop_it(job: TargetJob) -> None:
        if job.external_id == "ats:2":
            stop.set()

    office.after_link = stop_it
    async with office.open() as backend:
        report = await backend.maintenance.rename("export", "ats", cancel=stop)
        assert (len(report.results), report.finished) == (2, False)
        assert await backend.health.unfinished_renames() == (("export", "ats"),)
    assert await office.external_ids() == renamed("1", "2")

    # Between the two runs a job is synced: it is known by its id in the target, whatever it is called there.
    async with office.open() as backend:
        assert (await backend.syncs.sync("ats", "4")).outcome is Outcome.UNCHANGED
        plan = await backend.maintenance.rename_plan("export", "ats")
        assert (plan.moved, [link.job_id for link in plan.links]) == (True, ["3", "4"])
        assert (await backend.maintenance.rename("export", "ats")).finished
    assert office.links == ["ats:1", "ats:2", "ats:3", "ats:4"], "none is written twice"
    await nothing_is_written_again(office)


@pytest.mark.parametrize("arrives", [True, False])
async def test_a_lost_answer_is_looked_up_and_the_rename_goes_on(office: Office, *, arrives: bool) -> None:
    async def lose(*_: object) -> None:
        if office.links == ["ats:1"]:
            raise AnswerLost("the connection broke", service="Tenzo")

    if arrives:
        office.after_link = lose
    else:
        office.before_link = lose
    async with office.open() as backend:
        report = await backend.maintenance.rename("export", "ats")
        assert [result.outcome for result in report.results] == [Outcome.UNKNOWN, *[Outcome.UPDATED] * 3]
        assert not report.finished
    async with office.open() as backend:
        await backend.syncs.recover()
        synced = await backend.jobs.get("ats", "1")
        assert synced is not None
        assert synced.sync_status is SyncStatus.SYNCED
        assert (await backend.maintenance.rename("export", "ats")).finished
    await nothing_is_written_again(office)


async def test_a_job_that_only_the_target_knows_is_not_made_anew(office: Office) -> None:
    """A restored backup may know less than the target does."""
    target = LocalTarget(places().local_target_url(url_at(office.folder / "jobsync.db")))
    await target.create("export:5", {"name": "Welder 5"}, idempotency_key="0123456789abcdef")
    await target.close()

    async def refuse(*_: object) -> None:
        raise UsageError("not today")

    office.before_link = refuse
    async with office.open() as backend:
        await backend.maintenance.rename("export", "ats")
        assert (await backend.syncs.sync("ats", "5")).outcome is Outcome.UPDATED
    assert len(await office.external_ids()) == 5


async def test_what_is_not_clear_in_the_target_is_left_to_a_person_first(office: Office) -> None:
    target = LocalTarget(places().local_target_url(url_at(office.folder / "jobsync.db")))
    await target.create("ats:3", {"name": "Somebody's"}, idempotency_key="0123456789abcdef")
    await target.close()
    async with office.open() as backend:
        plan = await backend.maintenance.rename_plan("export", "ats")
        assert [link.job_id for link in plan.unclear] == ["3"]
        with pytest.raises(UsageError, match="1 job of the target shares an external ID in Tenzo, or the new one is taken"):
            await backend.maintenance.rename("export", "ats")
        assert await backend.health.leftovers() == ("export",)
        assert office.links == []


async def test_one_that_is_read_only_or_still_in_use_is_refused(office: Office) -> None:
    office.call("ats", read_only=True)
    async with office.open() as backend:
        with pytest.raises(UsageError, match="read-only"):
            await backend.maintenance.rename("export", "ats")
    office.call("export")
    async with office.open() as backend:
        with pytest.raises(UsageError, match="still configured"):
            await backend.maintenance.rename_plan("export", "ats")


async def test_a_write_that_is_not_settled_stands_in_the_way(office: Office) -> None:
    office.call("export")

    async def lost(*_: object) -> None:
        raise AnswerLost("the connection broke", service="Tenzo")

    def losing(url: str) -> WrappedTarget:
        return WrappedTarget(LocalTarget(url), before_create=lost)

    settings = load_settings(office.folder / "jobsync.toml")
    async with Backend.open(settings, ALICE, local_target=losing) as backend:
        assert (await backend.syncs.sync("export", "5")).outcome is Outcome.UNKNOWN
        office.call("ats")
        with pytest.raises(Busy, match="not known"):
            await backend.maintenance.rename_plan("export", "ats")
