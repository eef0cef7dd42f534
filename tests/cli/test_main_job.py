"""Every command of the main job against ATSs behind real sockets: documents, exit codes and messages as they are promised."""

from __future__ import annotations

import csv
import io
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from jobsync_tui.backend.sandbox import scenario
from tests.cli.company import ME, Company, at_work, lines, open_company
from tests.cli.conftest import Jobsync

JOB_KEYS = [
    "integration", "id", "name", "status", "ats_status", "location", "locations", "department", "client", "owner", "requisition_id",
    "employment_type", "remote", "visibility", "description", "url", "tags", "custom", "created_at", "updated_at", "sync_status",
    "last_synced", "target_id",
]  # fmt: skip
CHECK_KEYS = {
    "integration", "job", "eligible", "reason", "message", "missing_fields", "template_type", "templates", "matched_rules", "actions",
    "rules", "inactive_rules", "near_misses", "ruleset_revision", "source", "read_at", "automatic", "changed_by",
}  # fmt: skip
SYNC_KEYS = {
    "integration", "job", "eligibility", "outcome", "target_id", "target_url", "changes", "plan_digest", "verified", "written", "error",
    "synced_at", "operation_id", "actor",
}  # fmt: skip


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    with open_company(tmp_path_factory.mktemp("company"), jobs=300) as opened:
        yield opened


@pytest.fixture
def run(jobsync: Jobsync, company: Company) -> Jobsync:
    return at_work(company, jobsync)


def test_integrations(run: Jobsync) -> None:
    found = run("integrations", "--json").json["integrations"]
    assert [each["id"] for each in found] == ["greenhouse", "jobvite", "crelate"]
    assert all(each["jobs"] > 0 and each["state"] == "ok" and each["last_refresh"].endswith("Z") for each in found)
    assert "greenhouse" in run("integrations").out


def test_credentials_that_work(run: Jobsync) -> None:
    ended = run("test", "--json")
    assert ended.code == 0
    assert [each["ok"] for each in ended.json["results"]] == [True, True, True]
    assert run("test", "-i", "jobvite", "--json").json["ok"] is True


def test_a_wrong_key(run: Jobsync, company: Company) -> None:
    secret = company.config.parent / "secrets" / "kombo-key"
    right = secret.read_text()
    try:
        secret.write_text("canary-wrong-key-55ff\n")
        ended = run("test", "-i", "jobvite", "--json")
        assert ended.code == 6
        assert ended.json["error"]["code"] == "credentials_rejected"
        assert ended.json["error"]["remedy"]
        several = run("test", "--json")
        assert several.code == 6
        assert [each["error"] is None for each in several.json["results"]] == [True, False, True]
        words = run("test", "-i", "jobvite")
        assert words.code == 6
        for text in (ended.out, several.out, words.err):
            assert "canary" not in text
    finally:
        secret.write_text(right)


def test_a_secret_that_is_open_to_others_stops_that_integration_only(run: Jobsync, company: Company) -> None:
    secret = company.config.parent / "secrets" / "kombo-key"
    secret.chmod(0o644)
    try:
        assert run("test", "-i", "jobvite", "--json").json["error"]["code"] == "secret_unavailable"
        assert run("test", "-i", "jobvite").code == 2
        assert run("test", "-i", "crelate").code == 0
        assert run("jobs", "-i", "jobvite", "--json", "--limit", "1").code == 0
    finally:
        secret.chmod(0o600)


def test_refresh(run: Jobsync) -> None:
    ended = run("refresh", "-i", "greenhouse", "--json")
    assert ended.code == 0
    assert ended.json["mode"] == "incremental"
    assert ended.json["complete"] is True
    assert run("refresh", "--full", "-i", "greenhouse", "--json").json["mode"] == "full"


def test_jobs_one_object_a_line(run: Jobsync) -> None:
    ended = run("jobs", "--json")
    found = lines(ended)
    assert ended.code == 0
    assert len(found) > 250
    assert all(list(each)[: len(JOB_KEYS)] == JOB_KEYS for each in found)
    assert {each["integration"] for each in found} == {"greenhouse", "jobvite", "crelate"}
    limited = lines(run("jobs", "-i", "jobvite", "--filter", "nurse", "--sort", "name", "--limit", "5", "--json"))
    assert len(limited) == 5
    assert all("nurse" in str(each["name"]).lower() for each in limited)
    assert run("jobs", "--filter", "is:nonsense", "--json").json["error"]["code"] == "filter"
    assert run("jobs", "--filter", "is:nonsense").code == 2


