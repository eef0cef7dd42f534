"""``views`` and ``jobs --view``: what was saved is listed again, in its columns, narrowed and turned round as is said."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.company import ME
from tests.cli.conftest import Ended, Jobsync

CONFIG = f"""
[storage]
url = "sqlite:///{{folder}}/jobsync.db"

[[integrations]]
id = "ward"
provider = "file"
path = "ward.csv"

[[integrations]]
id = "mill"
provider = "file"
path = "mill.csv"

[[admins]]
user = "{ME}"
integrations = ["*"]

[[admins]]
user = "alice"
integrations = ["ward"]
"""
WARD = """id,name,client,status,Shift,Req Type
1,ICU Nurse,Mercy,open,nights,new
2,=cmd,Mercy,open,days,old
3,Porter,Other,closed,nights,new
"""


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("views")
    config = folder / "jobsync.toml"
    config.write_text(CONFIG.format(folder=folder))
    config.chmod(0o600)
    (folder / "ward.csv").write_text(WARD)
    (folder / "mill.csv").write_text("id,name,client,status,Shift,Req Type\n7,Nurse at the mill,Mill,open,nights,new\n")
    return config


@pytest.fixture
def run(jobsync: Jobsync, config: Path) -> Jobsync:
    def call(*arguments: str) -> Ended:
        return jobsync("-c", str(config), *arguments)

    if not config.with_name("jobsync.db").exists():
        assert call("refresh").code == 0
    return call


def test_a_view_is_listed_in_its_columns_and_narrowed_and_turned_round(run: Jobsync) -> None:
    saved = run(
        "views", "save", "open", "--filter", "is:open", "--sort", "name", "--columns", 'id,custom.shift,custom."Req Type"', "--json"
    )
    assert saved.code == 0, saved
    assert saved.json["view"]["columns"] == ["id", "custom.shift", "custom.Req Type"]
    assert run("jobs", "--view", "open", "--csv").out == "id,custom.shift,custom.Req Type\n2,days,old\n1,nights,new\n7,nights,new\n"
    assert run("jobs", "--view", "open", "--sort", "-name", "--csv").out.split() == [
        "id,custom.shift,custom.Req",
        "Type",
        "7,nights,new",
        "1,nights,new",
        "2,days,old",
    ]
    assert run("jobs", "--view", "open", "--filter", "nurse -integration:mill", "--csv").out.splitlines()[1:] == ["1,nights,new"]
    assert run("jobs", "--view", "open", "-i", "mill").out.splitlines()[1].split() == ["7", "nights", "new"]
    documents = [json.loads(line) for line in run("jobs", "--view", "open", "--json").out.splitlines()]
    assert [each["id"] for each in documents] == ["2", "1", "7"]
    assert {"name", "custom", "sync_status"} <= set(documents[0])


def test_formulas_are_defused_in_the_columns_of_a_view_and_in_their_headings(run: Jobsync) -> None:
    assert run("views", "save", "odd", "--columns", "name,custom.=Shift", "-i", "ward").code == 0
    printed = run("jobs", "--view", "odd", "--filter", "=cmd", "--csv").out
    assert printed.splitlines()[1] == "'=cmd,"


def test_a_view_says_which_integrations_it_is_for(run: Jobsync) -> None:
    assert run("views", "save", "wards", "-i", "ward", "--shared").code == 0
    assert {each["integration"] for each in map(json.loads, run("jobs", "--view", "wards", "--json").out.splitlines())} == {"ward"}
    other = run("jobs", "--view", "wards", "-i", "mill", "--json")
    assert (other.code, other.json["error"]["code"]) == (2, "usage")
    assert run("--as", "alice", "jobs", "--view", "wards").code == 0
    for words in (("views", "delete", "wards"), ("views", "rename", "wards", "x"), ("views", "save", "wards")):
        assert run("--as", "alice", *words).code == 5
    assert run("views", "delete", "wards", "--json").json["deleted"]["name"] == "wards"
    assert run("jobs", "--view", "wards").code == 2


@pytest.mark.parametrize("columns", ["nam", "name,,id", 'custom."x', "name,name"])
def test_wrong_columns_are_refused_in_words(run: Jobsync, columns: str) -> None:
    refused = run("views", "save", "x", "--columns", columns, "--json")
    assert (refused.code, refused.json["error"]["code"]) == (2, "usage")


def test_a_view_whose_rule_is_gone_says_so_and_lists_nothing(run: Jobsync, tmp_path: Path) -> None:
    rules = tmp_path / "rules.yaml"
    rules.write_text("rules: [ { id: night, name: Night, actions: [ { folder: A } ] } ]")
    assert run("rules", "import", str(rules)).code == 0
    assert run("views", "save", "by rule", "--filter", "rule:night").code == 0
    assert run("rules", "delete", "night").code == 0
    gone = run("jobs", "--view", "by rule", "--json")
    assert gone.code == 2
    assert "night is not a known rule" in gone.json["error"]["message"]
    assert "by rule cannot be used" in run("views", "list").err
