"""`jobsync columns`: from a new export to the tables of the configuration."""

from __future__ import annotations

import tomllib
from pathlib import Path

from tests.cli.conftest import Jobsync
from tests.cli.test_left_out import config_in


def test_columns_of_a_new_export(jobsync: Jobsync, tmp_path: Path) -> None:
    config = str(config_in(tmp_path))
    export = tmp_path / "new.csv"
    export.write_text("Job ID,Job Title,Status\n1,Nurse,Offen\n")
    done = jobsync("-c", config, "columns", str(export))
    assert done.code == 0
    assert "new.csv: 1 row, 1 job" in done.out
    tables = done.out.partition("integration's table:\n")[2]
    assert tomllib.loads(tables) == {"columns": {"id": "Job ID", "name": "Job Title", "status": "Status"}, "statuses": {"Offen": "unknown"}}
    document = jobsync("-c", config, "columns", str(export), "--json").json
    assert (document["rows"], document["columns"][0]) == (1, {"column": "Job ID", "field": "id", "samples": ["1"]})
    export.write_text("<html></html>")
    assert jobsync("-c", config, "columns", str(export)).code == 6


def test_what_is_said_of_an_export_is_in_the_tables(jobsync: Jobsync, tmp_path: Path) -> None:
    config = str(config_in(tmp_path))
    export = tmp_path / "new.csv"
    export.write_bytes("Report\nRef,Title,Opened\n1,\u0141\u00f3d\u017a,03/04/2026\n".encode("cp1250"))
    said = ["--header-row", "2", "--encoding", "cp1250", "--date", "%d/%m/%Y", "--column", "id=Ref", "--column", "created_at=Opened"]
    done = jobsync("-c", config, "columns", str(export), *said)
    assert (done.code, "\u0141\u00f3d\u017a" in done.out) == (0, True), done
    assert tomllib.loads(done.out.partition("integration's table:\n")[2]) == {
        "columns": {"id": "Ref", "name": "Title", "created_at": "Opened"},
        "encoding": "cp1250",
        "header_row": 2,
        "dates": ["%d/%m/%Y"],
    }
    (tmp_path / "new.json").write_text('{"a": [{"id": 1, "title": "Nurse"}], "b": [{"id": 2, "title": "Cook"}]}')
    assert "several lists" in jobsync("-c", config, "columns", str(tmp_path / "new.json")).err
    done = jobsync("-c", config, "columns", str(tmp_path / "new.json"), "--records", "b")
    assert 'records = "b"' in done.out
    assert jobsync("-c", config, "columns", str(export), "--column", "Ref").code == 2
    assert "no sheet" not in jobsync("-c", config, "columns", str(export), *said, "--sheet", "X").err


def test_a_position_is_the_name_of_a_job_and_never_its_id(jobsync: Jobsync, tmp_path: Path) -> None:
    config = str(config_in(tmp_path))
    export = tmp_path / "new.csv"
    export.write_text("Ref,Position,Job Status\nR-1,Nurse,open\nR-2,Cook,open\n")
    done = jobsync("-c", config, "columns", str(export))
    assert tomllib.loads(done.out.partition("integration's table:\n")[2])["columns"] == {
        "id": "Ref",
        "name": "Position",
        "status": "Job Status",
    }
    assert "Ref differs in every row and is taken for it" in done.err
