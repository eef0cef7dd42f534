"""Tests of rules as they are kept: run before every change of the rules, and changed by those whose jobs they are about."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from jobsync_tui.backend.core.errors import AccessDenied, BrokenTests, UsageError
from jobsync_tui.backend.core.models import Action, ActionKind, Expectation, Leaf, Op, Rule, RuleTest
from jobsync_tui.backend.database import Database
from jobsync_tui.backend.rules import dump_rules, load_rules_file
from jobsync_tui.backend.services.backend import Backend
from jobsync_tui.backend.storage.migrations import SCHEMA
from jobsync_tui.backend.storage.rules.tests import RuleTestStore, give, put
from tests.services.test_rule_authority import hers, opened
from tests.services.workshop import workshop
from tests.support.databases import Kind, url_at

NORTH = (Action(ActionKind.FOLDER, "North"),)
OSLO = Rule("oslo", "Oslo", Leaf("location.city", Op.EQUALS, "Oslo"), NORTH)
PARIS = Rule("oslo", "Oslo", Leaf("location.city", Op.EQUALS, "Paris"), NORTH)
IN_OSLO = RuleTest(name="in Oslo", fields={"name": "x", "location.city": "Oslo"}, expect=Expectation(eligible=True, folder="North"))
JOB_1 = RuleTest(
    name="1 Job 1", integration="file", job_id="1", expect=Expectation(eligible=True, rules=("oslo",), templates=(), folder="North")
)
GONE = RuleTest(name="gone", integration="file", job_id="999", expect=Expectation(eligible=True))

Change = Callable[[Backend, bool], Awaitable[object]]


async def test_they_are_kept_with_an_import_and_come_back_with_an_export(tmp_path: Path, on_each_database: Kind) -> None:
    async with workshop(tmp_path) as backend:
        report = await backend.rules.import_text(dump_rules([OSLO], [IN_OSLO, GONE]), "x")
        assert report.tests == ("in Oslo", "gone")
        assert await backend.rule_tests.list() == (GONE, IN_OSLO)
        assert load_rules_file(await backend.rules.export(), "x").tests == (GONE, IN_OSLO)
        results = await backend.rule_tests.run()
        assert [(each.test.name, each.passed) for each in results] == [("gone", None), ("in Oslo", True)]
        assert (await backend.rules.current()).revision == 1
        await backend.rules.import_text(dump_rules([OSLO], [JOB_1]), "x")
        assert (await backend.rules.current()).revision == 1, "no rule changed"
        assert len(await backend.rule_tests.list()) == 3
        assert [each.action for each in await backend.records.audit(limit=2)] == ["rules test", "rules"]


async def _draft(backend: Backend, break_tests: bool) -> object:
    return await backend.rules.save([PARIS], expected_revision=2, what="x", typed=8, break_tests=break_tests)


async def _promote(backend: Backend, break_tests: bool) -> object:
    if not await backend.shadows.list():
        await backend.shadows.add("shade", [PARIS])
    return await backend.shadows.promote("shade", typed=8, break_tests=break_tests)


CHANGES: dict[str, Change] = {
    "save": _draft,
    "import": lambda backend, break_tests: backend.rules.import_text(dump_rules([PARIS]), "x", break_tests=break_tests),
    "deactivate": lambda backend, break_tests: backend.rules.set_active(["oslo"], active=False, break_tests=break_tests),
    "delete": lambda backend, break_tests: backend.rules.delete(["oslo"], break_tests=break_tests),
    "restore": lambda backend, break_tests: backend.rules.restore(1, typed=8, break_tests=break_tests),
    "promote": _promote,
}


@pytest.mark.parametrize("name", CHANGES)
async def test_a_change_that_breaks_one_is_refused_whatever_makes_it(name: str, tmp_path: Path) -> None:
    change = CHANGES[name]
    async with workshop(tmp_path) as backend:
        await backend.rules.save([PARIS], expected_revision=0, what="begin", typed=4)
        await backend.rules.save([OSLO], expected_revision=1, what="oslo", typed=8)
        await backend.rule_tests.keep([IN_OSLO, JOB_1, GONE])
        with pytest.raises(BrokenTests) as caught:
            await change(backend, False)
        assert "would break 2 tests: 1 Job 1: eligible is no, expected yes, rules is none, expected oslo" in caught.value.message
        assert (await backend.rules.current()).rules == (OSLO,)
        await change(backend, True)
        assert (await backend.rules.current()).rules != (OSLO,)


async def test_one_that_fails_already_holds_nothing_up_and_a_new_one_that_fails_is_refused(tmp_path: Path) -> None:
    async with workshop(tmp_path) as backend:
        await backend.rules.import_text(dump_rules([PARIS]), "x")
        await backend.rule_tests.keep([IN_OSLO])
        await backend.rules.set_active(["oslo"], active=False)
        for rules in ([PARIS], []):
            with pytest.raises(BrokenTests):
                await backend.rules.import_text(dump_rules(rules, [JOB_1]), "x")
        assert await backend.rule_tests.list() == (IN_OSLO,)


async def test_a_test_of_a_job_holds_what_the_rules_say_today(tmp_path: Path) -> None:
    async with workshop(tmp_path) as backend:
        await backend.rules.import_text(dump_rules([OSLO]), "x")
        assert await backend.rule_tests.of_job("file", "1") == JOB_1
        other = await backend.rule_tests.of_job("file", "2")
        assert other.expect == Expectation(eligible=False, rules=())
        with pytest.raises(UsageError, match="is not in the cache"):
            await backend.rule_tests.of_job("file", "999")
        await backend.rule_tests.keep([JOB_1, other])
        assert await backend.rule_tests.drop(["1 Job 1"]) == ("1 Job 1",)
        assert await backend.rule_tests.list() == (other,)
        with pytest.raises(UsageError, match="There is no test"):
            await backend.rule_tests.drop(["1 Job 1"])


async def test_an_integration_that_gets_another_id_takes_its_tests_along(tmp_path: Path) -> None:
    newer = RuleTest(name="gone", integration="new", job_id="1", expect=Expectation(eligible=False))
    async with workshop(tmp_path) as backend:
        await backend.rule_tests.keep([JOB_1, GONE, IN_OSLO])
    database = await Database.open(url_at(tmp_path / "jobsync.db"), SCHEMA)
    try:
        await database.write(lambda db: put(db, [newer], "alice", database.now()))
        await database.write(give, "file", "new")
        moved = await RuleTestStore(database).of(["file", "new"])
    finally:
        await database.close()
    assert moved == (replace(JOB_1, integration="new"), newer, IN_OSLO)


async def test_an_admin_of_some_integrations_sees_and_changes_the_tests_of_those(tmp_path: Path) -> None:
    passing = Expectation(folder="Inbox")
    his = RuleTest(name="his", integration="his", job_id="1", expect=passing)
    same_name = RuleTest(name="his", integration="hers", job_id="1", expect=passing)
    everybody = RuleTest(name="any", fields={"name": "x"}, expect=passing)
    async with opened(tmp_path, "bob") as bob:
        await bob.rule_tests.keep([his, everybody])
    async with hers(tmp_path) as alice:
        assert await alice.rule_tests.list() == (everybody,)
        assert "name: his" not in await alice.rules.export()
        for test in (his, everybody):
            with pytest.raises(AccessDenied):
                await alice.rule_tests.keep([test])
            with pytest.raises(AccessDenied):
                await alice.rules.import_text(dump_rules([], [test]), "x")
        with pytest.raises(AccessDenied):
            await alice.rule_tests.drop(["any"])
        assert (await alice.records.audit(actor="alice"))[0].outcome == "refused"
        assert [each.test.name for each in await alice.rule_tests.run(dump_rules([], [his]), "x")] == ["any"]
        await alice.rule_tests.keep([same_name])
        assert await alice.rule_tests.list() == (everybody, same_name)
    async with opened(tmp_path, "bob") as bob:
        assert {test.key for test in await bob.rule_tests.list()} == {("his", "his"), ("hers", "his"), ("", "any")}
