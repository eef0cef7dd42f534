"""The short form of the chaos runs: a few real kills, four processes after the same jobs, a server that crashes, a timer."""

from pathlib import Path

import pytest

from tests.chaos.runs import crashing, killed_again_and_again, racing
from tests.chaos.timer import kept_on_time
from tests.support.databases import url_at
from tests.support.postgres import own_cluster


@pytest.mark.slow
@pytest.mark.usefixtures("on_each_database")
def test_killed_a_few_times(tmp_path: Path) -> None:
    findings = killed_again_and_again(url_at(tmp_path / "jobsync.db"), points=3, jobs=8, settle=0.3, commit_late=0.05)
    assert findings.wrong == []
    assert (findings.creates, findings.killed > 0) == (8, True)


@pytest.mark.slow
@pytest.mark.parametrize("odd", ["normalizing", "lagging", "paging"])
def test_so_where_the_target_is_odd(tmp_path: Path, odd: str) -> None:
    findings = killed_again_and_again(url_at(tmp_path / "jobsync.db"), points=2, jobs=8, settle=0.5, commit_late=0.0, odd=odd)
    assert findings.wrong == []
    assert (findings.creates, findings.killed > 0) == (8, True)


@pytest.mark.slow
@pytest.mark.usefixtures("on_each_database")
def test_four_at_once_create_nothing_twice(tmp_path: Path) -> None:
    findings = racing(url_at(tmp_path / "jobsync.db"), processes=4, jobs=8, settle=2.0, generations=1)
    assert findings.wrong == []
    assert (findings.creates, findings.updates) == (8, 0)


@pytest.mark.slow
def test_a_database_server_that_crashes_loses_nothing_and_doubles_nothing() -> None:
    with own_cluster() as cluster:
        findings = crashing(cluster, crashes=3, jobs=12, settle=0.3)
    assert findings.wrong == []
    assert (findings.creates, findings.crashed > 0) == (12, True)


@pytest.mark.slow
@pytest.mark.usefixtures("on_postgresql")
def test_a_worker_killed_between_slots_costs_no_slot_and_no_job(tmp_path: Path) -> None:
    found = kept_on_time(url_at(tmp_path / "jobsync.db"), tmp_path, ticks=3, workers=2, kill_every=3.0)
    assert found.wrong == []
    assert (found.kills > 0, found.slots >= 3) == (True, True)
