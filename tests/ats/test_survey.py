"""What `jobsync columns` proposes: tables with which a new export reads right, and tables in any dialect read back as they were."""

from __future__ import annotations

import csv
import io
import tomllib
import zipfile
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobsync_tui.backend.ats.file import workbook
from jobsync_tui.backend.ats.file.options import FileOptions
from jobsync_tui.backend.ats.file.reading import Reading
from jobsync_tui.backend.ats.file.survey import survey
from jobsync_tui.backend.core.errors import ConfigError, UnexpectedAnswer
from jobsync_tui.backend.core.models import ExportOptions, Job, JobStatus
from jobsync_tui.testing.stage import jobs_in
from tests.ats.test_file import export, listed, write

ORDINARY = (
    "Job ID,Job Title,Job Status,City,Date Opened,Shift\n1,Caf\u00e9,Live,Berlin,08/17/2026,Night\n2,Cook,Offen,Bonn,08/18/2026,\n"
).encode("cp1252")


async def test_the_tables_that_are_proposed_read_the_file_right(tmp_path: Path) -> None:
    path = tmp_path / "jobs.csv"
    write(path, ORDINARY)
    found = survey(path)
    assert [(each.column, each.field, each.samples) for each in found.columns] == [
        ("Job ID", "id", ("1", "2")),
        ("Job Title", "name", ("Caf\u00e9", "Cook")),
        ("Job Status", "status", ("Live", "Offen")),
        ("City", "location.city", ("Berlin", "Bonn")),
        ("Date Opened", "created_at", ("08/17/2026", "08/18/2026")),
        ("Shift", "custom.Shift", ("Night",)),
    ]
    assert [(each.word, each.status, each.count) for each in found.statuses] == [
        ("Live", JobStatus.OPEN, 1),
        ("Offen", JobStatus.UNKNOWN, 1),
    ]
    assert found.left_out[0].field == "created_at"
    pasted = tomllib.loads("\n".join(found.tables))
    assert (pasted["dates"], pasted["encoding"], pasted["statuses"]) == (["%m/%d/%Y"], "cp1252", {"Offen": "unknown"})
    first, _ = jobs_in(await listed(export(path, pasted["columns"], dates=pasted["dates"], encoding=pasted["encoding"])))
    assert (first.name, first.created_at, dict(first.custom)) == ("Caf\u00e9", datetime(2026, 8, 17, tzinfo=UTC), {"Shift": "Night"})


def test_without_an_id_column_one_that_could_be_it_is_proposed(tmp_path: Path) -> None:
    write(tmp_path / "a.csv", "Position,Reference\nNurse,1\nNurse,2\n")
    found = survey(tmp_path / "a.csv")
    assert tomllib.loads(found.tables[0])["columns"] == {"id": "Reference", "name": "Position"}
    assert "Reference differs in every row" in found.notes[0]
    write(tmp_path / "b.csv", "Position,Reference\nNurse,1\nNurse,1\n")
    with pytest.raises(ConfigError, match="no column that is known as the ATS job id"):
        survey(tmp_path / "b.csv")


def test_headings_in_another_language_below_titles_are_found(tmp_path: Path) -> None:
    book(
        tmp_path / "a.xlsx",
        {"Liste": [["Offene Stellen", "", ""], ["Stand: 30.11."], [], ["Ref.-Nr.", "Bezeichnung", "Ort"], ["K-1", "Koch", "K\u00f6ln"]]},
    )
    found = survey(tmp_path / "a.xlsx")
    assert ([each.column for each in found.columns], found.jobs) == (["Ref.-Nr.", "Bezeichnung", "Ort"], 1)
    assert "--column name=COLUMN" in found.notes[-1]
    named = survey(tmp_path / "a.xlsx", ExportOptions({"id": "Ref.-Nr.", "name": "Bezeichnung"}))
    assert not any("--column name" in each for each in named.notes)


def test_what_no_row_of_is_a_job_is_told_by_its_rows(tmp_path: Path) -> None:
    write(tmp_path / "a.csv", "Job ID,Job Title\n,Nurse\n")
    assert survey(tmp_path / "a.csv").set_aside == ("line 2: it has no id",)
    write(tmp_path / "b.csv", "<html>")
    with pytest.raises(UnexpectedAnswer, match="web page"):
        survey(tmp_path / "b.csv")


FORMATS = ("%m/%d/%Y", "%d.%m.%Y", "%d/%m/%Y %H:%M", "%d %b %Y", "%Y-%m-%dT%H:%M:%SZ")
DAYS = st.integers(0, 30_000).map(lambda days: datetime(1990, 1, 1, tzinfo=UTC) + timedelta(days=days))
NAMES = st.text("abzÄéß,;|\t'\"() 1", min_size=1, max_size=12).map(lambda text: f"a{text}z")


