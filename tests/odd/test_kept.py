"""A value that the target keeps in a form of its own is remembered with what was sent: no change, until either of the two moves."""

from dataclasses import replace
from typing import Any

import pytest

from jobsync_tui.backend.core.models import Kept, Outcome, SyncResult
from jobsync_tui.backend.sync.undo import Undo
from tests.support.odd_target import OddTarget
from tests.support.odd_ways import Keep, Ways, normalizing
from tests.support.sync_bench import ALICE, SHELF, Bench, a_job

MESSY: dict[str, Any] = {
    "name": "ICU  nurse",
    "description": "<p>Nights</p><script>alert(1)</script><br> and <span style='x'>days</span>",
    "department": " Nursing & Care ",
    "custom": {"shift": "nights", "beds": 12},
}


async def sync(bench: Bench) -> SyncResult:
    return await bench.pipeline.sync(ALICE, SHELF, "1")


async def test_ten_syncs_of_an_unchanged_job_cost_one_write(bench: Bench, odd: OddTarget) -> None:
    odd.ways = normalizing()
    bench.ats.put(a_job(**MESSY))
    results = [await sync(bench) for _ in range(10)]
    assert [each.outcome for each in results] == [Outcome.CREATED, *[Outcome.UNCHANGED] * 9]
    assert [each.verified for each in results] == [True, *[None] * 9]
    assert len(odd.writes) == 1
    fields = [each.field for each in results[0].kept]
    assert fields == ["name", "description", "department", "custom.shift", "settings.language"]
    assert results[0].kept[0] == Kept("name", "ICU  nurse", "Icu Nurse")
    assert all(each.kept == results[0].kept for each in results[1:])
    plan = await bench.pipeline.plan(ALICE, SHELF, "1")
    assert plan.kept == results[0].kept
    assert (await bench.pipeline.dry_run(ALICE, SHELF, "1")).kept == plan.kept
    (created,) = [row for row in await bench.ledger.audit.entries() if row.outcome == "created"]
    assert 'name as "Icu Nurse" (sent: "ICU nurse")' in (created.cause or "").replace("  ", " ")


async def test_so_do_those_of_a_job_whose_marks_are_lost(bench: Bench, odd: OddTarget) -> None:
    odd.ways = normalizing()
    bench.ats.put(a_job(**MESSY))
    await sync(bench)
    bench.jobs.marks.clear()
    assert (await sync(bench)).outcome is Outcome.UPDATED
    assert [(await sync(bench)).outcome for _ in range(3)] == [Outcome.UNCHANGED] * 3
    assert len(odd.writes) == 2


async def test_a_person_s_edit_of_such_a_field_is_seen(bench: Bench, odd: OddTarget) -> None:
    odd.ways = normalizing()
    bench.ats.put(a_job(**MESSY))
    created = await sync(bench)
    odd.edit(created.target_id or "", name="Their Own")
    plan = await bench.pipeline.plan(ALICE, SHELF, "1")
    assert [(each.field, each.before, each.after, each.overwrites) for each in plan.changes] == [("name", "Their Own", "ICU  nurse", True)]
    assert "name" not in {each.field for each in plan.kept}
    assert (await sync(bench)).outcome is Outcome.UPDATED
    assert (await sync(bench)).outcome is Outcome.UNCHANGED


async def test_a_changed_wish_is_written_and_undone(bench: Bench, odd: OddTarget) -> None:
    odd.ways = normalizing()
    bench.ats.put(a_job(**MESSY))
    created = await sync(bench)
    bench.ats.put(a_job(**MESSY | {"name": " ICU   lead"}))
    updated = await sync(bench)
    assert (updated.outcome, updated.verified, [each.field for each in updated.changes]) == (Outcome.UPDATED, True, ["name"])
    assert {each.field: each.kept for each in updated.kept}["name"] == "Icu Lead"
    assert {each.field for each in updated.kept} == {each.field for each in created.kept}
    undone = await Undo(bench.pipeline).undo(ALICE, updated.operation_id or "")
    assert (undone.outcome, undone.verified) == (Outcome.UPDATED, True)
    (job,) = odd.of("shelf:1")
    assert job["name"] == "Icu Nurse"
    again = await sync(bench)
    assert (again.outcome, [(each.field, each.overwrites) for each in again.changes]) == (Outcome.UPDATED, [("name", False)])
    assert (await sync(bench)).outcome is Outcome.UNCHANGED


