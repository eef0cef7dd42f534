"""Tests of rules: kept beside the rules, run by themselves and before every change of the rules."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from ..core.errors import BrokenTests, NotPermitted, UsageError
from ..core.models import FieldAvailability, Rule, RuleSet, RuleTest, RuleTestResult, Source
from ..core.text import clean, counted
from ..storage.ledger.audit import append
from ..storage.rules.tests import drop, put
from .base import Service, for_admins, for_integration

if TYPE_CHECKING:
    from ..core.models import Eligibility, Job
    from ..database import Db
    from .parts import Parts

_SAID = 3
"""Broken tests that a refusal says; it counts the rest."""


class RuleTestService(Service):
    """What ``rules test`` and the screens ask for. An admin of some integrations sees and changes the tests of those."""

    @for_admins
    async def list(self) -> tuple[RuleTest, ...]:
        """Return the tests that are kept, by name: those of the actor's integrations, and those of none."""
        return await self.stores.rule_tests.of(self.admission.visible())

    @for_admins
    async def run(self, text: str | None = None, source: str = "") -> tuple[RuleTestResult, ...]:
        """Run the tests that are kept against the rules in force, or, with the text of a file, as they would be after its import.

        Args:
            text: YAML; its rules and tests take the places of those of their names.
            source: What to call it in errors.

        Raises:
            RuleError: Says where in ``source`` it is wrong.
        """
        from ..rules import load_rules_file
        from .rules import merge

        current = await self.stores.rules.current()
        own = self.admission.visible()
        tests = await self.stores.rule_tests.of(own)
        if text is None:
            return await _results(self.parts, current.rules, tests)
        file = load_rules_file(text, source)
        after, _ = merge(current, file.rules, deactivate_rest=False)
        theirs = [test for test in file.tests if test.integration is None or test.integration in own]
        return await _results(self.parts, after, _merged(tests, theirs))

    @for_integration
    async def of_job(self, integration: str, job_id: str) -> RuleTest:
        """Return the test that holds what the rules in force say of a cached job today; it is not kept yet.

        Raises:
            UsageError: The job is not in the cache.
        """
        from ..rules.testing import expectation_of

        job = await self.stores.jobs.get(integration, job_id)
        if job is None:
            raise UsageError(f"Job {clean(job_id, limit=64)} is not in the cache", remedy="Fetch it first; a test asks for a cached job")
        found = _answer(self.parts, job, await self.stores.rules.current())
        name = f"{job.id} {clean(job.name or '', limit=80)}".strip()
        return RuleTest(name=name, integration=integration, job_id=job.id, expect=expectation_of(found))

    @for_admins
    async def keep(self, tests: Sequence[RuleTest]) -> None:
        """Keep tests, each in the place of the one of its name. They need not pass.

        Raises:
            NotPermitted: One of them is not of an integration of the actor's; the attempt is recorded.
        """
        await keep_tests(self.parts, tests, break_tests=True)

    @for_admins
    async def drop(self, names: Collection[str]) -> tuple[str, ...]:
        """Keep the tests of these names no longer, and return the names.

        Raises:
            UsageError: There is no test of one of the names; nothing was dropped.
            NotPermitted: One of them is not the actor's to change; the attempt is recorded.
        """
        known = await self.stores.rule_tests.of(self.admission.visible())
        for name in names:
            if all(test.name != name for test in known):
                raise UsageError(f"There is no test {clean(name, limit=100)!r}", remedy="jobsync rules test shows the tests")
        found = [test for test in known if test.name in names]
        await require_tests(self.parts, found)
        entry = self.admission.entry("rules test", outcome="changed", cause=f"drop {_named(found)}")

        def dropped(db: Db) -> None:
            drop(db, found)
            append(db, entry, entry.at)

        await self.stores.database.write(dropped)
        return tuple(sorted(set(names)))