def test_jobs_as_csv_and_as_words(run: Jobsync) -> None:
    rows = list(csv.reader(io.StringIO(run("jobs", "--csv").out)))
    assert rows[0][:3] == ["integration", "id", "name"]
    assert len(rows) > 250
    assert not [cell for row in rows[1:] for cell in row if cell.startswith(("=", "+", "-", "@"))]
    words = run("jobs", "--limit", "3").out.splitlines()
    assert words[0].startswith("NAME")
    assert len(words) == 4


def test_fetch(run: Jobsync, company: Company) -> None:
    job_id = company.job_id(scenario.BERLIN_BACKEND)
    ended = run("fetch", "-i", "greenhouse", job_id, "--json")
    assert ended.code == 0
    assert list(ended.json["job"])[: len(JOB_KEYS)] == JOB_KEYS
    assert job_id in run("fetch", "-i", "greenhouse", job_id).out

    unknown = run("fetch", "-i", "greenhouse", "999999999", "--json")
    assert unknown.code == 4
    assert unknown.json["error"]["message"] == "Job not found in ATS"


def test_which_integration_is_meant(run: Jobsync) -> None:
    ended = run("fetch", "1", "--json")
    assert ended.code == 2
    assert "-i ID" in ended.json["error"]["remedy"]
    assert run("fetch", "-i", "nowhere", "1", "--json").code == 2


def test_check_of_an_eligible_job(run: Jobsync, company: Company) -> None:
    ended = run("check", "-i", "greenhouse", company.job_id(scenario.BERLIN_BACKEND), "--json")
    assert ended.code == 0
    assert set(ended.json) >= CHECK_KEYS
    assert ended.json["eligible"] is True
    assert ended.json["reason"] is None
    assert ended.json["source"] == "cache"
    live = run("check", "-i", "greenhouse", company.job_id(scenario.BERLIN_BACKEND), "--live", "--json")
    assert live.json["source"] == "live"


@pytest.mark.parametrize(
    ("role", "reason", "message"),
    [
        (scenario.CLOSED, "no_rule_matched", "Job does not match any active rules"),
        (scenario.EXCLUDED, "excluded", "Job is excluded by a rule: "),
        (scenario.NAMELESS, "missing_required_fields", "Job is missing required fields: name"),
    ],
)
def test_check_of_one_that_is_not(role: scenario.Role, reason: str, message: str, run: Jobsync, company: Company) -> None:
    ended = run("check", "-i", role.integration, company.job_id(role), "--json")
    assert ended.code == 3
    assert ended.json["reason"] == reason
    assert ended.json["message"].startswith(message)
    words = run("check", "-i", role.integration, company.job_id(role))
    assert words.code == 3
    assert f"x NOT ELIGIBLE   {message}" in words.out


def test_check_of_several(run: Jobsync, company: Company) -> None:
    ids = [company.job_id(scenario.BERLIN_BACKEND), company.job_id(scenario.CLOSED), company.job_id(scenario.BERLIN_BACKEND)]
    ended = run("check", "-i", "greenhouse", *ids, "--json")
    assert ended.code == 3
    assert len(ended.json["results"]) == 2
    assert ended.json["summary"] == {"eligible": 1, "not_eligible": 1}
    with_unknown = run("check", "-i", "greenhouse", *ids, "999999999", "--json")
    assert with_unknown.code == 4
    assert with_unknown.json["results"][-1]["error"]["message"] == "Job not found in ATS"


def test_check_with_the_rules_of_a_file(run: Jobsync, company: Company, tmp_path: Path) -> None:
    file = tmp_path / "try.yaml"
    job_id = company.job_id(scenario.BERLIN_BACKEND)
    file.write_text("rules: []\n")
    ended = run("check", "-i", "greenhouse", job_id, "--rules", str(file), "--json")
    assert ended.code == 3
    assert ended.json["message"] == "No active rules configured"
    file.write_text("rules: [ { name: All, actions: [ { nonsense: 1 } ] } ]\n")
    wrong = run("check", "-i", "greenhouse", job_id, "--rules", str(file), "--json")
    assert wrong.code == 2
    assert wrong.json["error"]["code"] == "rules"
    assert run("check", "-i", "greenhouse", job_id, "--rules", str(tmp_path / "none"), "--json").code == 2


