"""Rules by the commands: looked over, foreseen, shadowed, compared, restored, and how far they reach."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Ended, Jobsync
from tests.services.workshop import CONFIG, job_line, write_jobs

RULES = """
rules:
  - {name: Oslo, when: {field: location.city, op: equals, value: Oslo}, actions: [{folder: North}]}
  - {name: Care, priority: 200, when: {field: department, op: equals, value: Care}, actions: [{folder: Care}]}
"""
PARIS = "rules:\n  - {name: Oslo, when: {field: location.city, op: equals, value: Paris}, actions: [{folder: North}]}\n"
ROME = """
rules:
  - {name: Data in Rome, when: {all: [{field: department, op: equals, value: Data}, {field: location.city, op: equals, value: Rome}]}}
"""
OPENED = "rules:\n  - {name: Opened, when: {field: status, op: equals, value: opened}, actions: [{folder: North}]}\n"

Run = Callable[..., Ended]


@pytest.fixture
def run(jobsync: Jobsync, tmp_path: Path) -> Run:
    """Run commands on twelve jobs and two rules. A text that looks like YAML becomes a file."""
    config = tmp_path / "jobsync.toml"
    config.write_text(CONFIG.format(url=f"sqlite:///{tmp_path}/jobsync.db").partition("[[admins]]")[0], encoding="utf-8")
    config.chmod(0o600)
    write_jobs(tmp_path, map(job_line, range(12)))
    texts: dict[str, str] = {}

    def call(*arguments: str) -> Ended:
        words = []
        for argument in arguments:
            if argument.lstrip().startswith("rules:"):
                file = texts.setdefault(argument, f"{tmp_path}/{len(texts)}.yaml")
                Path(file).write_text(argument, encoding="utf-8")
                words.append(file)
            else:
                words.append(argument)
        return jobsync("--config", str(config), *words)

    assert call("refresh").code == 0
    assert call("rules", "import", RULES).code == 0
    return call


def test_validate_looks_a_file_and_the_rules_in_force_over(run: Run) -> None:
    found = run("rules", "validate", OPENED, "--json").json
    assert (found["valid"], found["rules"], found["jobs"], found["unasked"]) == (True, 1, 12, None)
    assert [(each["kind"], each["rule"], each["place"]) for each in found["findings"]] == [
        ("impossible_value", "opened", "when"),
        ("never_matches", "opened", "when"),
    ]
    words = run("rules", "validate", OPENED)
    assert words.code == 0
    assert "status can never be opened." in words.out
    assert "Did you mean open?" in words.out
    assert run("rules", "validate", "--json").json["findings"] == []
    assert run("rules", "validate", "rules:\n  - {name: X, when: {field: nothing, op: is_set}}\n").code == 2


def test_an_import_says_what_is_probably_not_meant_so(run: Run) -> None:
    ended = run("rules", "import", OPENED, "--json")
    assert [each["kind"] for each in ended.json["findings"]] == ["impossible_value", "never_matches"]
    assert "status can never be opened." in ended.err
    again = run("rules", "import", OPENED, "--json")
    assert (again.json["added"], again.json["unchanged"]) == ([], ["opened"])
    assert again.json["findings"] == ended.json["findings"]


def test_a_file_without_a_name_is_said(run: Run) -> None:
    ended = run("rules", "impact", "")
    assert (ended.code, ended.err.splitlines()) == (
        2,
        ["jobsync: The name of the file is empty", "         Name a file, or - for standard input"],
    )


def test_a_field_that_no_rule_sets_is_refused_and_the_fields_are_named(run: Run) -> None:
    bogus = run("rules", "impact", PARIS, "--list", "reconfigured", "--field", "bogus")
    assert bogus.code == 2
    assert "Rules set no field 'bogus' on a job" in bogus.err
    assert "The fields are folder, follow_up_user, interview_instructions, template_type, templates" in bogus.err
    assert run("rules", "impact", PARIS, "--list", "reconfigured", "--field", "templates").code == 0
    assert run("rules", "impact", PARIS, "--list", "reconfigured", "--field", "settings.voice").code == 2
    voice = PARIS.replace("actions: [", "actions: [{setting: {name: voice, value: calm}}, ")
    assert run("rules", "impact", voice, "--list", "reconfigured", "--field", "settings.voice").code == 0


def test_impact_gives_its_lists_and_single_jobs(run: Run) -> None:
    listed = run("rules", "impact", PARIS, "--list", "newly_eligible", "--json").out.splitlines()
    assert len(listed) == 2
    assert '"id":"2"' in listed[0]
    assert run("rules", "impact", PARIS, "--list", "reconfigured", "--field", "folder", "--filter", "7", "--json").out.count("\n") == 1
    assert "newly eligible" in run("rules", "impact", PARIS, "--list", "would_create").out
    (integration,) = (each["id"] for each in run("integrations", "--json").json["integrations"] if each["jobs"])
    assert run("rules", "impact", PARIS, "--list", "newly_eligible", "-i", integration, "--json").out.splitlines() == listed
    assert run("rules", "impact", PARIS, "-i", integration).code == 2
    job = run("rules", "impact", PARIS, "--job", "1", "--json").json
    assert (job["before"]["fields"], job["after"]["fields"]) == ({"folder": "North"}, {"folder": "Care"})
    one = " ".join(run("rules", "impact", PARIS, "--job", "1").out.split())
    assert "1 field differs" in one
    assert "folder before North after Care" in one
    assert "0 fields differ" in run("rules", "impact", PARIS, "--job", "0").out
    assert run("rules", "impact", PARIS, "--job", "none").code == 4
    assert run("rules", "impact", PARIS, "--filter", "7").code == 2


def test_a_shadow_from_the_file_to_the_rules_in_force(run: Run) -> None:
    assert run("rules", "shadow", "add", "south", PARIS).code == 0
    looked = run("rules", "shadow", "look", "south", "--json").json
    assert (looked["counts"]["newly_eligible"], looked["base_revision"]) == (2, 1)
    shown = run("rules", "shadow", "show", "south", "--list", "newly_eligible", "--json").json
    assert (shown["total"], sorted(job["id"] for job in shown["jobs"]), len(shown["looks"])) == (2, ["2", "8"], 1)
    assert "newly eligible" in run("rules", "shadow", "show", "south").out
    assert [each["name"] for each in run("rules", "shadow", "list", "--json").json["shadows"]] == ["south"]
    assert "south" in run("rules", "shadow", "list").out
    refused = run("rules", "shadow", "promote", "south", "--json")
    assert (refused.code, refused.json["error"]["code"]) == (2, "number_needed")
    assert run("rules", "shadow", "promote", "south", "--concerns", "8", "--json").json["revision"] == 2
    assert run("rules", "shadow", "drop", "south").code == 2
    assert run("rules", "shadow", "add", "again", PARIS, "--json").code == run("rules", "shadow", "drop", "again").code == 0


def test_revisions_are_compared_and_restored(run: Run) -> None:
    assert run("rules", "import", PARIS).code == 0
    found = run("rules", "diff", "1", "2", "--json").json
    assert [(each["id"], [change["field"] for change in each["changes"]]) for each in found["rules"]] == [("oslo", ["when"])]
    told = run("rules", "diff", "1", "2").out
    assert "- location.city is Oslo" in told
    assert "+ location.city is Paris" in told
    assert run("rules", "restore", "1").code == 2
    assert run("rules", "restore", "1", "--concerns", "8", "--json").json["revision"] == 3
    assert run("rules", "diff", "1", "3", "--json").json["rules"] == []
    assert "restore revision 1" in run("rules", "history").out
    assert run("rules", "diff", "1", "9").code == 2


def test_one_rule_of_an_earlier_revision_is_restored(run: Run) -> None:
    assert run("rules", "import", PARIS).code == 0
    assert run("rules", "delete", "care").code == 0
    document = run("rules", "restore", "1", "--rule", "care", "--concerns", "4", "--json").json
    assert (document["revision"], document["restored"], document["rule"]) == (4, 1, "care")
    assert [rule["name"] for rule in run("rules", "list", "--json").json["rules"]] == ["Oslo", "Care"]
    assert "value: Paris" in run("rules", "show", "oslo").out
    assert "rule oslo of revision 1" in run("rules", "restore", "1", "--rule", "oslo", "--concerns", "8").out
    assert "value: Oslo" in run("rules", "show", "oslo").out
    unknown = run("rules", "restore", "1", "--rule", "nope")
    assert unknown.code == 2
    assert "no rule 'nope' in revision 1" in unknown.err


def test_coverage_says_how_far_the_rules_reach(run: Run) -> None:
    assert run("rules", "coverage", "--near", "--json").json["near"]["jobs"] == 0, "of no rule any condition held"
    assert run("rules", "import", ROME).code == 0
    found = run("rules", "coverage", "--near", "--json").json
    assert (found["coverage"]["jobs"], found["coverage"]["eligible"], found["coverage"]["waiting"]) == (12, 8, 8)
    assert found["coverage"]["by_reason"] == {"no_rule_matched": 4}
    assert found["near"]["jobs"] == 4
    words = run("rules", "coverage", "--near", "--days", "2").out
    assert "12 jobs   ok 8 eligible   4 not" in words
    assert "8 eligible jobs never synced" in words
    assert "LAST 2 DAYS" in words
    assert "location.city were Rome" in words


TESTED = """rules:
  - {name: Oslo, when: {field: location.city, op: equals, value: Oslo}, actions: [{folder: North}]}
