"""Workers on hosts whose clocks are wrong: the server's clock decides, and nothing that is kept is told by another."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.support.crew import INTEGRATIONS, Crew, a_crew, until
from tests.support.databases import url_at

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

DAY = timedelta(days=1)
CLOSE = 10 * 60_000
"""Milliseconds that no test takes, and that are far from a day."""

_COLUMNS = """
SELECT table_name, column_name FROM information_schema.columns
WHERE table_schema = 'public' AND data_type = 'bigint' AND table_name NOT LIKE 'target%' AND column_name <> 'key'
"""
_EPOCH = 1_500_000_000_000


@pytest.fixture
def crew(on_postgresql: None, tmp_path: Path) -> Iterator[Crew]:
    with a_crew(url_at(tmp_path / "jobsync.db"), tmp_path, every=1.0) as made:
        yield made


def wrong_times(crew: Crew) -> list[str]:
    """Return where a time is kept that is not about the server's present one."""
    found = []
    for table, column in crew.ask(_COLUMNS):
        far = f"abs({column} - extract(epoch FROM now()) * 1000) > {CLOSE}"
        if crew.ask(f'SELECT 1 FROM "{table}" WHERE {column} > {_EPOCH} AND {far} LIMIT 1'):  # noqa: S608 - the server's own names
            found.append(f"{table}.{column}")
    return found


@pytest.mark.parametrize("off", [(-DAY, timedelta()), (DAY, -DAY), (timedelta(minutes=1), timedelta())], ids=["behind", "both", "a minute"])
def test_two_hosts_with_clocks_apart_run_each_slot_once_by_the_servers(crew: Crew, off: tuple[timedelta, timedelta]) -> None:
    for name in INTEGRATIONS:
        crew.add_jobs(name, 8)
    for each in off:
        crew.start(each)
    until(lambda: crew.in_target() == crew.expected(), "both share what is there")
    until(lambda: all(len(ticks) > 3 for ticks in crew.claims().values()), "time goes on")
    assert wrong_times(crew) == []
    assert crew.end() == [0, 0]
    assert all(ticks == sorted(set(ticks)) for ticks in crew.claims().values())
    assert crew.ask("SELECT outcome, count(*) FROM audit WHERE action = 'sync' GROUP BY outcome") == [("created", len(crew.expected()))]
    assert crew.jobsync("audit", "--verify")["ok"]
