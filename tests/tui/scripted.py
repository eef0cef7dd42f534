"""A backend that answers what a test tells it to, for the dialogs: it decides nothing and remembers what it was asked."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, TypeVar, cast

from jobsync_tui.backend.access.access import Actor
from jobsync_tui.backend.core.models import (
    AuditEntry,
    BulkPlan,
    CachedJob,
    Comparison,
    ConnectionReport,
    Eligibility,
    IntegrationSummary,
    JobKey,
    LintReport,
    RecoveryReport,
    Rule,
    RuleAuthority,
    RuleCount,
    RuleRevision,
    RuleSet,
    Step,
    SyncPlan,
    SyncResult,
    Wire,
    WireExchange,
)
from jobsync_tui.backend.core.reasons import acting_because
from jobsync_tui.backend.core.waits import listener
from tests.support import sample_records, samples

if TYPE_CHECKING:
    from jobsync_tui.backend.services.backend import Backend

AnswerT = TypeVar("AnswerT")


@dataclass
class Script:
    """What the backend answers, and what it was asked (``asked``).

    ``limiter`` holds back plans and syncs until it is set; meanwhile ``waits_for`` is said to be waited for.
    """

    integration: IntegrationSummary = samples.BULLHORN
    cached: CachedJob | None = field(default_factory=samples.cached)
    eligibility: Eligibility | Exception = field(default_factory=samples.unmatched)
    plan: SyncPlan | Exception = field(default_factory=samples.update_plan)
    bulk: BulkPlan = field(default_factory=samples.bulk_plan)
    result: SyncResult = field(default_factory=samples.updated)
    fetched: CachedJob | Exception = field(default_factory=samples.cached)
    rules: RuleSet = samples.RULES
    past: tuple[AuditEntry, ...] = ()
    answers: tuple[WireExchange, ...] = field(default_factory=lambda: sample_records.wire().exchanges[:1])
    comparison: Comparison | Exception = field(default_factory=sample_records.comparison)
    wire: Wire = field(default_factory=sample_records.wire)
    settled: dict[str, str] = field(default_factory=dict)
    limiter: asyncio.Event | None = None
    waits_for: str = ""
    asked: list[tuple[object, ...]] = field(default_factory=list)

    async def pass_gate(self) -> None:
        """Wait until the test lets it go on."""
        told = listener()
        if told is not None and self.waits_for:
            told(self.waits_for)
        if self.limiter is not None:
            await self.limiter.wait()
        if told is not None and self.waits_for:
            told("")


class _Part:
    def __init__(self, script: Script) -> None:
        self.script = script


class _Integrations(_Part):
    async def list(self) -> tuple[IntegrationSummary, ...]:
        return (self.script.integration, replace(self.script.integration, id="other", name="Other"))

    async def get(self, integration: str) -> IntegrationSummary:
        return self.script.integration

    async def test(self, integration: str) -> ConnectionReport:
        self.script.asked.append(("test", integration))
        return ConnectionReport(integration, ok=True, detail="as api-user", seconds=0.1)


class _Jobs(_Part):
    async def get(self, integration: str, job_id: str) -> CachedJob | None:
        return self.script.cached

    async def answers(self, integration: str, job_id: str) -> tuple[WireExchange, ...]:
        self.script.asked.append(("answers", job_id))
        return self.script.answers

    async def fetch(self, integration: str, job_id: str) -> CachedJob:
        self.script.asked.append(("fetch", job_id))
        await self.script.pass_gate()
        return _answer(self.script.fetched)

    async def id_in_url(self, integration: str, text: str) -> str | None:
        return text.rpartition("/")[2] if text.startswith("https://") else None


class _Eligibility(_Part):
    async def check(self, integration: str, job_id: str, *, live: bool = False, rules: RuleSet | None = None) -> Eligibility:
        self.script.asked.append(("check", job_id, live))
        return _answer(self.script.eligibility)

    async def evaluate_all(self, on_progress: Callable[[int, int], None] | None = None) -> int:
        return 0

    async def explain_as_of(self, integration: str, job_id: str, revision: int) -> Eligibility:
        self.script.asked.append(("explain_as_of", job_id, revision))
        return _answer(self.script.eligibility)


class _Syncs(_Part):
    async def compare(self, integration: str, job_id: str) -> Comparison:
        self.script.asked.append(("compare", job_id))
        return _answer(self.script.comparison)

    async def plan(self, integration: str, job_id: str, *, on_step: Callable[[Step], None] | None = None) -> SyncPlan:
        self.script.asked.append(("plan", job_id))
        await self.script.pass_gate()
        return _answer(self.script.plan)

    async def sync(
        self, integration: str, job_id: str, *, expected_digest: str | None = None, on_step: Callable[[Step], None] | None = None
    ) -> SyncResult:
        self.script.asked.append(("sync", job_id, expected_digest))
        for step in samples.STEPS[:2]:
            if on_step is not None:
                on_step(step)
        await self.script.pass_gate()
        return self.script.result

    async def undo_plan(self, operation_id: str) -> SyncPlan:
        self.script.asked.append(("undo_plan", operation_id))
        return _answer(self.script.plan)

    async def undo(
        self, operation_id: str, *, expected_digest: str | None = None, on_step: Callable[[Step], None] | None = None
    ) -> SyncResult:
        self.script.asked.append(("undo", operation_id, expected_digest))
        await self.script.pass_gate()
        return self.script.result

    async def plan_many(self, jobs: Sequence[JobKey], *, on_progress: Callable[[int, int], None] | None = None) -> BulkPlan:
        self.script.asked.append(("plan_many", tuple(job.id for job in jobs)))
        return self.script.bulk

    async def sync_many(
        self,
        jobs: Sequence[JobKey],
        *,
        expected: object = None,
        on_result: Callable[[SyncResult], None] | None = None,
        cancel: asyncio.Event | None = None,
    ) -> tuple[SyncResult, ...]:
        self.script.asked.append(("sync_many", tuple(job.id for job in jobs), expected))
        await self.script.pass_gate()
        return tuple(self.script.result for _ in jobs)

    async def decline(self, plans: Sequence[SyncPlan], action: str = "sync") -> tuple[SyncResult, ...]:
        self.script.asked += [("decline", plan.job.id, *(() if action == "sync" else (action,))) for plan in plans]
        return (self.script.result,) * len(plans)

    async def recover(self) -> RecoveryReport:
        self.script.asked.append(("recover",))
        outcomes = self.script.settled
        self.script.past = tuple(replace(each, outcome=outcomes.get(each.operation_id or "", each.outcome)) for each in self.script.past)
        return RecoveryReport(len(self.script.settled), self.script.settled)


class _Writing(_Part):
    async def matching(self, rules: Sequence[Rule]) -> tuple[int, ...]:
        return (0,) * len(rules)


class _Rules(_Part):
    async def authority(self) -> RuleAuthority:
        return RuleAuthority(everything=True, integrations=("bullhorn", "other"), changeable=frozenset(), jobs=0)

    async def counts(self) -> Mapping[str, RuleCount]:
        return {"icu-travel": RuleCount(1204, 37, samples.NOW - timedelta(hours=2))}

    async def current(self) -> RuleSet:
        return self.script.rules

    async def at(self, revision: int) -> RuleSet:
        return replace(self.script.rules, revision=revision)

    async def history(self) -> tuple[RuleRevision, ...]:
        return sample_records.revisions()

    async def lint(self) -> LintReport:
        return LintReport((), 0)

    async def describe(self, rule: Rule) -> str:
        return f"conditions of {rule.id}"


class _Records(_Part):
    async def audit(self, **_: object) -> tuple[AuditEntry, ...]:
        return self.script.past

    async def wire(self, reference: str) -> Wire:
        self.script.asked.append(("wire", reference))
        return self.script.wire


class ScriptedBackend:
    """The facade's face with a `Script` behind it."""

    has_everything = True

    def __init__(self, script: Script) -> None:
        self._script = script
        self.actor = Actor("alice", {})
        self.integrations = _Integrations(script)
        self.jobs = _Jobs(script)
        self.eligibility = _Eligibility(script)
        self.syncs = _Syncs(script)
        self.rules = _Rules(script)
        self.writing = _Writing(script)
        self.records = _Records(script)

    def because(self, reason: str | None) -> AbstractContextManager[None]:
        self._script.asked.append(("because", reason))
        return acting_because(reason)


def scripted(script: Script) -> Backend:
    """Return a backend that answers as ``script`` says."""
    return cast("Backend", ScriptedBackend(script))


def _answer(given: AnswerT | Exception) -> AnswerT:
    if isinstance(given, Exception):
        raise given
    return given
