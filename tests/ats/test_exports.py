"""Exports as people have them: reduced from public reports of what spreadsheets, reports and scripts write."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from jobsync_tui.backend.ats.base import Listing
from jobsync_tui.backend.core.errors import ConfigError, JobsyncError, UnexpectedAnswer
from jobsync_tui.backend.core.left_out import tallied
from jobsync_tui.backend.core.models import Job, JobStatus, LeftOut, Location, RejectedRow
from tests.ats.test_file import export, write


class Read:
    """What an export comes to."""

    def __init__(self, jobs: list[Job], aside: list[RejectedRow], notes: str, left_out: tuple[LeftOut, ...]) -> None:
        self.jobs = jobs
        self.aside = [row.reason for row in aside]
        self.notes = notes
        self.left_out = {each.field: each for each in left_out}


async def read(path: Path, content: str | bytes, **options: object) -> Read:
    write(path, content)
    with tallied() as tally:
        pages = [page async for page in export(path, None, **options).pages(Listing())]
    jobs = [job for page in pages for job in page.jobs]
    return Read(jobs, [row for page in pages for row in page.rejected], "\n".join(pages[-1].notes), tally.counts())


async def error(path: Path, content: str | bytes, **options: object) -> JobsyncError:
    with pytest.raises(JobsyncError) as caught:
        await read(path, content, **options)
    return caught.value


def day(year: int, month: int, number: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(year, month, number, hour, minute, tzinfo=UTC)


async def test_windows_1252_is_read_and_said(tmp_path: Path) -> None:
    content = "Job ID,Job Title,City\n1,Caf\u00e9 manager \u2013 \u20ac15,Z\u00fcrich\n".encode("cp1252")
    found = await read(tmp_path / "jobs.csv", content)
    assert (found.jobs[0].name, found.jobs[0].location) == ("Caf\u00e9 manager \u2013 \u20ac15", Location("Z\u00fcrich", "Z\u00fcrich"))
    assert "Windows-1252" in found.notes
    said = await read(tmp_path / "jobs.csv", content, encoding="cp1250")
    assert "Windows-1252" not in said.notes
    with pytest.raises(ConfigError, match="not an encoding"):
        export(tmp_path / "jobs.csv", encoding="klingon")


async def test_excels_line_names_the_separator(tmp_path: Path) -> None:
    found = await read(tmp_path / "jobs.csv", "sep=;\r\nJob ID;Job Title\r\n1;Nurse, night\r\n")
    assert [(job.id, job.name) for job in found.jobs] == [("1", "Nurse, night")]


TITLES = "Acme Staffing - Open Jobs Report\nGenerated 2026-11-30\n\nJob ID,Job Title,Status\n1,Nurse,Open\nTotal,1,\n"


@pytest.mark.parametrize("options", [{}, {"header_row": 4}])
async def test_headings_below_a_title_and_totals_below_the_jobs(tmp_path: Path, options: dict[str, object]) -> None:
    found = await read(tmp_path / "jobs.csv", TITLES, **options)
    assert [(job.id, job.name, job.status) for job in found.jobs] == [("1", "Nurse", JobStatus.OPEN)]
    assert found.notes.count("Total") == 1
    assert not found.aside


async def test_a_heading_row_that_is_none_is_an_error(tmp_path: Path) -> None:
    assert "no line 40" in (await error(tmp_path / "jobs.csv", TITLES, header_row=40)).message


async def test_without_an_id_column_there_is_one_error(tmp_path: Path) -> None:
    for name, content in (("a.csv", "Reference,Position\n1,Nurse\n"), ("a.json", '[{"Reference": 1, "Position": "Nurse"}]')):
        found = await error(tmp_path / name, content)
        assert (found.exit_code, "Reference, Position" in found.message, "columns" in (found.remedy or "")) == (2, True, True)


async def test_ids_that_excel_has_wrapped_or_rounded(tmp_path: Path) -> None:
    found = await read(tmp_path / "jobs.csv", 'Job ID,Job Title\n1.23457E+11,Nurse\n"=""00123""",Driver\n\'00456,Cook\n')
    assert [job.id for job in found.jobs] == ["00123", "00456"]
    assert len(found.aside) == 1
    assert "line 2: Excel has rounded its id" in found.aside[0]


