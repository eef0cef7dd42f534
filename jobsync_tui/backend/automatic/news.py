"""A day at a glance: what happened since a moment, by which change jobs became eligible, what waits, and how the last days were.

Everything comes from what was kept, by index; no job is evaluated but one for each change of rules, to name the rule.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from ..assessment.changed_by import Turning
from ..core.models import (
    MOST_LISTED,
    STOPPED_REMEDY,
    AnswerKind,
    AutomaticState,
    DayNews,
    EligibleNews,
    FailureNews,
    Greeting,
    IntegrationNews,
    Job,
    RuleSet,
    WaitKind,
    WaitNews,
)
from ..storage.automatic.alerts import AlertStore
from ..storage.automatic.decisions import BecameEligible, DecisionStore
from ..storage.automatic.schedule import ScheduleStore
from ..storage.jobs.integrations import IntegrationStore
from ..storage.jobs.jobs import JobStore
from ..storage.jobs.undecided import UndecidedStore
from ..storage.ledger.audit import AuditStore
from ..storage.ledger.audit_entries import CREATED, FAILED, UPDATED, Cause
from ..storage.rules.rules import RuleStore
from ..storage.search.query import Is, Query, State

DAYS = 14
"""Days that are told one by one, today among them."""

IN_DOUBT = Query((Is((State.UNKNOWN,)),))


@dataclass(frozen=True, slots=True, kw_only=True)
class NewsReader:
    """Reads what there is to tell.

    Attributes:
        audit: What syncs came to.
        decisions: Since when jobs are eligible.
        schedule: Whether it is paused.
        states: How the automatic sync of integrations stands.
        alerts: What the automatic sync met.
        integrations: How the last refreshes ended.
        jobs: The cached jobs.
        undecided: Which of them may be known to the target.
        rules: Every revision of the rules.
        is_eligible: Whether a cached job is eligible by rules of any revision.
        now: The time.
    """

    audit: AuditStore
    decisions: DecisionStore
    schedule: ScheduleStore
    states: Callable[[Sequence[str]], Awaitable[Sequence[AutomaticState]]]
    alerts: AlertStore
    integrations: IntegrationStore
    jobs: JobStore
    undecided: UndecidedStore
    rules: RuleStore
    is_eligible: Callable[[Job, RuleSet], bool]
    now: Callable[[], datetime]

    async def read(self, integrations: Sequence[str], since: datetime | None, until: datetime | None = None) -> Greeting:
        """Return what happened to these integrations since then, what waits and how the last days were; without a time, only the latter.

        Args:
            integrations: Which ones.
            since: From when on.
            until: Up to when it is told what happened; None for now.
        """
        states = await self.states(integrations)
        waits = await self._waits(integrations, states)
        if until is None:  # the message of a day is sent by what is said to be stopped
            waits = (*waits, *_stopped(states))
        found = Greeting(
            since,
            tuple(IntegrationNews(integration=each, trouble=_trouble(each, waits)) for each in integrations),
            waits=waits,
            paused=await self.schedule.paused(),
            days=await self._days(integrations),
        )
        if since is None:
            return found
        happened = await self.audit.happened(integrations, since, until)
        became = {each: await self.decisions.newly_eligible(each, since, until) for each in integrations}
        told = [
            replace(
                each,
                created=of.get(CREATED, 0),
                updated=of.get(UPDATED, 0),
                failed=sum(of.get(outcome, 0) for outcome in FAILED),
                newly_eligible=sum(group.jobs for group in became[each.integration]),
            )
            for each in found.integrations
            for of in [happened.outcomes.get(each.integration, {})]
        ]
        return replace(
            found,
            integrations=tuple(told),
            failures=tuple([await self._failure(each) for each in happened.causes]),
            eligible=await self._eligible(became),
        )

    async def _failure(self, cause: Cause) -> FailureNews:
        last = cause.jobs[0].id
        codes = await self.decisions.codes(cause.integration, (last,))
        return FailureNews(
            integration=cause.integration,
            cause=cause.words,
            code=codes.get(last),
            jobs=len(cause.jobs),
            listed=cause.jobs[:MOST_LISTED],
        )

    async def _eligible(self, became: Mapping[str, Sequence[BecameEligible]]) -> tuple[EligibleNews, ...]:
        found: dict[EligibleNews, int] = {}
        for integration, groups in became.items():
            for group in groups:
                change = await self._change(integration, group)
                found[change] = found.get(change, 0) + group.jobs
        return tuple(sorted((replace(change, jobs=jobs) for change, jobs in found.items()), key=lambda each: -each.jobs))

    async def _change(self, integration: str, group: BecameEligible) -> EligibleNews:
        """Return by which change jobs became eligible, without their number; where several revisions lie between, as for one of them."""
        job = None
        if group.since and group.since < group.by:
            job = await self.jobs.get(integration, group.example)
        if job is None:
            return EligibleNews(integration=integration, jobs=0)
        one = job
        turning = Turning(self.rules.at, self.rules.history, lambda rules: self.is_eligible(one, rules))
        change = await turning.since(group.since, await self.rules.at(group.by))
        if change is not None:
            return EligibleNews(
                integration=integration, jobs=0, revision=change.revision, rule=change.rule, actor=change.actor, at=change.at
            )
        # The job is another one by now; what is left to say is who changed the rules then.
        last = next((each for each in await self.rules.history() if each.revision == group.by), None)
        if last is None:
            return EligibleNews(integration=integration, jobs=0)
        return EligibleNews(integration=integration, jobs=0, revision=last.revision, actor=last.actor, at=last.at)

    async def _waits(self, integrations: Sequence[str], states: Sequence[AutomaticState]) -> tuple[WaitNews, ...]:
        """Return what waits, by integration: what a person has to let go on first."""
        found: dict[str, list[WaitNews]] = {each: [] for each in integrations}
        for state in states:
            if state.hold is not None:
                hold = state.hold
                found[state.integration].append(
                    WaitNews(
                        kind=WaitKind.HELD,
                        integration=state.integration,
                        code=hold.kind.value,
                        message=hold.message,
                        remedy=hold.remedy,
                        since=hold.since,
                    )
                )
        standing = await self.alerts.standing(integrations)
        muted = [alert for alert in standing if alert.answer is not None and alert.answer.kind is AnswerKind.MUTED]
        for alert in (each for each in standing if each not in muted):
            said = [each.message for each in found[alert.integration] if each.kind is WaitKind.HELD]
            if alert.message not in said:
                found[alert.integration].append(
                    WaitNews(
                        kind=WaitKind.ALERT,
                        integration=alert.integration,
                        code=alert.code,
                        message=alert.message,
                        remedy=alert.remedy,
                        jobs=alert.jobs,
                        since=alert.since,
                    )
                )
        undecided = await self.undecided.waiting(integrations)
        for each, waits in found.items():
            error = (await self.integrations.state(each)).last_error
            if error is not None and not waits and not any(alert.integration == each for alert in muted):
                waits.append(WaitNews(kind=WaitKind.REFRESH, integration=each, message=error))
            in_doubt = await self.jobs.count((each,), IN_DOUBT)
            for kind, jobs in ((WaitKind.IN_DOUBT, in_doubt), (WaitKind.LINKS, undecided.get(each, 0))):
                if jobs:
                    waits.append(WaitNews(kind=kind, integration=each, jobs=jobs))
        return tuple(wait for waits in found.values() for wait in waits)

    async def _days(self, integrations: Sequence[str]) -> tuple[DayNews, ...]:
        days, starts = last_days(self.now())
        by_day = await self.audit.days(integrations, starts)
        return tuple(
            DayNews(
                integration=each,
                day=day,
                created=of.get(CREATED, 0),
                updated=of.get(UPDATED, 0),
                failed=sum(of.get(outcome, 0) for outcome in FAILED),
            )
            for each in integrations
            for day, counts in zip(days, by_day, strict=True)
            for of in [counts.get(each, {})]
        )


def _stopped(states: Sequence[AutomaticState]) -> list[WaitNews]:
    """Return of which integrations no run comes any more, and once what to do about that."""
    late = [each for each in states if each.stopped]
    return [
        WaitNews(
            kind=WaitKind.STOPPED,
            integration=each.integration,
            remedy=STOPPED_REMEDY if each is late[-1] else None,
            since=each.last_run,
        )
        for each in late
    ]


def last_days(now: datetime) -> tuple[list[date], list[datetime]]:
    """Return the last days of the local calendar, oldest first, and when each begins, with the end of the last one behind them."""
    today = now.astimezone().date()
    days = [today - timedelta(days=before) for before in range(DAYS - 1, -1, -1)]
    return days, [datetime.combine(day, time()).astimezone() for day in (*days, today + timedelta(days=1))]


def _trouble(integration: str, waits: Sequence[WaitNews]) -> str | None:
    """Return what keeps an integration from its work: what waits for a person, else what runs met, else the last refresh."""
    for kind in (WaitKind.HELD, WaitKind.ALERT, WaitKind.REFRESH):
        said = [each.message for each in waits if each.integration == integration and each.kind is kind and each.message]
        if said:
            return "; ".join(said)
    return None
