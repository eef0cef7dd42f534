"""A list that lacks too many jobs, or is not whole, is a trouble: told once, over with a whole list, and no reason for the run to stop."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from jobsync_tui.backend.ats.base import Listing, Page
from jobsync_tui.backend.automatic.notify.digest import Digest
from jobsync_tui.backend.core.errors import Unreachable
from jobsync_tui.backend.core.models import (
    IDS_REUSED,
    JOBS_MISSING,
    OTHER_ID,
    ROWS_SET_ASIDE,
    Action,
    ActionKind,
    AutomaticRun,
    Failure,
    Location,
    RejectedRow,
)
from jobsync_tui.cli.automatic import Diary
from tests.cli.conftest import Jobsync, home, jobsync
from tests.support.fleet import EVERY, ICU, Fleet, Host, ListedAts
from tests.support.sync_bench import ALICE

__all__ = ["home", "jobsync"]


@dataclass
class Inbox:
    """A channel that keeps what it is given."""

    name: str = "inbox"
    taken: list[tuple[str, bool]] = field(default_factory=list)

    async def deliver(self, digest: Digest) -> None:
        self.taken += [(each.message, each.over) for each in digest.alerts]


@pytest.fixture
def inbox(fleet: Fleet) -> Inbox:
    found = Inbox()
    fleet.channels[:] = [found]
    return found


async def slots(fleet: Fleet, host: Host, number: int = 4) -> None:
    for _ in range(number):
        await host.run(on_schedule=True)
        await host.notifier.send("auto")
        fleet.clock.turn(EVERY)


async def standing(host: Host) -> list[str]:
    return [each.code for each in await host.alerts.standing(["acme"])]


@pytest.mark.usefixtures("on_each_database")
class TestRuns:
    async def test_an_empty_list_is_told_once_and_over_when_the_jobs_are_back(self, fleet: Fleet, host: Host, inbox: Inbox) -> None:
        shelf = fleet.ats["acme"]
        await slots(fleet, host, 1)
        kept, shelf.jobs = shelf.jobs, {}
        await slots(fleet, host)
        assert inbox.taken == [("5 of 5 jobs were missing from the list and are kept", False)]
        (trouble,) = await host.alerts.standing(["acme"])
        assert (trouble.code, trouble.runs, "refresh -i acme --accept-gone" in str(trouble.remedy)) == (JOBS_MISSING, 4, True)
        shelf.jobs = kept
        await slots(fleet, host)
        assert inbox.taken[1:] == [("5 of 5 jobs were missing from the list and are kept", True)]
        assert await standing(host) == []

    async def test_the_run_goes_on_with_what_is_cached_and_what_it_came_to_is_kept(self, fleet: Fleet, host: Host) -> None:
        await host.run()
        fleet.ats["acme"].jobs.clear()
        fleet.ats["acme"].put(9)
        run = await host.run()
        assert (run.error, run.whole, run.outcomes) == (None, False, {})  # the new one may be one of the five under another id
        assert run.missing is not None
        assert run.missing.message == "5 of 5 jobs were missing from the list and are kept"
        (state,) = await host.schedule.states(["acme"])
        assert state.run == run

    async def test_a_fifth_is_no_trouble(self, fleet: Fleet, host: Host) -> None:
        await host.run()
        del fleet.ats["acme"].jobs["5"]
        run = await host.run()
        assert (run.missing, run.whole, await standing(host)) == (None, True, [])

    async def test_it_stands_while_nobody_lists_everything(self, fleet: Fleet, host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
        async def marked(self: ListedAts, listing: Listing) -> AsyncIterator[Page]:
            yield Page(tuple(self.jobs.values()), watermark="w")

        shelf = fleet.ats["acme"]
        await host.run()
        kept, shelf.jobs = shelf.jobs, {}
        with monkeypatch.context() as patch:
            patch.setattr(ListedAts, "pages", marked)
            await host.run()
            shelf.jobs = kept
            patch.setattr(shelf, "incremental", True, raising=False)
            assert (await host.run()).missing is None
            assert await standing(host) == [JOBS_MISSING], "a list of changes does not tell"
        shelf.trouble = Unreachable("Shelf does not answer", service="Shelf")
        await host.run()
        assert sorted(await standing(host)) == [JOBS_MISSING, "unreachable"]
        shelf.trouble = None
        await host.run()
        assert await standing(host) == []

    async def test_a_list_that_is_not_whole_is_one_too(self, fleet: Fleet, host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
        async def nameless(self: ListedAts, listing: Listing) -> AsyncIterator[Page]:
            yield Page(tuple(self.jobs.values()), rejected=(RejectedRow(None, "x", "no id"),))

        with monkeypatch.context() as patch:
            patch.setattr(ListedAts, "pages", nameless)
            run = await host.run()
        assert run.missing is not None
        assert "not whole" in run.missing.message
        assert sorted(await standing(host)) == [JOBS_MISSING, ROWS_SET_ASIDE]
        await host.run()
        assert await standing(host) == []


@pytest.mark.usefixtures("on_each_database")
class TestOtherJobs:
    """An id that comes back with another name, place and creation date."""

    async def test_it_waits_for_a_person_and_that_is_told(self, fleet: Fleet, host: Host) -> None:
        shelf, day = fleet.ats["acme"], timedelta(days=1)
        made = datetime(2026, 1, 1, tzinfo=UTC)
        shelf.put(1, created_at=made)
        await host.run()
        (before,) = await fleet.local.find("acme:1")
        shelf.put(1, name="ICU Nurse, nights", location=Location("Oslo", "Oslo", None, None), created_at=made + day)
        run = await host.run()
        assert run.outcomes == {"refused": 1}
        assert run.reused is not None
        assert ((await host.decided(1)).reason, await fleet.local.find("acme:1")) == (IDS_REUSED, (before,))
        assert await standing(host) == [IDS_REUSED]
        await host.save(replace(ICU, actions=(Action(ActionKind.FOLDER, "Ohio"),)))
        await host.run()
        assert await fleet.local.find("acme:1") == (before,), "not for other rules either"
        await host.pipeline.sync(ALICE, "acme", "1")
        await host.run()
        assert await standing(host) == []

    async def test_a_job_that_is_renamed_or_moves_does_not(self, fleet: Fleet, host: Host) -> None:
        shelf, made = fleet.ats["acme"], datetime(2026, 1, 1, tzinfo=UTC)
        shelf.put(1, created_at=made)
        await host.run()
        shelf.put(1, name="ICU Nurse, nights", location=Location("Oslo", "Oslo", None, None), created_at=made)
        assert (await host.run()).outcomes == {"updated": 1}


@pytest.mark.usefixtures("on_each_database")
class TestOtherIds:
    """A few jobs that come under other ids: too few to be noticed by what the list lacks, and not to be created once more."""

    @staticmethod
    def becomes(shelf: ListedAts, old: str, new: str) -> None:
        shelf.jobs[new] = replace(shelf.jobs.pop(old), id=new, name="ICU Nurse, another title")

    @pytest.mark.parametrize(
        ("before", "after"),
        [
            ({"1": "1"}, {"R-1": "1"}),  # the ATS has told its id by now
            ({}, {"R-1": "1"}),  # the same, in a cache that an earlier version filled
            ({"1": "own"}, {"R-1": "own"}),  # the service writes it otherwise
            ({}, {}),  # and so does an export
        ],
    )
    async def test_they_wait_for_a_person(self, fleet: Fleet, host: Host, before: dict[str, str], after: dict[str, str]) -> None:
        shelf, new = fleet.ats["acme"], next(iter(after), "1.0")
        shelf.put(*range(1, 12))
        shelf.own_ids = before
        await host.run()
        linked = await fleet.local.find("acme:1")
        self.becomes(shelf, "1", new)
        shelf.put(12)
        shelf.own_ids = after
        run = await host.run()
        assert run.outcomes == {"refused": 1, "created": 1}, "no other new job waits for it"
        assert (await host.decisions.last("acme", new), await fleet.local.find(f"acme:{new}")) != (None, linked)
        assert await fleet.local.find(f"acme:{new}") == ()
        assert run.renamed is not None
        assert f"1 is now {new}" in run.renamed.message
        assert "jobsync integrations rename-ids acme" in str(run.renamed.remedy)
        for _ in range(2):
            assert await standing(host) == [OTHER_ID]
            await host.run()
        await host.pipeline.sync(ALICE, "acme", new)
        await host.run()
        assert await standing(host) == []

    async def test_a_job_whose_own_id_is_new_is_a_new_one(self, fleet: Fleet, host: Host) -> None:
        shelf = fleet.ats["acme"]
        shelf.put(*range(1, 12))
        shelf.own_ids = {"1": "own"}
        await host.run()
        self.becomes(shelf, "1", "R-1")
        shelf.own_ids = {"R-1": "another"}
        assert (await host.run()).outcomes == {"created": 1}

    async def test_ids_that_are_there_in_both_forms_are_two_jobs(self, fleet: Fleet, host: Host) -> None:
        shelf = fleet.ats["acme"]
        shelf.put(*range(1, 12))
        await host.run()
        shelf.jobs["01"] = replace(shelf.jobs["1"], id="01")
        assert (await host.run()).outcomes == {"created": 1}


class TestCommands:
    @pytest.fixture
    def config(self, tmp_path: Path) -> Path:
        config = tmp_path / "jobsync.toml"
        config.write_text(
            f'[storage]\nurl = "sqlite:///{tmp_path}/jobsync.db"\n\n[[integrations]]\nid = "acme"\nprovider = "file"\npath = "jobs.csv"\n'
        )
        config.chmod(0o600)
        config.with_name("jobs.csv").write_text("id,name\n" + "".join(f"{number},Welder\n" for number in range(40)))
        return config

    def test_an_export_that_becomes_empty_is_said_everywhere(self, jobsync: Jobsync, config: Path) -> None:
        words = "40 of 40 jobs were missing from the list and are kept"
        assert jobsync("-c", str(config), "auto", "--once").code == 0
        config.with_name("jobs.csv").write_text("id,name\n")
        once = jobsync("-c", str(config), "auto", "--once")
        assert (once.code, words in once.err, "jobsync refresh -i acme --accept-gone" in once.err) == (6, True, True)
        again = jobsync("-c", str(config), "auto", "--once", "--json")
        assert again.json["runs"][0]["missing"]["code"] == JOBS_MISSING
        status = jobsync("-c", str(config), "auto", "status").out
        assert (f"{words}\n    Look in the ATS" in status, words in " ".join(jobsync("-c", str(config), "news").out.split())) == (
            True,
            True,
        )
        assert jobsync("-c", str(config), "refresh", "-i", "acme", "--accept-gone").code == 0
        assert "PROBLEM" not in jobsync("-c", str(config), "auto", "status").out

    def test_a_service_prints_it_once(self, capsys: pytest.CaptureFixture[str]) -> None:
        diary, gone = Diary(as_json=False), Failure(JOBS_MISSING, "5 of 5 jobs were missing", "Look.")
        for run in (
            AutomaticRun(integration="acme", refreshed=0, missing=gone),
            AutomaticRun(integration="acme", refreshed=2),
            AutomaticRun(integration="acme", refreshed=0, missing=gone),
            AutomaticRun(integration="acme", refreshed=5, whole=True),
        ):
            diary.write([run])
        assert capsys.readouterr().err.count(gone.message) == 1
        diary.write([AutomaticRun(integration="acme", refreshed=0, missing=gone)])
        assert gone.message in capsys.readouterr().err
