"""What only reads works on a database that cannot be written: here nothing may grow, as on a full disk."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.cli.conftest import Jobsync
from tests.cli.test_left_out import config_in

RULES = "rules: [ {name: Welders, when: {field: name, op: contains, value: welder}, actions: [{folder: A}]} ]"

READING = (
    "jobs",
    "jobs --filter rule:welders",
    "jobs --sort client",
    "check 1",
    "audit",
    "rules list",
    "rules coverage",
    "integrations",
    "leases",
    "news",
    "auto status",
)


@contextmanager
def full_disk() -> Iterator[None]:
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


def test_what_only_reads_says_the_same_on_a_full_disk_and_what_writes_says_why_it_cannot(jobsync: Jobsync, tmp_path: Path) -> None:
    config = str(config_in(tmp_path))
    (tmp_path / "jobs.json").write_text('[{"id": "1", "name": "Welder"}, {"id": "2", "name": "Driver"}]')
    (tmp_path / "rules.yaml").write_text(RULES)
    for command in (("refresh",), ("rules", "import", str(tmp_path / "rules.yaml"))):
        assert jobsync("-c", config, *command).code == 0
    before = {command: jobsync("-c", config, *command.split()) for command in READING}
    with full_disk():
        after = {command: jobsync("-c", config, *command.split()) for command in READING}
        written = jobsync("-c", config, "sync", "1", "--yes")
    assert {command: (ended.code, ended.out) for command, ended in after.items()} == {
        command: (0, ended.out) for command, ended in before.items()
    }
    assert written.code == 2
    assert "disk is full" in written.err + written.out
