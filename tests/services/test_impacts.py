from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from jobsync_tui.backend.core.errors import JobNotFound, NumberNeeded, StalePlan
from jobsync_tui.backend.core.models import Action, ActionKind, ImpactList, ImpactProgress, Leaf, Op, PlanKind, Rule, with_rule
from jobsync_tui.backend.services.backend import Backend
from jobsync_tui.backend.target.local_seed import Seed
from tests.services.workshop import job_line, local_target, workshop, write_jobs

pytestmark = pytest.mark.usefixtures("on_each_database")

OSLO = Rule("oslo", "Oslo", Leaf("location.city", Op.EQUALS, "Oslo"), (Action(ActionKind.FOLDER, "North"),))
CARE = Rule("care", "Care", Leaf("department", Op.EQUALS, "Care"), (Action(ActionKind.FOLDER, "Care"),), priority=200)


@pytest.fixture
async def backend(tmp_path: Path) -> AsyncIterator[Backend]:
    async with workshop(tmp_path) as opened:
        await opened.rules.save([OSLO, CARE], expected_revision=0, what="begin", typed=8)
        yield opened


async def ids(backend: Backend, rules: list[Rule], which: ImpactList, **named: object) -> list[str]:
    found = await backend.impacts.assess(rules)
    page = await backend.impacts.page(found, which, **named)  # type: ignore[arg-type]
    assert page.total >= len(page.jobs)
    return [line.job.id for line in page.jobs]


async def test_the_lists_say_what_each_job_would_become(backend: Backend) -> None:
    after = [replace(OSLO, when=Leaf("location.city", Op.EQUALS, "Paris"), actions=(Action(ActionKind.FOLDER, "South"),)), CARE]
    found = await backend.impacts.assess(after)
    assert await ids(backend, after, ImpactList.NEWLY_ELIGIBLE) == ["2", "8"]
    assert await ids(backend, after, ImpactList.NO_LONGER_ELIGIBLE) == ["4", "10"]
    assert await ids(backend, after, ImpactList.RECONFIGURED) == ["1", "5", "7", "11"]
    assert await ids(backend, after, ImpactList.RECONFIGURED, field="folder", offset=1, limit=2) == ["5", "7"]
    assert await ids(backend, after, ImpactList.NEWLY_ELIGIBLE, filter_text="8") == ["8"]
    assert await ids(backend, after, ImpactList.WOULD_CREATE) == ["2", "8"]
    assert found.fields == {"folder": 4}
    assert (found.counts.concerned, found.counts.unchanged) == (8, 4)
    exact = await backend.impacts.job("file", "1", found)
    assert (exact.before.fields, exact.after.fields) == ({"folder": "North"}, {"folder": "Care"})
    exported = [line.job.id async for line in backend.impacts.stream(found, ImpactList.UNCHANGED)]
    assert exported == ["0", "3", "6", "9"]
    with pytest.raises(JobNotFound):
        await backend.impacts.job("file", "none", found)


async def test_jobs_that_the_target_has_would_be_updated_or_left_behind(backend: Backend) -> None:
    for job in ("1", "4"):
        await backend.syncs.sync("file", job)
    after = [CARE]
    assert await ids(backend, after, ImpactList.LEFT_BEHIND) == ["4"]
    assert await ids(backend, after, ImpactList.WOULD_UPDATE) == ["1"]


async def test_an_assessment_tells_how_far_it_is(backend: Backend) -> None:
    told: list[ImpactProgress] = []
    found = await backend.impacts.assess([CARE], told.append)
    assert (told[-1].done, told[-1].total, told[-1].counts) == (12, 12, found.counts)


async def test_an_assessment_can_be_cancelled(backend: Backend) -> None:
    def cancel(_: ImpactProgress) -> None:
        task.cancel()

    task = asyncio.ensure_future(backend.impacts.assess([CARE], cancel))
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_draft_is_tried_on_one_cached_job(backend: Backend) -> None:
    found = await backend.impacts.try_on("file", "3", [replace(CARE, active=False), OSLO])
    assert (found.eligible, found.reason) == (False, "no_rule_matched")
    assert (await backend.impacts.try_on("file", "3", [CARE])).eligible
    with pytest.raises(JobNotFound):
        await backend.impacts.try_on("file", "none", [CARE])


