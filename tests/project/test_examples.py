"""Every command that a document shows in a console block is run, in order, on the sandbox, and ends as the document says."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from jobsync_tui.backend.sandbox import scenario
from tests.cli.company import RULES, Company, open_company
from tests.cli.conftest import Jobsync, home, jobsync  # noqa: F401 - fixtures
from tests.project.test_documents import DOCUMENTS
from tests.support.examples import Example, examples_in, parse
from tests.support.here import jobsync_here
from tests.support.reference import DOCS

PAGES = [each for each in DOCUMENTS if "```console" in each.read_text(encoding="utf-8")]
_YAML = re.compile(r"^```yaml\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FIRST_RULES = _YAML.findall(DOCS.joinpath("first-sync.md").read_text(encoding="utf-8"))[0]
"""The file of rules that a first sync begins with, as its page has it."""
TRAVEL = "880002"
ASKS_OR_STAYS = {"init", "demo", "worker", "auto", ""}
"""Commands that ask a person, or stay until they are ended: of these the words alone are checked."""


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    """Make a company that is at work: each page is run on what the ones before it left, in whatever order they come."""
    with open_company(tmp_path_factory.mktemp("company"), jobs=100) as opened:
        work = partial(jobsync_here, env={**os.environ, "HOME": str(opened.config.parent), "JOBSYNC_CONFIG": str(opened.config)})
        rules = opened.config.with_name("rules.yaml")
        rules.write_text(RULES, encoding="utf-8")
        work("refresh")
        work("rules", "import", str(rules))
        work("rules", "deactivate", "ohio")
        work("sync", "-i", "jobvite", TRAVEL, "--yes")
        opened.sandbox.change_in_ats(scenario.ICU_TRAVEL, name="ICU Travel Nurse 13w [Remote OK]")
        work("sync", "-i", "jobvite", TRAVEL, "--yes")
        yield opened


def filled_in(example: Example, before: str, at_work: Jobsync) -> tuple[str, ...]:
    """Return the words of an example with what only a run can tell: the id of the last sync, and the digest of the plan that was shown."""
    words = example.words
    if "OPERATION_ID" in words:
        rows = [json.loads(line) for line in at_work("audit", "--json").out.splitlines()]
        last = next(row["operation_id"] for row in rows if row["outcome"] == "updated" and row["operation_id"])
        words = tuple(last if each == "OPERATION_ID" else each for each in words)
    if "DIGEST" in words:
        words = tuple(json.loads(before)["plan_digest"] if each == "DIGEST" else each for each in words)
    return words


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES, ids=lambda each: each.stem)
def test_the_commands_of_a_page_do_what_it_says(
    page: Path,
    company: Company,
    jobsync: Jobsync,  # noqa: F811 - a fixture
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("JOBSYNC_CONFIG", str(company.config))
    monkeypatch.chdir(tmp_path)
    text = page.read_text(encoding="utf-8")
    Path("rules.yaml").write_text(FIRST_RULES, encoding="utf-8")
    before = ""
    for example in examples_in(text):
        if (example.words[0] if example.words else "") in ASKS_OR_STAYS and "status" not in example.words:
            parse(example.words)
            continue
        ended = jobsync(*filled_in(example, before, jobsync))
        assert ended.code == example.code, (example.line, ended)
        before = ended.out
        if example.into:
            Path(example.into).write_text(ended.out, encoding="utf-8")


def test_the_pages_by_task_have_commands() -> None:
    assert {each.stem for each in PAGES} >= {"first-sync", "why-not", "change-a-rule", "bulk", "undo", "trouble"}
