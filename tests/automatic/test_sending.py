"""A receiver that never answers, or a command that never ends: no slot and no end of a process waits for it, and nothing is lost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from pathlib import Path

import pytest

from jobsync_tui.backend.access.access import Actor
from jobsync_tui.backend.automatic.notifier import BackgroundDelivery
from jobsync_tui.backend.core.models import AutomaticRun
from jobsync_tui.backend.services.backend import Backend
from jobsync_tui.backend.settings.loader import load_settings
from tests.automatic.test_channels import a_program, ends
from tests.support.patience import PATIENCE
from tests.support.receiver import SilentReceiver, a_silent_receiver

CONFIG = """
[storage]
url = "sqlite:///{folder}/jobsync.db"

[[integrations]]
id = "hers"
provider = "file"
path = "missing.csv"

[[admins]]
user = "bob"
integrations = ["*"]

[notify]
{notify}
"""
SECOND = timedelta(seconds=1)


@pytest.fixture
async def receiver() -> AsyncIterator[SilentReceiver]:
    async with a_silent_receiver() as found:
        yield found


@pytest.fixture
def posting(tmp_path: Path, receiver: SilentReceiver, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A configuration that posts to the receiver, and has something to post after every run."""
    monkeypatch.setenv("HOOK_SECRET", "hunter2-and-more")
    return configured(tmp_path, f'webhook = "{receiver.url}"\nsecret = {{ env = "HOOK_SECRET" }}')


def configured(folder: Path, notify: str) -> Path:
    path = folder / "jobsync.toml"
    path.write_text(CONFIG.format(folder=folder, notify=notify))
    path.chmod(0o600)
    return path


def opened(config: Path) -> AbstractAsyncContextManager[Backend]:
    return Backend.open(load_settings(config), Actor("bob"))


async def sent_by_the_next(config: Path, receiver: SilentReceiver) -> None:
    """See that nobody is left who sends, and that the next one sends what was given up."""
    receiver.silent, before = False, set(receiver.ids)
    async with opened(config) as backend:
        assert await backend.records.leases() == ()
        await backend.automatic.run()
        (channel,) = (await backend.automatic.status()).channels
    assert (channel.error, channel.sent_at is not None) == (None, True)
    assert {receiver.ids[-1]} == before


async def test_slots_go_on_beside_a_receiver_that_never_answers(posting: Path, receiver: SilentReceiver) -> None:
    stop, seen = asyncio.Event(), list[tuple[AutomaticRun, ...]]()

    def note(runs: tuple[AutomaticRun, ...]) -> None:
        seen.append(runs)
        if receiver.asked.is_set() and len(seen) >= 3:
            stop.set()

    async with asyncio.timeout(PATIENCE), opened(posting) as backend:
        await backend.automatic.serve(stop, note, SECOND)
    assert len(receiver.ids) == 1, "one sending at a time"
    await asyncio.wait_for(receiver.hung_up.wait(), PATIENCE)
    await sent_by_the_next(posting, receiver)


async def test_closing_gives_up_what_is_being_sent(posting: Path, receiver: SilentReceiver) -> None:
    async with asyncio.timeout(PATIENCE), opened(posting) as backend:
        await backend.automatic.run_slot(stop=asyncio.Event())
        await receiver.asked.wait()
    await asyncio.wait_for(receiver.hung_up.wait(), PATIENCE)
    await sent_by_the_next(posting, receiver)


async def test_a_run_for_a_timer_waits_for_its_message_until_it_is_asked_to_end(posting: Path, receiver: SilentReceiver) -> None:
    stop = asyncio.Event()
    async with asyncio.timeout(PATIENCE), opened(posting) as backend:
        running = asyncio.ensure_future(backend.automatic.run(on_schedule=True, stop=stop))
        await receiver.asked.wait()
        assert not running.done()
        stop.set()
        assert [run.error is None for run in await running] == [False]
        await receiver.hung_up.wait()
    await sent_by_the_next(posting, receiver)


async def test_a_command_ends_with_the_service_and_so_does_what_it_started(tmp_path: Path) -> None:
    child = tmp_path / "child"
    program = a_program(tmp_path, f"#!/bin/sh\nsleep 600 &\necho $! > {child}.new\nmv {child}.new {child}\nwait\n")
    config, stop = configured(tmp_path, f'command = ["{program}"]\ntimeout = "60s"'), asyncio.Event()

    def note(_: tuple[AutomaticRun, ...]) -> None:
        if child.exists():
            stop.set()

    async with asyncio.timeout(PATIENCE), opened(config) as backend:
        await backend.automatic.serve(stop, note, SECOND)
    assert ends(int(child.read_text()))
    async with opened(config) as backend:
        assert await backend.records.leases() == ()


async def test_a_stop_ends_it_at_once_whatever_else_still_runs() -> None:
    begun, given_up, stop = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def send(_: str) -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            given_up.set()

    delivery = BackgroundDelivery(send)
    delivery.begin("auto", stop)
    await begun.wait()
    stop.set()
    await asyncio.wait_for(given_up.wait(), PATIENCE)
    await delivery.close()


async def test_one_that_is_done_makes_room_for_the_next_and_a_fault_is_only_logged(caplog: pytest.LogCaptureFixture) -> None:
    ended, stop = asyncio.Queue[None](), asyncio.Event()

    async def send(_: str) -> None:
        ended.put_nowait(None)
        raise ZeroDivisionError

    delivery = BackgroundDelivery(send)
    for _ in range(2):
        delivery.begin("auto", stop)
        await asyncio.wait_for(ended.get(), PATIENCE)
        assert delivery._beside is not None
        await delivery._beside
    stop.set()
    await delivery.send("auto", stop)
    assert ended.empty()
    assert "fault" in caplog.text


async def test_closing_waits_for_what_is_given_up_already() -> None:
    """The sending lets go of its lease although whoever closes cancels what waits for that."""
    begun, letting_go, free = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def send(_holder: str) -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            letting_go.set()
            for _ in range(20):  # a lease is given back on a thread of the database
                await asyncio.sleep(0)
            free.set()

    delivery, stop = BackgroundDelivery(send), asyncio.Event()
    delivery.begin("worker", stop)
    await begun.wait()
    stop.set()
    await letting_go.wait()
    await delivery.close()
    assert free.is_set()
