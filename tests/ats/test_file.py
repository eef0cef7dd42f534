"""Exported files: told apart, read by columns, and never half a listing that looks whole."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobsync_tui.backend.ats.base import Connection, Listing, Page
from jobsync_tui.backend.ats.file import adapter as file
from jobsync_tui.backend.ats.file import document, reading, source, table
from jobsync_tui.backend.ats.file.adapter import FileExport
from jobsync_tui.backend.core.errors import ConfigError, JobsyncError, PermissionMissing, RemoteError, UnexpectedAnswer, Unreachable
from jobsync_tui.backend.core.left_out import tallied
from jobsync_tui.backend.core.models import Job, JobStatus, Location, Visibility
from jobsync_tui.backend.http import HttpSession, Network
from jobsync_tui.testing.stage import jobs_in


def export(path: Path, table: Mapping[str, str] | None = None, **options: object) -> FileExport:
    http = HttpSession(service="File", base_url="http://127.0.0.1:1", network=Network())
    return FileExport(Connection("acme", "", {}, http, {"path": str(path)} | ({"columns": table} if table else {}) | options))


async def listed(adapter: FileExport, listing: Listing = Listing()) -> list[Page]:  # noqa: B008 - frozen
    return [page async for page in adapter.pages(listing)]


def write(path: Path, content: str | bytes) -> None:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())


async def jobs_of(path: Path, content: str | bytes, columns: Mapping[str, str] | None = None) -> list[Job]:
    write(path, content)
    return jobs_in(await listed(export(path, columns)))


async def problems_of(path: Path, content: str) -> list[tuple[str | None, str | None, str]]:
    write(path, content)
    return [(row.id, row.name, row.reason) for page in await listed(export(path)) for row in page.rejected]


async def fault_of(path: Path, content: str | bytes, columns: Mapping[str, str] | None = None) -> RemoteError:
    with pytest.raises(RemoteError) as caught:
        await jobs_of(path, content, columns)
    return caught.value


FULL = '''Job ID;Titel;Stand;Stadt;Land;Abteilung;Kunde;Remote;Tags;Geändert;Kostenstelle
17;"Ärztin; ""Nacht""";On Hold;Köln;Deutschland;Pflege;Acme;ja?;"a;b";2026-03-01T09:30:00+01:00;C7
18;Pfleger;zu;Bonn;;;;no;;;
'''
COLUMNS = {
    "id": "Job ID",
    "name": "Titel",
    "status": "Stand",
    "location.city": "Stadt",
    "location.country": "Land",
    "department": "Abteilung",
    "client": "Kunde",
    "updated_at": "Geändert",
}


async def test_a_table_by_its_columns(tmp_path: Path) -> None:
    first, second = await jobs_of(tmp_path / "jobs.csv", FULL, COLUMNS)
    place = Location("Köln, Deutschland", "Köln", None, "Deutschland")
    assert replace(first, unread=()) == Job(
        integration="acme",
        id="17",
        name='Ärztin; "Nacht"',
        status=JobStatus.ON_HOLD,
        ats_status="On Hold",
        location=place,
        locations=(place,),
        department="Pflege",
        client="Acme",
        remote=None,
        tags=("a", "b"),
        custom={"Kostenstelle": "C7"},
        updated_at=datetime(2026, 3, 1, 8, 30, tzinfo=UTC),
    )
    bonn = Location("Bonn", "Bonn")
    assert second == Job(integration="acme", id="18", name="Pfleger", ats_status="zu", remote=False, location=bonn, locations=(bonn,))


async def test_who_may_see_a_job(tmp_path: Path) -> None:
    words = ("Public", "external", "Internal only", "CONFIDENTIAL", "private", "yes", "no", "hidden", "", "who knows")
    rows = "\n".join(f"{number},{word}" for number, word in enumerate(words))
    found = await jobs_of(tmp_path / "jobs.csv", f"id,Secret\n{rows}\n", {"visibility": "Secret"})
    public, internal, confidential, unlisted = Visibility
    assert [job.visibility for job in found] == [
        public, public, internal, confidential, confidential, confidential, None, unlisted, None, None,
    ]  # fmt: skip


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("line", ["\n", "\r\n"])
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
async def test_encodings_line_ends_and_separators(tmp_path: Path, encoding: str, line: str, separator: str) -> None:
    rows = [["id", "name", "Shift"], ["1", "Ärztin", "night"], ["2", "Nurse", ""]]
    content = line.join(separator.join(row) for row in rows).encode(encoding)
    jobs = await jobs_of(tmp_path / "jobs.csv", content)
    assert [(job.id, job.name, dict(job.custom)) for job in jobs] == [("1", "Ärztin", {"Shift": "night"}), ("2", "Nurse", {})]


ROWS = [{"id": 1, "title": "A", "location": {"city": "Berlin"}, "tags": ["x"], "open": True}, {"id": 2, "title": None}]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("jobs.json", json.dumps(ROWS)),
        ("jobs.json", json.dumps({"count": 2, "jobs": ROWS}, indent=1)),
        ("jobs.jsonl", "\n".join(json.dumps(row) for row in ROWS)),
        ("jobs.txt", "\r\n\r\n".join(json.dumps(row) for row in ROWS) + "\r\n"),
        ("jobs.json", "\ufeff" + json.dumps(ROWS)),
    ],
)
async def test_json_in_its_forms(tmp_path: Path, name: str, content: str) -> None:
    first, second = await jobs_of(tmp_path / name, content)
    assert (first.id, first.name, first.location, first.tags) == ("1", "A", Location("Berlin", "Berlin"), ("x",))
    assert dict(first.custom) == {"open": True}
    assert (second.id, second.name) == ("2", None)


async def test_nested_columns_and_custom_names(tmp_path: Path) -> None:
    row = {"key": "J1", "org": {"unit": {"name": "Pflege"}}, "meta": {"kind": "new"}}
    columns = {"id": "key", "department": "org.unit.name", "custom.req_type": "meta.kind"}
    (job,) = await jobs_of(tmp_path / "jobs.json", json.dumps([row]), columns)
    assert (job.id, job.department, dict(job.custom)) == ("J1", "Pflege", {"req_type": "new"})


async def test_what_jobsync_lists_can_be_read_back(tmp_path: Path) -> None:
    place = {"text": "Berlin, Germany", "city": "Berlin", "region": None, "country": "Germany"}
    row = {
        "id": "7", "name": "Nurse", "status": "on_hold", "ats_status": "PAUSED", "location": place, "locations": [place, {"text": "Bonn"}],
        "remote": False, "tags": ["a"], "custom": {"x": 1}, "updated_at": "2026-03-01T09:30:00Z", "created_at": None,
    }  # fmt: skip
    (job,) = await jobs_of(tmp_path / "jobs.jsonl", json.dumps(row))
    assert (job.status, job.ats_status, dict(job.custom)) == (JobStatus.ON_HOLD, "PAUSED", {"x": 1})
    assert job.locations == (Location("Berlin, Germany", "Berlin", None, "Germany"), Location("Bonn", "Bonn"))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2026-03-01", datetime(2026, 3, 1, tzinfo=UTC)),
        ("20260301", datetime(2026, 3, 1, tzinfo=UTC)),
        ("2026-03-01 09:30", datetime(2026, 3, 1, 9, 30, tzinfo=UTC)),
        ("1772357400", datetime(2026, 3, 1, 9, 30, tzinfo=UTC)),
        ("1772357400000", datetime(2026, 3, 1, 9, 30, tzinfo=UTC)),
        (1772357400000, datetime(2026, 3, 1, 9, 30, tzinfo=UTC)),
    ],
)
async def test_times(tmp_path: Path, value: object, expected: datetime) -> None:
    (job,) = await jobs_of(tmp_path / "jobs.json", json.dumps([{"id": 1, "updated_at": value}]))
    assert job.updated_at == expected


async def test_wrong_rows_are_set_aside_under_their_lines(tmp_path: Path) -> None:
    content = 'id,name,updated_at\n1,A,\n\n,No id,\n3,"Two\nlines",yesterday\n1,Again,\n5,E,,too,many\n6,F\n'
    path = tmp_path / "jobs.csv"
    assert [job.id for job in await jobs_of(path, content)] == ["1", "3", "6"]
    assert await problems_of(path, content) == [
        (None, "No id", "line 4: it has no id"),
        ("1", "Again", "line 7: line 2 has this id already"),
        (None, None, "line 8: it has 5 values for 3 columns"),
    ]


async def test_wrong_rows_of_json(tmp_path: Path) -> None:
    rows = [{"id": 1}, 5, {"id": {"x": 1}, "name": "B"}, {"id": 3, "department": ["x"]}, {"id": 4, "name": ["x"]}]
    assert await problems_of(tmp_path / "jobs.json", json.dumps(rows)) == [
        (None, None, "item 2: it is not an object"),
        (None, "B", "item 3: id is an object, not a text"),
        ("4", None, "item 5: name is a list, not a text"),
    ]


async def test_other_values_that_cannot_be_used_cost_their_field(tmp_path: Path) -> None:
    row = {"name": "A", "department": ["x"], "client": {"x": "C"}, "updated_at": "yesterday", "remote": "perhaps", "owner": 7}
    with tallied() as tally:
        first, _ = await jobs_of(tmp_path / "jobs.json", json.dumps([{"id": "1", **row}, {"id": "2", **row}]))
    assert (first.name, first.department, first.client, first.updated_at, first.remote, first.owner) == ("A", None, None, None, None, "7")
    assert {each.field: (each.reason, each.count, each.job_id) for each in tally.counts()} == {
        "department": ("a list, not a text", 2, "1"),
        "client": ("an object, not a text", 2, "1"),
        "updated_at": ("not a date that can be read", 2, "1"),
        "remote": ("neither yes or no nor a word for it, such as remote or on-site", 2, "1"),
    }


@pytest.mark.parametrize(
    ("word", "remote"),
    [
        ("Ja", True), ("Oui", True), ("S\u00ed", True), ("Remote (US)", True), ("remote - Germany", True), ("1", True),
        ("Nein", False), ("Non", False), ("Hybrid (2 days)", False), ("On-site", False),
    ],
)  # fmt: skip
async def test_words_for_remote(tmp_path: Path, word: str, remote: bool) -> None:
    (job,) = await jobs_of(tmp_path / "jobs.json", json.dumps([{"id": "1", "remote": word}]))
    assert job.remote is remote


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("jobs.csv", "", "it is empty"),
        ("jobs.csv", 'id,name\n1,"A\n2,B\n3,C\n', "the row that begins on line 2"),
        ("jobs.csv", 'id,name\n1,A\n2,"B"x\n', "the row that begins on line 3"),
        ("jobs.csv", "id,name\n1,\u00e4\u00e4\n".encode() + b"2,\xe4\n", "not UTF-8 text, line 3"),
        ("jobs.json", '[{"id": 1},\n{"id": 2', "ends in the middle"),
        ("jobs.json", '[{"id": 1},\n{"id": "2\\', "ends in the middle"),
        ("jobs.json", '[{"id": 1},\n{"id": tru', "ends in the middle"),
        ("jobs.json", '[{"id": 1},\n{"id" 2}]', "not JSON, line 2"),
        pytest.param("jobs.json", "[" * 1_000_000, "nested too deeply", id="deep"),
        ("jobs.json", '{"a": 1}', "no list of jobs"),
        ("jobs.json", '[{"id": "\u00e4"},\n'.encode() + b'{"id": "\xff"}]', "not UTF-8 text, line 2"),
    ],
)
async def test_what_is_broken_is_no_listing(tmp_path: Path, name: str, content: str | bytes, words: str) -> None:
    error = await fault_of(tmp_path / name, content)
    assert isinstance(error, UnexpectedAnswer)
    assert words in error.message
    assert name in error.message


async def test_a_file_that_is_not_there_or_not_ours_to_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Unreachable, match="There is no file"):
        await export(tmp_path / "none.csv").test()
    with pytest.raises(Unreachable, match="cannot be read"):
        await export(tmp_path).test()

    def denied(*_: object, **__: object) -> None:
        raise PermissionError(13, "no")

    (tmp_path / "jobs.csv").write_text("id\n1\n")
    monkeypatch.setattr(os, "open", denied)  # root may read anything
    with pytest.raises(PermissionMissing, match="may not be read"):
        await export(tmp_path / "jobs.csv").test()


async def test_what_is_no_regular_file_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    (tmp_path / "linked.csv").symlink_to(tmp_path / "pipe.csv")
    for path in (tmp_path / "pipe.csv", tmp_path / "linked.csv", Path("/dev/zero")):
        adapter = export(path)
        for asked in (adapter.test(), listed(adapter), adapter.job("1")):
            with pytest.raises(UnexpectedAnswer) as caught:
                await asyncio.wait_for(asked, 60)
            assert "it is not a regular file" in caught.value.message
    with pytest.raises(Unreachable) as unreachable:
        await export(tmp_path).test()
    assert str(tmp_path) in unreachable.value.message


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ('{"id": 1, "id": 2, "name": "A"}', (None, "A", "two members named 'id'")),
        ('{"id": 1, "name": "A", "name": "A"}', ("1", None, "two members named 'name'")),
        ('{"id": 1, "\\u0069d": 2}', (None, None, "two members named 'id'")),
        ('{"id": 1, "a\\u003ab": "x", "x": 1, "x": 2}', ("1", None, "two members named 'x'")),
        ('{"id": 1, "name": "A", "location": {"city": "Bonn", "city": "Köln"}}', ("1", "A", "two members named 'city' in 'location'")),
        (
            '{"id": 1, "locations": [{"city": "a:b"}, [{"x": {"y": 1, "y": 1}}]]}',
            ("1", None, "two members named 'y' in 'x' in 'locations'"),
        ),
    ],
)
async def test_a_row_with_two_members_of_one_name_is_set_aside(
    tmp_path: Path, row: str, problem: tuple[str | None, str | None, str]
) -> None:
    good = '{"id": "9", "name": "a:b \\u003a", "locations": [{"city": "X"}, {"city": "X"}], "custom": {"id": 1e300}}'
    for name, content, place in (
        ("jobs.json", f"[{good}, {row}]", "item 2"),
        ("jobs.json", f'{{"meta": {{"a": 1, "a": 1}}, "jobs": [{good}, {row}]}}', "item 2"),
        ("jobs.jsonl", f"{good}\n{row}", "line 2"),
    ):
        assert [each.id for each in await jobs_of(tmp_path / name, content)] == ["9"]
        assert await problems_of(tmp_path / name, content) == [(*problem[:2], f"{place}: it has {problem[2]}")]


async def test_a_document_with_two_lists_of_one_name_is_no_listing(tmp_path: Path) -> None:
    error = await fault_of(tmp_path / "jobs.json", '{"jobs": [{"id": 1}], "jobs": []}')
    assert str(error) == "jobs.json cannot be read: it has two members named 'jobs'"


async def test_true_is_no_id_and_no_name(tmp_path: Path) -> None:
    rows = [
        {"id": True, "name": "A"},
        {"id": False, "name": "B"},
        {"id": "true", "name": "C"},
        {"id": 4, "name": True},
        {"id": 1, "name": 2},
    ]
    assert await problems_of(tmp_path / "x.json", json.dumps(rows)) == [
        (None, "A", "item 1: id is true, not a text"),
        (None, "B", "item 2: id is false, not a text"),
        ("4", None, "item 4: name is true, not a text"),
    ]
    assert [(job.id, job.name) for job in jobs_in(await listed(export(tmp_path / "x.json")))] == [("true", "C"), ("1", "2")]


async def test_sizes_are_capped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(document, "MAX_DOCUMENT", 20)
    monkeypatch.setattr(table, "MAX_FIELD", 30)
    write(tmp_path / "a.csv", "id\n" + "1\n" * 30)
    with pytest.raises(UnexpectedAnswer, match="more than the 40"):
        await listed(export(tmp_path / "a.csv", max_bytes=40))
    assert "more than the 20" in (await fault_of(tmp_path / "a.json", '[{"id": 1}, {"id": 2}]')).message
    assert "not CSV" in (await fault_of(tmp_path / "b.csv", 'id\n"' + "x" * 35)).message


async def test_a_column_that_the_table_lacks_is_named(tmp_path: Path) -> None:
    error = await fault_of(tmp_path / "jobs.csv", "Nr,Name\n1,A\n", {"id": "Job ID"})
    assert "no column Job ID" in error.message
    assert error.remedy == "Mend `columns`; the file has: Nr, Name."


def test_the_configuration_is_checked(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="not a field of a job"):
        export(tmp_path / "jobs.csv", {"salary": "X"})
    http = HttpSession(service="File", base_url="http://127.0.0.1:1", network=Network())
    with pytest.raises(ConfigError, match="names no file"):
        FileExport(Connection("acme", "", {}, http, {}))


async def test_the_rows_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "jobs.csv"
    path.write_text("id,name\n1,A\n,B\n3,C\n")
    assert await export(path).test() == "3 rows in jobs.csv, 1 of them unusable"


async def test_one_job_by_its_id(tmp_path: Path) -> None:
    path = tmp_path / "jobs.csv"
    path.write_text("id,name\n1,A\n,B\n3,C\n")
    job = await export(path).job("3")
    assert job is not None
    assert job.name == "C"
    assert await export(path).job("4") is None


async def test_a_listing_goes_on_where_it_was_cut_unless_the_file_changed(tmp_path: Path) -> None:
    path = tmp_path / "jobs.csv"
    count = 2 * file.BATCH + 10
    path.write_text("id,name\n" + "".join(f"{number},J\n" for number in range(count)))
    pages = await listed(export(path))
    assert [len(page.jobs) for page in pages] == [file.BATCH, file.BATCH, 10]
    assert [page.cursor is None for page in pages] == [False, False, True]
    assert all(page.watermark is None for page in pages)
    assert jobs_in(await listed(export(path), Listing(cursor=pages[0].cursor))) == jobs_in(pages[1:])
    path.write_text(path.read_text() + "x,new\n")
    assert len(jobs_in(await listed(export(path), Listing(cursor=pages[0].cursor)))) == count + 1
    assert len(jobs_in(await listed(export(path), Listing(cursor="nonsense")))) == count + 1


async def test_a_file_that_is_written_while_it_is_read_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file, "SETTLE", 0)
    path = tmp_path / "jobs.csv"
    path.write_text("id\n" + "".join(f"{number}\n" for number in range(file.BATCH + 1)))
    pages = export(path).pages(Listing())
    await anext(pages)
    with path.open("a") as more:
        more.write("late\n")
    jobs = jobs_in([page async for page in pages])
    assert (len(jobs), jobs[-1].id) == (file.BATCH + 2, "late")


async def test_a_file_that_never_stands_still_is_no_listing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file, "SETTLE", 0)
    path = tmp_path / "jobs.csv"
    path.write_text("id\n" + "".join(f"{number}\n" for number in range(file.BATCH + 1)))

    async def read_and_written() -> None:
        async for _ in export(path).pages(Listing()):
            with path.open("a") as more:
                more.write("late\n\n")

    with pytest.raises(UnexpectedAnswer, match="written while it was read"):
        await read_and_written()


def test_an_export_that_was_replaced_with_its_size_and_time_is_another_one(tmp_path: Path) -> None:
    path, copy = tmp_path / "jobs.csv", tmp_path / "copy.csv"
    for each, content in ((path, "id\n1\n"), (copy, "id\n2\n")):
        write(each, content)
        os.utime(each, ns=(10**18, 10**18))
    before = source.stamp(path)
    copy.replace(path)
    assert source.stamp(path) != before


async def test_gone_and_changed_jobs_show_by_comparing(tmp_path: Path) -> None:
    before = await jobs_of(tmp_path / "jobs.csv", "id,name\n1,A\n2,B\n")
    after = await jobs_of(tmp_path / "jobs.csv", "id,name\n1,A2\n3,C\n")
    assert [job.id for job in before] == ["1", "2"]
    assert [job.id for job in after] == ["1", "3"]
    assert after[0] == replace(before[0], name="A2")


@settings(max_examples=150, deadline=None)
@given(content=st.binary(max_size=300) | st.text(alphabet='id,;\n"{}[]:\t1\\ä ', max_size=200).map(str.encode))
def test_any_bytes_are_rows_or_an_error_with_the_files_name(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "any.csv"
    path.write_bytes(content)
    adapter = export(path)
    try:
        for result in reading.open_reading(adapter.options, "acme").results():
            assert isinstance(result, reading.OtherLine) or result.id is None or isinstance(result.id, str)
    except JobsyncError as error:
        assert "any.csv" in error.message  # noqa: PT017


@pytest.mark.parametrize("number", ["1e999", "NaN", "-Infinity", "[1, 1e999]"])
@pytest.mark.parametrize("name", ["jobs.json", "jobs.jsonl"])
async def test_a_number_that_nothing_can_hold_costs_its_field(tmp_path: Path, name: str, number: str) -> None:
    rows = [f'{{"id": "1", "name": "Welder", "department": {number}, "grade": {number}}}', '{"id": "2", "name": "Driver"}']
    path = tmp_path / name
    path.write_text("\n".join(rows) if name.endswith("l") else f"[{', '.join(rows)}]")
    with tallied() as tally:
        first, second = [job for page in [page async for page in export(path).pages(Listing())] for job in page.jobs]
    assert (first.name, first.department, dict(first.custom), second.name) == ("Welder", None, {}, "Driver")
    assert first.unread == ("custom", "department")
    assert {each.field for each in tally.counts()} == {"department", "custom.grade"}