async def test_a_change_of_many_jobs_is_saved_only_with_their_number_typed(backend: Backend) -> None:
    wider = with_rule((OSLO, CARE), replace(CARE, when=None))
    found = await backend.impacts.assess(wider)
    for typed in (None, found.counts.concerned - 1):
        with pytest.raises(NumberNeeded) as refused:
            await backend.rules.save(wider, expected_revision=1, what="wider", found=found, typed=typed)
        assert refused.value.size == found.counts.concerned == 4
    assert (await backend.rules.current()).revision == 1
    saved = await backend.rules.save(wider, expected_revision=1, what="wider", found=found, typed=4)
    assert (saved.revision, saved.rules) == (2, wider)
    with pytest.raises(NumberNeeded):  # an impact of other rules, or of an older revision, speaks for nothing
        await backend.rules.save([OSLO], expected_revision=2, what="narrow", found=found, typed=4)


async def test_a_small_change_needs_no_number_and_a_stale_one_is_refused(backend: Backend) -> None:
    renamed = with_rule((OSLO, CARE), replace(OSLO, name="Oslo and around"))
    assert (await backend.rules.save(renamed, expected_revision=1, what="rename")).revision == 2
    with pytest.raises(StalePlan):
        await backend.rules.save([OSLO, CARE], expected_revision=1, what="rename back")
    row = (await backend.records.audit(limit=1))[0]
    assert (row.action, row.actor, row.cause) == ("rules", "alice", "rename")


async def test_revisions_differ_and_come_back(backend: Backend) -> None:
    changed = replace(OSLO, when=None, priority=5, actions=(Action(ActionKind.SETTING, value=True, name="voice"),))
    await backend.rules.save([changed], expected_revision=1, what="other", typed=12)
    found = await backend.rules.difference(1, 2)
    assert [(each.id, each.after is None, [change.field for change in each.changes]) for each in found.rules] == [
        ("oslo", False, ["priority", "when", "actions"]),
        ("care", True, []),
    ]
    with pytest.raises(NumberNeeded):
        await backend.rules.restore(1)
    restored = await backend.rules.restore(1, expected_revision=2, typed=12)
    assert (restored.revision, restored.rules) == (3, (OSLO, CARE))
    assert (await backend.rules.restore(1)).revision == 3
    assert (await backend.rules.history())[0].what == "restore revision 1"


async def test_rules_are_looked_over_from_jobs_integrations_and_target(backend: Backend, tmp_path: Path) -> None:
    double = replace(OSLO, id="oslo-2", name="Oslo again", priority=300)
    nowhere = Rule("bergen", "Bergen", Leaf("location.city", Op.EQUALS, "Bergen"), (Action(ActionKind.FOLDER, "West"),))
    first = await backend.rules.lint([OSLO, CARE, double, nowhere])
    assert [(finding.rule, finding.kind.value) for finding in first.findings] == [("bergen", "never_matches"), ("oslo-2", "duplicate")]
    assert first.findings[1].witness is not None
    assert (first.findings[1].other, first.findings[1].witness.id, first.jobs, first.unasked) == ("oslo", "1", 12, None)
    target = local_target(tmp_path)
    await target.seed(Seed(folders=("North",)))
    await target.close()
    assert [(finding.rule, finding.place) for finding in (await backend.rules.lint()).findings] == [("care", "actions[0]")]
    text = await backend.rules.dump([replace(CARE, when=Leaf("status", Op.EQUALS, "opened"))])
    report = await backend.rules.lint_of(text, "file")
    assert [finding.kind.value for finding in report.findings] == ["impossible_value", "missing_in_target", "never_matches"]


