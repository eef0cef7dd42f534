"""Undo, adopt, backup, prune and the impact of rules, against ATSs behind real sockets."""

from __future__ import annotations

import asyncio
import re
import sqlite3
import stat
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from jobsync_tui.backend.sandbox import scenario
from tests.cli.company import Company, at_work, lines, open_company
from tests.cli.conftest import Jobsync
from tests.support.pty import in_terminal

COUNTS = ["newly_eligible", "no_longer_eligible", "reconfigured", "unchanged", "would_create", "would_update", "left_behind"]


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    with open_company(tmp_path_factory.mktemp("company"), jobs=120) as opened:
        yield opened


@pytest.fixture
def run(jobsync: Jobsync, company: Company) -> Jobsync:
    return at_work(company, jobsync)


def edit(company: Company, target_id: str, **fields: str) -> None:
    async def change() -> None:
        async with company.sandbox.target() as target:
            await target.edit(target_id, dict(fields))

    asyncio.run(change())


def test_an_update_is_undone_once_and_a_create_never(run: Jobsync, company: Company) -> None:
    arguments = ("sync", "-i", "greenhouse", company.job_id(scenario.SALES_SCRIPT), "--yes", "--json")
    created = run(*arguments).json
    barred = run("undo", created["operation_id"], "--dry-run", "--json")
    assert barred.code == 3
    assert barred.json["error"]["code"] == "create_not_undone"

    edit(company, created["target_id"], folder="Somebody else's")
    updated = run(*arguments).json
    assert updated["outcome"] == "updated"
    undo = ("undo", updated["operation_id"])
    job_id = company.job_id(scenario.SALES_SCRIPT)
    assert updated["operation_id"] in run("audit").out
    for named in (("--job", job_id), ("--job", f"greenhouse:{job_id}"), ("-i", "greenhouse", "--job", f"greenhouse:{job_id}")):
        assert {row["job_id"] for row in lines(run("audit", *named, "--json"))} == {job_id}
    assert lines(run("audit", "--job", f"nowhere:{job_id}", "--json")) == []
    assert run(*undo).code == 2
    assert run(*undo, "--yes", "--dry-run").code == 2
    planned = run(*undo, "--dry-run", "--json")
    assert planned.code == 0
    assert planned.json["outcome"] == "planned"
    assert [each["field"] for each in planned.json["changes"]] == ["folder"]
    dry = run(*undo, "--dry-run").out
    assert "folder" in dry
    assert "not synced automatically until" in dry

    undone = run(*undo, "--yes", "--json")
    assert undone.code == 0
    assert undone.json["outcome"] == "updated"
    assert undone.json["changes"][0]["after"] == "Somebody else's"
    listed = run("jobs", "-i", "greenhouse", "--filter", "is:undone", "--json").json
    assert (listed["id"], listed["sync_status"]) == (company.job_id(scenario.SALES_SCRIPT), "undone")
    again = run(*undo, "--yes", "--json")
    assert again.code == 3
    assert again.json["error"]["code"] == "changed_since"
    unknown = run("undo", "no-such-operation", "--yes", "--json")
    assert unknown.code == 2
    assert unknown.json["error"]["code"] == "usage"


def test_a_job_that_the_target_has_is_linked_and_then_updated(run: Jobsync, company: Company) -> None:
    job_id = company.job_id(scenario.ICU_TRAVEL)
    name = run("jobs", "-i", "jobvite", "--filter", job_id, "--json").json["name"]

    async def imported_before() -> str:
        async with company.sandbox.target() as target:
            made = await target.create(job_id, {"name": name}, idempotency_key="earlier-import")
            return made.id

    target_id = asyncio.run(imported_before())
    assert run("adopt", "-i", "jobvite").code == 2
    found = run("adopt", "-i", "jobvite", "--dry-run", "--json")
    assert found.code == 0
    assert [(each["job_id"], each["target_id"]) for each in found.json["links"]] == [(job_id, target_id)]
    assert found.json["results"] == []
    assert target_id in run("adopt", "--dry-run").out

    made = run("adopt", "-i", "jobvite", "--yes", "--json")
    assert made.code == 0
    assert [each["target_id"] for each in made.json["results"]] == [target_id]
    assert run("adopt", "--yes", "--json").json["links"] == []
    synced = run("sync", "-i", "jobvite", job_id, "--yes", "--json").json
    assert (synced["outcome"], synced["target_id"]) == ("updated", target_id)


