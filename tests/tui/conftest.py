"""Applications share what they read; the dialogs' tests stand still in time and in one time zone."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import datetime, timedelta, tzinfo

import pytest

from jobsync_tui.backend.core import clock
from tests.support.samples import NOW
from tests.support.stylesheets import read_once


class StillClock(datetime):
    """A clock that stands."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]  # a plain time, as records can be written with
        moment = NOW + timedelta(seconds=5)
        return datetime.fromtimestamp(moment.timestamp(), tz)


@pytest.fixture(autouse=True, scope="session")
def _style_sheets_are_read_once() -> Iterator[None]:
    """Save every application the reading of the same style sheets."""
    with read_once():
        yield


@pytest.fixture
def still(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    # Below `clock.now`, of which others hold a reference of their own.
    monkeypatch.setattr(clock, "datetime", StillClock)
    yield
    monkeypatch.undo()
    time.tzset()
