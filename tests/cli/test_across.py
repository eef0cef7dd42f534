"""Commands over several integrations: those that are named, or all, and jobs that are named with their integration."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Ended, Jobsync

CONFIG = """
[storage]
url = "sqlite:///{folder}/jobsync.db"

[[integrations]]
id = "ward"
provider = "file"
path = "ward.csv"

[[integrations]]
id = "clinic"
provider = "file"
path = "clinic.csv"

[[integrations]]
id = "attic"
provider = "file"
path = "attic.csv"
read_only = true
"""
FILES = {
    "ward": "id,name,status\n1,ICU Nurse,open\n2,Porter,open\n",
    "clinic": "id,name,status\n1,Lead Nurse,open\n2,Surgeon,closed\n",
    "attic": "id,name,status\n1,Old Nurse,open\n2,Janitor,open\n",
}
RULES = "rules: [ { name: Everything, actions: [ { folder: Inbox } ] } ]"


@pytest.fixture
def run(jobsync: Jobsync, tmp_path: Path) -> Jobsync:
    config = tmp_path / "jobsync.toml"
    config.write_text(CONFIG.format(folder=tmp_path))
    config.chmod(0o600)
    for integration, text in FILES.items():
        (tmp_path / f"{integration}.csv").write_text(text)
    (tmp_path / "rules.yaml").write_text(RULES)

    def call(*arguments: str) -> Ended:
        return jobsync("-c", str(config), *arguments)

    assert call("refresh").code == 0
    assert call("rules", "import", str(tmp_path / "rules.yaml")).code == 0
    return call


def listed(ended: Ended) -> list[tuple[str, str]]:
    assert ended.code == 0, ended.out
    return [(job["integration"], job["id"]) for job in map(json.loads, ended.out.splitlines())]


def outcomes(ended: Ended) -> dict[tuple[str, str], str]:
    return {(each["integration"], each["job"]["id"]): each["outcome"] for each in ended.json["results"]}


def test_jobs_of_the_integrations_that_are_named_are_one_list(run: Jobsync) -> None:
    by_name = ("--filter", "nurse", "--sort", "name", "--json")
    assert listed(run("jobs", *by_name)) == listed(run("jobs", "-i", "*", *by_name)) == [("ward", "1"), ("clinic", "1"), ("attic", "1")]
    assert listed(run("jobs", "-i", "attic", "-i", "ward", *by_name)) == [("ward", "1"), ("attic", "1")]
    assert listed(run("jobs", "-i", "ward", *by_name)) == [("ward", "1")]
    unknown = run("jobs", "-i", "ward", "-i", "cellar", "--json")
    assert (unknown.code, unknown.json["error"]["code"]) == (2, "usage")


def test_a_view_of_some_integrations_is_narrowed_and_not_widened(run: Jobsync) -> None:
    assert run("views", "save", "open", "--filter", "is:open", "-i", "ward", "-i", "clinic").code == 0
    view = ("--view", "open", "--sort", "name", "--json")
    assert listed(run("jobs", *view)) == [("ward", "1"), ("clinic", "1"), ("ward", "2")]
    assert listed(run("jobs", "-i", "clinic", "-i", "attic", *view)) == [("clinic", "1")]
    assert run("jobs", "-i", "attic", *view).code == 2


def test_jobs_are_named_with_their_integration_where_none_is_named(run: Jobsync) -> None:
    found = run("check", "ward:1", "clinic:2", "--json")
    assert [(each["integration"], each["job"]["id"]) for each in found.json["results"]] == [("ward", "1"), ("clinic", "2")]
    for words in (["check"], ["sync", "--dry-run"], ["fetch"]):
        for which in (["-i", "ward"], []):
            assert run(*words, *which, "ward:1", "--json").json["job"]["id"] == "1", words
    single = run("check", "clinic:1", "--json")
    assert (single.json["integration"], single.json["job"]["name"]) == ("clinic", "Lead Nurse")
    for command in (("check", "ward:1", "2"), ("check", "cellar:1"), ("sync", "1", "--yes"), ("sync", "--all", "--yes")):
        unclear = run(*command, "--json")
        assert (unclear.code, unclear.json["error"]["message"]) == (2, "Say which integration is meant")
        assert "INTEGRATION:ID" in unclear.json["error"]["remedy"]
    twice = run("sync", "-i", "ward", "-i", "clinic", "1", "--yes", "--json")
    assert (twice.code, "INTEGRATION:ID" in twice.json["error"]["remedy"]) == (2, True)
    written = run("sync", "ward:2", "clinic:1", "--yes", "--json")
    assert outcomes(written) == {("ward", "2"): "created", ("clinic", "1"): "created"}


def test_all_integrations_are_synced_where_that_is_said_and_a_read_only_one_keeps_nothing_from_the_others(run: Jobsync) -> None:
    planned = run("sync", "-i", "*", "--filter", "nurse", "--dry-run", "--json")
    assert outcomes(planned) == {("ward", "1"): "planned", ("clinic", "1"): "planned", ("attic", "1"): "refused"}
    assert planned.code == 5, "an access that was denied is the worst of them"
    words = run("sync", "-i", "*", "--filter", "nurse", "--dry-run")
    assert "ward    1 job   1 create" in words.out
    assert "attic is read-only" in words.out
    digest = planned.json["plan_digest"]
    written = run("sync", "-i", "*", "--filter", "nurse", "--plan", digest, "--yes", "--json")
    assert outcomes(written) == {("ward", "1"): "created", ("clinic", "1"): "created", ("attic", "1"): "refused"}
    assert written.json["plan_digest"] == digest
    record = [json.loads(row) for row in run("audit", "--job", "attic:1", "--json").out.splitlines()]
    assert {row["outcome"] for row in record} == {"refused"}
    alone = run("sync", "-i", "attic", "1", "2", "--yes", "--json")
    assert (alone.code, alone.json["error"]["code"]) == (5, "access_denied")


def test_a_filter_over_all_that_takes_in_everything_of_some_is_refused(run: Jobsync) -> None:
    for text in ("integration:ward", "-zzzz", "is:never"):
        refused = run("sync", "-i", "*", "--filter", text, "--yes", "--json")
        assert (refused.code, "every job" in refused.json["error"]["message"]) == (2, True), text
    assert outcomes(run("sync", "-i", "ward", "-i", "clinic", "--filter", "is:open", "--yes", "--json")) == {
        ("ward", "1"): "created",
        ("ward", "2"): "created",
        ("clinic", "1"): "created",
    }
