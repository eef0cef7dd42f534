from __future__ import annotations

import random
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from jobsync_tui.backend.core.errors import ExitCode
from jobsync_tui.backend.core.models import DoctorStatus
from jobsync_tui.backend.database import sqlite_library
from jobsync_tui.backend.database.probe import has_wal_bug
from jobsync_tui.backend.doctor.environment import clock, terminal, variables
from tests.cli.company import Company, open_company
from tests.cli.conftest import Jobsync

CONFIG = """
[storage]
url = "sqlite:///{folder}/jobsync.db"

[[integrations]]
id = "export"
provider = "file"
path = "jobs.csv"

[[integrations]]
id = "remote"
provider = "lever"
base_url = "https://127.0.0.1:9"
credentials = {{ api_key = {{ file = "key" }} }}
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "jobsync.toml"
    path.write_text(CONFIG.format(folder=tmp_path))
    path.chmod(0o600)
    tmp_path.chmod(0o700)
    (tmp_path / "jobs.csv").write_text("id,name\n1,Welder\n")
    secret(tmp_path, "kept-very-secret")
    return path


@pytest.fixture
def company(tmp_path: Path) -> Iterator[Company]:
    with open_company(tmp_path / "company", jobs=60) as company:
        yield company


def secret(folder: Path, value: str, mode: int = 0o600) -> None:
    (folder / "key").write_text(value)
    (folder / "key").chmod(mode)


def found(jobsync: Jobsync, config: Path, *arguments: str) -> dict[str, list[dict[str, str]]]:
    """Return the findings that are not ok, by check."""
    ended = jobsync("-c", str(config), "doctor", "--json", *(arguments or ("--offline",)))
    wrong: dict[str, list[dict[str, str]]] = {}
    for each in ended.json["findings"]:
        if each["status"] != "ok":
            assert each["remedy"], each
            wrong.setdefault(each["check"], []).append(each)
    assert ended.code == (0 if ended.json["ok"] else 2)
    assert ended.json["ok"] == all(each["status"] != "fail" for group in wrong.values() for each in group)
    wrong.pop("environment", None)
    return wrong


def test_a_service_that_was_killed_is_missed_by_status_and_doctor(jobsync: Jobsync, config: Path) -> None:
    jobsync("-c", str(config), "auto", "--once", "--every", "5m")
    with closing(sqlite3.connect(config.parent / "jobsync.db")) as database, database:
        database.execute(
            "UPDATE automatic_schedule SET tick = tick - 3600000, started_at = started_at - 3600000, ended_at = ended_at - 3600000"
        )
    stopped = found(jobsync, config)["automatic"]
    assert [each["integration"] for each in stopped] == ["export", "remote"]
    assert all("no run since 20" in each["message"] and "the service seems stopped" in each["message"] for each in stopped)
    told = jobsync("-c", str(config), "auto", "status").out
    assert "PROBLEM export: no run since 20" in told
    assert told.count("Start it again") == 1
    assert jobsync("-c", str(config), "auto", "status", "--json").json["integrations"][0]["stopped"] is True
    news = jobsync("-c", str(config), "news").out
    assert news.count("Automatic sync: no run since 20") == 2
    assert news.count("Start it again") == 1
    waits = jobsync("-c", str(config), "news", "--json").json["waits"]
    assert [each["integration"] for each in waits if each["kind"] == "stopped"] == ["export", "remote"]
    config.write_text(config.read_text().replace('id = "export"', 'id = "export"\nautomatic = false'))
    assert [each["integration"] for each in found(jobsync, config)["automatic"]] == ["remote"], "that one is synced by hand now"


def test_nothing_is_wrong_where_all_is_well(jobsync: Jobsync, config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Python's own may be one that is warned of.
    monkeypatch.setattr(sqlite_library.library, "sqlite_version_info", (3, 51, 3))
    assert found(jobsync, config) == {}
    assert jobsync("-c", str(config), "refresh", "-i", "export").code == 0
    assert found(jobsync, config) == {}
    ended = jobsync("-c", str(config), "doctor", "--offline")
    assert ended.code == 0
    assert "0 failures" in ended.out


def test_it_works_without_a_configuration_and_with_a_broken_one(jobsync: Jobsync, tmp_path: Path, config: Path) -> None:
    [missing] = found(jobsync, tmp_path / "none.toml")["config"]
    assert "jobsync init" in missing["remedy"]
    config.write_text("[storage]\nurl = 3\n")
    assert "line 2" in found_messages(jobsync, config)["config"]


def test_keys_with_which_the_application_would_not_begin_are_told(jobsync: Jobsync, config: Path) -> None:
    config.write_text(config.read_text() + '\n[keys]\n"jobs.snyc" = "S"\n')
    (finding,) = found(jobsync, config)["config"]
    assert finding["status"] == "fail"
    assert "[keys]" in finding["message"]
    assert "jobs.sync" in finding["message"]


def found_messages(jobsync: Jobsync, config: Path) -> dict[str, str]:
    ended = jobsync("-c", str(config), "doctor", "--json", "--offline")
    return {each["check"]: each["message"] for each in ended.json["findings"] if each["status"] == "fail"}


def test_what_is_too_open_is_named_with_the_command_that_closes_it(jobsync: Jobsync, config: Path) -> None:
    jobsync("-c", str(config), "refresh", "-i", "export")
    folder = config.parent
    config.chmod(0o644)
    (folder / "jobsync.db").chmod(0o666)
    (folder / "key").chmod(0o640)
    folder.chmod(0o755)
    wrong = found(jobsync, config)
    told = {each["remedy"]: each["status"] for each in wrong["permissions"]}
    assert told[f"chmod 600 {config}"] == "warn"
    assert told[f"chmod 600 {folder / 'jobsync.db'}"] == "fail"
    assert told[f"chmod 700 {folder}"] == "warn"
    assert wrong["credentials"][0]["remedy"] == f"chmod 600 {folder / 'key'}"


def test_a_missing_secret_is_that_integrations_trouble_only_and_no_text_has_another(jobsync: Jobsync, config: Path) -> None:
    (config.parent / "key").unlink()
    [wrong] = found(jobsync, config)["credentials"]
    assert wrong["integration"] == "remote"
    assert jobsync("-c", str(config), "refresh", "-i", "export").code == 0
    secret(config.parent, "kept-very-secret")
    ended = jobsync("-c", str(config), "doctor", "--json")
    assert ended.code == 2, "nothing listens there"
    assert "kept-very-secret" not in ended.out + ended.err


def test_a_damaged_database_is_told_before_anything_opens_it(jobsync: Jobsync, config: Path) -> None:
    jobsync("-c", str(config), "refresh", "-i", "export")
    path = config.parent / "jobsync.db"
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    content = bytearray(path.read_bytes())
    content[4096 : 4096 * 4] = random.Random(1).randbytes(4096 * 3)  # noqa: S311 - the same damage every time
    path.write_bytes(content)
    assert any(each["status"] == "fail" and "damaged" in each["message"] for each in found(jobsync, config)["database"])


def test_damage_that_sqlite_quotes_in_bytes_that_are_no_text_is_told(jobsync: Jobsync, config: Path) -> None:
    jobsync("-c", str(config), "refresh", "-i", "export")
    with closing(sqlite3.connect(config.parent / "jobsync.db")) as database, database:
        database.execute("PRAGMA writable_schema = ON")
        database.execute("UPDATE sqlite_master SET name = CAST(x'fffe' AS TEXT), sql = 'CREATE nothing' WHERE name = 'audit'")
    assert any("damaged" in each["message"] for each in found(jobsync, config)["database"])
    ended = jobsync("-c", str(config), "jobs", "--json")
    assert (ended.code, "damaged" in ended.json["error"]["message"]) == (2, True)


def test_credentials_are_tried_and_a_rotated_key_is_told(jobsync: Jobsync, company: Company) -> None:
    assert "credentials" not in found(jobsync, company.config, "--json")
    path = next((company.config.parent / "secrets").glob("kombo*"))
    path.write_text("rotated")
    [wrong] = found(jobsync, company.config, "--json")["credentials"]
    assert wrong["status"] == "fail"
    assert "rotated" not in str(wrong)


def test_one_that_left_the_configuration_and_keeps_its_data_is_named(jobsync: Jobsync, config: Path) -> None:
    jobsync("-c", str(config), "refresh", "-i", "export")
    config.write_text(config.read_text().replace('id = "export"', 'id = "import"'))
    [left] = found(jobsync, config)["integrations"]
    assert left["integration"] == "export"
    assert "rename" in left["remedy"]


def test_a_stranger_is_refused_and_an_admin_hears_of_their_own_only(jobsync: Jobsync, config: Path) -> None:
    with config.open("a") as file:
        file.write('\n[[admins]]\nuser = "alice"\nintegrations = ["export"]\n')
    assert jobsync("-c", str(config), "doctor").code == 5
    ended = jobsync("-c", str(config), "--as", "alice", "doctor", "--offline", "--json")
    assert ended.code == 0
    assert "remote" not in ended.out
    assert ": 1 integration, target" in ended.out


def test_an_integration_that_admins_name_and_nobody_configured_is_told(jobsync: Jobsync, config: Path) -> None:
    with config.open("a") as file:
        file.write('\n[[admins]]\nuser = "alice"\nintegrations = ["exports", "*"]\n')
        file.write('\n[[admins]]\nuser = "bob"\nintegrations = ["export", "zz-remote-board"]\n')

    def told(user: str) -> list[tuple[str, str]]:
        ended = jobsync("-c", str(config), "--as", user, "doctor", "--offline", "--json")
        return [
            (each["message"], each["remedy"]) for each in ended.json["findings"] if (each["check"], each["status"]) == ("admins", "warn")
        ]

    exports, board = told("alice")
    assert exports[0] == "[[admins]] gives alice the integration 'exports', and there is none of that id"
    assert exports[1].startswith("Write export, if that is meant; ")
    assert board[1].startswith("The integrations are export, remote; ")
    assert told("bob") == [(board[0], board[1].replace("export, remote", "export"))]


@pytest.mark.parametrize(("version", "bad"), [((3, 6, 23), False), ((3, 7, 0), True), ((3, 51, 2), True), ((3, 51, 3), False)])
def test_the_versions_with_the_fault_in_write_ahead_mode(version: tuple[int, int, int], bad: bool) -> None:
    assert has_wal_bug(version) is bad


def test_a_clock_that_went_back_is_told() -> None:
    now = datetime(2026, 11, 23, tzinfo=UTC)
    assert clock(now, now - timedelta(days=1))[0].status is DoctorStatus.OK
    assert clock(now, now + timedelta(days=1))[0].status is DoctorStatus.FAIL
    assert clock(datetime(1970, 1, 1, tzinfo=UTC), None)[0].status is DoctorStatus.FAIL


def test_variables_that_reach_in_are_named() -> None:
    assert variables({"HOME": "/", "PYTHONUNBUFFERED": "1"})[0].status is DoctorStatus.OK
    assert "LD_PRELOAD" in variables({"LD_PRELOAD": "x.so"})[0].message


def test_off_a_terminal_there_is_nothing_to_say_of_one() -> None:
    assert [each.status for each in terminal({"TERM": "dumb"})] == [DoctorStatus.OK]


def test_a_missing_library_of_patterns_is_told_and_named_by_every_rule_that_needs_it(
    jobsync: Jobsync, config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "re2", None)
    (finding,) = found(jobsync, config)["versions"]
    assert finding["status"] == "fail"
    assert "google-re2" in finding["message"]
    rules = tmp_path / "rules.yaml"
    rules.write_text("rules:\n  - { name: A, when: { field: name, op: matches, value: nurse }, actions: [ { folder: F } ] }\n")
    ended = jobsync("-c", str(config), "rules", "import", str(rules))
    assert ended.code == ExitCode.USAGE
    assert "google-re2" in ended.err


@pytest.mark.parametrize("lacking", ["version", "fts5"])
def test_a_sqlite_that_cannot_hold_the_database_is_refused_and_told(
    jobsync: Jobsync, config: Path, monkeypatch: pytest.MonkeyPatch, lacking: str
) -> None:
    if lacking == "version":
        monkeypatch.setattr(sqlite_library, "OLDEST", (99, 1))
    else:
        monkeypatch.setattr(sqlite_library, "library", _WithoutFts5)
    sqlite_library.lacks.cache_clear()
    try:
        before, *_ = found(jobsync, config.with_name("none.toml"))["database"]
        finding, *_ = [each for each in found(jobsync, config)["database"] if "SQLite" in each["message"]]
        ended = jobsync("-c", str(config), "jobs")
    finally:
        sqlite_library.lacks.cache_clear()
    assert finding["status"] == "fail"
    assert before == finding
    assert ended.code == ExitCode.USAGE
    assert "cannot hold the database" in ended.err


def test_a_sqlite_with_the_fault_is_warned_of_once_and_before_there_is_a_database(
    jobsync: Jobsync, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite_library.library, "sqlite_version_info", (3, 46, 1))
    for path in (config.with_name("none.toml"), config):
        (finding,) = [each for each in found(jobsync, path)["database"] if "damage" in each["message"]]
        assert finding["status"] == "warn"
        assert "pysqlite3" in finding["remedy"]
    assert jobsync("-c", str(config), "refresh", "-i", "export").code == 0
    assert len([each for each in found(jobsync, config)["database"] if "damage" in each["message"]]) == 1


class _WithoutFts5:
    """A SQLite that was built without the module."""

    sqlite_version, sqlite_version_info, Error = sqlite3.sqlite_version, sqlite3.sqlite_version_info, sqlite3.Error

    @staticmethod
    def connect(_name: str) -> sqlite3.Connection:
        database = sqlite3.connect(":memory:")
        database.set_authorizer(lambda action, *_: sqlite3.SQLITE_DENY if action == sqlite3.SQLITE_CREATE_VTABLE else sqlite3.SQLITE_OK)
        return database
