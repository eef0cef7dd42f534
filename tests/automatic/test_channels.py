"""The webhook over real sockets and the command as a real process: what they are given, what they refuse, how long they are waited for."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import os
import select
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from jobsync_tui.backend.automatic.notify.base import NotDelivered
from jobsync_tui.backend.automatic.notify.command import CommandHook
from jobsync_tui.backend.automatic.notify.digest import Digest
from jobsync_tui.backend.automatic.notify.webhook import Webhook
from jobsync_tui.backend.core.clock import from_ms
from jobsync_tui.backend.core.errors import ConfigError, RemoteError
from jobsync_tui.backend.core.models import Alert, RecordHead
from jobsync_tui.backend.http import Network, Reply, Request
from jobsync_tui.backend.settings.secrets import Secret
from jobsync_tui.testing.clockwork import Clockwork
from tests.support.loopback import on_loopback

BEGAN = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
KEY = "a-key-for-the-hook"


def a_digest(*messages: str) -> Digest:
    alerts = tuple(
        Alert(integration="acme", code=f"code-{number}", message=message, remedy=None, since=BEGAN, last=BEGAN)
        for number, message in enumerate(messages or ("Shelf does not answer",))
    )
    return Digest("0f" * 16, BEGAN, "Acme", "host-1", alerts, {"acme": "Acme Health"}, RecordHead(7, "ab" * 32))


class Receiver:
    """Takes posts; answers with the given statuses first."""

    def __init__(self, *statuses: int) -> None:
        self.statuses = list(statuses)
        self.asked: list[Request] = []

    async def __call__(self, request: Request) -> Reply:
        self.asked.append(Request(request.method, request.url, {k.lower(): v for k, v in request.headers.items()}, request.body))
        return Reply(self.statuses.pop(0) if self.statuses else 204)


def webhook(url: str, clock: Clockwork | None = None) -> Webhook:
    return Webhook(Secret(url, masked=False), Secret(KEY), Network(), (clock or Clockwork()).timing())


async def test_a_post_is_signed_over_its_time_and_body() -> None:
    receiver = Receiver()
    with on_loopback({"hook": receiver}) as base:
        await webhook(f"{base}/hook/x?key=1").deliver(a_digest())
    (request,) = receiver.asked
    timestamp = request.headers["jobsync-timestamp"]
    wanted = hmac.new(KEY.encode(), timestamp.encode() + b"." + request.body, hashlib.sha256).hexdigest()
    assert request.headers["jobsync-signature"] == f"v1={wanted}"
    assert request.headers["jobsync-id"] == "0f" * 16
    assert from_ms(int(timestamp) * 1000) == Clockwork().wall()
    assert (request.method, request.url.endswith("/hook/x?key=1")) == ("POST", True)
    document = json.loads(request.body)
    assert document["troubles"][0]["message"] == "Shelf does not answer"
    assert "Acme Health: Shelf does not answer" in document["text"]
    assert document["record"] == {"rows": 7, "hash": "ab" * 32}
    assert f"Record: 7:{'ab' * 32}" in document["text"]
    assert KEY not in str(request.headers) + request.body.decode()


async def test_an_outage_is_waited_out_and_the_same_message_is_sent_again() -> None:
    receiver, clock = Receiver(503, 429, 502), Clockwork()
    with on_loopback({"hook": receiver}) as base:
        await webhook(f"{base}/hook", clock).deliver(a_digest())
    assert len(receiver.asked) == 4
    assert len({(request.body, request.headers["jobsync-id"]) for request in receiver.asked}) == 1
    assert clock.slept


@pytest.mark.parametrize("status", [400, 401, 404, 302])
async def test_a_receiver_that_refuses_is_asked_once(status: int) -> None:
    receiver = Receiver(*[status] * 5)
    with on_loopback({"hook": receiver}) as base, pytest.raises(RemoteError):
        await webhook(f"{base}/hook").deliver(a_digest())
    assert len(receiver.asked) == 1


@pytest.mark.parametrize("url", ["http://hooks.example.com/x", "ftp://127.0.0.1/x", "https://user:word@hooks.example.com/", "nowhere"])
def test_only_https_and_loopback_are_posted_to(url: str) -> None:
    with pytest.raises(ConfigError) as raised:
        webhook(url)
    assert url not in raised.value.message


HOOK = """#!/bin/sh
cat > {folder}/given
env | sort > {folder}/environment
printf '%s\\n' "$@" > {folder}/words
pwd > {folder}/place
"""


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """A program that writes down what it was given."""
    return a_program(tmp_path, HOOK.format(folder=tmp_path))


def a_program(folder: Path, text: str, mode: int = 0o700) -> Path:
    path = folder / "hook.sh"
    path.write_text(text)
    path.chmod(mode)
    return path


def ends(process: int) -> bool:
    """Return whether a process has ended, or is about to: a signal takes the kernel a moment."""
    try:
        descriptor = os.pidfd_open(process)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([descriptor], [], [], 20)[0])
    finally:
        os.close(descriptor)


async def test_a_command_gets_the_digest_and_nothing_of_ours(program: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GH_SECRET", "hunter2")
    monkeypatch.setenv("LD_PRELOAD_LIKE", "x")
    await CommandHook([str(program), "--to", "$(touch /tmp/never); x"], 20).deliver(a_digest("$(id) `id` ; rm -rf"))
    assert json.loads((tmp_path / "given").read_text())["troubles"][0]["message"] == "$(id) `id` ; rm -rf"
    assert (tmp_path / "words").read_text() == "--to\n$(touch /tmp/never); x\n"
    environment = dict(line.split("=", 1) for line in (tmp_path / "environment").read_text().splitlines())
    assert environment.keys() - {"PWD", "SHLVL", "_", "OLDPWD"} == {"PATH", "LANG", "HOME"}
    assert (tmp_path / "place").read_text() == "/\n"


async def test_a_command_that_takes_too_long_ends_with_what_it_started(tmp_path: Path) -> None:
    path = a_program(tmp_path, f"#!/bin/sh\nsleep 600 &\necho $! > {tmp_path}/child\nwait\n")
    with pytest.raises(NotDelivered, match="took longer than"):
        await CommandHook([str(path)], 0.5).deliver(a_digest())
    assert ends(int((tmp_path / "child").read_text()))


class Starting:
    """Starts programs as asyncio does, and does something before it gives one back that has said that it is up."""

    def __init__(self, then: Callable[[], object]) -> None:
        self._then = then
        self._real = asyncio.create_subprocess_exec
        self.process: asyncio.subprocess.Process

    async def __call__(self, *command: str, **options: Any) -> asyncio.subprocess.Process:
        self.process = await self._real(*command, **options)
        assert self.process.stderr is not None
        await self.process.stderr.readline()
        self._then()
        await asyncio.sleep(0)
        return self.process


async def test_a_command_whose_start_is_given_up_ends_with_what_it_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = a_program(tmp_path, f"#!/bin/sh\nsleep 600 2>/dev/null &\necho $! > {tmp_path}/child\necho up >&2\nwait\n")
    delivering = asyncio.create_task(CommandHook([str(path)], 60).deliver(a_digest()))
    monkeypatch.setattr(asyncio, "create_subprocess_exec", Starting(delivering.cancel))
    with pytest.raises(asyncio.CancelledError):
        await delivering
    assert ends(int((tmp_path / "child").read_text()))


async def test_what_left_a_commands_group_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkfifo(tmp_path / "fifo")
    path = a_program(tmp_path, f"#!/bin/sh\nsetsid sh -c 'echo up >&2; cat {tmp_path}/fifo' &\nwait\n")
    starting = Starting(lambda: None)
    monkeypatch.setattr(asyncio, "create_subprocess_exec", starting)
    with pytest.raises(NotDelivered, match="took longer than"):
        await asyncio.wait_for(CommandHook([str(path)], 0.5).deliver(a_digest()), 60)
    (tmp_path / "fifo").write_text("end")
    # Nothing of it is left open for the next test.
    assert starting.process.stderr is not None
    await starting.process.stderr.read()
    await asyncio.sleep(0)


async def test_a_command_that_fails_says_why_without_secrets(tmp_path: Path) -> None:
    Secret("hunter2-and-more")
    path = a_program(tmp_path, "#!/bin/sh\nprintf '\\033[2J no route, hunter2-and-more\\n' >&2\nyes | head -c 300000 >&2\nexit 3\n")
    with pytest.raises(NotDelivered, match=r"ended with 3: .* no route") as raised:
        await CommandHook([str(path)], 20).deliver(a_digest())
    assert "hunter2" not in raised.value.message
    assert "\x1b" not in raised.value.message


@pytest.mark.parametrize("mode", [0o722, 0o702])
async def test_a_command_that_others_could_change_is_not_started(tmp_path: Path, mode: int) -> None:
    program = a_program(tmp_path, HOOK.format(folder=tmp_path), mode)
    with pytest.raises(NotDelivered, match="can be written by others"):
        await CommandHook([str(program)], 20).deliver(a_digest())
    assert not (tmp_path / "given").exists()
    with pytest.raises(NotDelivered, match="cannot be started"):
        await CommandHook([str(tmp_path / "nowhere")], 20).deliver(a_digest())


async def test_a_script_that_others_could_change_is_not_given_to_an_interpreter(tmp_path: Path) -> None:
    script = a_program(tmp_path, HOOK.format(folder=tmp_path), 0o722)
    with pytest.raises(NotDelivered, match="can be written by others"):
        await CommandHook(["/bin/sh", str(script)], 20).deliver(a_digest())
    assert not (tmp_path / "given").exists()


def test_a_command_in_a_folder_that_others_write_is_not_started(tmp_path: Path) -> None:
    program = a_program(tmp_path, HOOK.format(folder=tmp_path))
    tmp_path.chmod(0o777)
    with pytest.raises(NotDelivered, match="could be replaced by others"):
        asyncio.run(CommandHook([str(program)], 20).deliver(a_digest()))
    assert not (tmp_path / "given").exists()
