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
