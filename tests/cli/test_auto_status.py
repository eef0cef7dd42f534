"""What ``auto status`` says of runs: under way, shared out, cut off."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from jobsync_tui.backend.core.models import AutomaticRun, AutomaticState, AutomaticStatus, EngineState, Spread, Tick, WorkerState
from jobsync_tui.cli.automatic import _print_status

AT = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)
EVERY = timedelta(minutes=5)


def tick(number: int, *, ended: bool) -> Tick:
    at = AT + number * EVERY
    return Tick(
        integration="acme", at=at, by=f"host:{number}", started_at=at, ended_at=at if ended else None, outcome="ok" if ended else None
    )


def said(capsys: pytest.CaptureFixture[str], state: AutomaticState, *ticks: Tick, engine: EngineState | None = None) -> list[str]:
    _print_status(AutomaticStatus(None, EVERY, (state,), engine=engine, ticks=ticks), as_json=False)
    return capsys.readouterr().out.splitlines()


BEFORE = AutomaticState(integration="acme", last_run=AT, run=AutomaticRun(integration="acme", refreshed=3, evaluated=7))


def test_a_run_that_was_cut_off_is_not_told_by_what_the_one_before_came_to(capsys: pytest.CaptureFixture[str]) -> None:
    (row,) = [line for line in said(capsys, BEFORE) if line.startswith("acme")]
    assert ("cut off" in row, "7 evaluated" in row) == (True, False)
    (row,) = [line for line in said(capsys, replace(BEFORE, ended_at=AT)) if line.startswith("acme")]
    assert ("cut off" in row, "7 evaluated" in row) == (False, True)


def test_of_the_slots_that_did_not_end_only_the_last_can_be_under_way(capsys: pytest.CaptureFixture[str]) -> None:
    slots = (tick(2, ended=False), tick(1, ended=False), tick(0, ended=True))
    ran = [line.rpartition(": ")[2] for line in said(capsys, replace(BEFORE, running=True), *slots) if line.startswith("run ")]
    assert ran == ["under way", "cut off", "ok"]
    over = [line.rpartition(": ")[2] for line in said(capsys, BEFORE, *slots) if line.startswith("run ")]
    assert over == ["cut off", "cut off", "ok"]


def test_workers_are_told_by_the_runs_that_they_lead_and_a_large_run_by_its_shares(capsys: pytest.CaptureFixture[str]) -> None:
    engine = EngineState((WorkerState(1, AT, 2, ("acme",)), WorkerState(2, AT, 40, ())), ("globex",))
    state = replace(BEFORE, running=True, spread=Spread(20, 7, ("host:1", "host:2")))
    told = said(capsys, state, engine=engine)
    assert "under way by 2 workers, 7 of 20 shares done" in told[1]
    assert told[2].endswith(": runs acme")
    assert told[3] == "worker 2, SILENT for 40 s: runs nothing"
    assert told[4] == "no worker is free to run: globex"