def test_sync_from_plan_to_undisturbed_repetition(run: Jobsync, company: Company) -> None:
    arguments = ("sync", "-i", "greenhouse", company.job_id(scenario.SALES_SCRIPT))
    planned = run(*arguments, "--dry-run", "--json")
    assert planned.code == 0
    assert set(planned.json) >= SYNC_KEYS
    assert planned.json["outcome"] == "planned"
    assert planned.json["written"] is False
    digest = planned.json["plan_digest"]

    assert f"plan {digest}" in run(*arguments, "--dry-run").out
    stale = run(*arguments, "--plan", "0" * len(digest), "--yes", "--json")
    assert stale.code == 7
    assert stale.json["outcome"] == "stale"

    created = run(*arguments, "--plan", digest, "--yes", "--json")
    assert created.code == 0
    assert created.json["outcome"] == "created"
    assert created.json["verified"] is True
    assert created.json["target_id"]
    assert created.json["actor"] == ME

    again = run(*arguments, "--yes", "--json")
    assert again.json["outcome"] == "unchanged"
    assert again.json["changes"] == []
    assert "ok UNCHANGED" in run(*arguments, "--yes").out

    rows = lines(run("audit", "--job", company.job_id(scenario.SALES_SCRIPT), "--json"))
    assert {row["outcome"] for row in rows} >= {"planned", "stale", "created", "unchanged"}
    assert all(row["actor"] == ME for row in rows)
    assert run("audit", "--verify", "--json").json["ok"] is True


def test_sync_of_several_by_filter_and_under_one_digest(run: Jobsync) -> None:
    arguments = ("sync", "-i", "jobvite", "--filter", "icu nurse -is:synced")
    planned = run(*arguments, "--dry-run", "--json")
    assert {"results", "summary", "plan_digest"} == set(planned.json)
    assert planned.json["summary"]["planned"] >= 2
    written = run(*arguments, "--plan", planned.json["plan_digest"], "--yes", "--json")
    assert written.json["summary"]["created"] == planned.json["summary"]["planned"]
    wrong = run("sync", "-i", "jobvite", "--filter", "icu nurse", "--plan", "abc", "--yes", "--json")
    assert wrong.code == 7


def test_sync_that_is_refused_failing_or_of_nothing(run: Jobsync, company: Company) -> None:
    refused = run("sync", "-i", "greenhouse", company.job_id(scenario.CLOSED), "--yes", "--json")
    assert refused.code == 3
    assert refused.json["outcome"] == "refused"
    missing = run("sync", "-i", "greenhouse", "999999999", "--yes", "--json")
    assert missing.code == 4
    assert missing.json["outcome"] == "not_found"
    assert missing.json["error"]["message"] == "Job not found in ATS"
    failing = run("sync", "-i", "greenhouse", company.job_id(scenario.BROKEN), "--yes", "--json")
    assert failing.code == 6
    assert failing.json["error"]["message"].startswith("Failed to sync job: ")
    retried = run("retry", "--json")
    assert retried.code == 6
    assert retried.json["summary"] == {"failed": 1}
    assert run("sync", "-i", "greenhouse", "--filter", "nosuchjobanywhere", "--yes", "--json").json["summary"] == {}


@pytest.mark.parametrize(
    "arguments",
    [
        ["1"],
        ["1", "--dry-run", "--yes"],
        ["1", "--plan", "abc"],
        ["1", "--plan", "abc", "--dry-run"],
        ["--yes"],
        ["1", "--filter", "x", "--yes"],
    ],
)
def test_sync_flags_that_do_not_go_together(arguments: list[str], run: Jobsync) -> None:
    ended = run("sync", "-i", "greenhouse", *arguments, "--json")
    assert ended.code == 2
    assert ended.json["error"]["code"] == "usage"