DATES = (
    "Job ID,Job Title,Updated At,Created At\n1,A,11/30/2026,2026-11-30\n2,B,30.11.2026 14:05,2026-11-01\n"
    "3,C,2026-11-30T14:05:00.1234567Z,Nov 30 2026\n4,D,,n/a\n5,E,0000-00-00,2026-02-30\n"
)


async def test_a_date_that_cannot_be_read_costs_no_job(tmp_path: Path) -> None:
    found = await read(tmp_path / "jobs.csv", DATES)
    assert [job.updated_at for job in found.jobs] == [None, None, datetime(2026, 11, 30, 14, 5, 0, 123000, UTC), None, None]
    left = found.left_out["updated_at"]
    assert (left.count, left.example) == (2, "'11/30/2026', line 2")
    assert 'updated_at: set dates = ["%m/%d/%Y", "%d.%m.%Y %H:%M"]' in found.notes
    assert found.left_out["created_at"].count == 2
    dates = ["%m/%d/%Y", "%d.%m.%Y %H:%M"]
    told = await read(tmp_path / "jobs.csv", DATES, dates=dates)
    assert [job.updated_at for job in told.jobs[:2]] == [day(2026, 11, 30), day(2026, 11, 30, 14, 5)]
    assert "updated_at" not in told.left_out


async def test_dates_that_fit_two_formats_are_not_decided(tmp_path: Path) -> None:
    found = await read(tmp_path / "jobs.csv", "id,updated_at\n1,03/04/2026\n2,05/06/2026\n")
    assert [job.updated_at for job in found.jobs] == [None, None]
    assert 'fit "%m/%d/%Y" and "%d/%m/%Y"' in found.notes
    with pytest.raises(ConfigError, match="not a format of dates"):
        export(tmp_path / "jobs.csv", dates=["MM/DD"])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-30 14:05 UTC", day(2026, 11, 30, 14, 5)),
        ("2026-11-30T14:05:00 +0100", day(2026, 11, 30, 13, 5)),
        ("2026-11-30t14:05:00z", day(2026, 11, 30, 14, 5)),
        ("2026-11-30T24:00:00Z", day(2026, 12, 1)),
        ("2026-W49-1", day(2026, 11, 30)),
        ("2026-334", day(2026, 11, 30)),
        ("2026/11/30", day(2026, 11, 30)),
        ("2026-11-30T15:05:00+01:00[Europe/Berlin]", day(2026, 11, 30, 14, 5)),
        ("20261130T140500Z", day(2026, 11, 30, 14, 5)),
        ("20261130140500", day(2026, 11, 30, 14, 5)),
        ("1796047500", day(2026, 11, 30, 14, 5)),
        ("1796047500000", day(2026, 11, 30, 14, 5)),
        ("1796047500000000", day(2026, 11, 30, 14, 5)),
        ("46356.5", day(2026, 11, 30, 12)),
        ("0001-01-01T00:00:00Z", None),
        ("0", None),
        ("#N/A", None),
        ("NULL", None),
    ],
)
async def test_dates_without_a_format(tmp_path: Path, text: str, expected: datetime | None) -> None:
    found = await read(tmp_path / "jobs.csv", f'id,updated_at\n1,"{text}"\n')
    assert found.jobs[0].updated_at == expected
    assert not found.left_out


async def test_day_numbers_and_bare_years(tmp_path: Path) -> None:
    content = "Job ID,Updated At,Created At\n1,46355,2026\n2,2026-11-29,2026-11-29\n3,20261129140500,2026-11-29\n"
    found = await read(tmp_path / "jobs.csv", content)
    assert [job.updated_at for job in found.jobs] == [day(2026, 11, 29), day(2026, 11, 29), day(2026, 11, 29, 14, 5)]
    assert found.left_out["created_at"].example == "'2026', line 2"


