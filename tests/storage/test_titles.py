"""A database is named in messages as a person would write it."""

from __future__ import annotations

import pytest

from jobsync_tui.backend.database.dialect import dialect_of


@pytest.mark.parametrize(
    ("url", "title"),
    [
        ("sqlite:///srv/jobs.db", "database /srv/jobs.db"),
        ("sqlite:////srv/jobs.db", "database /srv/jobs.db"),
        ("postgresql://user@host/db", "PostgreSQL database db on host"),
        ("postgresql://user@127.0.0.1:5433/db", "PostgreSQL database db on 127.0.0.1:5433"),
        ("postgresql://user@[::1]:5433/db", "PostgreSQL database db on [::1]:5433"),
        ("postgresql://user@one:1,two:2/db", "PostgreSQL database db on one"),
        ("postgresql:///db", "PostgreSQL database db on this machine"),
    ],
)
def test_where_it_is_said_once_and_whole(url: str, title: str) -> None:
    assert dialect_of(url, timeout=1).title == title
