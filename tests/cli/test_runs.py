"""``runs`` and ``retry --filter``: yesterday's failures of whatever integration are found and tried again from the command line."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from jobsync_tui.backend.sandbox import scenario
from tests.cli.company import Company, at_work, lines, open_company
from tests.cli.conftest import Jobsync


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    with open_company(tmp_path_factory.mktemp("company"), jobs=120) as opened:
        yield opened


@pytest.fixture
def run(jobsync: Jobsync, company: Company) -> Jobsync:
    return at_work(company, jobsync)


def test_runs_and_what_people_did_are_one_list_with_a_filter(run: Jobsync, company: Company) -> None:
    assert run("auto", "--once", "--json").code in {0, 6, 7}
    job = company.job_id(scenario.SALES_SCRIPT)
    run("sync", "-i", "greenhouse", job, "--yes", "--reason", "as asked")
    newest, *others = lines(run("runs", "--json"))
    assert (newest["kind"], newest["job_id"], newest["reason"]) == ("write", job, "as asked")
    assert {each["kind"] for each in others} == {"run", "write"}
    timer = next(each for each in others if each["kind"] == "run")
    assert timer["outcome"] in {"ok", "guard"}
    table = run("runs", "--filter", "is:run").out
    assert "automatic run" in table
    assert str(timer["number"]) in table
    of_run = lines(run("runs", "--run", str(timer["number"]), "--json"))
    assert {each["integration"] for each in of_run} <= {timer["integration"]}
    mine = lines(run("runs", "--filter", f"id:{job}", "-i", "greenhouse", "--since", "1d", "--json"))
    assert {each["job_id"] for each in mine} == {job}
    assert "reason: as asked" in run("runs", "--filter", f"id:{job}").out
    assert len(lines(run("runs", "--filter", "is:write", "--limit", "2", "--json"))) == 2
    wrong = run("runs", "--filter", "result:faild", "--json")
    assert (wrong.code, wrong.json["error"]["code"]) == (2, "filter")
    assert run("runs", "--run", "999999").code == 2
    assert "Nothing that was done matches" in run("runs", "--filter", "on:yesterday").err


def test_what_failed_is_found_in_any_ats_and_tried_again(run: Jobsync, company: Company) -> None:
    missing = run("sync", "-i", "jobvite", "no-such-job", "--yes")
    assert missing.code == 4
    found = lines(run("runs", "--filter", "result:not_found on:today", "--json"))
    assert [(each["integration"], each["job_id"]) for each in found] == [("jobvite", "no-such-job")]
    planned = run("retry", "--filter", "result:not_found on:today", "--dry-run", "--json")
    assert [(each["integration"], each["job"]["id"], each["outcome"]) for each in planned.json["results"]] == [
        ("jobvite", "no-such-job", "not_found")
    ]
    before = len(lines(run("runs", "--filter", "no-such-job", "--json")))
    again = run("retry", "--filter", "no-such-job", "-i", "jobvite", "--reason", "once more")
    assert again.code == 4
    assert len(lines(run("runs", "--filter", "no-such-job", "--json"))) == before + 1
    assert run("retry", "--filter", "no-such-job", "-i", "greenhouse").err.strip() == "Nothing failed last time"
