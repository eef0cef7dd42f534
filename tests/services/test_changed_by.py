"""Who turned the answer about a job around: the last change of rules, by rule, person and time, and nothing that did not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from jobsync_tui.backend.core.models import Action, ActionKind, Leaf, Op, Rule, RuleSet, TurningChange
from jobsync_tui.backend.services.backend import Backend
from tests.services.workshop import workshop, write_jobs

CARE = Rule("care", "Care", Leaf("department", Op.EQUALS, "Care"), (Action(ActionKind.FOLDER, "Care"),))
DATA = Rule("data", "Data people", Leaf("department", Op.EQUALS, "Data"), (Action(ActionKind.FOLDER, "Data"),))
NOBODY = Rule("stop", "Stop", Leaf("department", Op.EQUALS, "Care"), (Action(ActionKind.EXCLUDE, value=True),))


async def save(backend: Backend, *rules: Rule) -> RuleSet:
    current = await backend.rules.current()
    found = await backend.impacts.assess(rules)
    return await backend.rules.save(rules, expected_revision=current.revision, what="change", found=found, typed=found.counts.concerned)


async def changed_by(backend: Backend, job_id: str = "1") -> tuple[int, str, str] | None:
    change: TurningChange | None = (await backend.eligibility.check("file", job_id)).changed_by
    return None if change is None else (change.revision, change.rule, change.actor)


async def test_the_rule_that_turned_the_answer_is_named_and_no_later_one(tmp_path: Path) -> None:
    async with workshop(tmp_path) as backend:
        await save(backend, CARE)
        assert await changed_by(backend) is None
        await backend.syncs.sync("file", "1")
        await save(backend, CARE, replace(DATA, priority=1), NOBODY)
        assert await changed_by(backend) == (2, "Stop", "alice")
        await save(backend, CARE, DATA, NOBODY)
        assert await changed_by(backend) == (2, "Stop", "alice")
        # A sync that is refused makes it no less the last thing that happened.
        await backend.syncs.sync("file", "1")
        assert await changed_by(backend) == (2, "Stop", "alice")
        await save(backend, CARE, DATA, replace(NOBODY, active=False))
        assert await changed_by(backend) == (4, "Stop", "alice")
        assert await changed_by(backend, "2") == (2, "Data people", "alice")


async def test_what_only_together_turned_it_is_named_together(tmp_path: Path) -> None:
    async with workshop(tmp_path) as backend:
        await save(backend, CARE, replace(CARE, id="b", name="Also care"))
        await backend.syncs.sync("file", "1")
        await save(backend, DATA)
        assert await changed_by(backend) == (2, "Data people, Also care, Care", "alice")


async def test_a_job_that_changed_in_the_ats_was_turned_by_no_rule(tmp_path: Path) -> None:
    async with workshop(tmp_path) as backend:
        await save(backend, CARE)
        await backend.syncs.sync("file", "1")
        await save(backend, CARE, replace(DATA, active=False))
        write_jobs(tmp_path, [("1", "Job 1", "Kitchen", "Oslo", "open")])
        await backend.integrations.refresh("file", accept_gone=True)
        found = await backend.eligibility.check("file", "1")
        assert (found.eligible, found.changed_by) == (False, None)


async def test_rules_that_are_tried_have_turned_nothing(tmp_path: Path) -> None:
    async with workshop(tmp_path) as backend:
        await save(backend, CARE)
        await save(backend, CARE, NOBODY)
        tried = await backend.eligibility.check("file", "1", rules=RuleSet(2, (DATA,)))
        assert tried.changed_by is None