async def test_a_field_that_no_rule_sets_any_more_is_cleared_in_the_form_that_is_kept(bench: Bench, odd: OddTarget) -> None:
    odd.ways = normalizing()
    await sync(bench)
    bench.rules[0] = replace(bench.rules[0], actions=bench.rules[0].actions[:1])
    result = await sync(bench)
    assert (result.outcome, result.verified) == (Outcome.UPDATED, True)
    assert [(each.field, each.after) for each in result.changes if each.field.startswith("settings")] == [("settings.language", None)]
    assert "settings.language" not in {each.field for each in result.kept}
    assert (await sync(bench)).outcome is Outcome.UNCHANGED


KINDS: dict[str, tuple[str, Any, Keep]] = {
    "trimmed": ("description", " We look for a nurse. ", str.strip),
    "lower case": ("department", "ICU", str.lower),
    "numbers as text": ("custom", {"beds": 12}, str),
    "text as numbers": ("custom", {"beds": "012"}, int),
    "truth as text": ("custom", {"beds": True}, lambda value: str(value).lower()),
    "sorted": ("custom", {"beds": ["b", "a"]}, sorted),
    "each once": ("custom", {"beds": ["a", "b", "a"]}, lambda value: sorted(set(value))),
    "joined": ("custom", {"beds": ["a", "b"]}, ",".join),
    "another way to write a day": ("custom", {"beds": "2026-01-31"}, lambda value: "31.01.2026"),
    "a time added": ("custom", {"beds": "2026-01-31"}, lambda value: f"{value}T00:00:00Z"),
    "cut off": ("description", "We look for somebody who likes people. " * 20, lambda value: value[:100]),
    "accents": ("department", "Intensivpflege \u00dcbersee", lambda value: value.replace("\u00dc", "U")),
    "entities": ("department", "Care & <Cure>", lambda value: "Care &amp; &lt;Cure&gt;"),
}


@pytest.mark.parametrize("kind", KINDS)
async def test_each_way_to_keep_it_otherwise(bench: Bench, odd: OddTarget, kind: str) -> None:
    name, value, keep = KINDS[kind]
    field = "custom.beds" if name == "custom" else name
    odd.ways = Ways(keeps={field: keep})
    bench.ats.put(a_job(**{name: value}))
    created = await sync(bench)
    assert (created.outcome, created.verified, [each.field for each in created.kept]) == (Outcome.CREATED, True, [field])
    assert (await sync(bench)).outcome is Outcome.UNCHANGED
    assert len(odd.writes) == 1


@pytest.mark.parametrize(
    "keep", [lambda value: "Something else", lambda value: None, lambda value: "", lambda value: value[:3], lambda value: f"not {value}"]
)
async def test_what_is_not_kept_at_all_is_not_verified(bench: Bench, odd: OddTarget, keep: Keep) -> None:
    odd.ways = Ways(keeps={"name": keep, "department": str.upper})
    for _ in range(2):
        result = await sync(bench)
        assert (result.outcome, result.verified) == (Outcome.FAILED, False)
        assert result.error is not None
        assert (result.error.code, "name" in result.error.message, "department" in result.error.message) == ("not_verified", True, False)
    assert [each.field for each in result.kept] == ["department"]


async def test_nothing_is_nothing_however_it_is_written(bench: Bench, odd: OddTarget) -> None:
    odd.ways.bare_null = True
    bench.ats.put(a_job(department=None))
    await sync(bench)
    plan_before = len(odd.writes)
    bench.ats.put(a_job(department="Nursing"))
    plan = await bench.pipeline.plan(ALICE, SHELF, "1")
    assert [(each.field, each.overwrites) for each in plan.changes] == [("department", False)]
    await sync(bench)
    bench.ats.put(a_job(department=None))
    cleared = await sync(bench)
    assert (cleared.outcome, cleared.verified, cleared.kept) == (Outcome.UPDATED, True, ())
    assert (await sync(bench)).outcome is Outcome.UNCHANGED
    assert len(odd.writes) == plan_before + 2