async def test_nested_json(tmp_path: Path) -> None:
    row = {
        "id": "1", "title": "Nurse", "location": {"city": "Berlin", "country": "DE"}, "department": {"id": 4, "name": "ICU"},
        "custom_fields": {"Shift": "Night"}, "tags": ["a", {"label": "b"}], "remote": True, "status": {"label": "Live"},
    }  # fmt: skip
    (job,) = (await read(tmp_path / "jobs.json", json.dumps([row]))).jobs
    assert (job.department, dict(job.custom), job.tags, job.remote) == ("ICU", {"Shift": "Night"}, ("a", "b"), True)
    assert (job.location, job.status) == (Location("Berlin, DE", "Berlin", None, "DE"), JobStatus.OPEN)


ONE = {"id": 1, "title": "Nurse"}


@pytest.mark.parametrize(
    ("document", "options", "ids"),
    [
        ({"meta": {"total": 1}, "data": {"results": [ONE]}}, {}, ["1"]),
        ({"errors": [], "jobs": [ONE, {"id": 2, "title": "Cook"}]}, {}, ["1", "2"]),
        ({"id": 1, "title": "Nurse", "tags": ["a", "b"]}, {}, ["1"]),
        ({"jobs": [ONE], "users": [{"id": 7}]}, {}, ["1"]),
        ({"jobs": [ONE], "old": [{"id": 7, "title": "x"}]}, {"records": "old"}, ["7"]),
        ({"jobs": []}, {}, []),
    ],
)
async def test_envelopes(tmp_path: Path, document: object, options: dict[str, object], ids: list[str]) -> None:
    assert [job.id for job in (await read(tmp_path / "jobs.json", json.dumps(document), **options)).jobs] == ids


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ({"jobs": [ONE], "old": [{"id": 7, "title": "x"}]}, "several lists in it could be the jobs: jobs, old"),
        ({"total": 250, "page": 1, "results": [ONE]}, "it is one page: results has 1 jobs of 250"),
        ({"next": "https://x/2", "results": [ONE]}, "it is one page"),
        ({"data": {"results": [ONE]}, "meta": {"total": 3}}, "it is one page"),
        ({"tags": ["a", "b"]}, "no list of jobs"),
        (None, "no list of jobs"),
    ],
)
async def test_envelopes_that_do_not_say_which_are_the_jobs(tmp_path: Path, document: object, words: str) -> None:
    found = await error(tmp_path / "jobs.json", json.dumps(document))
    assert (found.exit_code, words in found.message) == (6, True)


async def test_a_list_that_is_not_there_is_named(tmp_path: Path) -> None:
    found = await error(tmp_path / "jobs.json", json.dumps({"jobs": [ONE]}), records="data.jobs")
    assert ("no list data.jobs" in found.message, found.remedy) == (True, "Mend `records`; its lists: jobs.")


@pytest.mark.parametrize(
    ("bad", "words"),
    [('{"id":2,"title":"Dri', "line 2: it is not JSON"), ('{"id":2,"title":"Nurse \\ud83d"}', "line 2: it has half a character")],
)
async def test_a_bad_line_of_json_lines_is_set_aside(tmp_path: Path, bad: str, words: str) -> None:
    found = await read(tmp_path / "jobs.jsonl", f'{{"id":1,"title":"Nurse \\ud83d\\ude00"}}\n{bad}\n{{"id":3,"title":"Cook"}}\n')
    assert [job.id for job in found.jobs] == ["1", "3"]
    assert [reason.startswith(words) for reason in found.aside] == [True]


async def test_headings_of_one_name(tmp_path: Path) -> None:
    content = "Job ID,Job Title,Location,Location\n1,Nurse,Berlin,Germany\n"
    found = await read(tmp_path / "jobs.csv", content)
    assert dict(found.jobs[0].custom) == {"Location": "Berlin", "Location (2)": "Germany"}
    assert "2 columns are named Location" in found.notes
    told = await read(tmp_path / "jobs.csv", content, columns={"location": "Location (2)"})
    assert told.jobs[0].location == Location("Germany", "Germany")