def test_rules_in_and_out(run: Jobsync, tmp_path: Path) -> None:
    exported = run("rules", "export").out
    file = tmp_path / "rules.yaml"
    file.write_text(exported)
    assert run("rules", "validate", str(file), "--json").json["valid"] is True
    unchanged = run("rules", "import", str(file), "--json").json
    assert unchanged["added"] == unchanged["updated"] == unchanged["deactivated"] == []

    file.write_text(
        "rules: [ { id: passing, name: Passing, when: { field: name, op: contains, value: zzz }, actions: [ { folder: X } ] } ]\n"
    )
    added = run("rules", "import", str(file), "--inactive", "--json").json
    assert added["added"] == ["passing"]
    assert run("rules", "show", "passing", "--json").json["rule"]["active"] is False
    assert run("rules", "activate", "passing", "--json").json["revision"] == added["revision"] + 1
    assert "Passing" in run("rules", "list").out
    assert "contains" in run("rules", "show", "passing").out
    assert run("rules", "deactivate", "passing").code == 0
    assert run("rules", "delete", "passing").code == 0
    assert run("rules", "delete", "passing", "--json").code == 2
    revisions = run("rules", "history", "--json").json["revisions"]
    assert revisions[0]["revision"] == added["revision"] + 3
    assert revisions[0]["actor"] == ME
    assert [each["id"] for each in run("rules", "list", "--json").json["rules"]]

    file.write_text("rules: [ { name: Wrong, when: { field: nonsense, op: equals, value: 1 } } ]\n")
    wrong = run("rules", "validate", str(file), "--json")
    assert wrong.code == 2
    assert wrong.json["error"]["code"] == "rules"


def test_recover_and_leases_with_nothing_open(run: Jobsync) -> None:
    assert run("recover", "--json").json["open"] == 0
    assert run("leases", "--json").json == {"leases": []}
    assert run("leases", "break", "nonsense", "--json").code == 2


COMMANDS_FOR_ADMINS = [
    "integrations", "test", "refresh", "jobs", "fetch 1", "check 1", "sync 1 --yes", "retry", "rules list", "rules export", "rules history",
    "rules show x", "rules activate x", "rules deactivate x", "rules delete x", "rules validate x", "rules import x", "audit",
    "audit --verify", "leases", "leases break x", "recover", "init", "completion bash", "demo --check", "",
]  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS_FOR_ADMINS)
def test_one_who_is_no_admin(command: str, run: Jobsync) -> None:
    ended = run("--as", "mallory", *command.split())
    assert ended.code == 5, ended
    assert ended.out == ""


def test_an_admin_sees_only_what_is_theirs(run: Jobsync, company: Company) -> None:
    before = company.config.read_text(encoding="utf-8")
    company.restore(before + '\n[[admins]]\nuser = "bob"\nintegrations = ["crelate"]\n')
    try:
        assert run("integrations").code == 5, "the owner is not listed any more"
        assert [each["id"] for each in run("integrations", "--as", "bob", "--json").json["integrations"]] == ["crelate"]
        assert {each["integration"] for each in lines(run("--as", "bob", "jobs", "--json"))} == {"crelate"}
        theirs = run("jobs", "-i", "greenhouse", "--as", "bob", "--json")
        unknown = run("jobs", "-i", "nowhere", "--as", "bob", "--json")
        assert theirs.code == unknown.code == 2
        assert theirs.out.replace("greenhouse", "ID") == unknown.out.replace("nowhere", "ID")
        assert run("check", company.job_id(scenario.HOSTILE), "--as", "bob", "--json").code in {0, 3}, "the only one they see needs no -i"
    finally:
        company.restore(before)


def test_what_is_left_on_the_disk_is_private_and_without_secrets(run: Jobsync, company: Company, home: Path) -> None:
    assert run("test").code == 0
    secrets = [path.read_text().strip().encode() for path in (company.config.parent / "secrets").iterdir()]
    files = [path for folder in (company.config.parent, home) for path in folder.rglob("*") if path.is_file()]
    assert any(path.name == "jobsync.log" for path in files)
    for path in files:
        if path.parent.name == "secrets" or path.name in {"ready", "rules.yaml"}:
            continue
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path
        assert not [secret for secret in secrets if secret in path.read_bytes()], path
