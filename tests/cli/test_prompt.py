"""What a person at a terminal is asked, through a real pty, and what their answer does."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest

from jobsync_tui.backend.core.models import BulkPlan
from jobsync_tui.backend.sandbox import scenario
from tests.cli.company import RULES, Company, open_company
from tests.cli.talk import environment, talk
from tests.support.here import jobsync_here


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    with open_company(tmp_path_factory.mktemp("company"), jobs=500) as opened:
        rules = opened.config.with_name("rules.yaml")
        rules.write_text(RULES, encoding="utf-8")
        for arguments in (["refresh"], ["rules", "import", str(rules)]):
            jobsync_here("-c", str(opened.config), *arguments, env=environment(opened.config))
        yield opened


def outcome_of(company: Company, job_id: str) -> str:
    """Return the sync status that the cache has for a job."""
    printed = jobsync_here("-c", str(company.config), "jobs", "--filter", job_id, "--json", env=environment(company.config))
    return str(json.loads(printed.splitlines()[0])["sync_status"])


def test_no_is_the_default_and_writes_nothing(company: Company) -> None:
    job_id = company.job_id(scenario.BERLIN_BACKEND)
    talked = talk(company.config, "sync", "-i", "greenhouse", job_id, to="[y/N]", answer=b"\n")
    assert "CREATE in Tenzo" in talked.screen
    assert "- CANCELLED" in talked.screen
    assert talked.code == 0
    assert outcome_of(company, job_id) == "never"


@pytest.mark.parametrize("several", [False, True])
def test_ctrl_c_at_the_question_ends_the_command(several: bool, company: Company) -> None:
    job_id = company.job_id(scenario.SALES_SCRIPT)
    which = ["--filter", f"{job_id}"] if several else [job_id]
    talked = talk(company.config, "sync", "-i", "greenhouse", *which, to="[y/N]", answer=b"\x03")
    assert "Interrupted" in talked.screen
    assert "Traceback" not in talked.screen
    assert talked.code == 130
    assert outcome_of(company, job_id) == "never"


def test_yes_writes_and_asking_again_finds_nothing_to_write(company: Company) -> None:
    job_id = company.job_id(scenario.SALES_SCRIPT)
    talked = talk(company.config, "sync", "-i", "greenhouse", job_id, to="[y/N]", answer=b"y\n")
    assert "ok CREATED" in talked.screen
    assert talked.code == 0
    assert outcome_of(company, job_id) == "synced"
    again = talk(company.config, "sync", "-i", "greenhouse", job_id, to="[y/N]", answer=b"y\n")
    assert "nothing to sync" in again.screen
    assert "UNCHANGED" in again.screen
    assert again.code == 0


def test_ctrl_c_in_the_middle_finishes_what_is_in_flight(company: Company) -> None:
    listed = jobsync_here("-c", str(company.config), "jobs", "-i", "jobvite", "--csv", env=environment(company.config))
    everything = ("--all", "--expect", str(listed.count("\n") - 1))
    talked = talk(company.config, "sync", "-i", "jobvite", *everything, "--yes", to=" of ", answer=b"\x03")
    assert talked.code == 130
    assert "the job in flight is finished first" in talked.screen
    assert "- CANCELLED" in talked.screen
    leases = jobsync_here("-c", str(company.config), "leases", "--json", env=environment(company.config))
    assert json.loads(leases) == {"leases": []}


def test_nothing_of_a_title_acts_on_the_terminal(company: Company) -> None:
    job_id = company.job_id(scenario.HOSTILE)
    talked = talk(company.config, "fetch", "-i", "crelate", job_id, to="never shown", answer=b"")
    assert talked.code == 0
    assert "Forklift Operator" in talked.screen
    for text in (talked.screen, talk(company.config, "jobs", "--filter", "forklift", "--json", to="never shown", answer=b"").screen):
        assert not [character for character in text.replace("\r\n", "") if not character.isprintable()]


def test_a_filter_that_takes_in_many_is_asked_about_even_with_yes(company: Company) -> None:
    which = ("sync", "-i", "jobvite", "--filter", "is:open", "--yes")
    talked = talk(company.config, *which, to="to confirm", answer=b"y\n")
    assert re.search(r"takes in (\d+) jobs. Go on\? Type \1 to confirm", talked.screen)
    assert "ok CREATED" not in talked.screen
    assert talked.code == 130


def test_above_fifty_the_number_is_typed_and_a_yes_is_not_enough(company: Company) -> None:
    which = ("sync", "-i", "jobvite", "--filter", "is:never is:eligible")
    talked = talk(company.config, *which, to="to confirm", answer=b"y\n")
    number = re.search(r"Type (\d+) to confirm", talked.screen)
    assert number is not None
    assert int(number[1]) > BulkPlan.TYPED_ABOVE
    assert "ok CREATED" not in talked.screen.split("to confirm")[1]
    assert talked.code == 0
    agreed = talk(company.config, *which, to="to confirm", answer=number[1].encode() + b"\n")
    assert re.search(rf"ok CREATED {number[1]}", agreed.screen.split("to confirm")[1])


@pytest.mark.parametrize("several", [False, True])
def test_with_json_the_plan_is_shown_beside_the_document_before_the_question(several: bool, company: Company) -> None:
    job_id = company.job_id(scenario.BERLIN_BACKEND)
    which = ["--filter", job_id] if several else [job_id]
    talked = talk(company.config, "sync", "-i", "greenhouse", *which, "--json", to="[y/N]", answer=b"n\n", apart=True)
    before, _, after = talked.aside.partition("[y/N]")
    assert "CREATE" in before
    assert "CREATE" not in after
    document = json.loads(talked.screen.removeprefix("n\r\n"))
    (result,) = document["results"] if several else [document]
    assert (result["outcome"], talked.code) == ("cancelled", 0)


def test_with_json_an_undo_is_shown_before_the_question(company: Company) -> None:
    job_id = company.job_id(scenario.BERLIN_BACKEND)
    more = company.config.with_name("more.yaml")
    more.write_text(
        f"rules: [{{name: More, when: {{field: id, op: equals, value: '{job_id}'}}, actions: [{{setting: {{name: pace, value: slow}}}}]}}]"
    )
    made = ""
    for arguments in (sync := ["sync", "-i", "greenhouse", job_id, "--yes", "--json"], ["rules", "import", str(more)], sync):
        made = jobsync_here("-c", str(company.config), *arguments, env=environment(company.config))
    operation = json.loads(made)["operation_id"]
    talked = talk(company.config, "undo", operation, "--json", to="[y/N]", answer=b"n\n", apart=True)
    assert "pace" in talked.aside.partition("[y/N]")[0]
    assert json.loads(talked.screen.removeprefix("n\r\n"))["outcome"] == "cancelled"
