"""Jobs, explanations, plans and results for the tests of what people see: one nurse job, its rules, and hostile text."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from jobsync_tui.backend.core.models import (
    Action,
    ActionKind,
    ActionResult,
    AllOf,
    AutomaticDecision,
    BulkPlan,
    CachedJob,
    Change,
    ConditionResult,
    Effect,
    Eligibility,
    Failure,
    InactiveRule,
    IntegrationState,
    IntegrationSummary,
    JobHead,
    JobStatus,
    Leaf,
    Location,
    MatchedRule,
    NearMiss,
    Note,
    Op,
    Outcome,
    PlanKind,
    Reason,
    Rule,
    RuleNote,
    RuleResult,
    RuleSet,
    Source,
    Step,
    StepName,
    StepState,
    SyncPlan,
    SyncResult,
    SyncStatus,
    TemplateType,
)

NOW = datetime(2026, 3, 14, 18, 36, 2, tzinfo=UTC)
HOSTILE = ("a [/] b", "Engineer [Remote]", "[@click=app.quit]x[/]", "red \x1b[31mtext\x1b]52;c;aGk=\x07 end", "\u202etxet [bold]")

BULLHORN = IntegrationSummary(
    id="bullhorn",
    name="Bullhorn",
    provider="bullhorn",
    ats="Bullhorn",
    jobs=214_318,
    last_refresh=NOW - timedelta(minutes=4),
    state=IntegrationState.OK,
    last_error=None,
)

RULES = RuleSet(
    42,
    (
        Rule(
            "icu-travel",
            "ICU travel",
            AllOf((Leaf("name", Op.CONTAINS, "icu"), Leaf("employment_type", Op.EQUALS, "Travel"))),
            (Action(ActionKind.JOB_TEMPLATE, "ICU screen v2"), Action(ActionKind.FOLDER, "Mercy/ICU")),
            priority=10,
        ),
        Rule(
            "ohio", "Ohio", Leaf("location.region", Op.EQUALS, "OH"), (Action(ActionKind.SETTING, "Multilingual", "language"),), priority=20
        ),
        Rule(
            "mercy-nights", "Mercy nights", Leaf("custom.shift", Op.EQUALS, "nights"), (Action(ActionKind.FOLDER, "Nights"),), active=False
        ),
    ),
)


def cached(job_id: str = "884213", name: str | None = "ICU Nurse, nights", **changes: object) -> CachedJob:
    """Return a job as the cache has it."""
    job = CachedJob(
        integration="bullhorn",
        id=job_id,
        name=name,
        status=JobStatus.OPEN,
        ats_status="Accepting Candidates",
        location=Location("Cleveland, OH", "Cleveland", "OH", "US"),
        locations=(Location("Cleveland, OH", "Cleveland", "OH", "US"),),
        client="Mercy Health",
        url=f"https://cls22.bullhornstaffing.com/job/{job_id}",
        updated_at=NOW - timedelta(hours=2),
        cached_at=NOW - timedelta(minutes=4),
    )
    return replace(job, **changes)  # type: ignore[arg-type]  # names of fields are the caller's


def travel(name: str = "ICU Travel Nurse 13w [Remote OK]") -> CachedJob:
    """Return a job that was synced three days ago and changed since."""
    places = tuple(Location(f"{city}, OH", city, "OH", "US") for city in ("Cleveland", "Akron", "Toledo"))
    return cached(
        "883977",
        name,
        location=places[0],
        locations=places,
        sync_status=SyncStatus.CHANGED,
        target_id="tz_91f3",
        last_synced=NOW - timedelta(days=3),
    )


def leaf(
    path: str, field: str, op: Op, expected: object, actual: object, *, passed: bool | None, note: Note | None = None
) -> ConditionResult:
    """Return one condition's result."""
    return ConditionResult(path, field, op, expected, actual, passed, note)  # type: ignore[arg-type]  # the caller's values are JSON