def test_a_backup_is_whole_private_and_in_nobody_s_place(run: Jobsync, company: Company, tmp_path: Path) -> None:
    file = tmp_path / "monday.db"
    made = run("backup", str(file), "--json")
    assert made.code == 0
    assert made.json["database"] == str(file)
    beside = Path(made.json["target"])
    assert sorted(path.name for path in tmp_path.iterdir() if path.name != "home") == sorted([file.name, beside.name])
    for each in (file, beside):
        assert stat.S_IMODE(each.stat().st_mode) == 0o600
        with closing(sqlite3.connect(each)) as copy, copy:
            assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        copy.close()
    with closing(sqlite3.connect(file)) as copy, copy:
        (rows,) = copy.execute("SELECT COUNT(*) FROM audit").fetchone()
    copy.close()
    assert rows >= 1
    assert made.err == "", "progress is for terminals"
    before = file.read_bytes()
    again = run("backup", str(file), "--json")
    assert again.code == 2
    assert "exists already" in again.json["error"]["message"]
    assert file.read_bytes() == before
    for name, dangling in (("linked.db", "linked.db"), ("other.db", "other.target.db")):
        (tmp_path / dangling).symlink_to(tmp_path / "elsewhere.db")
        followed = run("backup", str(tmp_path / name), "--json")
        assert followed.code == 2, (name, followed)
        assert (followed.code, "exists already" in followed.json["error"]["message"]) == (2, True)
        assert not (tmp_path / "elsewhere.db").exists()
        (tmp_path / dangling).unlink()
        assert not (tmp_path / name).exists()
    command = [sys.executable, "-m", "jobsync_tui", "-c", str(company.config), "backup", str(tmp_path / "tuesday.db")]
    with in_terminal(command) as terminal:
        assert terminal.wait_for_end() == 0
        assert re.search(rb"copied [\d,]+ of [\d,]+ pages", terminal.output)
    nowhere = run("backup", str(tmp_path / "nowhere" / "x.db"), "--json")
    assert (nowhere.code, nowhere.json["error"]["code"]) == (2, "usage")


def test_prune_takes_nothing_that_is_young_and_is_recorded(run: Jobsync) -> None:
    before = len(lines(run("audit", "--json")))
    assert run("prune", "--json").json == {"removed": 0, "operations": 0, "requests": 0, "kept": "365d"}
    refused = run("prune", "--keep", "0s", "--json")
    assert (refused.code, refused.json["error"]["message"]) == (2, "The last 30 days of the record are always kept")
    assert run("prune", "--keep", "30d", "--json").json["removed"] == 0
    assert len(lines(run("audit", "--json"))) > before
    assert run("audit", "--verify", "--json").json["ok"] is True
    assert "prune" in {row["action"] for row in lines(run("audit", "--json"))}
    assert run("prune", "--keep", "soon", "--json").code == 2


def test_the_head_of_the_record_is_printed_and_expected_later(run: Jobsync) -> None:
    found = run("audit", "--verify", "--json").json
    head = f"{found['rows']}:{found['hash']}"
    assert f"head: {head}" in run("audit", "--verify").out
    run("prune")
    later = run("audit", "--expect", head, "--json")
    assert (later.code, later.json["ok"]) == (0, True)
    assert later.json["rows"] > found["rows"]
    for wrong in (f"{found['rows']}:{'0' * 64}", f"{found['rows'] + 1000}:{found['hash']}"):
        broken = run("audit", "--verify", "--expect", wrong, "--json")
        assert (broken.code, broken.json["ok"]) == (1, False)
    for senseless in ("7", "x:y", f"-1:{found['hash']}", f"1:{found['hash']}0", "1:", ""):
        assert run("audit", "--verify", "--expect", senseless, "--json").code == 2


def test_what_belongs_to_all_is_not_for_one_who_may_use_a_part(run: Jobsync, company: Company, tmp_path: Path) -> None:
    before = company.config.read_text()
    company.restore(before + '\n[[admins]]\nuser = "part"\nintegrations = ["greenhouse"]\n')
    try:
        for command in (("prune",), ("backup", str(tmp_path / "x.db"))):
            refused = run(*command, "--as", "part", "--json")
            assert refused.code == 5
        assert not (tmp_path / "x.db").exists()
        found = run("rules", "impact", str(company.config.with_name("rules.yaml")), "--as", "part", "--json").json
        assert list(found["by_integration"]) == ["greenhouse"]
        assert found["among"] == sum(found[name] for name in COUNTS[:4]) > 0
    finally:
        company.restore(before)


