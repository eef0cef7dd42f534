"""Jobs that come under other ids: each keeps its job in the target, which gets the new external id, and nothing is created."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from jobsync_tui.backend.access.access import Actor
from jobsync_tui.backend.ats.file.adapter import FileExport
from jobsync_tui.backend.core.errors import AnswerLost, UsageError
from jobsync_tui.backend.core.models import JobKey, NewIdsPlan, NewIdsReport, Outcome, SyncStatus
from jobsync_tui.backend.services.backend import Backend
from jobsync_tui.backend.settings.loader import load_settings
from jobsync_tui.backend.settings.paths import places
from jobsync_tui.backend.sync.id_change import STILL_THERE
from jobsync_tui.backend.target.base import TargetJob
from jobsync_tui.backend.target.local import LocalTarget
from tests.services.export_office import CONFIG, external_ids_in
from tests.support.databases import url_at
from tests.support.wrapped_target import WrappedTarget, nothing

pytestmark = pytest.mark.usefixtures("on_each_database")

RULES = "rules: [{ name: All, actions: [ { folder: Export } ] }]"
JOBS = ("1", "2", "3")


@dataclass
class Office:
    """A configuration with one export, and what happens on the way to its target."""

    folder: Path
    after_link: Callable[[TargetJob], Awaitable[object]] = nothing

    def export(self, *rows: str) -> None:
        """Write these jobs: id, name, city."""
        (self.folder / "jobs.csv").write_text("\n".join(["id,name,location.city", *rows]) + "\n")

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Backend]:
        """Open a backend, as a new process does."""
        settings = load_settings(self.folder / "jobsync.toml")
        target = lambda url: WrappedTarget(LocalTarget(url), after_link=self.after_link)  # noqa: E731
        async with Backend.open(settings, Actor("alice"), local_target=target) as backend:
            yield backend

    async def external_ids(self) -> list[str | None]:
        """Return the external ids of all jobs of the target, in order."""
        return await external_ids_in(self.folder)


@pytest.fixture
async def office(tmp_path: Path) -> Office:
    """Make an office whose three jobs are synced, and a fourth one is not; the next export writes their ids as numbers with ``.0``."""
    office = Office(tmp_path)
    path = tmp_path / "jobsync.toml"
    path.write_text(CONFIG.format(url=url_at(tmp_path / "jobsync.db"), name="export", more=""))
    path.chmod(0o600)
    office.export(*(f"{each},Welder {each},Bonn" for each in (*JOBS, "4")))
    async with office.open() as backend:
        await backend.rules.import_text(RULES, "rules")
        await backend.integrations.refresh("export")
        assert {each.outcome for each in await backend.syncs.sync_many(JobKey.of("export", *JOBS))} == {Outcome.CREATED}
    office.export(*(f"{each}.0,Welder {each},Bonn" for each in (*JOBS, "4")))
    return office


async def carried_out(backend: Backend) -> tuple[NewIdsPlan, NewIdsReport]:
    plan = await backend.maintenance.rename_ids_plan("export")
    return plan, await backend.maintenance.rename_ids("export", plan)


async def warnings(backend: Backend, *, after_refresh: bool = True) -> set[str]:
    """Return what a test of the export, and a refresh, say of its ids."""
    failures = [(await backend.integrations.test("export")).ids]
    if after_refresh:
        failures.append((await backend.integrations.refresh("export", full=True)).ids)
    return {"" if each is None else f"{each.message}. {each.remedy}" for each in failures}


async def test_odd_ids_are_told_by_test_and_refresh_with_what_is_right_now(office: Office) -> None:
    rename = "jobsync integrations rename-ids export"
    async with office.open() as backend:
        office.export("1,Welder 1,Bonn", "2,Welder 2,Bonn", "3,Welder 3,Bonn", "A-1,Welder,Ulm")
        assert await warnings(backend) == {""}
        office.export("1,Welder 1,Bonn", "2,Welder 2,Bonn", "3,Welder 3,Bonn", "9.0,Baker,Ulm")
        (said,) = await warnings(backend)
        assert "1 ID ends in .0, such as 9.0" in said
        assert "Format the column as text before the first sync" in said
        office.export("1,Welder 1,Bonn", "2,Welder 2,Bonn", "3.0,Welder 3,Bonn")
        (said,) = await warnings(backend)
        assert "1 job has its ID written otherwise than when it was synced, such as 3.0, which was 3" in said
        assert rename in said
        assert (await carried_out(backend))[1].finished
        (said,) = await warnings(backend)
        assert ("3.0" in said, "go on writing them like this" in said, rename in said) == (True, True, True)
        assert "Format" not in said
        office.export("1,Welder 1,Bonn", "0020,Welder 2,Bonn", "0400,Welder 3,Bonn", "500,Baker,Ulm")
        assert "2 IDs have fewer digits" in str(await warnings(backend, after_refresh=False))


def pairs(plan: NewIdsPlan) -> list[tuple[str, str]]:
    return [(each.old, each.new) for each in plan.pairs]


async def test_what_a_person_told_apart_stays_so_under_the_new_id(office: Office) -> None:
    async with office.open() as backend:
        await backend.adoption.set_apart("export", "1", ["tz_a", "tz_b"])
        await backend.integrations.refresh("export", full=True)
        await backend.adoption.set_apart("export", "1.0", ["tz_b"])
        assert (await carried_out(backend))[1].finished
        assert await backend._parts.stores.told_apart.of("export") == {("1.0", "tz_a"), ("1.0", "tz_b")}


async def test_each_job_keeps_its_own_in_the_target_under_the_new_id(office: Office) -> None:
    async with office.open() as backend:
        report = await backend.integrations.refresh("export")
        assert report.waits is not None
        assert "jobsync integrations rename-ids export" in (report.waits.remedy or "")
        plan = await backend.maintenance.rename_ids_plan("export")
        assert (pairs(plan), plan.unclear) == ([(each, f"{each}.0") for each in (*JOBS, "4")], ())
        assert await office.external_ids() == [f"export:{each}" for each in JOBS], "a plan changes nothing"

        done = await backend.maintenance.rename_ids("export", plan)

        assert (done.finished, [each.outcome for each in done.results]) == (True, [Outcome.UPDATED] * 3 + [Outcome.UNCHANGED])
        assert [each.verified for each in done.results] == [True, True, True, None]
        assert await office.external_ids() == [f"export:{each}.0" for each in JOBS]
        old, new = await backend.jobs.get("export", "1"), await backend.jobs.get("export", "1.0")
        assert old is not None
        assert new is not None
        assert (old.sync_status, old.target_id) == (SyncStatus.GONE, None)
        assert (new.sync_status, new.target_id) == (SyncStatus.SYNCED, done.results[0].target_id)
        history = await backend.records.audit(integration="export", job="1.0")
        assert [(row.action, row.outcome) for row in history] == [("rename", "changed"), ("rename", "updated")]
        report = await backend.integrations.refresh("export", full=True)
        assert (report.waits, report.trouble) == (None, None)
        results = await backend.syncs.sync_many(JobKey.of("export", *[f"{each}.0" for each in JOBS]))
        assert [each.outcome for each in results] == [Outcome.UNCHANGED] * 3
        assert (await backend.maintenance.rename_ids_plan("export")).pairs == ()
        assert (await backend.records.verify()).ok
    assert len(await office.external_ids()) == 3


async def test_ids_that_change_back_are_found_as_well(office: Office) -> None:
    async with office.open() as backend:
        await backend.integrations.refresh("export")
        await carried_out(backend)
        office.export(*(f"{each},Welder {each},Bonn" for each in (*JOBS, "4")))
        await backend.integrations.refresh("export")
        _, done = await carried_out(backend)
        assert done.finished
    assert await office.external_ids() == [f"export:{each}" for each in JOBS]


async def test_a_change_that_came_with_the_new_id_is_still_to_be_synced(office: Office) -> None:
    (office.folder / "jobs.csv").write_text("id,name,location.city,department\n" + "".join(f"{n}.0,Welder {n},Bonn,Yard\n" for n in JOBS))
    async with office.open() as backend:
        await backend.integrations.refresh("export")
        await carried_out(backend)
        new = await backend.jobs.get("export", "1.0")
        assert new is not None
        assert new.sync_status is SyncStatus.CHANGED


async def test_a_number_in_another_form_is_the_same_job_whatever_else_changed_and_though_its_old_id_is_gone(office: Office) -> None:
    others = [f"{each},Baker {each},Ulm" for each in range(10, 30)]
    office.export(*(f"{each},Welder {each},Bonn" for each in JOBS), *others)
    async with office.open() as backend:
        await backend.integrations.refresh("export", full=True, accept_gone=True)
        office.export("1.0,Welder and smith,Cologne", "2,Welder 2,Bonn", "3,Welder 3,Bonn", *others)
        report = await backend.integrations.refresh("export")
        assert (report.gone, report.waits) == (1, None)
        plan, done = await carried_out(backend)
        assert (pairs(plan), done.finished) == ([("1", "1.0")], True)
    assert await office.external_ids() == ["export:1.0", "export:2", "export:3"]


async def test_jobs_that_share_name_and_place_are_left_to_a_person_unless_the_form_of_their_ids_tells(office: Office) -> None:
    office.export("1.0,Welder 1,Bonn", "91,Welder 1,Bonn", "92,Welder 2,Bonn", "93,Welder 2,Bonn")
    async with office.open() as backend:
        await backend.integrations.refresh("export")
        plan, _ = await carried_out(backend)
        assert pairs(plan) == [("1", "1.0")]
        assert [(each.old, each.new, each.why is not None) for each in plan.unclear] == [("2", "92", True), ("2", "93", True)]
        with pytest.raises(UsageError, match="are no pair"):
            await backend.maintenance.rename_ids_plan("export", [("2", "92"), ("2", "93")])
        named = await backend.maintenance.rename_ids_plan("export", [("2", "93")])
        assert (await backend.maintenance.rename_ids("export", named)).finished
    assert await office.external_ids() == ["export:1.0", "export:3", "export:93"]


async def test_what_the_target_has_under_the_new_id_already_is_left_to_a_person(office: Office) -> None:
    target = LocalTarget(places().local_target_url(url_at(office.folder / "jobsync.db")))
    await target.create("export:3.0", {"name": "Somebody's"}, idempotency_key="0123456789abcdef")
    await target.close()
    async with office.open() as backend:
        await backend.integrations.refresh("export")
        plan, done = await carried_out(backend)
        assert [(each.old, each.why is not None) for each in plan.unclear] == [("3", True)]
        assert done.finished
    assert await office.external_ids() == ["export:1.0", "export:2.0", "export:3", "export:3.0"]


async def test_a_lost_answer_is_looked_up_and_the_rest_moves_the_next_time(office: Office) -> None:
    lost: list[TargetJob] = []

    async def lose(job: TargetJob) -> None:
        if not lost:
            lost.append(job)
            raise AnswerLost("the connection broke", service="Tenzo")

    office.after_link = lose
    async with office.open() as backend:
        await backend.integrations.refresh("export")
        _, done = await carried_out(backend)
        assert ([each.outcome for each in done.results][:2], done.finished) == ([Outcome.UNKNOWN, Outcome.UPDATED], False)
        old = await backend.jobs.get("export", "1")
        assert old is not None
        assert old.sync_status is not SyncStatus.GONE
    async with office.open() as backend:
        await backend.syncs.recover()
        plan, done = await carried_out(backend)
        assert (pairs(plan), done.finished) == ([("1", "1.0")], True)
        new = await backend.jobs.get("export", "1.0")
        assert new is not None
        assert new.sync_status is SyncStatus.SYNCED
    assert await office.external_ids() == [f"export:{each}.0" for each in JOBS]


async def test_a_job_that_the_ats_still_has_under_its_old_id_is_another_one(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """A list of changes lacks what did not change: the same post may have been advertised once more."""
    async with office.open() as backend:
        await backend.integrations.refresh("export")
        monkeypatch.setattr(FileExport, "one_piece", False)
        office.export("1,Welder 1,Bonn", "1.0,Welder 1,Bonn")
        plan = await backend.maintenance.rename_ids_plan("export")
        assert [(each.old, each.why) for each in plan.unclear] == [("1", STILL_THERE)]
        assert pairs(plan) == [("2", "2.0"), ("3", "3.0"), ("4", "4.0")]
