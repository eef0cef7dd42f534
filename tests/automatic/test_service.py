"""The automatic sync as commands and screens ask for it: who may, what is recorded, what they are told."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, closing
from datetime import timedelta
from pathlib import Path

import pytest

from jobsync_tui.backend.access.access import Actor
from jobsync_tui.backend.automatic.run import Order
from jobsync_tui.backend.core.clock import now
from jobsync_tui.backend.core.errors import AccessDenied
from jobsync_tui.backend.core.models import AutomaticRun, Hold, HoldKind
from jobsync_tui.backend.http import Reply, Request
from jobsync_tui.backend.services.backend import Backend
from jobsync_tui.backend.settings.loader import load_settings
from tests.cli.conftest import Jobsync, home, jobsync
from tests.support.loopback import on_loopback

__all__ = ["home", "jobsync"]

CONFIG = """
[storage]
url = "sqlite:///{folder}/jobsync.db"

[[integrations]]
id = "hers"
provider = "file"
path = "hers.csv"

[[integrations]]
id = "his"
provider = "file"
path = "his.csv"

[[admins]]
user = "alice"
integrations = ["hers"]

[[admins]]
user = "bob"
integrations = ["*"]
"""
RULES = "rules: [ {name: Welders, when: {field: name, op: contains, value: welder}, actions: [{folder: A}]} ]"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "jobsync.toml"
    path.write_text(CONFIG.format(folder=tmp_path))
    path.chmod(0o600)
    for name in ("hers", "his"):
        (tmp_path / f"{name}.csv").write_text("id,name\n1,Welder\n2,Driver\n")
    return path


def opened(config: Path, user: str) -> AbstractAsyncContextManager[Backend]:
    return Backend.open(load_settings(config), Actor(user))


@pytest.fixture
async def bob(config: Path) -> AsyncIterator[Backend]:
    async with opened(config, "bob") as backend:
        await backend.rules.import_text(RULES, "r")
        yield backend


async def test_only_one_who_may_use_everything_runs_pauses_or_resumes_it(config: Path, bob: Backend) -> None:
    async with opened(config, "alice") as alice:
        for attempt in (alice.automatic.run, alice.automatic.pause, alice.automatic.resume):
            with pytest.raises(AccessDenied):
                await attempt()
        with pytest.raises(AccessDenied):
            await alice.automatic.serve(asyncio.Event(), lambda _: None)
        assert [state.integration for state in (await alice.automatic.status()).integrations] == ["hers"]
    rows = await bob.records.audit(actor="alice")
    assert {(row.action, row.outcome) for row in rows} == {
        ("auto", "refused"),
        ("auto pause", "refused"),
        ("auto resume", "refused"),
    }


async def test_it_acts_as_auto_and_says_who_started_it(bob: Backend) -> None:
    runs = await bob.automatic.run()
    assert [(run.integration, run.outcomes) for run in runs] == [(each, {"refused": 1, "created": 1}) for each in ("hers", "his")]
    rows = [row for row in await bob.records.audit(actor="auto") if row.action == "sync"]
    assert {(row.outcome, row.origin["started_by"], row.origin["trigger"]) for row in rows} == {("created", "bob", "once")}


async def test_check_tells_why_not_by_itself(bob: Backend) -> None:
    before = now()
    await bob.integrations.refresh("hers")
    assert (await bob.eligibility.check("hers", "2")).automatic is None
    await bob.automatic.run(on_schedule=True)
    found = (await bob.eligibility.check("hers", "2")).automatic
    assert found is not None
    assert (found.outcome, found.reason, found.ruleset_revision) == ("refused", "no_rule_matched", 1)
    assert before <= found.decided_at <= now()
    assert found.next_run is not None
    assert found.next_run > found.decided_at
    assert await bob.automatic.decision("hers", "2") == found
    assert await bob.automatic.decision("hers", "nobody") is None


async def test_after_a_pause_that_a_person_ended_a_run_has_the_time_of_a_slot_to_come(bob: Backend, config: Path) -> None:
    await bob.automatic.run(on_schedule=True)
    with closing(sqlite3.connect(config.parent / "jobsync.db")) as database, database:
        database.execute("UPDATE automatic_schedule SET tick = tick - 3600000, ended_at = ended_at - 3600000")
    assert (await bob.automatic.state("hers")).stopped
    await bob.automatic.pause()
    assert not (await bob.automatic.state("hers")).stopped
    await bob.automatic.resume()
    assert not (await bob.automatic.state("hers")).stopped


async def test_pause_and_resume_are_told_and_recorded(bob: Backend) -> None:
    paused = (await bob.automatic.pause()).paused
    assert paused is not None
    assert paused.by == "bob"
    assert all(run.skipped for run in await bob.automatic.run())
    assert (await bob.automatic.resume(accept=True)).paused is None
    assert not any(run.skipped for run in await bob.automatic.run())
    rows = [(row.action, row.outcome) for row in await bob.records.audit(actor="bob")]
    assert rows == [("auto resume", "done"), ("auto pause", "done"), ("rules", "changed")]


async def test_credentials_that_work_again_let_it_go_on(bob: Backend) -> None:
    hold = Hold(HoldKind.CREDENTIALS, now(), "refused", "renew it")
    await bob._parts.stores.schedule.hold("hers", hold)
    assert (await bob.automatic.state("hers")).hold == hold
    assert [run.skipped for run in await bob.automatic.run()] == [True, False]
    await bob.integrations.test("hers")
    assert (await bob.automatic.state("hers")).hold is None
    assert [run.skipped for run in await bob.automatic.run()] == [False, False]


async def test_a_guard_needs_a_person_who_accepts(bob: Backend) -> None:
    await bob._parts.stores.schedule.hold("hers", Hold(HoldKind.GUARD, now(), "too much", "look"), "1 x")
    assert (await bob.automatic.resume()).integrations[0].hold is not None
    assert (await bob.automatic.resume(accept=True)).integrations[0].hold is None
    assert await bob._parts.stores.schedule.guarded("hers") == (None, "1 x")


async def test_a_service_runs_each_slot_and_ends_when_asked(bob: Backend) -> None:
    stop, seen = asyncio.Event(), list[AutomaticRun]()

    def note(runs: tuple[AutomaticRun, ...]) -> None:
        seen.extend(runs)
        if len(seen) >= 4:
            stop.set()

    await asyncio.wait_for(bob.automatic.serve(stop, note, timedelta(seconds=1)), 60)
    assert Counter((run.integration, run.skipped) for run in seen) == {(name, False): 2 for name in {run.integration for run in seen}}
    assert [run.outcomes for run in seen[:2]] == [{"refused": 1, "created": 1}] * 2


async def test_a_run_that_takes_long_keeps_no_other_integration_from_its_slots(bob: Backend, monkeypatch: pytest.MonkeyPatch) -> None:
    stop, seen = asyncio.Event(), list[str]()
    automatic = bob._parts.automatic
    keep = automatic.run

    async def run(order: Order) -> AutomaticRun:
        if order.integration == "hers":
            await stop.wait()
        return await keep(order)

    def note(runs: tuple[AutomaticRun, ...]) -> None:
        seen.extend(run.integration for run in runs)
        if len(seen) == 2:
            stop.set()

    monkeypatch.setattr(automatic, "run", run)
    await asyncio.wait_for(bob.automatic.serve(stop, note, timedelta(seconds=1)), 60)
    assert ("hers" in seen[:2], seen.count("hers")) == (False, 1), "and what was under way has come to its end"


async def test_a_service_ends_when_access_is_withdrawn(config: Path, bob: Backend) -> None:
    def withdraw(_: object) -> None:
        config.write_text(config.read_text().replace('user = "bob"', 'user = "carol"'))

    with pytest.raises(AccessDenied):
        await asyncio.wait_for(bob.automatic.serve(asyncio.Event(), withdraw, timedelta(seconds=1)), 60)


@pytest.fixture
def mine(config: Path) -> Path:
    """Make it the configuration of whoever runs the tests."""
    config.write_text(config.read_text().split("[[admins]]")[0])
    return config


def test_the_command_once_with_its_document(jobsync: Jobsync, mine: Path) -> None:
    rules = mine.with_name("rules.yaml")
    rules.write_text(RULES)
    assert jobsync("-c", str(mine), "rules", "import", str(rules)).code == 0
    first = jobsync("-c", str(mine), "auto", "--once", "--json")
    assert first.code == 0
    assert first.json["runs"][0] == {
        "integration": "hers",
        "refreshed": 2,
        "evaluated": 2,
        "outcomes": {"refused": 1, "created": 1},
        "error": None,
        "skipped": False,
        "failures": {},
        "why": None,
        "missing": None,
        "set_aside": None,
        "reused": None,
        "renamed": None,
        "waits": None,
    }
    slot = [jobsync("-c", str(mine), "auto", "--once", "--every", "52w", "--json") for _ in range(2)]
    assert [(each.code, each.json["runs"][0]["skipped"]) for each in slot] == [(0, False), (0, True)]
    mine.with_name("his.csv").unlink()
    broken = jobsync("-c", str(mine), "auto", "--once", "--json")
    assert (broken.code, [run["error"] is None for run in broken.json["runs"]]) == (6, [True, False])
    status = jobsync("-c", str(mine), "auto", "status", "--json").json
    assert status["every"] == "5m"
    assert (status["paused"], [each["integration"] for each in status["integrations"]]) == (None, ["hers", "his"])
    assert "There is no file" in jobsync("-c", str(mine), "auto", "status").out


def test_the_command_pauses_and_resumes(jobsync: Jobsync, mine: Path) -> None:
    assert jobsync("-c", str(mine), "auto", "pause", "--json").json["paused"]["by"]
    once = jobsync("-c", str(mine), "auto", "--once")
    assert (once.code, once.out) == (0, "")
    assert "Paused by" in once.err
    assert jobsync("-c", str(mine), "auto", "resume", "--json").json["paused"] is None
    assert jobsync("-c", str(mine), "auto", "--every", "soon").code == 2


@pytest.fixture
def _in_kathmandu(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as patched:
        patched.setenv("TZ", "Asia/Kathmandu")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("_in_kathmandu")
def test_the_command_pauses_until_a_time_by_the_clock_on_the_wall(jobsync: Jobsync, mine: Path) -> None:
    pause = ("-c", str(mine), "auto", "pause", "--until")
    paused = jobsync(*pause, "2999-12-01 18:00", "--reason", "an upgrade", "--json").json["paused"]
    assert (paused["until"], paused["reason"]) == ("2999-12-01T12:15:00Z", "an upgrade")
    assert "resumes automatically at 2999-12-01 18:00 (an upgrade)" in jobsync("-c", str(mine), "auto", "status").out
    assert "until 2999-12-01T12:15:00.000Z" in jobsync("-c", str(mine), "auto", "--once").err
    for wrong, words in (("soon", "needs a time such as 18:00"), ("2020-01-01", "is over already")):
        refused = jobsync(*pause, wrong)
        assert (refused.code, words in refused.err) == (2, True)


def test_a_filter_that_asks_for_verdicts_has_them_made(jobsync: Jobsync, mine: Path) -> None:
    rules = mine.with_name("rules.yaml")
    rules.write_text(RULES)
    jobsync("-c", str(mine), "refresh")
    jobsync("-c", str(mine), "rules", "import", str(rules))
    listed = {
        text: jobsync("-c", str(mine), "jobs", "-i", "hers", "--filter", text, "--csv").out for text in ("is:eligible", "-is:eligible")
    }
    assert ["Welder" in out for out in listed.values()] == [True, False]
    assert ["Driver" in out for out in listed.values()] == [False, True]
    planned = jobsync("-c", str(mine), "sync", "-i", "hers", "--filter", "rule:welders", "--dry-run", "--json").json
    assert [each["job"]["id"] for each in planned["results"]] == ["1"]


def test_what_fails_is_posted_as_the_configuration_says(jobsync: Jobsync, mine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    posts: list[Request] = []

    async def take(request: Request) -> Reply:
        posts.append(request)
        return Reply(204)

    monkeypatch.setenv("HOOK_SECRET", "hunter2-and-more")
    with on_loopback({"hook": take}) as base:
        mine.write_text(f'{mine.read_text()}\n[notify]\nwebhook = "{base}/hook"\nsecret = {{ env = "HOOK_SECRET" }}\n')
        tried = jobsync("-c", str(mine), "auto", "test-messages", "--json")
        assert (tried.code, tried.json) == (0, {"channels": {"webhook": None}})
        mine.with_name("his.csv").unlink()
        for _ in range(3):
            jobsync("-c", str(mine), "auto", "--once")
    assert len(posts) == 2
    assert [each["integration"] for each in json.loads(posts[1].body)["troubles"]] == ["his"]
    status = jobsync("-c", str(mine), "auto", "status", "--json").json
    assert [(each["integration"], each["runs"], each["over"]) for each in status["troubles"]] == [("his", 3, False)]
    assert (status["channels"][0]["name"], status["channels"][0]["error"]) == ("webhook", None)
    refused = jobsync("-c", str(mine), "auto", "test-messages")
    assert (refused.code, "webhook: FAILED" in refused.out) == (6, True)


def test_an_alert_is_muted_by_a_command_and_not_by_one_who_may_only_look(jobsync: Jobsync, mine: Path) -> None:
    jobsync("-c", str(mine), "auto", "--once")
    mine.with_name("his.csv").unlink()
    assert jobsync("-c", str(mine), "auto", "--once").code == 6
    (alert,) = jobsync("-c", str(mine), "alerts", "--json").json["alerts"]
    assert (alert["integration"], alert["answer"]) == ("his", None)
    muted = jobsync("-c", str(mine), "alerts", "mute", "his", alert["code"], "--reason", "he is moving it")
    assert (muted.code, "muted until it changes" in muted.out) == (0, True)
    assert jobsync("-c", str(mine), "alerts", "--json").json["alerts"][0]["answer"]["kind"] == "muted"
    assert "muted by" in jobsync("-c", str(mine), "auto", "status").out
    assert "(he is moving it)" in jobsync("-c", str(mine), "alerts").out
    glance = ("-c", str(mine), "news", "--since", "1d", "--json")
    assert not [each for each in jobsync(*glance).json["waits"] if each["integration"] == "his"]
    assert jobsync("-c", str(mine), "alerts", "reopen", "his", alert["code"]).code == 0
    assert [each["kind"] for each in jobsync(*glance).json["waits"] if each["integration"] == "his"] == ["alert"]
    assert jobsync("-c", str(mine), "alerts", "mute", "his", "no-such").code == 2
    text = mine.read_text(encoding="utf-8")
    mine.write_text(text.replace('id = "his"', 'id = "his"\nread_only = true'), encoding="utf-8")
    refused = jobsync("-c", str(mine), "alerts", "acknowledge", "his", alert["code"])
    assert (refused.code, "read-only" in refused.err) == (5, True)
    assert jobsync("-c", str(mine), "alerts", "--json").json["alerts"][0]["answer"] is None
