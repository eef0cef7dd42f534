"""Until when something is to last, as a person says it: by the clock on their wall."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from jobsync_tui.backend.core.moments import said_ahead

NOW = datetime(2026, 11, 30, 16, 30, tzinfo=UTC)
"""17:30 in Berlin."""


@pytest.fixture(autouse=True)
def _in_berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("18:00", datetime(2026, 11, 30, 17, tzinfo=UTC)),
        (" 7:05 ", datetime(2026, 12, 1, 6, 5, tzinfo=UTC)),
        ("17:30", datetime(2026, 12, 1, 16, 30, tzinfo=UTC)),
        ("2h", NOW + timedelta(hours=2)),
        ("2026-12-01", datetime(2026, 11, 30, 23, tzinfo=UTC)),
        ("2026-12-01 08:00", datetime(2026, 12, 1, 7, tzinfo=UTC)),
        ("2026-07-01T08:00", datetime(2026, 7, 1, 6, tzinfo=UTC)),
        ("2026-12-01T08:00Z", datetime(2026, 12, 1, 8, tzinfo=UTC)),
        ("2026-12-01T08:00+05:45", datetime(2026, 12, 1, 2, 15, tzinfo=UTC)),
    ],
)
def test_a_time_is_the_next_there_is_and_a_date_begins_at_midnight(text: str, expected: datetime) -> None:
    assert said_ahead(text, NOW) == expected


@pytest.mark.parametrize(
    "text", ["", "soon", "25:00", "18:60", "2026-13-01", "2026-11-31", "18", "999999w", "0001-01-01", "\u0661\u0668:00"]
)
def test_anything_else_is_none(text: str) -> None:
    found = said_ahead(text, NOW)
    assert found is None or found < NOW


def test_an_hour_that_comes_twice_is_the_first_of_the_two_that_is_still_to_come() -> None:
    before = datetime(2026, 10, 24, 22, 0, tzinfo=UTC)
    assert said_ahead("2:30", before) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