def unmatched(job: CachedJob | None = None, **changes: object) -> Eligibility:
    """Return the explanation of a job that no active rule matches, with every kind of obstacle in it."""
    rules = (
        RuleResult(
            "mercy-icu",
            "Mercy ICU",
            matched=False,
            missed=1,
            conditions=(
                leaf("all[0]", "client", Op.EQUALS, "Mercy Health", "Mercy Health", passed=True),
                leaf("all[1]", "name", Op.CONTAINS, "icu", "ICU Nurse, nights", passed=True),
                leaf("all[2]", "custom.shift", Op.IN, ["days", "weekend"], "nights", passed=False),
            ),
        ),
        RuleResult(
            "ohio-travel",
            "Ohio travel",
            matched=False,
            missed=1,
            conditions=(
                leaf("all[0]", "location.region", Op.EQUALS, "OH", "OH", passed=True),
                leaf("all[1]", "employment_type", Op.EQUALS, "Travel", None, passed=None, note=Note.FIELD_EMPTY),
            ),
        ),
        RuleResult(
            "any-open-rn",
            "Any open RN",
            matched=False,
            missed=2,
            conditions=(
                leaf("all[0].any[0]", "name", Op.STARTS_WITH, "RN", "ICU Nurse, nights", passed=False),
                leaf("all[0].any[1]", "department", Op.EQUALS, "Nursing", None, passed=None, note=Note.FIELD_NOT_PROVIDED),
                leaf("all[1].not", "status", Op.EQUALS, "open", "open", passed=True),
            ),
        ),
        *(
            RuleResult(
                f"far-{number}",
                f"Texas {number}",
                matched=False,
                missed=3,
                conditions=(leaf("", "location.region", Op.EQUALS, "TX", "OH", passed=False),),
            )
            for number in range(1, 7)
        ),
    )
    found = Eligibility(
        integration="bullhorn",
        job=JobHead.of(job or cached()),
        eligible=False,
        reason=Reason.NO_RULE_MATCHED,
        message="Job does not match any active rules",
        missing_fields=(),
        template_type=None,
        templates=(),
        matched_rules=(),
        actions=(),
        rules=rules,
        inactive_rules=(InactiveRule("mercy-nights", "Mercy nights", would_match=True), InactiveRule("old", "Old one", would_match=False)),
        near_misses=(
            NearMiss("Mercy ICU", ("custom.shift were days or weekend",)),
            NearMiss("Ohio travel", ("employment_type were Travel",)),
            NearMiss("Any open RN", ("department were Nursing", "status were not open")),
        ),
        ruleset_revision=42,
        source=Source.CACHE,
        read_at=NOW - timedelta(minutes=4),
        automatic=AutomaticDecision(NOW - timedelta(minutes=1), "refused", "no rule matched", 42, NOW + timedelta(minutes=4)),
    )
    return replace(found, **changes)  # type: ignore[arg-type]  # names of fields are the caller's


def matched(job: CachedJob | None = None, **changes: object) -> Eligibility:
    """Return the explanation of an eligible job with actions that are applied, overridden and blocked."""
    rules = (
        RuleResult(
            "icu-travel",
            "ICU travel",
            matched=True,
            missed=0,
            priority=10,
            applied=True,
            conditions=(leaf("all[0]", "name", Op.CONTAINS, "icu", "ICU Travel", passed=True),),
        ),
        RuleResult(
            "ohio",
            "Ohio",
            matched=True,
            missed=0,
            priority=20,
            applied=True,
            conditions=(leaf("", "location.region", Op.EQUALS, "OH", "OH", passed=True),),
        ),
        RuleResult("rest", "Everything else", matched=False, missed=0, conditions=(), fallback=True, note=RuleNote.GAVE_WAY),
    )
    kind, effect = ActionKind, Effect
    actions = (
        ActionResult(kind.JOB_TEMPLATE, None, "ICU screen v2", "ICU travel", effect.APPLIED, None),
        ActionResult(kind.GENERATION_TEMPLATE, None, "Nurse general", "Ohio", effect.OVERRIDDEN, "ICU travel"),
        ActionResult(kind.FOLDER, None, "Mercy/ICU", "ICU travel", effect.APPLIED, None),
        ActionResult(kind.FOLDER, None, "Ohio/All", "Ohio", effect.OVERRIDDEN, "ICU travel"),
        ActionResult(kind.SETTING, "language", "Multilingual", "Ohio", effect.APPLIED, None),
        ActionResult(kind.SETTING, "call_type", "web", "default setting", effect.APPLIED, None),
        ActionResult(kind.SETTING, "ai_caller_name", "Morgan", "required setting", effect.APPLIED, None),
        ActionResult(kind.SETTING, "ai_caller_name", "Alex", "Ohio", effect.BLOCKED, "required setting"),
        ActionResult(kind.FOLLOW_UP_USER, None, "dana@example.com", "ICU travel", effect.APPLIED, None),
    )
    found = Eligibility(
        integration="bullhorn",
        job=JobHead.of(job or travel()),
        eligible=True,
        reason=None,
        message="Job is eligible",
        missing_fields=(),
        template_type=TemplateType.SCRIPT,
        templates=("ICU screen v2",),
        matched_rules=(MatchedRule("icu-travel", "ICU travel", 10), MatchedRule("ohio", "Ohio", 20)),
        actions=actions,
        rules=rules,
        inactive_rules=(),
        near_misses=(),
        ruleset_revision=42,
        source=Source.LIVE,
        read_at=NOW,
    )
    return replace(found, **changes)  # type: ignore[arg-type]  # names of fields are the caller's


