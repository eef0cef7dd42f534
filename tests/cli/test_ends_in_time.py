"""A command that is asked to end has ended soon, whatever hangs: real processes against a target that never answers."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from jobsync_tui.backend.access.access import Actor
from jobsync_tui.backend.services.backend import Backend
from jobsync_tui.backend.settings.loader import load_settings
from tests.support.copies import Program
from tests.support.patience import PATIENCE

CONFIG = """
[storage]
url = "sqlite:///{folder}/jobsync.db"
[target]
kind = "tenzo"
base_url = "http://127.0.0.1:{port}"
api_key = {{ file = "key" }}
[sync]
concurrency = 2
settle_after = "1s"
[[integrations]]
id = "export"
provider = "file"
path = "jobs.csv"
"""
HURRIED = """
from jobsync_tui.backend.sync import bulk
from jobsync_tui.cli import interruption
from jobsync_tui.cli.main import main
bulk.IN_FLIGHT, bulk.STOPPING, interruption.DEADLINE = {in_flight}, 0.2, {deadline}
main()
"""
SOON = 10.0


class Target:
    """A target that takes requests and answers none of the kinds that hang."""

    def __init__(self, hanging: tuple[str, ...]) -> None:
        self.hanging = hanging
        self.reached = threading.Event()
        self.freed = threading.Event()

    def handler(self) -> type[BaseHTTPRequestHandler]:
        target = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self) -> None:
                self.rfile.read(int(self.headers.get("content-length") or 0))
                if self.command in target.hanging:
                    target.reached.set()
                    target.freed.wait(PATIENCE)
                    self.close_connection = True
                    return
                known = "external_id=" in self.path or self.path.startswith("/v1/jobs?")
                body = json.dumps({"data": []} if known else {"error": {"code": "none", "message": "none"}}).encode()
                self.send_response(200 if known else 404)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_POST = do_PATCH = answer  # noqa: N815 - the library's names

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        return Handler


@contextmanager
def serving(*hanging: str) -> Iterator[tuple[Target, int]]:
    target = Target(hanging)
    server = ThreadingHTTPServer(("127.0.0.1", 0), target.handler())
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield target, server.server_address[1]
    finally:
        target.freed.set()
        server.shutdown()
        server.server_close()


async def prepare(config: Path) -> None:
    async with Backend.open(load_settings(config), Actor("root")) as backend:
        backend._parts.admission.actor = Actor.automatic()
        await backend.integrations.refresh("export")
        await backend.rules.import_text("rules: [ {name: All} ]", "rules")


def ended(folder: Path, port: int, jobs: tuple[str, ...], target: Target, number: int, **times: float) -> tuple[int, str, float]:
    """Run a sync until the target hangs, send a signal, and return its code, its output and the seconds until its end."""
    config = folder / "jobsync.toml"
    config.write_text(CONFIG.format(folder=folder, port=port))
    (folder / "key").write_text("tenzo_pk_x")
    for each in (config, folder / "key"):
        each.chmod(0o600)
    (folder / "jobs.csv").write_text("id,name\n" + "".join(f"{job},Job {job}\n" for job in range(1, 7)))
    asyncio.run(prepare(config))
    code = HURRIED.format(**{"in_flight": 5.0, "deadline": 9.0} | times)
    command = [sys.executable, "-c", code, "-c", str(config), "sync", *jobs, "--yes", "--json"]
    process = Program(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=os.environ | {"HOME": str(folder)})
    try:
        assert target.reached.wait(PATIENCE)
        began = time.monotonic()
        process.send_signal(number)
        out, _ = process.communicate(timeout=PATIENCE)
    finally:
        process.kill()
    return process.returncode, out, time.monotonic() - began


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_what_has_not_begun_to_write_stops_at_once(tmp_path: Path, number: int) -> None:
    with serving("GET") as (target, port):
        code, out, took = ended(tmp_path, port, ("1",), target, number)
    assert code == 130
    assert json.loads(out)["outcome"] == "cancelled"
    assert took < SOON / 2


def test_a_write_without_an_answer_is_left_to_the_journal(tmp_path: Path) -> None:
    with serving("POST") as (target, port):
        code, out, took = ended(tmp_path, port, ("1",), target, signal.SIGTERM, deadline=0.5)
    assert code == 130
    assert json.loads(out)["error"]["code"] == "interrupted"
    assert took < SOON / 2
    assert asyncio.run(open_operations(tmp_path / "jobsync.toml")) == 1


def test_of_many_each_is_named(tmp_path: Path) -> None:
    with serving("POST") as (target, port):
        code, out, took = ended(tmp_path, port, ("1", "2", "3", "4"), target, signal.SIGHUP, in_flight=0.2)
    assert code == 130
    assert took < SOON
    document = json.loads(out)
    assert [each["job"]["id"] for each in document["results"]] == ["1", "2", "3", "4"]
    assert document["summary"] == {"unknown": 2, "cancelled": 2}
    assert {each["written"] for each in document["results"] if each["outcome"] == "unknown"} == {None}
    assert asyncio.run(open_operations(tmp_path / "jobsync.toml")) == 2


REMOTE = """
[storage]
url = "sqlite:///{folder}/jobsync.db"
[target]
kind = "local"
[[integrations]]
id = "far"
provider = "recruitee"
base_url = "http://127.0.0.1:{port}"
credentials = {{ api_key = {{ file = "key" }}, company_id = "1" }}
"""


@pytest.mark.parametrize(
    ("number", "arguments"),
    [(signal.SIGTERM, "refresh"), (signal.SIGHUP, "check 7 --live --json"), (signal.SIGINT, "fetch 7")],
)
def test_a_command_that_only_reads_ends_in_order(tmp_path: Path, number: int, arguments: str) -> None:
    config = tmp_path / "jobsync.toml"
    with serving("GET") as (ats, port):
        config.write_text(REMOTE.format(folder=tmp_path, port=port))
        (tmp_path / "key").write_text("x")
        for each in (config, tmp_path / "key"):
            each.chmod(0o600)
        command = [sys.executable, "-m", "jobsync_tui", "-c", str(config), *arguments.split()]
        process = Program(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        try:
            assert ats.reached.wait(PATIENCE)
            began = time.monotonic()
            process.send_signal(number)
            out, err = process.communicate(timeout=PATIENCE)
        finally:
            process.kill()
    assert (process.returncode, "Interrupted" in out + err, "Traceback" in err) == (130, True, False), err
    assert time.monotonic() - began < SOON / 2
    if arguments == "refresh":
        assert asyncio.run(state_of(config)) == "interrupted"


STUCK = """
import sys, threading
from jobsync_tui.cli import interruption
from jobsync_tui.cli.session import runs
interruption.DEADLINE = 0.3

@runs
async def command():
    print("begun", flush=True)
    try:
        await interruption.asyncio.Event().wait()
    finally:
        threading.Event().wait()

command()
"""


def test_a_command_whose_end_hangs_is_ended(tmp_path: Path) -> None:
    """Neither what runs nor the loop itself comes to its end."""
    process = Program([sys.executable, "-c", STUCK], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=tmp_path)
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "begun\n"
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=PATIENCE)
    finally:
        process.kill()
    assert (process.returncode, "did not end" in err) == (130, True)


def test_the_deadlines_are_within_what_is_promised() -> None:
    from jobsync_tui.backend.sync import bulk
    from jobsync_tui.cli import interruption
    from jobsync_tui.terminal import shutdown as ending

    assert bulk.IN_FLIGHT + bulk.STOPPING < interruption.DEADLINE < SOON
    assert ending.DEADLINE < SOON


async def open_operations(config: Path) -> int:
    async with Backend.open(load_settings(config), Actor("root")) as backend:
        return len(await backend._parts.stores.journal.open_operations())


async def state_of(config: Path) -> str:
    async with Backend.open(load_settings(config), Actor("root")) as backend:
        return (await backend._parts.stores.integrations.state("far")).state
