"""What happened since the last visit: for each admin, of what is theirs, from the end of the last visit on."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from jobsync_tui.backend.access.access import Actor
from jobsync_tui.backend.core.clock import now
from jobsync_tui.backend.core.models import Greeting, Hold, HoldKind
from jobsync_tui.backend.services.backend import Backend
from jobsync_tui.backend.settings.loader import load_settings
from jobsync_tui.backend.storage.ledger.audit import NewEntry
from tests.cli.conftest import Jobsync, home, jobsync
from tests.services.test_access import CONFIG
from tests.support.databases import url_at

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