async def test_ragged_rows(tmp_path: Path) -> None:
    found = await read(tmp_path / "jobs.csv", "Job ID,Job Title,Status\n1,Nurse\n2,Driver,Open,extra,extra2\n3,Cook,Open\n")
    assert [(job.id, job.ats_status) for job in found.jobs] == [("1", None), ("3", "Open")]
    assert found.aside == ["line 3: it has 5 values for 3 columns"]


async def test_json_with_comments_is_said_by_its_place(tmp_path: Path) -> None:
    assert "comments, the first on line 1" in (await error(tmp_path / "jobs.json", '// export\n[{"id":1}]')).message
    assert "comments, the first on line 2" in (await error(tmp_path / "jobs.json", '[{"id":1},\n/* old */ {"id":2}]')).message


async def test_the_more_specific_heading_wins_and_is_said(tmp_path: Path) -> None:
    found = await read(tmp_path / "jobs.csv", "JobID,JobTitle\n1,Nurse\n")
    assert [(job.id, job.name) for job in found.jobs] == [("1", "Nurse")]
    found = await read(tmp_path / "jobs.csv", "Name,ID,Job ID,Job Title\nAlice,9,1,Nurse\n")
    assert [(job.id, job.name, dict(job.custom)) for job in found.jobs] == [("1", "Nurse", {"Name": "Alice", "ID": "9"})]
    assert "Columns: id from Job ID, name from Job Title; custom fields: Name, ID" in found.notes
    ordinary = "Job ID,Job Title,Job Status,State,Job URL,Date Opened\n1,Nurse,Live,TX,https://x/1,08/17/2026\n"
    found = await read(tmp_path / "jobs.csv", ordinary)
    assert (found.jobs[0].status, found.jobs[0].location, found.jobs[0].url) == (JobStatus.OPEN, Location("TX", None, "TX"), "https://x/1")
    assert 'created_at: set dates = ["%m/%d/%Y"]' in found.notes


BOARDS = {
    "greenhouse": (
        {"jobs": [{
            "absolute_url": "https://x/1", "location": {"name": "Berlin, Germany"},
            "metadata": [{"name": "Shift", "value": "Night"}], "id": 1,
            "title": "Nurse", "departments": [{"id": 5, "name": "ICU"}], "requisition_id": "R1", "internal_job_id": 11,
        }], "meta": {"total": 1}},
        ("1", "Nurse", "Berlin", "ICU", "https://x/1"),
    ),
    "lever": (
        [{"id": "a", "text": "Nurse", "categories": {"commitment": "Full-time", "department": "ICU", "location": "Berlin"},
          "hostedUrl": "https://x/1", "workplaceType": "remote"}],
        ("a", "Nurse", "Berlin", "ICU", "https://x/1"),
    ),
    "ashby": (
        {"apiVersion": "1", "jobs": [{"id": "a", "title": "Nurse", "location": "Berlin", "department": "ICU", "jobUrl": "https://x/1"}]},
        ("a", "Nurse", "Berlin", "ICU", "https://x/1"),
    ),
    "smartrecruiters": (
        {"offset": 0, "limit": 100, "totalFound": 1, "content": [{
            "id": "7", "name": "Nurse", "location": {"city": "Berlin", "country": "de"}, "department": {"id": "1", "label": "ICU"},
            "typeOfEmployment": {"label": "Full-time"}, "customField": [{"fieldLabel": "Shift", "valueLabel": "Night"}]}]},
        ("7", "Nurse", "Berlin", "ICU", None),
    ),
    "workable": (
        {"name": "Acme", "description": None, "jobs": [{
            "title": "Nurse", "shortcode": "AB1", "code": "", "city": "Berlin", "department": "ICU", "url": "https://x/1"}]},
        ("AB1", "Nurse", "Berlin", "ICU", "https://x/1"),
    ),
    "recruitee": (
        {"offers": [{"id": 3, "title": "Nurse", "city": "Berlin", "department": "ICU", "careers_url": "https://x/1", "slug": "nurse"}]},
        ("3", "Nurse", "Berlin", "ICU", "https://x/1"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("board", BOARDS)
async def test_public_job_boards(tmp_path: Path, board: str) -> None:
    document, expected = BOARDS[board]
    (job,) = (await read(tmp_path / "jobs.json", json.dumps(document))).jobs
    assert (job.id, job.name, job.location.city if job.location else None, job.department, job.url) == expected


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"<html><body><table><tr><th>Job ID</th></tr></table></body></html>", "a web page, not an export"),
        (b"<!DOCTYPE html>\n<form>log in</form>", "a web page, not an export"),
        (b'<?xml version="1.0"?><jobs/>', "XML, not an export"),
        (b"null", "no list of jobs"),
        ("Job ID,Job Title\n1,Nurse\n".encode("utf-16-le"), "UTF-16 without its mark"),
        (b"\x1f\x8b\x08\x00abc", "compressed"),
        (b"%PDF-1.7", "a PDF"),
        (b",".join(b"c%d" % number for number in range(6000)), "6,000 columns"),
    ],
)
async def test_what_is_no_export(tmp_path: Path, content: bytes, words: str) -> None:
    found = await error(tmp_path / "jobs.xls", content)
    assert (found.exit_code, words in found.message) == (6, True), found.message


