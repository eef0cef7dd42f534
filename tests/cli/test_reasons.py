"""``--reason``: kept with what a person did by whichever command, shown wherever the record is, and never with a secret in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from jobsync_tui.backend.sandbox import scenario
from jobsync_tui.backend.settings.redaction import register
from jobsync_tui.cli.main import cli
from tests.cli.company import RULES, Company, at_work, lines, open_company
from tests.cli.conftest import Jobsync
from tests.support.command_tree import command_paths

ACTS = frozenset(
    {
        "sync",
        "retry",
        "undo",
        "adopt",
        "auto pause",
        "auto resume",
        "leases break",
        "backup",
        "prune",
        "migrate-storage",
        "integrations rename",
        "integrations rename-ids",
        "integrations separate",
        "rules import",
        "rules restore",
        "rules activate",
        "rules deactivate",
        "rules delete",
        "rules shadow add",
        "rules shadow promote",
        "rules shadow drop",
    }
)
"""By these a person changes something that the record has a row of."""


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    with open_company(tmp_path_factory.mktemp("company"), jobs=60) as opened:
        yield opened


@pytest.fixture
def run(jobsync: Jobsync, company: Company) -> Jobsync:
    return at_work(company, jobsync)


def test_every_command_by_which_a_person_acts_takes_one() -> None:
    assert {words for words in command_paths() if _takes_a_reason(words)} >= ACTS


def _takes_a_reason(words: str) -> bool:
    found: click.Command = cli
    for word in words.split():
        assert isinstance(found, click.Group)
        found = found.get_command(click.Context(found), word) or found
    return any("--reason" in each.opts for each in found.params)


def test_a_sync_and_its_undo_say_why(run: Jobsync, company: Company) -> None:
    job = company.job_id(scenario.SALES_SCRIPT)
    synced = run("sync", "-i", "greenhouse", job, "--yes", "--json", "--reason", "HR asked for it, TICKET-42").json
    assert synced["reason"] == "HR asked for it, TICKET-42"
    (row,) = lines(run("audit", "--job", job, "--limit", "1", "--json"))
    assert row["reason"] == "HR asked for it, TICKET-42"
    assert "reason: HR asked for it, TICKET-42" in run("audit", "--job", job).out
    assert "REASON" in run("audit").out
    shown = run("sync", "-i", "greenhouse", job, "--yes", "--reason", "again").out
    assert "reason        again" in shown


def test_other_acts_say_why_and_nothing_that_acts_in_it(run: Jobsync, tmp_path: Path) -> None:
    register("s3cret-of-the-ats")
    assert run("auto", "pause", "--reason", "key s3cret-of-the-ats\nleaked \x1b]52;c;x\x07").code == 0
    (row,) = lines(run("audit", "--limit", "1", "--json"))
    assert (row["action"], row["reason"]) == ("auto pause", "key *** leaked \u241b]52;c;x\u2407")
    assert run("auto", "resume").code == 0
    (row,) = lines(run("audit", "--limit", "1", "--json"))
    assert row["reason"] is None
    file = tmp_path / "rules.yaml"
    file.write_text(RULES.replace("priority: 10", "priority: 11"), encoding="utf-8")
    assert run("rules", "import", str(file), "--reason", "x" * 1000).code == 0
    (row,) = lines(run("audit", "--limit", "1", "--json"))
    assert (row["action"], len(str(row["reason"]))) == ("rules", 300)
    assert run("audit", "--verify").code == 0
