"""However a bulk sync ends, every job is named with what came of it, in the document and in the record, and what ended it stands beside."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from jobsync_tui.backend.core.errors import StorageError
from jobsync_tui.backend.storage.ledger.audit import AuditStore
from jobsync_tui.backend.storage.ledger.leases import LeaseStore
from jobsync_tui.backend.target.local import LocalTarget
from tests.cli.conftest import Ended, Jobsync, home, jobsync

__all__ = ["home", "jobsync"]

CONFIG = """
[storage]
url = "sqlite:///{folder}/jobsync.db"
[sync]
concurrency = 2
[[integrations]]
id = "hers"
provider = "file"
path = "jobs.csv"
[[integrations]]
id = "other"
provider = "file"
path = "jobs.csv"
[[admins]]
user = "{user}"
integrations = ["hers"]
"""
JOBS = 12
WRITTEN = 3
"""Jobs that are in the target before something happens."""


@pytest.fixture
def config(tmp_path: Path, jobsync: Jobsync) -> Path:
    from jobsync_tui.cli.session import os_account

    path = tmp_path / "jobsync.toml"
    path.write_text(CONFIG.format(folder=tmp_path, user=os_account().user))
    path.chmod(0o600)
    (tmp_path / "jobs.csv").write_text("id,name\n" + "".join(f"{number},Job {number}\n" for number in range(1, JOBS + 1)))
    (tmp_path / "rules.yaml").write_text("rules: [ {name: All, when: {field: integration, op: equals, value: hers}} ]")
    assert jobsync("-c", str(path), "refresh").code == 0
    assert jobsync("-c", str(path), "rules", "import", str(tmp_path / "rules.yaml")).code == 0
    return path


@pytest.fixture
def happening(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Callable[[], None]]]:
    """Have what is put into this list happen once, right after so many jobs were created."""
    what: list[Callable[[], None]] = []
    created = 0
    create = LocalTarget.create

    async def counting(self: LocalTarget, *args: Any, **kwargs: Any) -> Any:
        nonlocal created
        made = await create(self, *args, **kwargs)
        created += 1
        if created == WRITTEN:
            for each in what:
                each()
        return made

    monkeypatch.setattr(LocalTarget, "create", counting)
    yield what
    assert created >= WRITTEN, "it happened"


def recorded(config: Path) -> Counter[str]:
    """Return how the attempts to sync ended, by the record: one row for each job."""
    database = sqlite3.connect(config.with_name("jobsync.db"))
    rows = database.execute("SELECT job_id, outcome FROM audit WHERE action = 'sync' AND job_id IS NOT NULL").fetchall()
    database.close()
    assert len(rows) == len({job for job, _ in rows}) == JOBS
    return Counter(outcome for _, outcome in rows)


def sync(jobsync: Jobsync, config: Path, *more: str) -> Ended:
    ids = [str(number) for number in range(1, JOBS + 1)]
    return jobsync("-c", str(config), "sync", "-i", "hers", *ids, "--yes", *(more or ("--json",)))


def told(ended: Ended, rest: str, code: str) -> Counter[str]:
    """Check that every job is named and the ending beside them, and return the outcomes."""
    assert [each["job"]["id"] for each in ended.json["results"]] == [str(number) for number in range(1, JOBS + 1)]
    found = Counter(each["outcome"] for each in ended.json["results"])
    assert found == ended.json["summary"]
    assert found["created"] >= WRITTEN
    assert found[rest] > 0
    assert {each["error"]["code"] for each in ended.json["results"] if each["outcome"] == rest} <= {code, "cancelled"}
    assert ended.json["error"]["code"] == code
    return found


GOING: dict[str, tuple[str, str]] = {
    "access": ('integrations = ["hers"]', 'integrations = ["other"]'),
    "the admin": ("[[admins]]\nuser = ", "[[admins]]\nuser = 'not-'\nintegrations=[]\n#"),
    "the id": ('id = "hers"', 'id = "hers-new"'),
    "the integration": ('[[integrations]]\nid = "hers"\nprovider = "file"\npath = "jobs.csv"', ""),
    "what can be read": ("[storage]", "[storage"),
    "the right to write": ('id = "hers"', 'id = "hers"\nread_only = true'),
}


@pytest.mark.parametrize("change", GOING.values(), ids=GOING)
def test_access_an_integration_or_the_configuration_goes_meanwhile(
    jobsync: Jobsync, config: Path, happening: list[Callable[[], None]], change: tuple[str, str]
) -> None:
    happening.append(lambda: (config.write_text(config.read_text().replace(*change)), None)[1])
    ended = sync(jobsync, config)
    assert ended.code == 5
    outcomes = told(ended, "refused", "access_denied")
    assert recorded(config) == outcomes


def test_the_configuration_itself_goes(jobsync: Jobsync, config: Path, happening: list[Callable[[], None]]) -> None:
    happening.append(config.unlink)
    ended = sync(jobsync, config)
    assert ended.code == 5
    assert recorded(config) == told(ended, "refused", "access_denied")


def test_in_words_the_jobs_are_named_too(jobsync: Jobsync, config: Path, happening: list[Callable[[], None]]) -> None:
    happening.append(lambda: (config.write_text(config.read_text().replace('["hers"]', '["other"]')), None)[1])
    ended = sync(jobsync, config, "-v")
    assert ended.code == 5
    outcomes = recorded(config)
    assert outcomes["created"] >= WRITTEN
    assert f"x REFUSED {outcomes['refused']}, ok CREATED {outcomes['created']}" in ended.out
    assert "withdrawn" in ended.err
    assert all(f"Job {number}" in ended.out for number in range(1, JOBS + 1))


def test_a_fault_ends_it_and_is_told_with_what_was_done(
    jobsync: Jobsync, config: Path, happening: list[Callable[[], None]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> Any:
        raise RuntimeError("boom")

    happening.append(lambda: monkeypatch.setattr(LeaseStore, "hold", broken))
    ended = sync(jobsync, config)
    assert ended.code == 1
    assert told(ended, "cancelled", "fault")["failed"] >= 1
    assert recorded(config) == Counter(each["outcome"] for each in ended.json["results"])
    assert "boom" not in ended.out


def test_a_record_that_cannot_be_written_ends_it_with_what_was_done(
    jobsync: Jobsync, config: Path, happening: list[Callable[[], None]], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: Any, **__: Any) -> Any:
        raise StorageError("The disk is full", remedy="Make room")

    def happens() -> None:
        config.write_text(config.read_text().replace('["hers"]', '["other"]'))
        monkeypatch.setattr(AuditStore, "record", broken)
        monkeypatch.setattr(AuditStore, "record_all", broken)

    happening.append(happens)
    ended = sync(jobsync, config)
    assert ended.code == StorageError.exit_code
    told(ended, "cancelled", "storage")
