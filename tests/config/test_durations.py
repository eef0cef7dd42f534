from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobsync_tui.backend.core.durations import format_duration, parse_duration


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("20s", timedelta(seconds=20)),
        ("5m", timedelta(minutes=5)),
        ("12h", timedelta(hours=12)),
        ("365d", timedelta(days=365)),
        ("2w", timedelta(weeks=2)),
        ("250ms", timedelta(milliseconds=250)),
        (" 5 M ", timedelta(minutes=5)),
    ],
)
def test_durations_as_people_write_them(text: str, expected: timedelta) -> None:
    assert parse_duration(text) == expected


@pytest.mark.parametrize("text", ["", "5", "m", "-5m", "5.5m", "5 minutes", "1h30m", "9999999d"])
def test_what_is_no_duration(text: str) -> None:
    with pytest.raises(ValueError, match="must be a duration"):
        parse_duration(text)


@given(st.integers(1, 10**9).map(lambda milliseconds: timedelta(milliseconds=milliseconds)))
def test_a_duration_reads_back(duration: timedelta) -> None:
    text = format_duration(duration)
    if len(text.rstrip("msdhw")) <= 6:
        assert parse_duration(text) == duration
