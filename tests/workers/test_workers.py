"""Workers on one PostgreSQL: each slot once, whoever is killed; a stopped server is outlived; what they are doing is told."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from jobsync_tui.backend.storage.automatic.queue import QUEUE_SCHEMA
from tests.automatic.test_channels import a_program, ends
from tests.cli.conftest import Jobsync, home, jobsync
from tests.support.crew import INTEGRATIONS, Crew, a_crew, until
from tests.support.databases import url_at
from tests.support.limited_ats import LimitedWorkable, serving
from tests.support.patience import PATIENCE
from tests.support.postgres import own_cluster

__all__ = ["home", "jobsync"]

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture
def crew(on_postgresql: None, tmp_path: Path) -> Iterator[Crew]:
    with a_crew(url_at(tmp_path / "jobsync.db"), tmp_path, every=1.0) as made:
        yield made


def ran_once(crew: Crew) -> bool:
    claims = crew.claims()
    return all(len(ticks) == len(set(ticks)) for ticks in claims.values())


def ran(crew: Crew) -> set[str]:
    return {tick["integration"] for tick in crew.jobsync("auto", "status")["ticks"]}


def test_two_workers_run_each_slot_once_and_one_goes_on_when_the_other_is_killed(crew: Crew) -> None:
    first, second = crew.start(), crew.start()
    until(lambda: crew.in_target() == crew.expected(), "both share what is there")
    until(lambda: len(crew.jobsync("auto", "status")["engine"]["workers"]) == 2, "both are on the list")
    until(lambda: ran(crew) == set(INTEGRATIONS), "each has been run")
    crew.kill(first)
    left = crew.in_hand()
    for name in INTEGRATIONS:
        crew.add_jobs(name, 3)
    until(lambda: crew.in_target() == crew.expected(), "the other one goes on")
    until(lambda: len(crew.jobsync("auto", "status")["engine"]["workers"]) == 1, "the dead one is taken off the list")
    crew.wait_for_the_dead(left)
    assert second.poll() is None
    assert crew.end() == [0]
    assert ran_once(crew)
    assert crew.in_hand() == set()
    assert crew.jobsync("leases")["leases"] == []


def test_a_worker_that_was_not_heard_of_for_long_is_marked(crew: Crew, jobsync: Jobsync) -> None:
    worker = crew.start()
    until(lambda: crew.in_target() == crew.expected(), "it works")
    status = jobsync("-c", str(crew.config), "auto", "status")
    assert "heard of" in status.out
    crew.kill(worker)
    with crew.connection() as connection:
        connection.execute(f"UPDATE {QUEUE_SCHEMA}.procrastinate_workers SET last_heartbeat = now() - interval '4000 s'")  # noqa: S608 - our own name
    status = jobsync("-c", str(crew.config), "auto", "status")
    assert "SILENT for 40" in status.out
    assert "heard of" not in status.out
    (found,) = crew.jobsync("auto", "status")["engine"]["workers"]
    assert found["silent_for"] >= 4000


def test_what_a_killed_worker_had_in_hand_is_given_to_others(crew: Crew) -> None:
    for name in INTEGRATIONS:
        crew.add_jobs(name, 50)
    victim = crew.start()
    until(lambda: len(crew.in_target()) > 5, "it is in the middle")
    crew.kill(victim)
    left = crew.in_hand()
    assert left
    crew.start()
    until(lambda: crew.in_target() == crew.expected(), "another one ends it")
    crew.wait_for_the_dead(left)
    crew.end()
    assert ran_once(crew)
    assert crew.jobsync("audit", "--verify")["ok"]


@pytest.mark.slow(20)
def test_a_large_run_is_shared_out_within_the_rate_limit_and_outlives_whoever_leads_it(crew: Crew) -> None:
    wire = LimitedWorkable(160, limit=40)
    with serving(wire):
        crew.add_integration(wire.table(crew.folder))
        for _ in range(3):
            crew.start()
        until(lambda: len(hands(crew)) == 3, "all three work on it")
        assert state_of(crew)["next_run"] is not None, "the schedule goes on although a run is under way"
        until(lambda: queued(crew) and crew.jobsync("auto", "status")["engine"]["waiting"] == [], "the next slot waits for no worker")
        leader = crew.ask("SELECT process FROM leases WHERE integration = 'big' AND job_id = '(automatic run)'")[0][0]
        crew.kill(next(worker for worker in crew.workers if worker.pid == json.loads(leader)[3]))
        until(lambda: len(big(crew)) == len(wire.jobs), "the other two do the rest", longest=5 * PATIENCE)
        until(lambda: crew.jobsync("leases")["leases"] == [], "nothing is in hand any more")
        crew.end()
    assert big(crew) == sorted(f"big:{wire.job_id(job)}" for job in wire.jobs)
    assert wire.refused == 0
    assert ran_once(crew)
    assert crew.jobsync("audit", "--verify")["ok"]


def queued(crew: Crew) -> bool:
    return crew.ask(f"SELECT 1 FROM {QUEUE_SCHEMA}.procrastinate_jobs WHERE status = 'todo' AND args ->> 'integration' = 'big'") != []  # noqa: S608


def state_of(crew: Crew) -> dict[str, Any]:
    (state,) = [each for each in crew.jobsync("auto", "status")["integrations"] if each["integration"] == "big"]
    return dict(state)


def hands(crew: Crew) -> list[str]:
    spread = state_of(crew)["spread"]
    return [] if spread is None else list(spread["workers"])


def big(crew: Crew) -> list[str]:
    return [name for name in crew.in_target() if name.startswith("big:")]


def listeners(crew: Crew) -> int:
    return len(crew.ask("SELECT 1 FROM pg_stat_activity WHERE query LIKE 'LISTEN%'"))


def test_a_server_that_stops_and_comes_back_is_outlived(tmp_path: Path) -> None:
    with own_cluster() as cluster, a_crew(f"{cluster.url}/postgres", tmp_path, every=1.0) as crew:
        worker = crew.start()
        until(lambda: crew.in_target() == crew.expected(), "it works")
        until(lambda: listeners(crew) == 1, "it listens")
        cluster.stop()
        cluster.start()
        cluster.wait()
        until(lambda: listeners(crew) == 1, "it listens again")
        for name in INTEGRATIONS:
            crew.add_jobs(name, 2)
        until(lambda: crew.in_target() == crew.expected(), "it goes on")
        assert worker.poll() is None
        assert ran_once(crew)
        assert crew.end() == [0]


def test_a_worker_that_cannot_begin_says_what_to_do(crew: Crew, jobsync: Jobsync) -> None:
    def begin(url: str) -> tuple[int, str]:
        config = crew.folder / "other.toml"
        config.write_text(f'[storage]\nurl = "{url}"\n')
        config.chmod(0o600)
        ended = jobsync("-c", str(config), "worker")
        return ended.code, ended.err

    server, _, name = crew.url.rpartition("/")
    code, said = begin("postgresql://jobsync@127.0.0.1:1/jobsync")
    assert (code, "Check that the server runs" in said) == (6, True)
    code, said = begin(f"{server}/nowhere")
    assert (code, "Check user and database name in storage.url, and the password in ~/.pgpass" in said) == (2, True)
    with crew.connection() as connection:
        connection.execute("UPDATE schema_version SET version = version + 1")
    code, said = begin(f"{server}/{name}")
    with crew.connection() as connection:  # it is another test's next
        connection.execute("UPDATE schema_version SET version = version - 1")
    assert (code, "Install the newer jobsync" in said) == (2, True)


def test_a_file_is_no_place_for_workers(jobsync: Jobsync, tmp_path: Path) -> None:
    config = tmp_path / "jobsync.toml"
    integration = '[[integrations]]\nid = "export"\nprovider = "file"\npath = "jobs.csv"\n'
    config.write_text(f'[storage]\nurl = "sqlite:///{tmp_path}/jobsync.db"\n{integration}')
    config.chmod(0o600)
    refused = jobsync("-c", str(config), "worker")
    assert (refused.code, "jobsync auto runs the automatic sync there" in refused.err) == (2, True)
    assert jobsync("-c", str(config), "worker", "--every", "soon").code == 2


def test_a_command_for_messages_that_hangs_holds_up_no_slot_and_ends_with_its_worker(crew: Crew, tmp_path: Path) -> None:
    child = tmp_path / "child"
    hook = a_program(tmp_path, f"#!/bin/sh\nsleep 600 &\necho $! > {child}.new\nmv {child}.new {child}\nwait\n")
    lost = '\n[[integrations]]\nid = "lost"\nprovider = "file"\npath = "lost.csv"\n'
    crew.add_integration(f'{lost}\n[notify]\ncommand = ["{hook}"]\ntimeout = "5m"\n')
    crew.start()
    until(child.exists, "what is lost is told")
    for _ in range(2):
        for name in INTEGRATIONS:
            crew.add_jobs(name, 1)
        until(lambda: crew.in_target() == crew.expected(), "slots go on")
    assert crew.end() == [0]
    assert ends(int(child.read_text()))
    assert crew.jobsync("leases")["leases"] == []


def test_workers_send_one_message_a_day(crew: Crew) -> None:
    """Each of them has its hour at the same moment; what was missed for two days is told with it."""
    inbox = crew.folder / "inbox"
    hook = a_program(crew.folder, f"#!/bin/sh\ncat >> {inbox}\n")
    last_minute = datetime.now().astimezone() - timedelta(minutes=1)
    crew.config.write_text(crew.config.read_text() + f'[notify]\ncommand = ["{hook}"]\ndaily = "{last_minute:%H:%M}"\n')
    before = round((last_minute.replace(second=0, microsecond=0) - timedelta(days=2)).timestamp() * 1000)
    with crew.connection() as connection:
        connection.execute("INSERT INTO automatic_channels (name, upto, sent_at, daily_at) VALUES ('command', 0, 0, %s)", [before])
        connection.execute(
            "INSERT INTO audit (seq, at_ms, actor, action, integration, job_id, outcome, before, after, origin, hash)"
            " VALUES (-1, %s, 'dana', 'sync', 'acme', '7', 'failed', '{}', '{}', '{}', '')",
            [before + 1],
        )
    for _ in range(3):
        crew.start()
    until(inbox.exists, "one of them sends")
    slots = sum(map(len, crew.claims().values()))
    until(lambda: sum(map(len, crew.claims().values())) > slots + 9, "all go on")
    assert set(crew.end()) == {0}
    messages = [json.loads(row) for row in inbox.read_text().splitlines()]
    assert [(message["kind"], message["failed"]) for message in messages] == [("daily", 1)]
    assert datetime.fromisoformat(messages[0]["until"]) - datetime.fromisoformat(messages[0]["since"]) == timedelta(days=2)