DESCRIPTION = (
    "<p>A travel assignment of 13 weeks in the intensive care unit.</p><p>Nights and weekends, two years of experience, BLS and ACLS.</p>"
)


def update_plan(job: CachedJob | None = None, **changes: object) -> SyncPlan:
    """Return a plan that updates three fields, one of them over somebody's edit."""
    job = job or travel()
    plan = SyncPlan(
        integration="bullhorn",
        job=JobHead.of(job),
        kind=PlanKind.UPDATE,
        eligibility=matched(job),
        target_id="tz_91f3",
        target_version="7",
        changes=(
            Change("name", "ICU Travel Nurse 13w", job.name),
            Change("description", DESCRIPTION, DESCRIPTION.replace("Nights and", "Remote charting possible. Nights,")),
            Change("folder", "Mercy/Night team", "Mercy/ICU", overwrites=True),
        ),
        same=(
            "location",
            "department",
            "employment_type",
            "status",
            "url",
            "template_type",
            "templates",
            "settings.language",
            "follow_up_user",
        ),
        digest="d1",
        ats_read_at=NOW,
        target_read_at=NOW + timedelta(seconds=1),
    )
    return replace(plan, **changes)  # type: ignore[arg-type]  # names of fields are the caller's


def create_plan(job: CachedJob | None = None) -> SyncPlan:
    """Return a plan that creates the job."""
    job = job or cached()
    return SyncPlan(
        integration="bullhorn",
        job=JobHead.of(job),
        kind=PlanKind.CREATE,
        eligibility=matched(job),
        changes=(Change("name", None, job.name), Change("description", None, DESCRIPTION), Change("templates", None, ["ICU screen v2"])),
        digest="d2",
        ats_read_at=NOW,
        target_read_at=NOW,
    )


def refused_plan(job: CachedJob | None = None) -> SyncPlan:
    """Return the plan of a job that is not eligible."""
    job = job or cached()
    why = unmatched(job)
    return SyncPlan(
        integration="bullhorn",
        job=JobHead.of(job),
        kind=PlanKind.REFUSE,
        digest="d3",
        eligibility=why,
        ats_read_at=NOW,
        error=Failure("no_rule_matched", why.message),
    )


def bulk_plan(jobs: int = 6) -> BulkPlan:
    """Return plans of every kind in turn."""
    plans: list[SyncPlan] = []
    for number in range(jobs):
        job = cached(f"{884000 + number}", f"Nurse {number}")
        match number % 4:
            case 0:
                plans.append(create_plan(job))
            case 1:
                plans.append(update_plan(job))
            case 2:
                plans.append(replace(update_plan(job), kind=PlanKind.UNCHANGED, changes=()))
            case _:
                plans.append(refused_plan(job))
    return BulkPlan(tuple(plans), "bulk-digest")


STEPS = (
    Step(StepName.FETCH, StepState.OK, 0.4),
    Step(StepName.RULES, StepState.OK, 0.0),
    Step(StepName.PLAN, StepState.OK, 0.1),
    Step(StepName.WRITE, StepState.OK, 0.5),
    Step(StepName.VERIFY, StepState.OK, 0.2),
)


def updated(job: CachedJob | None = None, **changes: object) -> SyncResult:
    """Return the result of an update that went well."""
    plan = update_plan(job)
    result = SyncResult(
        integration="bullhorn",
        job=plan.job,
        eligibility=plan.eligibility,
        outcome=Outcome.UPDATED,
        target_id="tz_91f3",
        changes=plan.changes,
        plan_digest="d1",
        verified=True,
        written=True,
        synced_at=NOW,
        operation_id="01JDQ7",
        actor="alice",
        steps=STEPS,
    )
    return replace(result, **changes)  # type: ignore[arg-type]  # names of fields are the caller's


def failed(job: CachedJob | None = None, **changes: object) -> SyncResult:
    """Return the result of a sync whose first step failed."""
    steps = (
        Step(StepName.FETCH, StepState.FAILED, 1.2, "2 tries"),
        *(Step(name, StepState.SKIPPED) for name in (StepName.RULES, StepName.PLAN, StepName.WRITE, StepName.VERIFY)),
    )
    error = Failure(
        "credentials_rejected", "Failed to sync job: Bullhorn refused the session (401)", "Renew the password of the API user in Bullhorn."
    )
    return updated(
        job,
        outcome=Outcome.FAILED,
        written=False,
        verified=None,
        changes=(),
        eligibility=None,
        error=error,
        steps=steps,
        synced_at=None,
        **changes,
    )
