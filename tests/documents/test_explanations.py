from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from jobsync_tui.backend.core.models import (
    Action,
    ActionKind,
    ActionResult,
    Effect,
    Eligibility,
    Failure,
    InactiveRule,
    JobHead,
    JobStatus,
    Leaf,
    MatchedRule,
    NearMiss,
    Note,
    Op,
    Outcome,
    Reason,
    Rule,
    RuleResult,
    RuleSet,
    TurningChange,
)
from jobsync_tui.documents.bulk import bulk_document, results_document, to_retry
from jobsync_tui.documents.document import Document, as_text, sections, shown
from jobsync_tui.documents.eligibility import explain, explanation_text, footnote
from jobsync_tui.documents.plan import plan_document, what_moved
from jobsync_tui.documents.result import result_document, result_text
from jobsync_tui.documents.subject import Subject, job_lines
from tests.support import samples


def subject(**changes: object) -> Subject:
    found = {"integration": samples.BULLHORN, "now": samples.NOW + timedelta(seconds=5), "cached": samples.cached(), "rules": samples.RULES}
    return Subject(**{**found, **changes})  # type: ignore[arg-type]  # names of fields are the caller's


def words_of(document: Document) -> str:
    return " ".join(as_text(document).split())


def test_why_it_was_not_synced_by_itself_is_headed_so_only_where_the_automatic_sync_decided() -> None:
    assert "AUTOMATIC SYNC" in words_of(explain(samples.unmatched(), subject(), 80))
    by_hand = words_of(explain(samples.unmatched(automatic=None), subject(), 80))
    assert ("AUTOMATIC SYNC" in by_hand, "HISTORY" in by_hand) == (False, True)


def test_every_kind_of_missing_value_is_told_apart() -> None:
    told = words_of(explain(samples.unmatched(), subject(), 80))
    assert "employment_type is Travel EMPTY in this job" in told
    assert "NOT PROVIDED by Bullhorn" in told
    rule = RuleResult(
        "r",
        "R",
        matched=False,
        missed=1,
        conditions=(samples.leaf("", "description", Op.IS_SET, None, None, passed=None, note=Note.NOT_LOADED),),
    )
    assert "not loaded: check the live job" in words_of(explain(samples.unmatched(rules=(rule,)), subject(), 80))


def test_a_condition_under_not_is_marked_by_what_it_does_to_the_rule() -> None:
    held = samples.leaf("all[0].not", "status", Op.EQUALS, "closed", "open", passed=False)
    broken = samples.leaf("all[1].not", "status", Op.EQUALS, "open", "open", passed=True)
    rule = RuleResult("r", "R", matched=False, missed=1, conditions=(held, broken))
    text = as_text(explain(samples.unmatched(rules=(rule,), near_misses=()), subject(), 80))
    rows = [row.split() for row in text.splitlines() if " status " in f" {row} " and " is " in row]
    assert [row[0] for row in rows] == ["ok", "X"]


@pytest.mark.parametrize(
    ("found", "fix"),
    [
        (samples.unmatched(), "activate Mercy nights"),
        (
            samples.unmatched(reason=Reason.NO_ACTIVE_RULES, message="No active rules configured", rules=(), near_misses=()),
            "activate Mercy nights, which would match this job",
        ),
        (samples.unmatched(reason=Reason.NO_ACTIVE_RULES, rules=(), inactive_rules=()), "jobsync rules import FILE"),
        (samples.unmatched(reason=Reason.MISSING_REQUIRED_FIELDS, missing_fields=("name",)), "fill in name in Bullhorn"),
        (samples.unmatched(reason=Reason.MISSING_REQUIRED_FIELDS, missing_fields=("department",)), "Bullhorn never gives department"),
        (
            samples.unmatched(
                reason=Reason.EXCLUDED,
                rules=(RuleResult("x", "Keep out", matched=True, missed=0, conditions=(), applied=True),),
                matched_rules=(MatchedRule("x", "Keep out", 1),),
                actions=(ActionResult(ActionKind.EXCLUDE, None, True, "Keep out", Effect.APPLIED, None),),
            ),
            "change or deactivate Keep out",
        ),
    ],
)
def test_each_reason_says_what_can_be_done(found: Eligibility, fix: str) -> None:
    assert fix in footnote(found, subject())
    assert found.message in words_of(explain(found, subject(), 80))


def test_a_rule_that_excludes_is_never_offered_as_the_closest() -> None:
    near = RuleResult(
        "keep-out", "Keep out", matched=False, missed=1, conditions=(samples.leaf("", "name", Op.CONTAINS, "x", "y", passed=False),)
    )
    far = RuleResult("far", "Far", matched=False, missed=3, conditions=(samples.leaf("", "name", Op.CONTAINS, "x", "y", passed=False),))
    rules = RuleSet(
        1, (Rule("keep-out", "Keep out", Leaf("name", Op.CONTAINS, "x"), (Action(ActionKind.EXCLUDE, True),)), Rule("far", "Far"))
    )
    document = explain(samples.unmatched(rules=(near, far), inactive_rules=()), subject(rules=rules), 80)
    assert [section.target for section in sections(document)] == ["far", "keep-out"]


