"""The rules: reading, importing, switching and their history."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from ..core.errors import NotPermitted, UsageError
from ..core.models import (
    ImpactReport,
    ImportReport,
    LintReport,
    RevisionDifference,
    Rule,
    RuleAuthority,
    RuleCount,
    RuleImpact,
    RuleRevision,
    RuleSet,
    RuleSwitch,
    same_rule,
    with_active,
    with_rule_of,
    without_rules,
)
from ..rules import describe, dump_rules, load_rules, load_rules_file
from ..storage.outcomes.outcomes import policy_key
from .base import Service, for_admins
from .rule_authority import authority_of, refusal_of, require_rules
from .rule_saving import require_number, save_rules
from .rule_tests import keep_tests

if TYPE_CHECKING:
    from ..assessment.impact import OnForeseen


class RuleService(Service):
    """What the rules screen and the ``rules`` commands ask for. Every change is a new revision and an audit row.

    Rules act on every integration: each method that changes them raises `NotPermitted`, and records the attempt, where a rule that changes
    reaches further than the actor (`rule_authority.require_rules`).
    """

    @for_admins
    async def current(self) -> RuleSet:
        """Return every rule, active or not, at the revision in force."""
        return await self.stores.rules.current()

    @for_admins
    async def at(self, revision: int) -> RuleSet:
        """Return the rules as they were at a revision.

        Raises:
            UsageError: There was no such revision.
        """
        return await self.stores.rules.at(revision)

    @for_admins
    async def authority(self) -> RuleAuthority:
        """Return which rules the actor may change, and how many jobs every count of theirs is of."""
        return await authority_of(self.parts)

    @for_admins
    async def refusal(self, rules: Sequence[Rule]) -> NotPermitted | None:
        """Return why the actor may not put all of ``rules`` into force, None where they may; nothing is tried, nor recorded."""
        return await refusal_of(self.parts, rules)

    @for_admins
    async def counts(self) -> Mapping[str, RuleCount]:
        """Return by rule id to how many cached jobs each rule applies, in the integrations that the actor may use.

        Jobs that were not evaluated yet count nowhere; `EligibilityService.evaluate_all` evaluates them.
        """
        asked = (self.admission.visible(), policy_key(self.parts.policy()), self.stores.now())
        tally = await self.stores.outcomes.tally(*asked)
        effects = await self.stores.coverage.last_effects(*asked)
        return {rule: RuleCount(jobs, tally.alone.get(rule, 0), effects.get(rule)) for rule, jobs in tally.matched.items()}

    @for_admins
    async def history(self) -> tuple[RuleRevision, ...]:
        """Return who changed the rules when, newest first."""
        return await self.stores.rules.history()

    @for_admins
    async def parse(self, text: str, source: str) -> tuple[Rule, ...]:
        """Read rules without keeping them.

        Raises:
            RuleError: Says where in ``source`` it is wrong.
        """
        return load_rules(text, source)

    @for_admins
    async def dump(self, rules: Sequence[Rule]) -> str:
        """Return rules as YAML that reads back to the same."""
        return dump_rules(rules)

    @for_admins
    async def describe(self, rule: Rule) -> str:
        """Return a rule's conditions as one line for people."""
        return describe(rule.when)

    @for_admins
    async def export(self) -> str:
        """Return every rule, and the tests that the actor may see, as YAML that imports back to the same."""
        return dump_rules((await self.stores.rules.current()).rules, await self.stores.rule_tests.of(self.admission.visible()))

    @for_admins
    async def import_text(
        self, text: str, source: str, *, inactive: bool = False, replace_all: bool = False, break_tests: bool = False
    ) -> ImportReport:
        """Add and update rules by id, and tests by name, from YAML and leave the rest.

        Args:
            text: The YAML.
            source: What to call it in errors.
            inactive: Import the rules as inactive.
            replace_all: Deactivate what the text lacks.
            break_tests: Import them although tests break.

        Raises:
            RuleError: Nothing was imported.
            BrokenTests: Nothing was imported: tests that come with the rules, or that passed until now, would fail.
        """
        current = await self.stores.rules.current()
        file = load_rules_file(text, source)
        incoming = file.rules
        if inactive:
            incoming = tuple(replace(rule, active=False) for rule in incoming)
        merged, report = merge(current, incoming, deactivate_rest=replace_all)
        if report.added or report.updated or report.deactivated:
            what = f"import {source}: {_summary(report)}"
            kept = await save_rules(self.parts, merged, current.revision, what, tests=file.tests, break_tests=break_tests)
            report = replace(report, revision=kept.revision)
        elif file.tests:
            await keep_tests(self.parts, file.tests, break_tests=break_tests)
        return replace(report, tests=tuple(test.name for test in file.tests))

    @for_admins
    async def impact(self, text: str, source: str, on_progress: OnForeseen | None = None) -> ImpactReport:
        """Return what importing the text would do to the cached jobs of the integrations that the actor may use.

        Its rules take the places of those that they name by id; the rest stays.

        Raises:
            RuleError: Says where in ``source`` it is wrong.
        """
        after = await self.to_come(text, source)
        current = await self.stores.rules.current()
        found = await self.parts.impact_analysis.report(self.admission.visible(), current, RuleSet(current.revision, after), on_progress)
        return replace(found, among=(await authority_of(self.parts)).part)

    @for_admins
    async def to_come(self, text: str, source: str) -> tuple[Rule, ...]:
        """Return every rule as it would be after an import of the text, to be assessed before.

        Raises:
            RuleError: Says where in ``source`` it is wrong.
        """
        return merge(await self.stores.rules.current(), load_rules(text, source), deactivate_rest=False)[0]

    @for_admins
    async def set_active(self, ids: Collection[str], *, active: bool, break_tests: bool = False) -> RuleSwitch:
        """Switch rules on or off, and say which that changed.

        Raises:
            UsageError: One of the ids is unknown; nothing was switched.
            NotPermitted: One of the rules is not the actor's to change, even if it is as it should be; the attempt is recorded.
            BrokenTests: It breaks tests, and may not (``break_tests``).
        """
        current = await self._known(ids)
        named = {rule.id: rule for rule in current.rules if rule.id in ids}
        await require_rules(self.parts, current.rules, always=tuple(named.values()))
        switched = tuple(identity for identity in dict.fromkeys(ids) if named[identity].active is not active)
        if not switched:
            return RuleSwitch(current.revision, switched)
        rules = with_active(current.rules, switched, active=active)
        what = f"{'activate' if active else 'deactivate'} {', '.join(sorted(switched))}"
        kept = await self._save(rules, current.revision, what, break_tests=break_tests)
        return RuleSwitch(kept.revision, switched)

    @for_admins
    async def delete(self, ids: Collection[str], *, break_tests: bool = False) -> RuleSet:
        """Remove rules; the history keeps them.

        Raises:
            UsageError: One of the ids is unknown; nothing was removed.
            BrokenTests: It breaks tests, and may not (``break_tests``).
        """
        current = await self._known(ids)
        what = f"delete {', '.join(sorted(ids))}"
        return await self._save(without_rules(current.rules, ids), current.revision, what, break_tests=break_tests)

    @for_admins
    async def save(
        self,
        rules: Sequence[Rule],
        *,
        expected_revision: int,
        what: str,
        found: RuleImpact | None = None,
        typed: int | None = None,
        break_tests: bool = False,
    ) -> RuleSet:
        """Put edited rules into force, as a new revision.

        Args:
            rules: All of them, not only those that change.
            expected_revision: The revision that the editing began from.
            what: What was done, in a few words, for the history.
            found: The impact as the person saw it; where it is of other rules or of another revision, it is assessed anew.
            typed: The size of the impact, as the person typed it.
            break_tests: Save them although tests break.

        Raises:
            StalePlan: Somebody changed the rules since.
            BrokenTests: They break tests, and may not.
            NumberNeeded: The change concerns more jobs than `rules.confirm_above`, and ``typed`` is not their number.
            RuleError: The rules would not load again.
        """
        load_rules(dump_rules(rules), "the rules")
        await require_number(self.parts, rules, found, typed)
        return await self._save(tuple(rules), expected_revision, what, break_tests=break_tests)

    @for_admins
    async def lint(
        self, rules: Sequence[Rule] | None = None, *, only: Collection[str] | None = None, on_progress: Callable[[int], None] | None = None
    ) -> LintReport:
        """Return what is probably not meant so, seen from the jobs, the integrations and the target that the actor may use.

        It evaluates every cached job, off the event loop, and may be cancelled.

        Args:
            rules: Every rule to look over; those in force without it.
            only: Ids of the rules that are asked about; None for all.
            on_progress: Told how many jobs were looked at.

        Raises:
            RuleError: A rule cannot be evaluated.
        """
        current = await self.stores.rules.current()
        asked = current if rules is None else RuleSet(current.revision, tuple(rules))
        return await self.parts.lint().report(asked, only, on_progress)

    @for_admins
    async def lint_of(self, text: str, source: str, *, on_progress: Callable[[int], None] | None = None) -> LintReport:
        """Return what is probably not meant so in rules as they would be after an import of the text.

        Raises:
            RuleError: Says where in ``source`` it is wrong.
        """
        incoming = load_rules(text, source)
        current = await self.stores.rules.current()
        merged, _ = merge(current, incoming, deactivate_rest=False)
        return await self.parts.lint().report(RuleSet(current.revision, merged), {rule.id for rule in incoming}, on_progress)

    @for_admins
    async def difference(self, before: int, after: int) -> RevisionDifference:
        """Return what changed between two revisions.

        Raises:
            UsageError: There was no such revision.
        """
        from ..rules.difference import difference

        return difference(await self.stores.rules.at(before), await self.stores.rules.at(after))

    @for_admins
    async def restore(
        self,
        revision: int,
        *,
        only: str | None = None,
        expected_revision: int | None = None,
        found: RuleImpact | None = None,
        typed: int | None = None,
        break_tests: bool = False,
    ) -> RuleSet:
        """Put the rules of an earlier revision into force, as a new revision; other arguments and errors as of `save`.

        Args:
            revision: The earlier revision.
            only: The id of the one rule that is restored, and taken away where it was not there then; None for all of them.
            expected_revision: As of `save`.
            found: As of `save`.
            typed: As of `save`.
            break_tests: As of `save`.

        Raises:
            UsageError: There was no such revision, or there is no such rule in it and none now.
        """
        current, former = await self.stores.rules.current(), await self.stores.rules.at(revision)
        rules, what = former.rules, f"restore revision {revision}"
        if only is not None:
            if only not in {rule.id for rule in (*current.rules, *former.rules)}:
                remedy = f"jobsync rules diff {revision} {current.revision} shows what changed since"
                raise UsageError(f"There is no rule {only!r} in revision {revision}, and none now", remedy=remedy)
            rules, what = with_rule_of(current.rules, former.rules, only), f"restore {only} of revision {revision}"
        if rules == current.rules:
            return current
        expected = current.revision if expected_revision is None else expected_revision
        await require_number(self.parts, rules, found, typed)
        return await self._save(rules, expected, what, break_tests=break_tests)

    async def _known(self, ids: Collection[str]) -> RuleSet:
        current = await self.stores.rules.current()
        unknown = sorted(set(ids) - {rule.id for rule in current.rules})
        if unknown:
            raise UsageError(f"There is no rule {unknown[0]!r}", remedy="jobsync rules list shows the rules with their ids")
        return current

    async def _save(self, rules: tuple[Rule, ...], expected: int, what: str, *, break_tests: bool) -> RuleSet:
        return await save_rules(self.parts, rules, expected, what, break_tests=break_tests)


