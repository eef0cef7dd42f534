"""Progress where there is no terminal: a log hears what is waited for, and is not filled with it."""

from __future__ import annotations

import pytest

from jobsync_tui.cli import progress
from jobsync_tui.cli.progress import progress_line


def test_waits_are_said_now_and_then_off_a_terminal(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    clock = [0.0]
    monkeypatch.setattr(progress, "monotonic", lambda: clock[0])
    with progress_line() as line:
        for second in range(90):
            clock[0] = float(second)
            line.waits(f"rate limited by Greenhouse, next try in {300 - second} s")
        line.waits("")
        line.planned(1, 2)
    assert capsys.readouterr().err.splitlines() == [
        "waiting: rate limited by Greenhouse, next try in 300 s",
        "waiting: rate limited by Greenhouse, next try in 240 s",
    ]
