"""What the doctor says of a database on a server."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from jobsync_tui.backend.database.probe import ServerState, look
from jobsync_tui.backend.doctor.storage import connections
from tests.cli.conftest import Jobsync
from tests.support.databases import Kind, url_at, using


def told(jobsync: Jobsync, folder: Path, url: str) -> list[tuple[str, str, str]]:
    """Return status, message and remedy of what is said of the database."""
    config = folder / "jobsync.toml"
    config.write_text(f'[storage]\nurl = "{url}"\n')
    config.chmod(0o600)
    found = jobsync("-c", str(config), "doctor", "--offline", "--json").json["findings"]
    return [(each["status"], each["message"], each["remedy"] or "") for each in found if each["check"] == "database"]


@pytest.mark.parametrize(("free", "warned"), [(12, False), (11, True), (-3, True)])
def test_a_server_without_room_for_one_more_worker_is_warned_about(free: int, *, warned: bool) -> None:
    found = connections(ServerState(170000, trigrams=True, text_index=True, durable=True, free=free))
    assert [(each.status, f"takes {max(0, free)} more connections" in each.message) for each in found] == [("warn", True)] * warned


@pytest.mark.usefixtures("on_postgresql")
def test_the_room_that_is_left_is_counted_by_the_server(tmp_path: Path) -> None:
    url = url_at(tmp_path / "a.db")
    before = look(url).server
    assert before is not None
    assert 0 < before.free < 200


@pytest.mark.usefixtures("on_postgresql")
def test_a_server_without_the_extension_works_and_is_warned_about(jobsync: Jobsync, tmp_path: Path) -> None:
    findings = told(jobsync, tmp_path, url_at(tmp_path / "a.db"))
    assert [status for status, *_ in findings] == ["ok", "warn", "warn", "ok"]
    assert "PostgreSQL 1" in findings[0][1]
    assert "pg_trgm is missing" in findings[1][1]
    assert "fsync is off" in findings[2][1]


def test_the_remedy_for_a_missing_index_makes_it(jobsync: Jobsync, tmp_path: Path) -> None:
    with using(Kind.TRIGRAMS):
        url = url_at(tmp_path / "a.db")
        assert not any("search" in message for _, message, _ in told(jobsync, tmp_path, url))
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("DROP INDEX jobs_text")
            [remedy] = [remedy for _, message, remedy in told(jobsync, tmp_path, url) if "index for searches is missing" in message]
            connection.execute(remedy.encode())
        assert not any("search" in message for _, message, _ in told(jobsync, tmp_path, url))


def test_a_server_that_is_not_there_is_a_failure_with_the_remedy(jobsync: Jobsync, tmp_path: Path) -> None:
    findings = told(jobsync, tmp_path, "postgresql://nobody@127.0.0.1:9/jobsync")
    assert {status for status, *_ in findings} == {"fail"}
    assert all("127.0.0.1:9 cannot be reached" in message for _, message, _ in findings)
    assert all("server runs. A command is to be given again" in remedy for *_, remedy in findings)
