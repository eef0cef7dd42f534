"""A filter that writes has to be meant, one that is wrong says where, and every value that JSON prints can be asked for."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from tests.cli.company import RULES, Company, open_company
from tests.cli.conftest import Ended, Jobsync

EVERYTHING = [
    *("", "  ", "-zzzz", "-is:gone", "updated>=1900-01-01", "integration:crelate", "-integration:jobvite"),
    *("is:never,synced,failed,changed", "-client:nobody"),
]


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    with open_company(tmp_path_factory.mktemp("company"), jobs=300) as opened:
        yield opened


@pytest.fixture
def run(jobsync: Jobsync, company: Company) -> Jobsync:
    def call(*arguments: str) -> Ended:
        return jobsync("-c", str(company.config), *arguments)

    rules = company.config.with_name("rules.yaml")
    if not rules.exists():
        rules.write_text(RULES, encoding="utf-8")
        assert call("refresh").code == 0
        assert call("rules", "import", str(rules)).code == 0
    return call


def jobs(run: Jobsync, *arguments: str) -> list[dict[str, object]]:
    ended = run("jobs", *arguments, "--json")
    assert ended.code == 0, ended.out
    return [json.loads(line) for line in ended.out.splitlines()]


@pytest.mark.parametrize("text", EVERYTHING)
@pytest.mark.parametrize("how", ["--yes", "--dry-run"])
def test_a_filter_that_takes_in_everything_is_refused(text: str, how: str, run: Jobsync) -> None:
    ended = run("sync", "-i", "crelate", "--filter", text, how, "--json")
    assert (ended.code, ended.json["error"]["code"]) == (2, "usage")
    assert "every job" in ended.json["error"]["message"]
    assert "--all" in ended.json["error"]["remedy"]
    assert ("The filter is empty" in ended.json["error"]["message"]) == (not text.strip())
    assert {job["sync_status"] for job in jobs(run, "-i", "crelate")} == {"never"}


@pytest.mark.parametrize("arguments", [["--filter", ""], ["--filter", "-zzzz"], []])
def test_all_says_that_everything_is_meant(arguments: list[str], run: Jobsync) -> None:
    planned = run("sync", "-i", "crelate", *arguments, "--all", "--dry-run", "--json").json
    assert len(planned["results"]) == len(jobs(run, "-i", "crelate"))


@pytest.mark.parametrize(
    ("text", "position", "near"),
    [
        ("-rule:nope", 6, ""),
        ('rule:"Mercy IC"', 5, "Mercy ICU"),
        ("-status:opne", 8, "open"),
        ("-integration:zz", 13, ""),
        ("is:opn", 3, "open"),
        ("-sync_status:snyced", 13, "synced"),
        ("-remote:treu", 8, "true"),
        ("name:", 5, ""),
        ('nurse ""', 6, ""),
        ('-""', 0, ""),
        ("\u200b", 0, ""),
        ('custom."Req Type:x', 7, ""),
    ],
)
def test_a_wrong_filter_is_refused_everywhere_with_its_place(text: str, position: int, near: str, run: Jobsync) -> None:
    for command in (("sync", "-i", "crelate", "--yes"), ("sync", "-i", "crelate", "--all", "--dry-run"), ("jobs",)):
        error = run(*command, "--filter", text, "--json").json["error"]
        assert (error["code"], error["position"]) == ("filter", position)
        assert f"at character {position + 1}" in error["message"]
        assert near in error["message"]


@pytest.mark.parametrize(
    ("text", "shown", "mark"),
    [
        ("status:opne", "status:opne", 7),
        ("漢字 status:opne", "漢字 status:opne", 12),
        ("a\tstatus:opne", "a status:opne", 9),
        ("x" * 200 + " is:opn", "\u2026" + "x" * 46 + " is:opn", 51),
    ],
)
def test_the_mark_stands_under_the_place(text: str, shown: str, mark: int, run: Jobsync) -> None:
    ended = run("jobs", "--filter", text)
    lines = ended.err.splitlines()
    assert (ended.code, ended.out) == (2, "")
    assert lines[1].strip() == shown
    assert lines[2].index("^") - 9 == mark


def test_above_the_limit_the_number_is_said(run: Jobsync, company: Company) -> None:
    company.rewrite("[target]", "[rules]\nconfirm_above = 5\n\n[target]")
    arguments = ("sync", "-i", "jobvite", "--filter", "icu nurse", "--yes", "--json")
    asked = run(*arguments)
    number = len(jobs(run, "-i", "jobvite", "--filter", "icu nurse"))
    assert number > 5
    assert (asked.code, asked.json["error"]["code"]) == (2, "number_needed")
    assert f"--expect {number}" in asked.json["error"]["remedy"]
    assert run(*arguments, "--expect", str(number + 1)).code == 2
    assert {job["sync_status"] for job in jobs(run, "-i", "jobvite")} == {"never"}
    digest = run(*arguments[:-2], "--dry-run", "--json").json["plan_digest"]
    assert len(run(*arguments, "--plan", digest).json["results"]) == number
    assert len(run(*arguments, "--expect", str(number)).json["results"]) == number
    assert run("sync", "-i", "jobvite", "1", "--expect", "1", "--yes").code == 2


FIELDS = (
    "id",
    "name",
    "client",
    "department",
    "owner",
    "requisition_id",
    "employment_type",
    "ats_status",
    "status",
    "sync_status",
    "remote",
)


def test_what_json_prints_can_be_asked_for(run: Jobsync) -> None:
    known = jobs(run)
    for field in FIELDS:
        values = {json.dumps(value) for job in known if (value := job[field]) not in {None, ""}}
        for printed in sorted(values)[:4]:
            value = json.loads(printed)
            asked = printed if isinstance(value, bool) else str(value).replace('"', "")
            found = {(job["integration"], job["id"]) for job in jobs(run, "--filter", f'{field}:"{asked}"')}
            assert found >= {(job["integration"], job["id"]) for job in known if job[field] == value}, (field, value)
    for field in ("updated_at", "created_at"):
        moment = next(job[field] for job in known if job[field])
        assert {job[field] for job in jobs(run, "--filter", f"{field}={moment}")} == {moment}


@pytest.mark.parametrize("command", [["check"], ["sync", "--yes"], ["sync", "--dry-run"], ["fetch"]])
@pytest.mark.parametrize("job_id", ["", "  "])
def test_an_empty_id_is_no_job(command: list[str], job_id: str, run: Jobsync) -> None:
    ended = run(*command, "-i", "crelate", job_id, "--json")
    assert (ended.code, ended.json["error"]["code"]) == (2, "usage")
    assert "ATS job id" in ended.json["error"]["message"]
    assert command[0] in ended.json["error"]["message"] or command[0] == "sync"


@pytest.mark.parametrize(
    ("integration", "text", "told"),
    [
        ("greenhouse", "client:acme", "Greenhouse never gives a job's client"),
        ("greenhouse", "department:nowhere is:open", "No job of greenhouse has nowhere as its department"),
        ("greenhouse", "custom.absent:x", "No job of greenhouse has x as its custom.absent"),
        ("greenhouse", "zzzzzz", ""),
    ],
)
def test_a_filter_that_can_match_nothing_says_why(integration: str, text: str, told: str, run: Jobsync) -> None:
    ended = run("jobs", "-i", integration, "--filter", text)
    assert (ended.code, ended.out) == (0, "")
    assert told in ended.err
    assert ("never gives" in ended.err or "as its" in ended.err) == bool(told)
