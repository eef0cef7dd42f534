"""Timers on a machine that is held up."""

from __future__ import annotations

import asyncio
from itertools import count

import pytest
from textual import _time
from textual.app import App

import jobsync_tui.app.application  # noqa: F401 - where Textual's timer gives way
from jobsync_tui.terminal.timers import SureTimer
from tests.support.patience import PATIENCE


async def test_a_timer_that_is_set_once_rings_although_the_process_was_held_up(monkeypatch: pytest.MonkeyPatch) -> None:
    app: App[None] = App()
    async with app.run_test():
        late = count(step=0.1)
        monkeypatch.setattr(_time, "get_time", lambda: next(late))
        rang = asyncio.Event()
        assert isinstance(app.set_timer(0.05, rang.set), SureTimer)
        async with asyncio.timeout(PATIENCE):
            await rang.wait()


async def test_one_that_rings_again_and_again_leaves_out_what_it_is_late_for() -> None:
    app: App[None] = App()
    async with app.run_test():
        assert app.set_timer(60, lambda: None)._skip is False
        assert app.set_interval(60, lambda: None)._skip is True
