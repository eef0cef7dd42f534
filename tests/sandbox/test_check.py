from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from jobsync_tui.app import start as app
from jobsync_tui.backend.access.access import Actor
from jobsync_tui.backend.core.models import Outcome, SyncStatus
from jobsync_tui.backend.sandbox import CheckStep, Sandbox, make_sandbox, run_check, scenario
from jobsync_tui.backend.settings.schema import Settings
from jobsync_tui.backend.target import local_store
from jobsync_tui.cli import demo as demo_command
from jobsync_tui.cli import session
from jobsync_tui.cli.main import cli
from jobsync_tui.cli.runner import run
from jobsync_tui.session.memory import Memory


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Sandbox]:
    with make_sandbox(jobs=300, directory=tmp_path / "sandbox") as made:
        yield made


async def checked(sandbox: Sandbox) -> tuple[bool, dict[str, CheckStep]]:
    steps: list[CheckStep] = []
    await sandbox.prepare()
    async with sandbox.open() as backend:
        held = await run_check(sandbox, backend, steps.append)
    return held, {step.title: step for step in steps}


async def test_every_step_of_the_main_job_holds(sandbox: Sandbox) -> None:
    held, steps = await checked(sandbox)
    assert held, [step for step in steps.values() if not step.held]
    assert len(steps) >= 15


async def test_a_sync_that_touches_candidates_is_noticed(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    update = local_store.update

    def careless(*arguments: object) -> object:
        db = arguments[0]
        db.execute_sql("UPDATE candidates SET stage = 'Outreach', stars = 5")  # type: ignore[attr-defined]
        return update(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(local_store, "update", careless)
    held, steps = await checked(sandbox)
    assert not held
    assert not steps["candidates and interviews are as they were"].held


def test_a_broken_step_ends_the_command_with_another_code(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def answering_nonsense(self: Sandbox, role: scenario.Role, **traits: str) -> None:
        del self, role, traits

    monkeypatch.setattr(Sandbox, "change_in_ats", answering_nonsense)
    code = run(cli, ["demo", "--check", "--jobs", "60"])
    assert code == 1
    assert "FAIL  change the job in the ATS and sync: updated" in capsys.readouterr().out


def test_the_command_runs_the_main_job_and_leaves_nothing_behind(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(demo_command, "refuse_strangers", lambda: None)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    assert run(cli, ["demo", "--jobs", "120"]) == 0
    assert "steps hold" in capsys.readouterr().out
    assert list(tmp_path.iterdir()) == []


async def test_the_story_is_set_before_the_demonstration_begins(sandbox: Sandbox) -> None:
    await sandbox.prepare()
    async with sandbox.open() as backend:
        standing = {
            role: job.sync_status
            for role in (scenario.ICU_TRAVEL, scenario.SALES_SCRIPT, scenario.BROKEN, scenario.BERLIN_BACKEND)
            if (job := await backend.jobs.get(*sandbox.address(role))) is not None
        }
        vanished = await backend.syncs.sync(*sandbox.address(scenario.VANISHED))
        nameless = await backend.syncs.sync(*sandbox.address(scenario.NAMELESS))
    assert standing == {
        scenario.ICU_TRAVEL: SyncStatus.CHANGED,
        scenario.SALES_SCRIPT: SyncStatus.SYNCED,
        scenario.BROKEN: SyncStatus.FAILED,
        scenario.BERLIN_BACKEND: SyncStatus.NEVER,
    }
    assert vanished.outcome is Outcome.NOT_FOUND
    assert nameless.outcome is Outcome.REFUSED


async def test_a_kept_sandbox_can_be_gone_on_with(tmp_path: Path) -> None:
    for _ in range(2):
        with make_sandbox(jobs=60, directory=tmp_path / "kept") as sandbox:
            await sandbox.prepare()
            async with sandbox.open() as backend:
                assert [each.jobs for each in await backend.integrations.list()] == [24, 24, 12]


def test_the_configuration_of_something_else_is_not_written_over(tmp_path: Path) -> None:
    config = tmp_path / "jobsync.toml"
    config.write_text("[organization]\n")
    assert run(cli, ["demo", "--check", "--dir", str(tmp_path)]) == 2
    assert [each.read_text() for each in tmp_path.iterdir()] == ["[organization]\n"]


def test_a_demonstration_for_somebody_else_does_not_trust_them_with_the_account(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    shown: list[Actor] = []

    def started(_settings: Settings, actor: Actor, **_: object) -> int:
        shown.append(actor)
        return 0

    config = tmp_path / "jobsync.toml"
    config.write_text('[storage]\nurl = "sqlite"\n[[admins]]\nuser = "alice"\nintegrations = ["*"]\n')
    config.chmod(0o600)
    monkeypatch.setattr(session, "confine", lambda _settings: None)
    monkeypatch.setattr(demo_command, "on_terminal", lambda: True)
    monkeypatch.setattr(app, "run_app", started)
    assert run(cli, ["-c", str(config), "demo", "--jobs", "60"]) == 5
    assert run(cli, ["-c", str(config), "--as", "alice", "demo", "--jobs", "60"]) == 0
    assert [each.is_spoken_for for each in shown] == [True]
    assert run(cli, ["-c", str(tmp_path / "none.toml"), "--as", "alice", "demo", "--jobs", "60"]) == 2


def test_a_demonstration_with_a_folder_remembers_what_the_next_start_has_to_say(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    kept: list[Path | None] = []

    def left_behind(*_: object, memory: Path | None, sandbox: Sandbox) -> int:
        del sandbox
        Memory(memory).leave_behind()
        kept.append(memory)
        return 0

    monkeypatch.setattr(demo_command, "refuse_strangers", lambda: None)
    monkeypatch.setattr(demo_command, "on_terminal", lambda: True)
    monkeypatch.setattr(app, "run_app", left_behind)
    assert run(cli, ["demo", "--jobs", "60", "--dir", str(tmp_path / "kept")]) == 0
    assert run(cli, ["demo", "--jobs", "60"]) == 0
    assert kept[0] is not None
    assert kept[0].is_relative_to(tmp_path / "kept")
    assert Memory(kept[0]).was_left_behind()
    assert kept[1] is None
