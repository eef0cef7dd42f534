"""Values that could not be used, where an admin looks: after the refresh, in the list of integrations, and in `doctor`."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.conftest import Jobsync

WORDS = "2 values of department were left out: a list, not a text (first item 1, job 1); what was known before is kept"


def config_in(folder: Path) -> Path:
    path = folder / "jobsync.toml"
    path.write_text(
        f'[storage]\nurl = "sqlite:///{folder}/jobsync.db"\n\n[[integrations]]\nid = "export"\nprovider = "file"\npath = "jobs.json"\n'
    )
    path.chmod(0o600)
    folder.chmod(0o700)
    return path


def write(folder: Path, *departments: object) -> None:
    rows = [{"id": str(number), "name": f"Job {number}", "department": each} for number, each in enumerate(departments, 1)]
    (folder / "jobs.json").write_text(json.dumps(rows))


def test_values_that_could_not_be_used_are_told_until_they_can_be(jobsync: Jobsync, tmp_path: Path) -> None:
    config = str(config_in(tmp_path))
    write(tmp_path, ["x"], ["y"], "Care")
    done = jobsync("-c", config, "refresh")
    assert (done.code, "3 jobs seen" in done.out, WORDS in done.err) == (0, True, True)
    assert jobsync("-c", config, "refresh", "--json").json["left_out"] == [
        {"field": "department", "reason": "a list, not a text", "count": 2, "job_id": "1", "example": "item 1"}
    ]
    assert f"export: {WORDS}" in jobsync("-c", config, "integrations").err
    assert jobsync("-c", config, "integrations", "--json").json["integrations"][0]["left_out"][0]["count"] == 2
    (finding,) = [each for each in jobsync("-c", config, "doctor", "--offline", "--json").json["findings"] if WORDS in each["message"]]
    assert (finding["status"], finding["integration"]) == ("warn", "export")
    write(tmp_path, "x", "y", "Care")
    assert "left out" not in jobsync("-c", config, "refresh").err
    assert "left out" not in jobsync("-c", config, "integrations").err
