from __future__ import annotations

import logging
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from jobsync_tui.backend.settings import logs
from jobsync_tui.backend.settings.redaction import register

CANARY = "canary-log-91b2c3d4"


@pytest.fixture
def log_file(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "state" / "jobsync.log"
    logs.set_up_logging(path)
    yield path
    logs.tear_down_logging()


def test_the_log_is_for_its_owner_only(log_file: Path) -> None:
    logging.getLogger("jobsync_tui.test").info("hello")
    assert stat.S_IMODE(log_file.stat().st_mode) == 0o600
    assert stat.S_IMODE(log_file.parent.stat().st_mode) == 0o700
    assert "INFO" in log_file.read_text()
    assert "jobsync_tui.test: hello" in log_file.read_text()


def test_no_secret_and_no_control_character_reaches_it(log_file: Path) -> None:
    register(CANARY)
    logger = logging.getLogger("jobsync_tui.test")
    logger.warning("title %s\nforged line, key %s, api_key=%s", "\x1b]0;owned\x07", CANARY, "unknown-secret")
    try:
        raise ValueError(f"with \x9b31m {CANARY}")  # noqa: TRY301 - a traceback is wanted
    except ValueError:
        logger.exception("failed")

    text = log_file.read_text(encoding="utf-8")
    assert CANARY not in text
    assert "unknown-secret" not in text
    assert not any(character in text for character in "\x1b\x07\x9b")
    assert [line for line in text.splitlines() if line.startswith("forged")] == []
    assert "ValueError" in text
    assert all(line.startswith((" ", "20")) for line in text.splitlines())


def test_what_the_libraries_of_the_workers_say_goes_there_alone(log_file: Path, capfd: pytest.CaptureFixture[str]) -> None:
    for library in ("psycopg.pool", "procrastinate.worker"):
        logging.getLogger(library).warning("connection of %s lost", library)
        logging.getLogger(library).info("chatter")
    text = log_file.read_text(encoding="utf-8")
    assert ("psycopg.pool: connection" in text, "procrastinate.worker: connection" in text, "chatter" in text) == (True, True, False)
    assert capfd.readouterr().err == ""


def test_it_rotates_and_stays_private(log_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "MAX_BYTES", 2000)
    logs.set_up_logging(log_file)
    logger = logging.getLogger("jobsync_tui.test")
    for number in range(100):
        logger.info("line %d %s", number, "x" * 50)
    files = sorted(log_file.parent.glob("jobsync.log*"))
    assert len([path for path in files if not path.name.endswith(".lock")]) == 1 + logs.BACKUPS
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    assert "line 99" in log_file.read_text()


def test_a_process_follows_when_another_rotated(log_file: Path) -> None:
    logger = logging.getLogger("jobsync_tui.test")
    logger.info("before")
    log_file.rename(log_file.with_suffix(".log.1"))
    logger.info("after")
    assert "after" in log_file.read_text()


def test_a_log_that_cannot_be_written_stops_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("x")
    logs.set_up_logging(tmp_path / "file" / "jobsync.log")
    logging.getLogger("jobsync_tui.test").error("nowhere to go")
    logs.tear_down_logging()
    assert capsys.readouterr() == ("", "")


def test_verbose_shows_it_on_standard_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up_logging(tmp_path / "jobsync.log", verbose=True)
    logging.getLogger("jobsync_tui.test").debug("detail")
    logs.tear_down_logging()
    captured = capsys.readouterr()
    assert "detail" in captured.err
    assert captured.out == ""