@settings(max_examples=60, deadline=None)
@given(
    rows=st.lists(st.tuples(NAMES, NAMES, DAYS), min_size=1, max_size=8),
    separator=st.sampled_from(",;\t|^"),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252", "utf-16-le"]),
    form=st.sampled_from(FORMATS),
    end=st.sampled_from(["\n", "\r\n"]),
    titles=st.integers(0, 3),
)
def test_any_table_in_any_dialect_reads_back_as_it_was(
    tmp_path_factory: pytest.TempPathFactory,
    *,
    rows: list[tuple[str, str, datetime]],
    separator: str,
    encoding: str,
    form: str,
    end: str,
    titles: int,
) -> None:
    out = io.StringIO(newline="")
    out.write(f"Open jobs{end}" * titles)
    writer = csv.writer(out, delimiter=separator, lineterminator=end)
    writer.writerow(["Job ID", "Job Title", "Dept", "Date Opened", "Dienst"])
    writer.writerows([f"J{number}", name, dept, day.strftime(form), name] for number, (name, dept, day) in enumerate(rows))
    path = tmp_path_factory.getbasetemp() / "dialects.csv"
    path.write_bytes(out.getvalue().encode(encoding))
    options = FileOptions(path, dates=(form,), encoding=encoding if encoding == "utf-16-le" else None)
    found = [each for each in Reading(path, options, "acme").results() if isinstance(each, Job)]
    assert [(job.name, job.department, job.created_at, dict(job.custom)) for job in found] == [
        (name, dept, day, {"Dienst": name}) for name, dept, day in rows
    ]


def book(path: Path, sheets: dict[str, Sequence[Sequence[object]]], padding: int = 0) -> None:
    """Write a workbook of texts and numbers."""
    pytest.importorskip("python_calamine")
    main, office = (
        "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
        "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    )
    package = "http://schemas.openxmlformats.org/package/2006"
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    start = f'<Relationship Id="r" Type="{office}/officeDocument" Target="xl/workbook.xml"/>'
    parts = {"_rels/.rels": f'<Relationships xmlns="{package}/relationships">{start}</Relationships>'}
    types, names, targets = "", "", ""
    for number, (name, rows) in enumerate(sheets.items(), 1):
        lines = "".join(
            f'<row r="{line}">' + "".join(_cell(f"{chr(65 + column)}{line}", value) for column, value in enumerate(row)) + "</row>"
            for line, row in enumerate(rows, 1)
        )
        parts[f"xl/worksheets/s{number}.xml"] = f'<worksheet xmlns="{main}"><sheetData>{lines}</sheetData></worksheet>' + " " * padding
        types += f'<Override PartName="/xl/worksheets/s{number}.xml" ContentType="{kind}.worksheet+xml"/>'
        names += f'<sheet name="{name}" sheetId="{number}" r:id="s{number}"/>'
        targets += f'<Relationship Id="s{number}" Type="{office}/worksheet" Target="worksheets/s{number}.xml"/>'
    parts["xl/workbook.xml"] = f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets>{names}</sheets></workbook>'
    parts["xl/_rels/workbook.xml.rels"] = f'<Relationships xmlns="{package}/relationships">{targets}</Relationships>'
    rels = "application/vnd.openxmlformats-package.relationships+xml"
    parts["[Content_Types].xml"] = (
        f'<Types xmlns="{package}/content-types"><Default Extension="rels" ContentType="{rels}"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>{types}</Types>'
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)


def _cell(place: str, value: object) -> str:
    if isinstance(value, int | float):
        return f'<c r="{place}"><v>{value}</v></c>'
    return f'<c r="{place}" t="inlineStr"><is><t>{value}</t></is></c>' if value else ""


SHEET: list[list[object]] = [
    ["Open jobs"],
    [],
    ["Job ID", "Job Title", "Date Opened"],
    [101, "Nurse", 46355],
    ["00123", "Cook", ""],
    ["Total", 2, ""],
]


async def test_a_workbook(tmp_path: Path) -> None:
    path = tmp_path / "jobs.xlsx"
    book(path, {"Jobs": SHEET, "Old": [["Job ID"], [7]]})
    pages = await listed(export(path))
    assert [(job.id, job.name) for job in jobs_in(pages)] == [("101", "Nurse"), ("00123", "Cook")]
    assert jobs_in(pages)[0].created_at == datetime(2026, 11, 29, tzinfo=UTC)
    assert "The sheet Jobs was read, the first of 2" in pages[-1].notes[0]
    assert any(note.startswith("line 6 is no job") for note in pages[-1].notes)
    assert [job.id for job in jobs_in(await listed(export(path, sheet="Old")))] == ["7"]
    with pytest.raises(UnexpectedAnswer, match="no sheet New"):
        await listed(export(path, sheet="New"))


async def test_a_workbook_with_damaged_bytes_is_refused_in_words_or_read(tmp_path: Path) -> None:
    """Wherever the damage is: in what is compressed, in the index, or in a cell."""
    path = tmp_path / "jobs.xlsx"
    book(path, {"Jobs": SHEET})
    whole = path.read_bytes()
    refused = 0
    for at in range(0, len(whole), max(1, len(whole) // 120)):
        write(path, whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :])
        try:
            await listed(export(path))
        except (UnexpectedAnswer, ConfigError):
            refused += 1
    assert refused > 10


async def test_a_workbook_that_unpacks_to_too_much_or_is_cut_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "jobs.xlsx"
    book(path, {"Jobs": SHEET}, padding=200_000)
    whole = path.read_bytes()
    monkeypatch.setattr(workbook, "MAX_UNPACKED", 100_000)
    with pytest.raises(UnexpectedAnswer, match="unpacks to more than the 100,000"):
        await listed(export(path))
    monkeypatch.undo()
    write(path, whole[: len(whole) // 2])
    with pytest.raises(UnexpectedAnswer, match="not a whole workbook"):
        await listed(export(path))
    write(path, workbook.MARKS[1] + b"x" * 100)
    with pytest.raises(UnexpectedAnswer, match="not a workbook that can be read"):
        await listed(export(path))
