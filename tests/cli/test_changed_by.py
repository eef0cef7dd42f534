"""A job that was eligible until a rule changed: told first, in words and as JSON."""

from __future__ import annotations

import re
from pathlib import Path

from tests.cli.conftest import Jobsync
from tests.cli.test_status_words import CONFIG

RULES = """rules:
  - {id: care, name: Care, when: {field: department, op: equals, value: CARE}}
  - {id: far, name: Far, when: {all: [{field: name, op: equals, value: A}, {field: department, op: equals, value: X}]}}
"""


def test_the_change_is_told_first_in_words_and_as_json(jobsync: Jobsync, tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    config = tmp_path / "jobsync.toml"
    config.write_text(CONFIG.format(folder=tmp_path))
    config.chmod(0o600)
    (tmp_path / "jobs.csv").write_text("id,name,department\n1,A,Care\n")
    jobsync("-c", str(config), "refresh")
    for value in ("Care", "Data"):
        (tmp_path / "rules.yaml").write_text(RULES.replace("CARE", value))
        jobsync("-c", str(config), "rules", "import", str(tmp_path / "rules.yaml"))
    found = jobsync("-c", str(config), "check", "1", "--json").json
    change = found["changed_by"]
    assert list(change) == ["revision", "rule", "actor", "at"]
    assert (change["revision"], change["rule"]) == (2, "Care")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+Z", change["at"])
    assert found["near_misses"] == [{"rule": "Far", "would_match_if": ["department were X"]}], "of Care nothing held"
    said = jobsync("-c", str(config), "check", "1").out.splitlines()
    verdict = next(number for number, line in enumerate(said) if "NOT ELIGIBLE" in line)
    assert said[verdict + 1].strip().startswith("Eligible until the rule Care was changed in r2, ")
    assert said[verdict + 1].endswith(f", by {change['actor']}")
    assert next(line for line in said if "not met" in line).split() == ["Far", "1", "of", "2", "not", "met"]