tests:
  - {job: {name: x, location.city: Oslo}, expect: {eligible: true, folder: North}}
  - {id: "file:4", expect: {rules: oslo}}
"""


def test_tests_of_rules_are_run_kept_and_hold_a_breaking_import(run: Run) -> None:
    assert run("rules", "test", TESTED).out == "passed  x\npassed  file:4\n2 tests: 2 passed, 0 failed, 0 not run\n"
    assert run("rules", "test").out == "0 tests: 0 passed, 0 failed, 0 not run\n", "nothing was kept"
    assert "2 tests kept\n" in run("rules", "import", TESTED).out
    found = run("rules", "test", PARIS, "--json")
    assert found.code == 2
    assert (found.json["passed"], found.json["failed"]) == (0, 2)
    assert found.json["tests"][1]["unexpected"][0] == {"what": "eligible", "expected": "yes", "actual": "no"}
    refused = run("rules", "import", PARIS)
    assert refused.code == 2
    assert "The rules would break 2 tests: file:4: rules is none, expected oslo" in refused.err
    assert "--break-tests" in refused.err
    assert run("rules", "import", PARIS, "--json").json["error"]["code"] == "tests_broken"
    assert run("rules", "import", PARIS, "--break-tests").code == 0
    assert run("rules", "test").code == 2
    assert run("rules", "test", "--forget", "x", "--forget", "file:4").out == "2 tests kept no longer: file:4, x\n"
    assert run("rules", "test", "--json").json == {"passed": 0, "failed": 0, "not_run": 0, "tests": []}