def test_the_impact_of_a_file_is_what_the_checks_say_after_its_import(run: Jobsync, tmp_path: Path) -> None:
    def eligible() -> set[str]:
        return {f"{each['integration']}:{each['id']}" for each in lines(run("jobs", "--filter", "is:eligible", "--json"))}

    before = eligible()
    file = tmp_path / "nurses.yaml"
    file.write_text("rules:\n  - {name: All nurses, when: {field: name, op: contains, value: nurse}, actions: [{folder: Nurses}]}\n")
    ended = run("rules", "impact", str(file), "--json")
    assert ended.code == 0
    found = ended.json
    assert [*COUNTS, "by_integration", "sample", "among"] == list(found)
    for name in COUNTS:
        assert found[name] == sum(each[name] for each in found["by_integration"].values())
    assert sum(found[name] for name in COUNTS[:4]) == len(lines(run("jobs", "--json")))
    assert found["newly_eligible"] > 0
    assert found["sample"][0]["before"]["eligible"] is False
    assert found["sample"][0]["after"]["rules"] == ["All nurses"]
    assert eligible() == before, "the file is only looked at"

    assert run("rules", "import", str(file)).code == 0
    after = eligible()
    assert found["newly_eligible"] == len(after - before)
    assert found["no_longer_eligible"] == len(before - after)
    assert {f"{each['integration']}:{each['id']}" for each in found["sample"] if each["after"]["eligible"]} <= after
    nothing = run("rules", "impact", str(file), "--json").json
    assert (nothing["newly_eligible"], nothing["reconfigured"], nothing["sample"]) == (0, 0, [])
    assert "newly eligible" in run("rules", "impact", str(file)).out
    assert run("rules", "impact", str(tmp_path / "none.yaml"), "--json").code == 2


def test_a_dry_run_of_several_leaves_a_row_for_each(run: Jobsync, company: Company) -> None:
    ids = [company.job_id(scenario.SALES_SCRIPT), company.job_id(scenario.CLOSED)]
    planned = run("sync", "-i", "greenhouse", *ids, "--dry-run", "--json")
    assert [each["job"]["id"] for each in planned.json["results"]] == ids
    for job_id, result in zip(ids, planned.json["results"], strict=True):
        assert lines(run("audit", "--job", job_id, "--limit", "1", "--json"))[0]["outcome"] == result["outcome"]
    assert planned.json["plan_digest"] in run("sync", "-i", "greenhouse", *ids, "--dry-run").out


def test_an_integration_takes_its_jobs_to_another_id(run: Jobsync, company: Company) -> None:
    assert run("integrations", "rename", "crelate", "agency", "--yes", "--json").code == 2
    jobs = lines(run("jobs", "-i", "crelate", "--json"))
    eligible = lines(run("jobs", "-i", "crelate", "--filter", "is:eligible", "--json"))
    assert {each["integration"] for each in eligible} == {"crelate"}
    before = company.rewrite('id = "crelate"', 'id = "agency"')
    try:
        assert run("integrations", "rename", "crelate", "agency").code == 2, "nobody can be asked"
        planned = run("integrations", "rename", "crelate", "agency", "--dry-run", "--json")
        assert (planned.code, planned.json["jobs"], planned.json["links"], planned.json["finished"]) == (0, len(jobs), [], False)
        renamed = run("integrations", "rename", "crelate", "agency", "--yes", "--json")
        assert (renamed.code, renamed.json["jobs"], renamed.json["finished"]) == (0, len(jobs), True)
        assert renamed.json["rules"] == planned.json["rules"]
        moved = lines(run("jobs", "-i", "agency", "--json"))
        assert [{**each, "integration": "crelate"} for each in moved] == jobs
        again = lines(run("jobs", "-i", "agency", "--filter", "is:eligible", "--json"))
        assert {each["id"] for each in again} == {each["id"] for each in eligible}, "rules that ask for the integration ask for its new id"
        assert lines(run("audit", "--limit", "1", "--json"))[0]["action"] == "rename"
        assert run("audit", "--verify", "--json").json["ok"] is True
        assert run("refresh", "-i", "agency", "--json").json["added"] == 0
        assert run("integrations", "rename", "crelate", "agency", "--yes", "--json").code == 2
    finally:
        company.restore(before)
    assert run("integrations", "rename", "agency", "crelate", "--yes").code == 0


def test_the_jobs_that_the_target_knows_follow_to_the_new_id(run: Jobsync, company: Company) -> None:
    job_id = company.job_id(scenario.SALES_SCRIPT)
    run("sync", "-i", "greenhouse", job_id, "--yes")
    before = company.rewrite('id = "greenhouse"', 'id = "technology"')
    try:
        shown = run("integrations", "rename", "greenhouse", "technology", "--dry-run")
        assert f"greenhouse:{job_id}" in shown.out
        assert f"technology:{job_id}" in shown.out
        renamed = run("integrations", "rename", "greenhouse", "technology", "--yes", "--json")
        assert (renamed.code, renamed.json["summary"], renamed.json["finished"]) == (0, {"updated": 1}, True)
        again = run("sync", "-i", "technology", job_id, "--yes", "--json")
        assert (again.json["outcome"], again.json["written"]) == ("unchanged", False)
        actions = [(row["action"], row["integration"]) for row in lines(run("audit", "--job", job_id, "--json"))]
        assert actions[:3] == [("sync", "technology"), ("rename", "technology"), ("sync", "greenhouse")]
    finally:
        company.restore(before)
    assert "1 of 1 renamed in the target" in run("integrations", "rename", "technology", "greenhouse", "--yes").out
    assert len(lines(run("jobs", "-i", "greenhouse", "--filter", "is:synced", "--json"))) == 1
