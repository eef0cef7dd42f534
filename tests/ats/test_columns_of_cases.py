"""`jobsync columns` on exports as people have them: what it prints makes each read right, and says the same when it is asked again."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest

from jobsync_tui.backend.ats.file.survey import survey
from jobsync_tui.backend.core.errors import ConfigError, JobsyncError
from jobsync_tui.backend.core.models import ExportOptions
from jobsync_tui.testing.stage import jobs_in
from tests.ats.test_file import export, listed, write

NESTED = {
    "id": "1", "title": "Nurse", "location": {"city": "Berlin", "country": "DE"}, "department": {"id": 4, "name": "ICU"},
    "custom_fields": {"Shift": "Night"}, "tags": ["a", "b"], "remote": True,
}  # fmt: skip
GREENHOUSE = {"jobs": [{"id": 1, "title": "Nurse", "location": {"name": "Berlin"}, "absolute_url": "https://x.example/1"}]}
LEVER = [{"id": "a-1", "text": "Nurse", "categories": {"location": "Berlin", "department": "ICU"}, "hostedUrl": "https://x.example/1"}]

ITSELF = ExportOptions()
CASES: dict[str, tuple[str, str | bytes, ExportOptions, list[dict[str, object]]]] = {
    "cp1252": (
        "jobs.csv",
        "Job ID,Job Title,City\n1,Café manager \u2013 €15,Zürich\n".encode("cp1252"),
        ITSELF,
        [{"id": "1", "name": "Café manager \u2013 €15", "location": "Zürich"}],
    ),
    "sep_line": ("jobs.csv", "sep=;\r\nJob ID;Job Title\r\n1;Nurse\r\n", ITSELF, [{"id": "1", "name": "Nurse"}]),
    "title_rows": (
        "jobs.csv",
        "Acme - Open Jobs\nGenerated 2026-11-30\n\nJob ID,Job Title,Status\n1,Nurse,Open\nTotal,1,\n",
        ExportOptions(header_row=4),
        [{"id": "1", "name": "Nurse", "status": "open"}],
    ),
    "no_id_column": (
        "jobs.csv",
        "Reference,Position\n1,Nurse\n",
        ExportOptions(columns={"name": "Position"}),
        [{"id": "1", "name": "Nurse"}],
    ),
    "excel_ids": (
        "jobs.csv",
        'Job ID,Job Title\n1.23457E+11,Nurse\n"=""00123""",Driver\n\'00456,Cook\n',
        ITSELF,
        [{"id": "00123", "name": "Driver"}, {"id": "00456", "name": "Cook"}],
    ),
    "dates": (
        "jobs.csv",
        "Job ID,Job Title,Updated At\n1,A,11/30/2026\n2,B,30.11.2026 14:05\n3,C,2026-11-30T14:05:00.1234567Z\n",
        ITSELF,
        [{"updated_at": "2026-11-30 00:00"}, {"updated_at": "2026-11-30 14:05"}, {"updated_at": "2026-11-30 14:05"}],
    ),
    "dates of two readings": (
        "jobs.csv",
        "Job ID,Job Title,Updated At\n1,A,03/04/2026\n",
        ExportOptions(dates=("%d/%m/%Y",)),
        [{"updated_at": "2026-04-03 00:00"}],
    ),
    "statuses": (
        "jobs.csv",
        "Job ID,Job Title,Status\n1,A,Live\n2,B,Closed - Filled\n3,C,Hold\n4,D,Offen\n",
        ITSELF,
        [{"status": "open"}, {"status": "closed"}, {"status": "on_hold"}, {"status": "unknown"}],
    ),
    "spaces": ("jobs.csv", " Job ID , Job Title , Status \n 1 , Nurse , Open \n", ITSELF, [{"name": "Nurse", "status": "open"}]),
    "nested": ("jobs.json", json.dumps([NESTED]), ITSELF, [{"department": "ICU", "location": "Berlin, DE", "Shift": "Night"}]),
    "enveloped": (
        "jobs.json",
        json.dumps({"tags": [{"id": 1}], "data": {"results": [{"id": 2, "title": "Nurse"}]}}),
        ExportOptions(records="data.results"),
        [{"id": "2", "name": "Nurse"}],
    ),
    "a page of many": (
        "jobs.json",
        json.dumps({"total": 9, "jobs": [{"id": 1, "title": "Nurse"}]}),
        ExportOptions(records="jobs"),
        [{"id": "1"}],
    ),
    "one job": ("jobs.json", '{"id": 1, "title": "Nurse", "tags": []}', ITSELF, [{"id": "1", "name": "Nurse"}]),
    "one_bad_line": (
        "jobs.jsonl",
        '{"id":1,"title":"Nurse"}\n{"id":2,"title":"Dri\n{"id":3,"title":"Cook"}\n',
        ITSELF,
        [{"name": "Nurse"}, {"name": "Cook"}],
    ),
    "half a character": ("jobs.jsonl", '{"id":1,"title":"\\ud800"}\n{"id":2,"title":"Cook"}\n', ITSELF, [{"name": "Cook"}]),
    "duplicate_heading": (
        "jobs.csv",
        "Job ID,Job Title,Location,Location\n1,Nurse,Berlin,Germany\n",
        ITSELF,
        [{"Location": "Berlin", "Location (2)": "Germany"}],
    ),
    "ragged": ("jobs.csv", "Job ID,Job Title,Status\n1,Nurse\n2,Driver,Open,extra\n3,Cook,Open\n", ITSELF, [{"id": "1"}, {"id": "3"}]),
    "two ids": ("jobs.csv", "ID,Job ID,Title,Job Title\n7,1,Dr,Nurse\n", ITSELF, [{"id": "1", "name": "Nurse"}]),
    "greenhouse's board": (
        "jobs.json",
        json.dumps(GREENHOUSE),
        ITSELF,
        [{"name": "Nurse", "location": "Berlin", "url": "https://x.example/1"}],
    ),
    "lever's board": (
        "jobs.json",
        json.dumps(LEVER),
        ITSELF,
        [{"name": "Nurse", "location": "Berlin", "department": "ICU", "url": "https://x.example/1"}],
    ),
    "repeated header": (
        "jobs.csv",
        "Job ID,Job Title\n1,Nurse\nJob ID,Job Title\n2,Cook\n",
        ITSELF,
        [{"name": "Nurse"}, {"name": "Cook"}],
    ),
    "words for nothing": ("jobs.csv", "Job ID,Job Title,Dept\n1,Nurse,#N/A\n2,Cook,-\n", ITSELF, [{"department": None}, {"id": "2"}]),
    "serial dates": (
        "jobs.csv",
        "Job ID,Job Title,Created At\n1,A,46356\n2,B,2026\n",
        ITSELF,
        [{"created_at": "2026-11-30 00:00"}, {"created_at": None}],
    ),
    "an encoding that is said": (
        "jobs.csv",
        "Job ID,Job Title\n1,Łódź\n".encode("cp1250"),
        ExportOptions(encoding="cp1250"),
        [{"name": "Łódź"}],
    ),
}
"""Name of the file, its content, what is said of it on the command line, and what the jobs in it are."""


