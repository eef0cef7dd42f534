"""What an editor asks while a rule is written: how many cached jobs meet its conditions, and which id it gets."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from jobsync_tui.backend.access.access import Actor
from jobsync_tui.backend.assessment import rule_matches
from jobsync_tui.backend.assessment.evaluator import columns_of
from jobsync_tui.backend.core.errors import AccessDenied, RuleError
from jobsync_tui.backend.core.models import Action, ActionKind, AllOf, Leaf, Not, Op, Rule
from jobsync_tui.backend.services.backend import Backend
from jobsync_tui.backend.settings.loader import load_settings
from tests.services.workshop import COLUMNS, workshop

pytestmark = pytest.mark.usefixtures("on_each_database")

OSLO = Rule("oslo", "Oslo", Leaf("location.city", Op.EQUALS, "Oslo"), (Action(ActionKind.FOLDER, "North"),))
CARE = Rule("care", "Care", Leaf("department", Op.EQUALS, "Care"), (Action(ActionKind.FOLDER, "Care"),))

ANOTHER = """
[[integrations]]
id = "other"
provider = "file"
path = "others.csv"

[[admins]]
user = "carol"
integrations = ["other"]
"""


@pytest.fixture
async def backend(tmp_path: Path) -> AsyncIterator[Backend]:
    async with workshop(tmp_path) as opened:
        await opened.rules.save([OSLO], expected_revision=0, what="begin", typed=4)
        yield opened


async def test_each_rule_is_counted_for_itself_and_in_the_order_of_the_question(backend: Backend) -> None:
    both = AllOf((OSLO.when, CARE.when)) if OSLO.when and CARE.when else None
    asked = [
        CARE,
        replace(OSLO, active=False),
        replace(CARE, fallback=True),
        replace(OSLO, actions=(Action(ActionKind.EXCLUDE, value=True),)),
        replace(OSLO, when=both),
        replace(OSLO, when=None),
        replace(OSLO, when=Not(Leaf("client", Op.EQUALS, "Acme"))),
        replace(OSLO, when=Leaf("custom.shift", Op.IS_EMPTY)),
    ]
    assert await backend.writing.matching(asked) == (6, 4, 6, 4, 2, 12, 0, 12)
    assert await backend.writing.matching([]) == ()


async def test_rules_of_one_id_are_told_apart(backend: Backend) -> None:
    assert await backend.writing.matching([OSLO, replace(OSLO, when=None), OSLO]) == (4, 12, 4)


async def test_jobs_of_many_batches_are_counted_once(backend: Backend, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rule_matches, "count_matches", partial(rule_matches.count_matches, batch=5))
    assert await backend.writing.matching([OSLO, CARE]) == (4, 6)


async def test_asking_changes_nothing(backend: Backend) -> None:
    before = (await backend.rules.current(), await backend.eligibility.evaluated(), await backend.jobs.version())
    await backend.writing.matching([CARE])
    assert await backend.writing.new_id("Care") == "care"
    assert (await backend.rules.current(), await backend.eligibility.evaluated(), await backend.jobs.version()) == before


async def test_a_rule_that_cannot_be_evaluated_is_an_error(backend: Backend) -> None:
    with pytest.raises(RuleError):
        await backend.writing.matching([replace(OSLO, when=Leaf("name", Op.MATCHES, "(unclosed"))])


async def test_a_newer_question_takes_the_place_of_an_older_one(backend: Backend, monkeypatch: pytest.MonkeyPatch) -> None:
    loop = asyncio.get_running_loop()

    def given_up(*asked: object) -> object:
        loop.call_soon_threadsafe(older.cancel)
        return columns_of(*asked)  # type: ignore[arg-type]

    monkeypatch.setattr(rule_matches, "columns_of", given_up)
    older = asyncio.ensure_future(backend.writing.matching([OSLO]))
    with pytest.raises(asyncio.CancelledError):
        await older
    assert await backend.writing.matching([CARE]) == (6,)


async def test_each_counts_among_the_jobs_that_they_may_see(backend: Backend, tmp_path: Path) -> None:
    config = tmp_path / "jobsync.toml"
    config.write_text(config.read_text(encoding="utf-8") + ANOTHER, encoding="utf-8")
    lines = [",".join(COLUMNS), *(f"x{number},Nurse,Care,Oslo,open" for number in range(3))]
    (tmp_path / "others.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    await backend.integrations.refresh("other")
    assert await backend.writing.matching([OSLO, CARE]) == (7, 9)
    async with Backend.open(load_settings(config), Actor("carol")) as hers:
        assert await hers.writing.matching([OSLO, CARE]) == (3, 3)
    async with Backend.open(load_settings(config), Actor("mallory")) as theirs:
        with pytest.raises(AccessDenied):
            await theirs.writing.matching([OSLO])
        with pytest.raises(AccessDenied):
            await theirs.writing.new_id("Oslo")


async def test_a_new_rule_gets_an_id_that_no_other_has(backend: Backend) -> None:
    assert await backend.writing.new_id("Night shift, ICU") == "night-shift-icu"
    assert await backend.writing.new_id("Oslo") == "oslo-2"
    assert await backend.writing.new_id("Oslo", ["oslo-2", "oslo-3"]) == "oslo-4"
    assert await backend.writing.new_id("Bergen", ["bergen"]) == "bergen-2"
    nameless = await backend.writing.new_id("???")
    assert nameless
    assert await backend.writing.new_id("???", [nameless]) not in {"", nameless}