def merge(current: RuleSet, incoming: tuple[Rule, ...], *, deactivate_rest: bool) -> tuple[tuple[Rule, ...], ImportReport]:
    """Return the rules after ``incoming`` took its places by id, and what that did."""
    known = {rule.id: rule for rule in current.rules}
    named = {rule.id for rule in incoming}
    deactivated = [rule.id for rule in current.rules if deactivate_rest and rule.active and rule.id not in named]
    rest = [replace(rule, active=False) if rule.id in deactivated else rule for rule in current.rules if rule.id not in named]
    report = ImportReport(
        revision=current.revision,
        added=tuple(rule.id for rule in incoming if rule.id not in known),
        updated=tuple(rule.id for rule in incoming if rule.id in known and not same_rule(known[rule.id], rule)),
        unchanged=tuple(rule.id for rule in incoming if rule.id in known and same_rule(known[rule.id], rule)),
        deactivated=tuple(deactivated),
    )
    return tuple(sorted([*rest, *incoming], key=lambda rule: (rule.priority, rule.name, rule.id))), report


def _summary(report: ImportReport) -> str:
    counts = {"added": report.added, "updated": report.updated, "deactivated": report.deactivated}
    return ", ".join(f"{len(ids)} {word}" for word, ids in counts.items() if ids)