async def test_repeated_headings_and_ids_with_marks_in_them(tmp_path: Path) -> None:
    content = "Job ID,Job Title,Status\n1,Nurse,Open\nJob ID,Job Title,Status\n\ufeff2\x07,Cook,Open\n"
    found = await read(tmp_path / "jobs.csv", content)
    assert [(job.id, job.name) for job in found.jobs] == [("1", "Nurse"), ("2", "Cook")]
    assert not found.aside


async def test_excels_error_words_are_missing_and_words_for_nothing_are_named_once(tmp_path: Path) -> None:
    content = "Job ID,Job Title,Department,Shift\n1,Nurse,N/A,null\n2,Cook,N/A,#REF!\n3,Clerk,#N/A,Day\n"
    found = await read(tmp_path / "jobs.csv", content)
    assert [(job.department, dict(job.custom)) for job in found.jobs] == [("N/A", {"Shift": "null"}), ("N/A", {}), (None, {"Shift": "Day"})]
    assert (found.notes.count("'N/A'"), found.notes.count("'null'")) == (1, 1)


async def test_nothing_usable_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "jobs.csv"
    found = await error(path, "Job ID,Job Title\n,Nurse\n,Cook\n")
    assert (found.exit_code, "line 2: it has no id" in found.message) == (6, True)
    with pytest.raises(UnexpectedAnswer, match="No row"):
        await export(path).test()


async def test_a_pattern_is_the_newest_file_that_is_whole(tmp_path: Path) -> None:
    import os

    for age, (name, content) in enumerate({"jobs-3.csv": '"', "jobs-2.csv": "id\n2\n", "jobs-1.csv": "id\n1\n"}.items()):
        (tmp_path / name).write_text(content)
        os.utime(tmp_path / name, (10**9 - age, 10**9 - age))
    pages = [page async for page in export(tmp_path / "jobs-*.csv").pages(Listing())]
    assert [job.id for page in pages for job in page.jobs] == ["2"]
    notes = "\n".join(pages[-1].notes)
    assert "Read from jobs-2.csv, the newest of 3 files" in notes
    assert "jobs-3.csv cannot be read" in notes
    with pytest.raises(JobsyncError, match="no file that fits"):
        await export(tmp_path / "none-*.csv").test()


async def test_a_link_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "out.csv").write_text("id\n1\n")
    (tmp_path / "in" / "jobs.csv").symlink_to(tmp_path / "out.csv")
    with pytest.raises(UnexpectedAnswer, match="out of its folder"):
        await export(tmp_path / "in" / "jobs.csv").test()
