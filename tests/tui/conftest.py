"""The dialogs' tests stand still in time and in one time zone."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta

import pytest

from jobsync_tui.backend import clock
from tests.support.samples import NOW


@pytest.fixture
def still(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(seconds=5))
    yield
    monkeypatch.undo()
    time.tzset()
