"""What happened since the last visit: for each admin, of what is theirs, from the end of the last visit on."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from jobsync_tui.backend.access.access import Actor
from jobsync_tui.backend.core.clock import now
from jobsync_tui.backend.core.models import Greeting, Hold, HoldKind, Scope, Sort, SyncState, SyncStatus
from jobsync_tui.backend.services.backend import Backend
from jobsync_tui.backend.settings.loader import load_settings
from jobsync_tui.backend.storage.automatic.tables import DecisionRow
from jobsync_tui.backend.storage.ledger.audit import NewEntry
from jobsync_tui.documents.greeting import lead_of
from tests.cli.conftest import Jobsync, home, jobsync
from tests.services.test_access import CONFIG
from tests.support.databases import url_at
from tests.support.stores import set_sync

pytestmark = pytest.mark.usefixtures("on_each_database")

__all__ = ["home", "jobsync"]

RULES = "rules: [ {name: Welders, when: {field: name, op: contains, value: welder}, actions: [{folder: A}]} ]"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "jobsync.toml"
    path.write_text(CONFIG.format(url=url_at(tmp_path / "jobsync.db")).replace("read_only = true", ""))
    path.chmod(0o600)
    for name in ("hers", "his"):
        (tmp_path / f"{name}.csv").write_text("id,name\n1,Welder\n2,Driver\n3,Welder\n")
    return path


async def greeted(config: Path, user: str, *, seen: bool = False) -> Greeting:
    """Visit, and return what was told."""
    async with Backend.open(load_settings(config), Actor(user)) as backend:
        greeting = await backend.greeting.news()
        if seen:
            await backend.greeting.seen()
        return greeting


async def run(config: Path) -> None:
    async with Backend.open(load_settings(config), Actor("bob")) as backend:
        await backend.automatic.run()


def counts(greeting: Greeting) -> dict[str, tuple[int, int, int, int]]:
    return {each.integration: (each.created, each.updated, each.failed, each.newly_eligible) for each in greeting.integrations}


async def test_an_admin_is_told_what_happened_since_their_last_visit_to_what_is_theirs(config: Path) -> None:
    async with Backend.open(load_settings(config), Actor("bob")) as backend:
        await backend.rules.import_text(RULES, "r")
    assert (await greeted(config, "alice", seen=True)).since is None
    assert (await greeted(config, "bob", seen=True)).is_quiet
    await run(config)
    assert counts(await greeted(config, "alice")) == {"hers": (2, 0, 0, 2)}
    both = await greeted(config, "bob", seen=True)
    assert counts(both) == {"hers": (2, 0, 0, 2), "his": (2, 0, 0, 2)}
    assert (both.total("created"), both.in_trouble) == (4, ())
    assert (await greeted(config, "bob")).is_quiet
    assert not (await greeted(config, "alice")).is_quiet  # her visit is her own


async def test_a_widened_rule_is_told_as_newly_eligible_once(config: Path) -> None:
    async with Backend.open(load_settings(config), Actor("bob")) as backend:
        await backend.rules.import_text(RULES, "r")
    await run(config)
    await greeted(config, "alice", seen=True)
    async with Backend.open(load_settings(config), Actor("bob")) as backend:
        await backend.rules.import_text(RULES.replace("welder}", "r}"), "r")
    await run(config)
    await run(config)
    assert counts(await greeted(config, "alice", seen=True)) == {"hers": (1, 0, 0, 1)}
    await run(config)
    assert (await greeted(config, "alice")).is_quiet


async def test_a_job_counts_once_for_how_it_stands_at_the_end(config: Path) -> None:
    await greeted(config, "alice", seen=True)
    async with Backend.open(load_settings(config), Actor("bob")) as backend:
        for job, *outcomes in (("1", "failed", "created", "updated"), ("2", "updated", "failed"), ("3", "updated", "updated", "refused")):
            for outcome in outcomes:
                attempt = NewEntry(actor="x", action="sync", at=now(), integration="hers", job_id=job, outcome=outcome)
                await backend._parts.stores.ledger.audit.record(attempt)
    assert counts(await greeted(config, "alice")) == {"hers": (1, 1, 1, 0)}


async def recorded(config: Path, job_id: str, outcome: str, cause: str | None = None, *, ago: timedelta = timedelta()) -> None:
    async with Backend.open(load_settings(config), Actor("bob")) as backend:
        entry = NewEntry(
            actor="x",
            action="sync",
            at=now() - ago,
            integration="hers",
            job_id=job_id,
            job_name=f"Job {job_id}",
            outcome=outcome,
            cause=cause,
        )
        await backend._parts.stores.ledger.audit.record(entry)


async def test_failures_are_told_by_cause_and_what_was_mended_is_none(config: Path) -> None:
    await greeted(config, "alice", seen=True)
    for job_id, cause in (
        ("11", "Failed to sync job: Tenzo answered 500 to job 11"),
        ("12", "Failed to sync job: Tenzo answered 503 to job 12"),
        ("13", "The folder Night is unknown"),
        ("14", "The folder Night is unknown"),
    ):
        await recorded(config, job_id, "failed", cause)
    await recorded(config, "14", "updated")
    await recorded(config, "12", "unknown", "Tenzo answered 504 to job 12")
    failures = (await greeted(config, "alice")).failures
    assert [(each.cause, each.jobs, [job.id for job in each.listed]) for each in failures] == [
        ("Tenzo answered 504 to job 12", 2, ["12", "11"]),
        ("The folder Night is unknown", 1, ["13"]),
    ]
    assert failures[0].listed[0].name == "Job 12"
    assert (await greeted(config, "bob", seen=True)).since is None  # his first visit: nothing is told of before


async def test_a_failure_of_the_automatic_sync_is_told_with_its_code(config: Path) -> None:
    async with Backend.open(load_settings(config), Actor("bob")) as backend:
        await backend.rules.import_text(RULES, "r")
    await run(config)
    await greeted(config, "alice", seen=True)
    async with Backend.open(load_settings(config), Actor("bob")) as backend:
        key = await backend._parts.stores.jobs.key("hers", "1")
        await backend._parts.stores.database.write(
            lambda db: DecisionRow.update(outcome="failed", reason="unreachable").where(DecisionRow.key == key).execute(db)
        )
    await recorded(config, "1", "failed", "no connection")
    (failure,) = (await greeted(config, "alice")).failures
    assert (failure.code, failure.cause) == ("unreachable", "no connection")


async def test_what_became_eligible_is_told_with_the_change_that_made_it_so(config: Path) -> None:
    async with Backend.open(load_settings(config), Actor("bob")) as backend:
        await backend.rules.import_text(RULES, "r")
    await run(config)
    await greeted(config, "alice", seen=True)
    async with Backend.open(load_settings(config), Actor("bob")) as backend:
        await backend.rules.import_text(RULES.replace("Welders,", "Drivers,").replace("welder", "driver"), "r")
        await backend.rules.import_text(
            "rules: [ {name: Unrelated, when: {field: name, op: contains, value: zzz}, actions: [{folder: Z}]} ]", "r"
        )
    config.with_name("hers.csv").write_text("id,name\n1,Welder\n2,Driver\n3,Welder\n4,Welder\n")
    await run(config)
    told = (await greeted(config, "alice")).eligible
    assert [(each.jobs, each.revision, each.rule, each.actor) for each in told] == [(1, None, None, None), (1, 2, "Drivers", "bob")]
    await greeted(config, "alice", seen=True)
    # One that turns ineligible and eligible again is told again, by the change that did it last.
    async with Backend.open(load_settings(config), Actor("bob")) as backend:
        await backend.rules.set_active(["drivers"], active=False)
        await backend.automatic.run()
        assert (await backend.greeting.news(now() - timedelta(days=1))).total("newly_eligible") == 5
        await backend.rules.set_active(["drivers"], active=True)
        await backend.automatic.run()
    (again,) = (await greeted(config, "alice")).eligible
    assert (again.jobs, again.revision, again.rule) == (1, 5, "Drivers")


async def test_each_number_is_that_of_the_jobs_to_which_it_leads(config: Path) -> None:
    async with Backend.open(load_settings(config), Actor("bob")) as backend:
        await backend.rules.import_text(RULES, "r")
    await run(config)
    await recorded(config, "2", "failed", "x", ago=timedelta(hours=3))
    await recorded(config, "3", "updated")
    async with Backend.open(load_settings(config), Actor("alice")) as backend:
        greeting = await backend.greeting.news(now() - timedelta(hours=6))
        (hers,) = greeting.integrations
        assert (hers.created, hers.failed, hers.newly_eligible) == (2, 1, 2)
        for at, (name, ids) in enumerate((("created", {"1", "3"}), ("updated", {"3"}), ("newly_eligible", {"1", "3"}))):
            lead = lead_of(greeting, f"news:0:{name}")
            assert lead is not None, at
            assert lead.filter_text is not None
            assert {job.id for job in await backend.jobs.ids(Scope.of("hers"), lead.filter_text, Sort())} == ids, name
        for text, found in (
            ("failed<4h", {"2"}), ("failed<2h", set()), ("failed>2h", {"2"}), ("-failed<4h", {"1", "3"}), ("failed<4h welder", set()),
            ("tenzo_created<1d -tenzo_updated<1d", {"1"}), ("eligible>1d", set()),
        ):  # fmt: skip
            assert {job.id for job in await backend.jobs.ids(Scope.of("hers"), text, Sort())} == found, text
            assert await backend.jobs.count(Scope.of("hers"), text) == len(found), text


async def test_the_last_days_are_told_one_by_one_by_the_local_calendar(config: Path) -> None:
    for job_id, outcome, back in (
        ("1", "created", 0),
        ("1", "failed", 0),
        ("1", "failed", 0),
        ("2", "updated", 3),
        ("3", "updated", 13),
        ("4", "created", 20),
    ):
        await recorded(config, job_id, outcome, ago=timedelta(days=back))
    days = (await greeted(config, "alice")).days
    assert [(each.created, each.updated, each.failed) for each in days] == [
        (0, 1, 0), *[(0, 0, 0)] * 9, (0, 1, 0), (0, 0, 0), (0, 0, 0), (1, 0, 1),
    ]  # fmt: skip
    assert days[-1].day == now().astimezone().date()
    assert [each.integration for each in (await greeted(config, "bob")).days] == ["hers"] * 14 + ["his"] * 14


async def test_what_waits_is_told_whenever_it_began(config: Path) -> None:
    config.with_name("his.csv").unlink()
    await run(config)
    async with Backend.open(load_settings(config), Actor("bob")) as backend:
        stores = backend._parts.stores
        await stores.schedule.hold("hers", Hold(HoldKind.GUARD, now(), "too much", "look"), "1 x")
        await set_sync(stores.jobs, "hers", "1", SyncState(sync_status=SyncStatus.UNKNOWN))
        await stores.undecided.keep("hers", ["2", "3", "9"])
        await backend.automatic.pause()
    greeting = await greeted(config, "bob")
    told = [(each.kind, each.integration, each.code, each.jobs) for each in greeting.waits]
    assert told == [
        ("held", "hers", "guard", 0),
        ("in_doubt", "hers", None, 1),
        ("links", "hers", None, 2),
        ("alert", "his", "unreachable", 0),
    ]
    assert greeting.paused is not None
    assert (await greeted(config, "alice")).in_trouble == ("hers",)
    assert {each.integration for each in (await greeted(config, "alice")).waits} == {"hers"}


async def test_what_is_in_trouble_is_told_even_on_the_first_visit(config: Path) -> None:
    config.with_name("his.csv").unlink()
    await run(config)
    greeting = await greeted(config, "bob")
    assert (greeting.since, greeting.in_trouble) == (None, ("his",))
    async with Backend.open(load_settings(config), Actor("bob")) as backend:
        await backend._parts.stores.schedule.hold("hers", Hold(HoldKind.GUARD, now(), "too much", "look"), "1 x")
    troubles = {each.integration: each.trouble for each in (await greeted(config, "bob")).integrations}
    assert troubles["hers"] == "too much"
    assert "There is no file" in str(troubles["his"])
    assert (await greeted(config, "alice")).in_trouble == ("hers",)


async def test_any_time_can_be_asked_for(config: Path) -> None:
    async with Backend.open(load_settings(config), Actor("bob")) as backend:
        await backend.rules.import_text(RULES, "r")
        await backend.automatic.run()
        assert (await backend.greeting.news(now() - timedelta(days=1))).total("created") == 4
        assert (await backend.greeting.news(now() + timedelta(days=1))).total("created") == 0


def test_the_command_and_its_document(jobsync: Jobsync, config: Path) -> None:
    config.write_text(config.read_text().split("[[admins]]")[0])
    rules = config.with_name("rules.yaml")
    rules.write_text(RULES)
    options = ("-c", str(config))
    jobsync(*options, "rules", "import", str(rules))
    assert jobsync(*options, "news", "--seen", "--json").json["since"] is None
    jobsync(*options, "auto", "--once")
    told = jobsync(*options, "news", "--json")
    assert (told.code, told.json["created"], told.json["newly_eligible"], told.json["in_trouble"]) == (0, 4, 4, [])
    assert told.json["integrations"][0] == {
        "integration": "hers", "created": 2, "updated": 0, "failed": 0, "newly_eligible": 2, "trouble": None,
    }  # fmt: skip
    config.with_name("his.csv").unlink()
    jobsync(*options, "refresh", "-i", "his")
    assert "There is no file" in jobsync(*options, "news", "--seen").out
    assert jobsync(*options, "news", "--json").json["created"] == 0
    assert jobsync(*options, "news", "--since", "1d", "--json").json["created"] == 4
    assert jobsync(*options, "news", "--since", "soon").code == 2