@pytest.mark.parametrize("case", CASES)
async def test_what_is_printed_reads_right(tmp_path: Path, case: str) -> None:
    name, content, said, wanted = CASES[case]
    path = tmp_path / name
    write(path, content)
    found = survey(path, said)
    table = tomllib.loads("\n".join(found.tables))
    jobs = jobs_in(await listed(export(path, table.pop("columns"), **table)))
    assert len(jobs) == found.jobs == len(wanted)
    for job, expected in zip(jobs, wanted, strict=True):
        values = {
            **job.custom,
            "id": job.id,
            "name": (job.name or "").strip(),
            "department": job.department,
            "url": job.url,
            "status": str(job.status),
            "location": job.location and job.location.text,
            "created_at": job.created_at and f"{job.created_at:%Y-%m-%d %H:%M}",
            "updated_at": job.updated_at and f"{job.updated_at:%Y-%m-%d %H:%M}",
        }
        assert {name: values[name] for name in expected} == expected


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (ExportOptions(encoding="klingon"), "not an encoding"),
        (ExportOptions(dates=("DD",)), "not a format of dates"),
        (ExportOptions(columns={"nmae": "Job Title"}), "nmae"),
        (ExportOptions(header_row=40), "no line 40"),
    ],
)
def test_an_option_that_is_wrong_is_said_as_of_a_configuration(tmp_path: Path, said: ExportOptions, words: str) -> None:
    write(tmp_path / "jobs.csv", "Job ID,Job Title\n1,Nurse\n")
    with pytest.raises(JobsyncError) as refused:
        survey(tmp_path / "jobs.csv", said)
    assert words in refused.value.message
    assert not isinstance(refused.value, ConfigError) or refused.value.exit_code == 2


def test_of_a_pattern_the_newest_whole_file_is_shown(tmp_path: Path) -> None:
    write(tmp_path / "jobs-1.csv", "Job ID,Job Title\n1,Nurse\n")
    assert survey(tmp_path / "jobs-*.csv").file == "jobs-1.csv"
