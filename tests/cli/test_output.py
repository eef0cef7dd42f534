from __future__ import annotations

import json
import unicodedata
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobsync_tui.backend.core.errors import ExitCode, UsageError
from jobsync_tui.backend.core.models import CachedJob, Failure, JobHead, JobStatus, Location, Outcome, Sort, SortField, SyncResult
from jobsync_tui.backend.core.text import csv_cell
from jobsync_tui.cli.exit_codes import of_result, worst
from jobsync_tui.cli.output import print_json, print_line, to_json
from jobsync_tui.cli.records import parse_since
from jobsync_tui.cli.sorting import parse_sort
from jobsync_tui.cli.tables import Table, fit, width

HOSTILE = "a\x1b]0;t\x07\x9b31m\u202e\u200b\x00\udc80\r\nb"
NOW = datetime(2026, 11, 23, 18, 36, 2, tzinfo=UTC)
ANY_TEXT = st.text(st.characters(), max_size=40)


def acts(text: str) -> list[str]:
    """Return the characters that a terminal, or a reader's eye, would be misled by."""
    return [
        each
        for each in text
        if unicodedata.category(each) in {"Cc", "Cs", "Zl", "Zp"} or (unicodedata.category(each) == "Cf" and each not in "\u200c\u200d")
    ]


@given(ANY_TEXT)
def test_json_says_the_same_and_nothing_in_it_acts(text: str) -> None:
    written = to_json({"name": text})
    assert json.loads(written) == {"name": text}
    assert "\n" not in written
    assert [each for each in acts(written) if unicodedata.category(each) != "Cf"] == []
    assert not set(written) & set("\u202a\u202b\u202d\u202e\u2066\u2067\u2068\u200b\u200e\u200f\ufeff")
    in_ascii = to_json({"name": text}, ascii_only=True)
    assert in_ascii.isascii()
    assert json.loads(in_ascii) == {"name": text}


def test_a_job_is_the_documents_object() -> None:
    job = CachedJob(
        integration="kombo", id="7", name="Nurse", location=Location(text="Berlin, DE", city="Berlin"), updated_at=NOW, tags=("a",)
    )
    document = json.loads(to_json(job))
    assert document["updated_at"] == "2026-11-23T18:36:02Z"
    assert document["location"] == {"text": "Berlin, DE", "city": "Berlin", "region": None, "country": None}
    assert document["sync_status"] == "never"
    assert list(document)[:4] == ["integration", "id", "name", "status"]


@given(ANY_TEXT)
def test_a_cell_of_a_csv_is_no_formula(text: str) -> None:
    cell = csv_cell(text)
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert acts(cell) == []


@pytest.mark.parametrize("text", ["=1+1", "+49 30", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =1"])
def test_what_would_be_a_formula_stays_readable(text: str) -> None:
    assert csv_cell(text).startswith("'")
    assert csv_cell(text).endswith(text.strip())


def test_ordinary_cells_stay_as_they_are() -> None:
    assert [csv_cell(value) for value in (None, "Engineer [Remote]", 5, "a,b")] == ["", "Engineer [Remote]", "5", "a,b"]


def test_words_are_cleaned(capsys: pytest.CaptureFixture[str]) -> None:
    print_line(HOSTILE)
    table = Table("NAME", "ID")
    table.add(HOSTILE, "1")
    table.finish()
    print_json({"name": HOSTILE})
    captured = capsys.readouterr()
    assert [each for each in acts(captured.out) if each != "\n"] == []
    assert captured.out.count("\n") == 4


@given(st.lists(st.tuples(ANY_TEXT, ANY_TEXT), max_size=5))
def test_columns_are_aligned_whatever_is_in_them(rows: list[tuple[str, str]]) -> None:
    import contextlib
    import io

    stream = io.StringIO()
    with contextlib.redirect_stdout(stream):
        table = Table("FIRST", "SECOND", "END")
        for first, second in rows:
            table.add(first, second, "|")
        table.finish()
    lines = stream.getvalue().split("\n")[:-1]
    ends = {width(line.removesuffix("END").removesuffix("|")) for line in lines}
    assert len(lines) == len(rows) + 1
    assert len(ends) == 1


@given(ANY_TEXT, st.integers(1, 20))
def test_a_text_fits(text: str, cells: int) -> None:
    assert width(fit(text, cells)) <= max(cells, 1)


def test_a_long_table_prints_as_it_comes(capsys: pytest.CaptureFixture[str]) -> None:
    table = Table("NAME")
    for number in range(1000):
        table.add(number)
    assert capsys.readouterr().out.count("\n") > 900
    table.finish()


def test_sorts_by_name() -> None:
    assert parse_sort(None) is None
    assert parse_sort("name") == Sort(SortField.NAME, descending=False)
    assert parse_sort("-updated_at") == Sort(SortField.UPDATED_AT, descending=True)
    with pytest.raises(UsageError, match="salary"):
        parse_sort("salary")


def test_since_an_age_or_a_date() -> None:
    assert parse_since("7d", NOW) == datetime(2026, 11, 16, 18, 36, 2, tzinfo=UTC)
    assert parse_since("2026-01-31", NOW) == datetime(2026, 1, 31, tzinfo=UTC)
    assert parse_since("2026-01-31T10:00:00+02:00", NOW) == datetime(2026, 1, 31, 8, tzinfo=UTC)
    for text in ("soon", "", "2026-13-01", "-1d"):
        with pytest.raises(UsageError):
            parse_since(text, NOW)


def test_the_first_code_that_occurred_counts() -> None:
    order = [1, 2, 5, 6, 7, 4, 3, 0]
    for place, code in enumerate(order):
        assert worst(ExitCode(each) for each in reversed(order[place:])) == code
    assert worst([]) == ExitCode.OK


@pytest.mark.parametrize(
    ("outcome", "error", "code"),
    [
        (Outcome.CREATED, None, 0),
        (Outcome.UPDATED, None, 0),
        (Outcome.UNCHANGED, None, 0),
        (Outcome.PLANNED, None, 0),
        (Outcome.CANCELLED, "cancelled", 0),
        (Outcome.REFUSED, "no_rule_matched", 3),
        (Outcome.REFUSED, "access_denied", 5),
        (Outcome.NOT_FOUND, "job_not_found", 4),
        (Outcome.FAILED, "unreachable", 6),
        (Outcome.FAILED, "storage", 2),
        (Outcome.FAILED, "fault", 1),
        (Outcome.FAILED, "config", 2),
        (Outcome.FAILED, "not_read_back", 6),
        (Outcome.UNKNOWN, "unknown", 6),
        (Outcome.BUSY, "busy", 7),
        (Outcome.STALE, "stale_plan", 7),
    ],
)
def test_each_outcome_has_its_exit_code(outcome: Outcome, error: str | None, code: int) -> None:
    head = JobHead("7", "Nurse", None, JobStatus.OPEN, None, None)
    failure = None if error is None else Failure(error, "words")
    assert of_result(SyncResult(integration="kombo", job=head, eligibility=None, outcome=outcome, error=failure)) == code


def test_every_outcome_has_an_exit_code() -> None:
    head = JobHead("7", "Nurse", None, JobStatus.OPEN, None, None)
    for outcome in Outcome:
        of_result(SyncResult(integration="kombo", job=head, eligibility=None, outcome=outcome))
