"""The main job, headless, on the sandbox: each step does what an admin would do and says whether it held."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from time import monotonic

from ..core.errors import JobNotFound, JobsyncError
from ..core.models import Eligibility, Outcome, PlanKind, Reason, Scope, Sort, SyncStatus
from ..services.backend import Backend
from . import scenario
from .scenario import Role
from .session import Sandbox


class StepFailed(Exception):
    """A step of the check did not hold; the text says what was found instead."""


@dataclass(frozen=True, slots=True)
class CheckStep:
    """A step that was made: what it was about, whether it held, what was seen, and the seconds it took."""

    title: str
    held: bool
    seen: str
    seconds: float


async def run_check(sandbox: Sandbox, backend: Backend, report: Callable[[CheckStep], None]) -> bool:
    """Run the main job and tell ``report`` of each step; return whether all held. A step that fails does not stop the next."""
    check = _Check(sandbox, backend)
    held = True
    for title, step in check.steps():
        started = monotonic()
        try:
            done = CheckStep(title, held=True, seen=await step(), seconds=monotonic() - started)
        except (StepFailed, JobsyncError) as error:
            done = CheckStep(title, held=False, seen=str(error), seconds=monotonic() - started)
        held = held and done.held
        report(done)
    return held


def _expect(condition: bool, found: object) -> None:  # noqa: FBT001 - reads like an assertion
    if not condition:
        raise StepFailed(f"found {found}")


class _Check:
    """The steps, in order. What one step learns, a later one uses."""

    def __init__(self, sandbox: Sandbox, backend: Backend) -> None:
        self._sandbox = sandbox
        self._backend = backend

    def steps(self) -> tuple[tuple[str, Callable[[], Awaitable[str]]], ...]:
        """Return the steps by title."""
        return (
            ("test the credentials of every integration", self._test),
            ("refresh every cache from its ATS", self._refresh),
            ("search the cache", self._search),
            ("check an eligible job", self._eligible),
            ("check a job that no rule matches", self._unmatched),
            ("check a job that a rule excludes", self._excluded),
            ("check a job without a required field", self._nameless),
            ("look up a job that vanished from the ATS", self._vanished),
            ("preview the sync", self._preview),
            ("sync: created", self._create),
            ("sync again: unchanged, and what Tenzo keeps in its own form is said", self._unchanged),
            ("change the job in the ATS and sync: updated", self._update),
            ("candidates and interviews are as they were", self._people_stayed),
            ("a sync that fails says so and writes nothing", self._failing),
            ("an answer that is lost: unknown, then settled by a look-up", self._lost),
            ("nothing is written when the plan no longer holds", self._stale),
            ("a job that a colleague has in hand is left to them", self._held),
            ("an update is undone", self._undo),
            ("the audit record's chain holds", self._audit),
            ("no active rules: said in those words", self._no_rules),
        )

    async def _test(self) -> str:
        reports = [await self._backend.integrations.test(each.id) for each in await self._backend.integrations.list()]
        return ", ".join(f"{report.integration}: {report.detail}" for report in reports)

    async def _refresh(self) -> str:
        seen: dict[str, int] = {}
        for each in await self._backend.integrations.list():
            await self._backend.integrations.refresh(each.id, full=True)
            seen[each.id] = (await self._backend.integrations.get(each.id)).jobs
            expected = sum(1 for _ in self._sandbox.worlds[each.id].alive())
            _expect(seen[each.id] >= expected, f"{seen[each.id]} of {expected} jobs in {each.id}")
        return ", ".join(f"{count} in {integration}" for integration, count in seen.items())

    async def _search(self) -> str:
        rows = await self._backend.jobs.window(Scope.of(scenario.JOBVITE), "icu nurse", Sort(), 0, 20)
        count = await self._backend.jobs.count(Scope.of(scenario.JOBVITE), "icu nurse")
        _expect(0 < len(rows) <= count, f"{len(rows)} rows, {count} counted")
        _expect(all("icu" in (row.name or "").lower() for row in rows), [row.name for row in rows])
        return f"{count} jobs match 'icu nurse'"

    async def _eligible(self) -> str:
        found = await self._eligibility(scenario.BERLIN_BACKEND)
        _expect(found.eligible and len(found.matched_rules) > 1, found.message)
        return f"by {', '.join(rule.name for rule in found.matched_rules)}; template {', '.join(found.templates)}"

    async def _unmatched(self) -> str:
        found = await self._refused(scenario.CLOSED, Reason.NO_RULE_MATCHED)
        _expect(bool(found.near_misses), "no near miss")
        return f"{found.message}; closest {found.near_misses[0].rule}, if {' and '.join(found.near_misses[0].would_match_if)}"

    async def _excluded(self) -> str:
        return (await self._refused(scenario.EXCLUDED, Reason.EXCLUDED)).message

    async def _nameless(self) -> str:
        return (await self._refused(scenario.NAMELESS, Reason.MISSING_REQUIRED_FIELDS)).message

    async def _vanished(self) -> str:
        integration, job_id = self._sandbox.address(scenario.VANISHED)
        try:
            await self._backend.jobs.fetch(integration, job_id)
        except JobNotFound as error:
            return error.message
        raise StepFailed("found the job")

    async def _preview(self) -> str:
        plan = await self._backend.syncs.plan(*self._sandbox.address(scenario.BERLIN_BACKEND))
        _expect(plan.kind is PlanKind.CREATE and plan.digest is not None, plan.kind)
        return f"{plan.kind}, {len(plan.changes)} fields"

    async def _create(self) -> str:
        return await self._sync(scenario.BERLIN_BACKEND, Outcome.CREATED)

    async def _unchanged(self) -> str:
        result = await self._backend.syncs.sync(*self._sandbox.address(scenario.BERLIN_BACKEND))
        _expect(result.outcome is Outcome.UNCHANGED and result.written is False, f"{result.outcome}, written {result.written}")
        _expect([each.field for each in result.kept] == ["description"], result.kept)
        return "nothing to write; Tenzo keeps the description without its bold type"

    async def _update(self) -> str:
        self._sandbox.change_in_ats(scenario.BERLIN_BACKEND, name="Senior Backend Engineer [Remote OK]")
        return await self._sync(scenario.BERLIN_BACKEND, Outcome.UPDATED)

    async def _people_stayed(self) -> str:
        async with self._sandbox.target() as target:
            before = await target.unowned()
            outcomes = [await self._change_and_sync(role) for role in scenario.SYNCED_BEFORE]
            after = await target.unowned()
        _expect(all(outcome is Outcome.UPDATED for outcome in outcomes), outcomes)
        _expect("Candidate:" in before and after == before, "other rows than before the updates")
        return f"{len(outcomes)} jobs updated, {len(before)} characters of everything else compared"

    async def _change_and_sync(self, role: Role) -> Outcome:
        job = scenario.job_of(self._sandbox.worlds, role)
        self._sandbox.change_in_ats(role, summary=f"{job.summary} Apply by Friday.")
        return (await self._backend.syncs.sync(*self._sandbox.address(role))).outcome

    async def _failing(self) -> str:
        result = await self._backend.syncs.sync(*self._sandbox.address(scenario.BROKEN))
        _expect(result.outcome is Outcome.FAILED and result.written is False, f"{result.outcome}, written {result.written}")
        return result.error.message if result.error else ""

    async def _lost(self) -> str:
        result = await self._backend.syncs.sync(*self._sandbox.address(scenario.LOST))
        _expect(result.outcome is Outcome.UNKNOWN and result.written is None, f"{result.outcome}, written {result.written}")
        report = await self._backend.syncs.recover()
        settled = report.settled.get(result.operation_id or "")
        _expect(settled == Outcome.CREATED.value, settled)
        await self._sync(scenario.LOST, Outcome.UNCHANGED)
        return f"{result.error.message if result.error else ''}; then {settled}"

    async def _stale(self) -> str:
        address = self._sandbox.address(scenario.EDITED)
        async with self._sandbox.target() as target:
            plan = await self._backend.syncs.plan(*address)
            await target.edit(plan.target_id or "", {"folder": "Engineering/Later"})
        result = await self._backend.syncs.sync(*address, expected_digest=plan.digest)
        _expect(result.outcome is Outcome.STALE and result.written is False, f"{result.outcome}, written {result.written}")
        return result.error.message if result.error else ""

    async def _held(self) -> str:
        result = await self._backend.syncs.sync(*self._sandbox.address(scenario.HELD))
        _expect(result.outcome is Outcome.BUSY and result.written is False, f"{result.outcome}, written {result.written}")
        return result.error.message if result.error else ""

    async def _undo(self) -> str:
        address = self._sandbox.address(scenario.ICU_TRAVEL)
        self._sandbox.change_in_ats(scenario.ICU_TRAVEL, name="ICU Travel Nurse, days")
        done = await self._backend.syncs.sync(*address)
        plan = await self._backend.syncs.undo_plan(done.operation_id or "")
        undone = await self._backend.syncs.undo(done.operation_id or "", expected_digest=plan.digest)
        _expect(undone.outcome is Outcome.UPDATED and undone.verified is True, f"{undone.outcome}")
        return f"{', '.join(change.field for change in undone.changes)} back to what it was"

    async def _audit(self) -> str:
        verification = await self._backend.records.verify()
        _expect(verification.ok and verification.rows > 0, verification.message)
        return verification.message

    async def _no_rules(self) -> str:
        active = [rule.id for rule in (await self._backend.rules.current()).rules if rule.active]
        await self._backend.rules.set_active(active, active=False)
        found = await self._refused(scenario.BERLIN_BACKEND, Reason.NO_ACTIVE_RULES)
        await self._backend.rules.set_active(active, active=True)
        return found.message

    async def _eligibility(self, role: Role) -> Eligibility:
        return await self._backend.eligibility.check(*self._sandbox.address(role))

    async def _refused(self, role: Role, reason: Reason) -> Eligibility:
        found = await self._eligibility(role)
        _expect(not found.eligible and found.reason is reason, f"{found.reason or 'eligible'}: {found.message}")
        return found

    async def _sync(self, role: Role, outcome: Outcome) -> str:
        result = await self._backend.syncs.sync(*self._sandbox.address(role))
        _expect(result.outcome is outcome, f"{result.outcome}: {result.error.message if result.error else ''}")
        _expect(result.outcome is Outcome.UNCHANGED or result.verified is True, "not verified")
        job = await self._backend.jobs.get(*self._sandbox.address(role))
        _expect(job is not None and job.sync_status is SyncStatus.SYNCED, job and job.sync_status)
        fields = ", ".join(change.field for change in result.changes)
        return f"{result.target_id}: {fields or 'nothing to write'}"