def test_what_overrode_what_is_said_with_the_winner() -> None:
    told = words_of(explain(samples.matched(), subject(cached=samples.travel()), 120))
    assert "AI template Nurse general the script of ICU travel wins" in told
    assert "folder Ohio/All ICU travel is first (10 < 20)" in told
    assert "setting ai_caller_name Alex organization requires Morgan" in told
    assert "Everything else: fallback rule, not used" in told


def test_the_copied_text_has_every_fold_open() -> None:
    text = explanation_text(samples.unmatched(), subject())
    assert text.count("location.region") == 7


def test_what_moved_names_rules_target_and_fields() -> None:
    before = samples.update_plan()
    after = samples.update_plan(target_version="8", eligibility=samples.matched(ruleset_revision=43), changes=before.changes[1:])
    told = words_of(what_moved(before, after, 80))
    assert "the job changed in Tenzo" in told
    assert "the rules changed (r42 to r43)" in told
    assert "name was removed" in told
    assert "nothing that it would write" in words_of(what_moved(before, before, 80))


def test_an_edit_that_would_be_undone_is_warned_of() -> None:
    assert "! overwrites an edit made in Tenzo" in words_of(plan_document(samples.update_plan(), subject(), 80))


def test_a_failure_is_told_once_with_the_words_users_know() -> None:
    told = words_of(result_document(samples.failed(), subject(), 80))
    assert told.count("Failed to sync job") == 1
    bare = samples.updated(outcome=Outcome.FAILED, written=False, error=Failure("refused", "the folder does not exist"))
    assert "Failed to sync job: the folder does not exist" in words_of(result_document(bare, subject(), 80))


def test_several_results_name_the_jobs_to_try_again() -> None:
    results = [
        samples.updated(),
        samples.failed(samples.cached("7", "Seven")),
        samples.updated(samples.cached("8"), outcome=Outcome.REFUSED),
    ]
    assert to_retry(results) == (results[1].key,)
    assert "2 not started" in words_of(results_document(results, 5, 80))


@given(st.text(min_size=1, max_size=80), st.sampled_from([80, 100, 120]))
def test_no_title_makes_a_line_too_long_or_leaves_a_control_in_it(title: str, width: int) -> None:
    job = samples.cached(name=title, client=title)
    around = subject(cached=job)
    inactive = (InactiveRule("r", title, would_match=True),)
    sheets = [
        explain(samples.unmatched(job, inactive_rules=inactive), around, width),
        plan_document(samples.update_plan(job), around, width),
        result_document(samples.updated(job), around, width),
        bulk_document(samples.bulk_plan(4), width),
    ]
    for document in sheets:
        for row in shown(document, {section.key for section in sections(document) if not section.starts_open}):
            assert cell_len(row.line.text) <= width, row.line.text
            assert "\x1b" not in row.line.text
    assert result_text(samples.updated(job), around)


def test_a_head_that_nobody_read_is_told_by_the_cached_job() -> None:
    unread = JobHead("884213", "ICU Nurse", None, JobStatus.UNKNOWN, None, None)
    told = as_text(job_lines(unread, subject(cached=replace(samples.cached(), status=JobStatus.OPEN)), 100))
    assert "ATS status: open" in told
    assert "Cleveland, OH" in told
    assert "ATS status" not in as_text(job_lines(unread, subject(cached=None), 100))


def test_the_change_of_rules_that_turned_the_answer_is_told_first() -> None:
    change = TurningChange(2, "Data people", "dana", samples.NOW - timedelta(days=5))
    text = as_text(explain(samples.unmatched(changed_by=change), subject(), 80))
    assert "Eligible until the rule Data people was changed in r2, 5 days ago, by dana" in text.splitlines()[1]
    assert "Eligible since the rule Data people was changed in r2" in as_text(explain(samples.matched(changed_by=change), subject(), 80))
    assert "Eligible" not in as_text(explain(samples.unmatched(), subject(), 80))


def test_rules_of_which_something_held_stand_before_those_of_which_nothing_did() -> None:
    failing = samples.leaf("", "department", Op.EQUALS, "Sales", "Data", passed=False)
    one = RuleResult("one", "One condition", matched=False, missed=1, conditions=(failing,))
    held = samples.leaf("all[1]", "name", Op.CONTAINS, "icu", "ICU Nurse", passed=True)
    three = RuleResult("three", "Three", matched=False, missed=2, conditions=(failing, held, failing))
    found = samples.unmatched(rules=(one, three), near_misses=(NearMiss("Three", ("department were Sales",)),))
    assert [rule.name for rule in found.closest] == ["Three", "One condition"]
    text = as_text(explain(found, subject(), 80))
    assert text.index("Three") < text.index("One condition")
