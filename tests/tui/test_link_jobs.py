"""Linking jobs on screens, over a real backend: pairs that are in doubt are decided by a person, and the list follows."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot

from jobsync_tui.backend.core.models import Action, ActionKind, JobKey, Rule, Scope, WaitKind
from jobsync_tui.backend.services.backend import Backend
from jobsync_tui.backend.target.local_seed import Seed, SeedJob
from jobsync_tui.commands import palette
from jobsync_tui.screens import routes
from jobsync_tui.screens.arming import ArmingScreen
from jobsync_tui.screens.jobs.jobs import JobsScreen
from jobsync_tui.screens.palette import PaletteScreen
from jobsync_tui.screens.picker import PickerScreen
from jobsync_tui.screens.sync.confirm_link import ConfirmLinkScreen
from jobsync_tui.screens.sync.confirm_links import ConfirmLinksScreen
from jobsync_tui.screens.sync.link_jobs import LinkJobsScreen
from jobsync_tui.screens.sync.link_pair import LinkPairScreen
from jobsync_tui.screens.sync.sync_result import SyncResultScreen
from tests.services.workshop import local_target, workshop
from tests.support.pilot import screen_text, until
from tests.tui.stage import Stage, on_stage, shows

EVERYTHING = Rule("every", "Everything", None, (Action(ActionKind.FOLDER, "North"),))
LIKE_1 = SeedJob(fields={"name": "Job 1", "location": "Paris"}, external_id="oldtool:77")
LIKE_2 = SeedJob(fields={"name": "Job 2", "location": "Paris", "department": "Care"})
LIKE_3 = SeedJob(fields={"name": "Job 3", "location": "Berlin"})
LIKE_4 = SeedJob(fields={"name": "Job 4", "location": "Oslo"})


@asynccontextmanager
async def linking(folder: Path, *seeded: SeedJob) -> AsyncIterator[tuple[Backend, tuple[str, ...], Stage, Pilot[int]]]:
    """Open Link jobs over a target that has these jobs already; gives their ids too."""
    async with workshop(folder) as backend:
        target = local_target(folder)
        ids = await target.seed(Seed(jobs=seeded))
        await target.close()
        async with on_stage(backend) as (app, pilot):
            app.open(routes.LinkJobs("file"))
            yield backend, ids, app, pilot


@pytest.fixture(autouse=True)
def armed_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ArmingScreen, "SETTLING", 0.02)


async def test_a_pair_is_shown_side_by_side_decided_and_linked_and_the_list_follows(tmp_path: Path) -> None:
    async with linking(tmp_path, LIKE_1, LIKE_2, LIKE_2) as (backend, ids, app, pilot):
        await shows(app, pilot, "TO BE DECIDED BY YOU   2")
        assert "2 candidates: the same name" in screen_text(app)
        await pilot.press("j", "enter")
        await until(pilot, lambda: isinstance(app.screen, LinkPairScreen))
        await shows(app, pilot, "2 jobs in Tenzo could be this one")
        text = screen_text(app)
        assert "= name" in text
        assert "! department" in text
        await pilot.press("j", "$", "enter")
        await until(pilot, lambda: isinstance(app.screen, ConfirmLinkScreen) and app.screen.armed)
        assert app.copied[-1] == f"jobsync adopt -i file --link 2 {ids[2]}"
        assert "external_id" in screen_text(app)
        assert "file:2" in screen_text(app)
        await pilot.press("y")
        await until(pilot, lambda: isinstance(app.screen, SyncResultScreen))
        await shows(app, pilot, "ok UPDATED")
        assert "Link Result" in screen_text(app)
        assert f"Same as: jobsync adopt -i file --link 2 {ids[2]}" in screen_text(app)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, LinkJobsScreen))
        await shows(app, pilot, "TO BE DECIDED BY YOU   1")
        assert await waiting(backend) == [1], "the day at a glance tells of those that are left"
        linked = await backend.jobs.get("file", "2")
        assert linked is not None
        assert (linked.target_id, str(linked.sync_status)) == (ids[2], "never")
        (entry, *_) = await backend.records.audit(job="2", integration="file")
        assert (entry.action, entry.outcome) == ("adopt", "updated")


async def waiting(backend: Backend) -> list[int]:
    """Return of how many jobs it is told that they wait for a decision."""
    return [each.jobs for each in (await backend.greeting.news()).waits if each.kind is WaitKind.LINKS]


async def test_a_job_that_is_none_of_them_is_not_asked_for_again_and_can_be_linked_all_the_same(tmp_path: Path) -> None:
    async with linking(tmp_path, LIKE_1) as (backend, _, app, pilot):
        await shows(app, pilot, "TO BE DECIDED BY YOU   1")
        assert await waiting(backend) == [1]
        await pilot.press("j", "enter")
        await shows(app, pilot, "Only this speaks for it: the same name, but it carries another system's")
        await pilot.press("x")
        await shows(app, pilot, "1 job in Tenzo is not this one?")
        await pilot.press("down", "enter")
        await until(pilot, lambda: isinstance(app.screen, LinkJobsScreen))
        await shows(app, pilot, "NOT THE SAME, AS SOMEBODY DECIDED   1")
        assert "TO BE DECIDED BY YOU" not in screen_text(app)
        assert await waiting(backend) == []
        assert (await backend.adoption.find("file")).ambiguous == ()
        (entry, *_) = await backend.records.audit(job="1", integration="file")
        assert (entry.action, entry.outcome, entry.actor) == ("adopt", "set_apart", "alice")
        await pilot.press("enter", "j", "enter")
        await until(pilot, lambda: isinstance(app.screen, LinkPairScreen))
        await shows(app, pilot, "= name")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, ConfirmLinkScreen) and app.screen.armed)
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, LinkPairScreen))
        await until(pilot, lambda: not list(app.workers))
        (declined, *_) = await backend.records.audit(job="1", integration="file")
        assert (declined.action, declined.outcome) == ("adopt", "cancelled")


async def test_a_person_names_a_job_that_nothing_pointed_to(tmp_path: Path) -> None:
    async with linking(tmp_path, LIKE_1, LIKE_2) as (_, ids, app, pilot):
        await shows(app, pilot, "CERTAIN   1")
        app.open(routes.LinkPair("file", "5"))
        await shows(app, pilot, "No free job in Tenzo looks like this one")
        await pilot.press("enter")
        await until(pilot, lambda: any("t takes the ID of one" in notice.text for notice in app.notices))
        await pilot.press("t")
        await shows(app, pilot, "ID of the job in Tenzo")
        await pilot.press(*ids[0], "enter")
        await shows(app, pilot, "you named it")
        assert "! name" in screen_text(app)
        await pilot.press("t")
        await shows(app, pilot, "ID of the job in Tenzo")
        await pilot.press(*"nowhere", "enter")
        await until(pilot, lambda: any("Tenzo has no job nowhere" in notice.text for notice in app.notices))
        assert isinstance(app.screen, LinkPairScreen)


async def test_what_is_certain_is_linked_at_once_after_a_question(tmp_path: Path) -> None:
    async with linking(tmp_path, LIKE_3, LIKE_4) as (backend, ids, app, pilot):
        await shows(app, pilot, "CERTAIN   2")
        await pilot.press("A")
        await until(pilot, lambda: isinstance(app.screen, ConfirmLinksScreen) and app.screen.armed)
        await pilot.press("y")
        await shows(app, pilot, "2 of 2 jobs linked")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, LinkJobsScreen))
        await shows(app, pilot, "No job in Tenzo looks like a job here")
        linked = [await backend.jobs.get("file", job) for job in ("3", "4")]
        assert [each and each.target_id for each in linked] == list(ids)


async def test_a_link_whose_job_moved_meanwhile_is_shown_anew(tmp_path: Path) -> None:
    async with linking(tmp_path, LIKE_1) as (backend, ids, app, pilot):
        await shows(app, pilot, "TO BE DECIDED BY YOU   1")
        await pilot.press("j", "enter")
        await shows(app, pilot, "= name")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, ConfirmLinkScreen) and app.screen.armed)
        target = local_target(tmp_path)
        await target.link(ids[0], "newtool:1", etag=None)
        await target.close()
        await pilot.press("y")
        await shows(app, pilot, "Not synced: something changed")
        assert isinstance(app.screen, ConfirmLinkScreen)
        assert (await backend.jobs.get("file", "1")).target_id is None  # type: ignore[union-attr]


async def test_a_result_of_a_job_that_is_linked_otherwise_leads_to_the_decision(tmp_path: Path) -> None:
    async with workshop(tmp_path) as backend:
        await backend.rules.save([EVERYTHING], expected_revision=0, what="begin", typed=12)
        made = await backend.syncs.sync("file", "1")
        assert made.target_id
        target = local_target(tmp_path)
        await target.link(made.target_id, "oldtool:77", etag=None)
        await target.close()
        async with on_stage(backend) as (app, pilot):
            run = app.runs.sync(JobKey.of("file", "1"), expected=None, title="Job 1")
            app.open(routes.Running(run))
            await until(pilot, lambda: isinstance(app.screen, SyncResultScreen))
            await shows(app, pilot, "Decide which job in Tenzo it is: jobsync adopt -i file")
            await pilot.press("a")
            await until(pilot, lambda: isinstance(app.screen, LinkPairScreen))
            await pilot.press("escape")
            await until(pilot, lambda: isinstance(app.screen, SyncResultScreen))
            # A result that says nothing of the kind does not offer it.
            run = app.runs.sync(JobKey.of("file", "2"), expected=None, title="Job 2")
            app.open(routes.Running(run))
            await shows(app, pilot, "ok CREATED")
            await pilot.press("a")
            await until(pilot, lambda: any("is not in doubt" in notice.text for notice in app.notices))
            assert isinstance(app.screen, SyncResultScreen)


async def test_a_read_only_integration_is_not_offered_it(tmp_path: Path) -> None:
    async with workshop(tmp_path) as backend:
        config = tmp_path / "jobsync.toml"
        config.write_text(config.read_text().replace('path = "jobs.csv"', 'path = "jobs.csv"\nread_only = true'))
        config.chmod(0o600)
        async with on_stage(backend) as (app, pilot):
            app.open(routes.Jobs(Scope.of("file")))
            await until(pilot, lambda: isinstance(app.screen, JobsScreen) and bool(app.screen.summaries))
            assert isinstance(app.screen, JobsScreen)
            assert "adopt" in {command.action for command in palette(*app.screen.GROUPS)}
            assert "read-only" in str(app.screen.why_not("adopt"))
            app.open(routes.Picker())
            await until(pilot, lambda: isinstance(app.screen, PickerScreen) and "read only" in screen_text(app))
            assert isinstance(app.screen, PickerScreen)
            assert "adopt" not in {entry.id for entry in PaletteScreen(app.screen).entries}
            app.open(routes.LinkJobs("file"))
            await shows(app, pilot, "read-only: its jobs can be checked")