async def keep_tests(parts: Parts, tests: Sequence[RuleTest], *, break_tests: bool) -> None:
    """Keep tests, each in the place of the one of its name, with an audit row in the same transaction.

    Raises:
        NotPermitted: One of them is not of an integration of the actor's; the attempt is recorded.
        BrokenTests: One of them fails with the rules in force, and may not (``break_tests``).
    """
    await require_tests(parts, tests)
    if not break_tests:
        await require_passing(parts, (await parts.stores.rules.current()).rules, tests)
    entry = parts.admission.entry("rules test", outcome="changed", cause=f"keep {_named(tests)}")

    def kept(db: Db) -> None:
        put(db, tests, parts.admission.actor.user, entry.at)
        append(db, entry, entry.at)

    await parts.stores.database.write(kept)


async def require_tests(parts: Parts, tests: Sequence[RuleTest]) -> None:
    """Let a change of tests pass that is the actor's to make: of their integrations, or of any where they may use all.

    Raises:
        NotPermitted: It is not; the attempt is recorded.
    """
    if parts.admission.has_everything():
        return
    own = parts.admission.visible()
    beyond = [test for test in tests if test.integration not in own]
    if beyond:
        refusal = NotPermitted(
            f"You may not change tests of integrations you may not use: {_named(beyond)}",
            remedy=f"Yours to change are tests of jobs of {', '.join(own)}; one that is written out names its integration",
        )
        await parts.admission.record("rules test", outcome="refused", cause=refusal.message)
        raise refusal


async def require_passing(parts: Parts, after: Sequence[Rule], new: Sequence[RuleTest] = ()) -> None:
    """Let a change of the rules pass that breaks no test.

    A test that the rules in force fail already, and a job that is not cached, hold nothing up.

    Args:
        parts: Who changes the rules.
        after: All rules to come.
        new: Tests that come with them.

    Raises:
        BrokenTests: A new test fails, or one that passes with the rules in force.
    """
    kept = await parts.stores.rule_tests.of(parts.admission.visible())
    tests = _merged(kept, new)
    failed = [result for result in await _results(parts, after, tests) if result.passed is False]
    if not failed:
        return
    current = await parts.stores.rules.current()
    before = {result.test.key: result.passed for result in await _results(parts, current.rules, [result.test for result in failed])}
    broken = [result for result in failed if result.test not in kept or before[result.test.key]]
    if broken:
        said = "; ".join(clean(result.words, limit=500) for result in broken[:_SAID])
        more = f"; and {counted(len(broken) - _SAID, 'more test')}" if len(broken) > _SAID else ""
        raise BrokenTests(
            broken,
            f"The rules would break {counted(len(broken), 'test')}: {said}{more}",
            remedy="Mend the rules or the tests, or say that they are to be saved although tests break: --break-tests",
        )


async def _results(parts: Parts, rules: Sequence[Rule], tests: Sequence[RuleTest]) -> tuple[RuleTestResult, ...]:
    from ..rules.testing import job_of, outcome_of

    ruleset = RuleSet((await parts.stores.rules.current()).revision, tuple(rules))
    found = []
    for test in tests:
        job: Job | None = None
        if test.job_id is None:
            job = job_of(test.fields)
        elif test.integration is not None:
            job = await parts.stores.jobs.get(test.integration, test.job_id)
        found.append(RuleTestResult(test, None) if job is None else outcome_of(test, _answer(parts, job, ruleset)))
    return tuple(found)


def _answer(parts: Parts, job: Job, ruleset: RuleSet) -> Eligibility:
    """Return what the rules say of a job as it is known; nothing is asked of an ATS."""
    from ..rules import evaluate

    configured = {each.id for each in parts.admission.settings.integrations}
    known = job.integration in configured
    return evaluate(
        job,
        ruleset,
        parts.admission.settings.evaluation_policy(),
        parts.connections.availability(job.integration) if known else FieldAvailability(),
        provider_title=parts.connections.title(job.integration) if known else "the ATS",
        source=Source.CACHE,
        read_at=None,
        now=parts.stores.now(),
    )


def _merged(kept: Sequence[RuleTest], new: Sequence[RuleTest]) -> list[RuleTest]:
    return list({test.key: test for test in (*kept, *new)}.values())


def _named(tests: Sequence[RuleTest]) -> str:
    names = ", ".join(clean(test.name, limit=100) for test in tests[:_SAID])
    return f"{names} and {counted(len(tests) - _SAID, 'more test')}" if len(tests) > _SAID else names
