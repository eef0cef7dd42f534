"""Status words that nobody knows, where an admin looks: after the refresh, in `doctor`, and where a condition on the status failed."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Jobsync

CONFIG = '[storage]\nurl = "sqlite:///{folder}/jobsync.db"\n\n[[integrations]]\nid = "export"\nprovider = "file"\npath = "jobs.csv"\n'
RULE = "rules:\n  - {id: open, name: Open ones, when: {field: status, op: equals, value: open}}\n"


def test_unknown_words_are_named_where_an_admin_looks(jobsync: Jobsync, tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    config = tmp_path / "jobsync.toml"
    config.write_text(CONFIG.format(folder=tmp_path))
    config.chmod(0o600)
    (tmp_path / "jobs.csv").write_text("id,name,status\n1,A,Offen\n2,B,OFFEN\n3,C,zu\n4,D,Open\n")
    (tmp_path / "rules.yaml").write_text(RULE)
    words = "2 status words are unknown: Offen (2 jobs), zu (1 job); map them under statuses"
    assert words in jobsync("-c", str(config), "refresh").err
    assert jobsync("-c", str(config), "refresh", "--json").json["unknown_statuses"]["code"] == "status_unknown"
    assert words in " ".join(jobsync("-c", str(config), "doctor", "--offline").out.split())
    jobsync("-c", str(config), "rules", "import", str(tmp_path / "rules.yaml"))
    assert "Offen is unknown here; map it under statuses" in " ".join(jobsync("-c", str(config), "check", "1").out.split())
    config.write_text(config.read_text() + 'statuses = { "offen" = "open", "Zu" = "closed" }\n')
    done = jobsync("-c", str(config), "refresh")
    assert "unknown" not in done.err
    assert jobsync("-c", str(config), "check", "1").code == 0
    config.write_text(config.read_text().replace('"closed"', '"shut"'))
    assert "must be one of open" in jobsync("-c", str(config), "refresh").err
