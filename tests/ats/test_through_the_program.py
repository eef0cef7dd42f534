"""Every provider through the program itself: configuration, secret files, the command line, the database; nowhere a secret."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from jobsync_tui.backend.ats.registry import adapter_class, providers
from jobsync_tui.backend.settings.logs import tear_down_logging
from jobsync_tui.cli.main import cli
from jobsync_tui.cli.runner import run
from jobsync_tui.testing import faults
from jobsync_tui.testing.ats_server import Answer, AtsServer
from jobsync_tui.testing.wire import Wire
from tests.support.wire.ashby import AshbyWire
from tests.support.wire.bullhorn import BullhornWire
from tests.support.wire.crelate import CrelateWire
from tests.support.wire.greenhouse import GreenhouseWire
from tests.support.wire.kombo import KomboWire
from tests.support.wire.lever import LeverWire
from tests.support.wire.merge import MergeWire
from tests.support.wire.recruitcrm import RecruitCrmWire
from tests.support.wire.recruitee import RecruiteeWire
from tests.support.wire.smartrecruiters import SmartRecruitersWire
from tests.support.wire.teamtailor import TeamtailorWire
from tests.support.wire.workable import WorkableWire

WIRES: tuple[type[Wire], ...] = (
    AshbyWire,
    BullhornWire,
    CrelateWire,
    GreenhouseWire,
    KomboWire,
    LeverWire,
    MergeWire,
    RecruitCrmWire,
    RecruiteeWire,
    SmartRecruitersWire,
    TeamtailorWire,
    WorkableWire,
)


def configure(folder: Path, wire: Wire, base_url: str, credentials: Mapping[str, str]) -> Path:
    """Write a configuration with one integration, its secrets in files."""
    entries = []
    for name, value in credentials.items():
        if name in {"user_id", "username", "client_id", "integration_id", "company_id", "subdomain"}:
            entries.append(f'{name} = "{value}"')
            continue
        secret = folder / f"{name}.secret"
        secret.write_text(value)
        secret.chmod(0o600)
        entries.append(f'{name} = {{ file = "{secret}" }}')
    further = "".join(f"{name} = {json.dumps(value)}\n" for name, value in wire.options().items())
    path = folder / "jobsync.toml"
    path.write_text(
        f'[storage]\nurl = "sqlite:///{folder}/jobsync.db"\n\n[[integrations]]\nid = "acme"\nprovider = "{wire.provider}"\n'
        f'base_url = "{base_url}"\ncredentials = {{ {", ".join(entries)} }}\n{further}'
    )
    path.chmod(0o600)
    return path


@asynccontextmanager
async def served(wire: Wire) -> AsyncIterator[str]:
    """Serve the simulator on loopback and give the address below which it answers."""
    async with AtsServer(wire.answer) as server:
        wire.url = server.url
        yield server.url + wire.base_path


def test_no_provider_is_left_out() -> None:
    assert {wire.provider for wire in WIRES} | {"file"} == set(providers())


@pytest.mark.parametrize("kind", WIRES, ids=lambda kind: kind.provider)
async def test_a_right_key_a_refresh_and_a_wrong_key(
    kind: type[Wire], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"):
        monkeypatch.delenv(name, raising=False)
    wire = kind(9)
    title = adapter_class(wire.provider).title

    async def jobsync(*arguments: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = await asyncio.to_thread(run, cli, ["-c", str(tmp_path / "jobsync.toml"), "-v", *arguments])
        tear_down_logging()
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    said = []
    async with served(wire) as base_url:
        configure(tmp_path, wire, base_url, wire.credentials)
        said.append(await jobsync("test", "--json"))
        assert said[-1][0] == 0, said[-1]
        said.append(await jobsync("refresh"))
        assert said[-1][0] == 0, said[-1]
        said.append(await jobsync("jobs", "--json"))
        assert {json.loads(line)["id"] for line in said[-1][1].splitlines()} == {wire.job_id(job) for job in wire.alive}
        configure(tmp_path, wire, base_url, {**wire.credentials, **wire.wrong_credentials})
        said.append(await jobsync("test", "--json"))
    code, out, _ = said[-1]
    assert code == 6
    assert title in out
    assert "remedy" in out
    _no_secret(wire, tmp_path, "".join(out + err for _, out, err in said))


async def test_a_command_says_what_it_waits_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(type(sys.stderr), "isatty", lambda _: True)
    wire = GreenhouseWire(3)
    async with AtsServer(wire.answer) as server:
        wire.url = server.url
        configure(tmp_path, wire, server.url + wire.base_path, wire.credentials)
        server.inject(faults.too_many({"Retry-After": "2"}), when=lambda asked: asked.path.endswith("/jobs"))
        job_id = wire.job_id(wire.jobs[0])
        code = await asyncio.to_thread(run, cli, ["-c", str(tmp_path / "jobsync.toml"), "fetch", job_id])
        tear_down_logging()
    assert code == 0
    assert "rate limited by Greenhouse, next try in 2 s" in capsys.readouterr().err


async def test_a_list_that_is_refused_empties_nothing_and_is_told_until_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    wire = RecruitCrmWire(3)
    told = "owner cannot be read: RecruitCRM does not let this key read users; what was known before is kept"

    async def jobsync(*arguments: str) -> str:
        capsys.readouterr()
        await asyncio.to_thread(run, cli, ["-c", str(tmp_path / "jobsync.toml"), *arguments])
        tear_down_logging()
        return "".join(capsys.readouterr())

    async with AtsServer(wire.answer) as server:
        wire.url = server.url
        configure(tmp_path, wire, server.url + wire.base_path, wire.credentials)
        await jobsync("refresh")
        server.inject(Answer({"message": "Forbidden"}, status=403), times=faults.MANY, when=lambda asked: asked.path.endswith("/users"))
        for every in (("--full",), ()):  # everything, and changes
            assert told in await jobsync("refresh", *every)
            assert {json.loads(line)["owner"] for line in (await jobsync("jobs", "--json")).splitlines()} == {"Dana Whitfield"}
        assert f"acme: {told}" in await jobsync("integrations")
        examined = " ".join((await jobsync("doctor")).split())
        assert f"acme: {told}" in examined
        assert "Let an administrator of RecruitCRM give the key that permission" in examined
        server.forget()
        await jobsync("refresh")
        assert "cannot be read" not in await jobsync("integrations")


async def test_what_the_key_may_not_read_is_not_said_to_be_empty(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    wire = RecruitCrmWire(2)
    rules = tmp_path / "rules.yaml"
    rules.write_text(
        "rules:\n  - name: Dana's\n    when: { field: owner, op: equals, value: Dana Whitfield }\n    actions: [{ folder: Dana }]\n"
    )

    async def jobsync(*arguments: str) -> str:
        capsys.readouterr()
        await asyncio.to_thread(run, cli, ["-c", str(tmp_path / "jobsync.toml"), *arguments])
        tear_down_logging()
        return capsys.readouterr().out

    async with AtsServer(wire.answer) as server:
        wire.url = server.url
        configure(tmp_path, wire, server.url + wire.base_path, wire.credentials)
        server.inject(Answer({"message": "Forbidden"}, status=403), times=faults.MANY, when=lambda asked: asked.path.endswith("/users"))
        await jobsync("refresh")
        asked, job_id = len(server.asked), wire.job_id(wire.jobs[0])
        check = ("check", job_id, "--rules", str(rules))
        assert "NOT READABLE in RecruitCRM" in " ".join((await jobsync(*check)).split())
        (leaf,) = json.loads(await jobsync(*check, "--json"))["rules"][0]["conditions"]
        assert (leaf["passed"], leaf["note"], leaf["unreadable"]) == (None, "not_loaded", True)
        assert [json.loads(line)["unread"] for line in (await jobsync("jobs", "--json")).splitlines()] == [["owner"]] * 2
        assert len(server.asked) == asked  # the cache knows as much as the ATS would tell
        server.forget()
        assert json.loads(await jobsync(*check, "--live", "--json"))["eligible"] is True
        await jobsync("refresh", "--full")
        assert json.loads(await jobsync(*check, "--json"))["eligible"] is True


def _no_secret(wire: Wire, folder: Path, printed: str) -> None:
    """Look for every secret, right or wrong, in all that was printed, logged and kept."""
    secrets = [*(wire.credentials[name] for name in wire.secrets), *(wire.wrong_credentials.values())]
    kept = [path for path in folder.rglob("*") if path.is_file() and path.suffix not in {".secret", ".toml"}]
    assert any(path.name == "jobsync.log" for path in kept)
    assert any(path.name == "jobsync.db" for path in kept)
    for secret in secrets:
        assert secret not in printed
        assert [path.name for path in kept if secret.encode() in path.read_bytes()] == []