def some_rules(random: Random) -> list[Rule]:
    """Return rules that overlap, give way and set a few things, each seed others."""
    fields = [("location.city", ["Oslo", "Paris", "Berlin"]), ("department", ["Care", "Data"]), ("name", ["Job 1", "Job 4", "Job 7"])]
    kinds = [ActionKind.FOLDER, ActionKind.INTERVIEW_INSTRUCTIONS, ActionKind.SETTING, ActionKind.EXCLUDE]
    rules = []
    for number in range(random.randint(0, 4)):
        field, values = random.choice(fields)
        actions = []
        for kind in random.choices(kinds, weights=[4, 2, 4, 1], k=random.randint(0, 2)):
            value = True if kind is ActionKind.EXCLUDE else random.choice(["North", "South", "East"])
            actions.append(Action(kind, value, random.choice(["language", "voice"]) if kind is ActionKind.SETTING else None))
        when = Leaf(field, Op.EQUALS, random.choice(values)) if random.random() < 0.85 else None
        rules.append(Rule(f"r{number}", f"R{number}", when, tuple(actions), fallback=random.random() < 0.2, priority=random.choice([1, 2])))
    return rules


async def save(backend: Backend, rules: list[Rule]) -> None:
    found = await backend.impacts.assess(rules)
    revision = (await backend.rules.current()).revision
    await backend.rules.save(rules, expected_revision=revision, what="next", found=found, typed=found.counts.concerned)


@pytest.mark.parametrize("seed", range(4))
async def test_the_counts_are_those_of_planning_every_job(seed: int, tmp_path: Path) -> None:
    random = Random(seed)  # noqa: S311 - cases, not secrets
    everyone = [str(number) for number in range(12)]
    async with workshop(tmp_path) as backend:
        for turn in range(4):
            await save(backend, some_rules(random))
            for job_id in random.sample(everyone, 5):
                await backend.syncs.sync("file", job_id)
            if turn == 2:
                changed = [("5", "Job 5 changed", "Care", "Oslo", "open")]
                write_jobs(tmp_path, [*(job_line(number) for number in range(12) if number != 5), *changed])
                await backend.integrations.refresh("file")
        after = some_rules(random)
        found = await backend.impacts.assess(after)
        lists = {which: {line.job.id for line in (await backend.impacts.page(found, which)).jobs} for which in ImpactList}
        before = {job_id: await backend.syncs.plan("file", job_id) for job_id in everyone}
        await save(backend, after)
        plans = {job_id: await backend.syncs.plan("file", job_id) for job_id in everyone}
        new, again = lists[ImpactList.NEWLY_ELIGIBLE], lists[ImpactList.RECONFIGURED]
        assert lists[ImpactList.WOULD_CREATE] == {job_id for job_id in new if plans[job_id].kind is PlanKind.CREATE}
        assert lists[ImpactList.WOULD_UPDATE] == {job_id for job_id in new | again if plans[job_id].kind is PlanKind.UPDATE}
        refused = {job_id for job_id in everyone if plans[job_id].kind is PlanKind.REFUSE}
        assert lists[ImpactList.NO_LONGER_ELIGIBLE] == {job_id for job_id in refused if before[job_id].kind is not PlanKind.REFUSE}
        in_target = {job_id for job_id in everyone if (job := await backend.jobs.get("file", job_id)) is not None and job.target_id}
        assert lists[ImpactList.LEFT_BEHIND] == lists[ImpactList.NO_LONGER_ELIGIBLE] & in_target


async def test_what_the_target_has_already_is_no_update(backend: Backend) -> None:
    """Rules that were left before their jobs were synced again, and are taken up anew, change nothing there."""
    first = [OSLO, CARE]
    for job in ("1", "4", "7"):
        await backend.syncs.sync("file", job)
    await save(backend, [replace(OSLO, actions=(Action(ActionKind.FOLDER, "South"),))])
    await backend.syncs.sync("file", "4")
    assert await ids(backend, first, ImpactList.RECONFIGURED) == ["1", "4", "7", "10"]
    assert await ids(backend, first, ImpactList.WOULD_UPDATE) == ["4"]
    await save(backend, [])
    assert await ids(backend, first, ImpactList.WOULD_UPDATE) == ["4"]
    assert await ids(backend, first, ImpactList.WOULD_CREATE) == ["3", "5", "9", "10", "11"]
