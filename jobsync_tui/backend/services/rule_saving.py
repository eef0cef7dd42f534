"""The one way in which rules are saved: by who may, from a known revision, recorded, and with the size of a large impact typed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..core.errors import NumberNeeded
from ..core.models import Rule, RuleImpact, RuleSet, RuleTest
from ..database import Db
from ..storage.ledger.audit import append
from ..storage.rules.tests import put
from .rule_authority import require_rules
from .rule_tests import require_passing, require_tests

if TYPE_CHECKING:
    from collections.abc import Callable

    from .parts import Parts


async def save_rules(
    parts: Parts,
    rules: Sequence[Rule],
    expected: int,
    what: str,
    *,
    also: Callable[[Db], object] | None = None,
    tests: Sequence[RuleTest] = (),
    break_tests: bool = False,
) -> RuleSet:
    """Keep a new revision and its audit row in one transaction: no rule changes without a row that says who changed it.

    Args:
        parts: Who saves, and where.
        rules: All of them.
        expected: The revision that the change was made from.
        what: What was done, in a few words.
        also: Runs in the same transaction.
        tests: Tests that come with the rules, and are kept with them.
        break_tests: Save them although tests break.

    Raises:
        AccessDenied: It changes rules or tests that reach further than the actor; the attempt is recorded.
        RuleError: All rules together are more than could be imported again.
        BrokenTests: They break tests, and may not.
        StalePlan: Somebody changed the rules since.
    """
    from ..rules.limits import require_importable

    await require_rules(parts, rules)
    require_importable(rules, (await parts.stores.rules.current()).rules)
    await require_tests(parts, tests)
    if not break_tests:
        await require_passing(parts, rules, tests)
    entry = parts.admission.entry("rules", outcome="changed", cause=what)

    def record(db: Db) -> None:
        append(db, entry, entry.at)
        put(db, tests, parts.admission.actor.user, entry.at)
        if also is not None:
            also(db)

    return await parts.stores.rules.save(rules, actor=parts.admission.actor.user, what=what, expected_revision=expected, also=record)


async def require_number(parts: Parts, rules: Sequence[Rule], found: RuleImpact | None, typed: int | None) -> None:
    """Let a change pass whose impact is small, or whose size was typed.

    Args:
        parts: Who saves, and where.
        rules: All that are to come.
        found: The impact as the person saw it; assessed here where it is missing or of other rules.
        typed: The number that the person typed.

    Raises:
        AccessDenied: The change is not the actor's to make, whatever its size; the attempt is recorded.
        NumberNeeded: The impact is beyond `rules.confirm_above`, and ``typed`` is not its size.
    """
    await require_rules(parts, rules)
    current = await parts.stores.rules.current()
    if found is None or found.before.revision != current.revision or tuple(found.after.rules) != tuple(rules):
        after = RuleSet(current.revision, tuple(rules))
        found = await parts.impact_analysis.assess(parts.admission.visible(), current, after)
    size = found.counts.concerned
    if size > parts.admission.settings.rules.confirm_above and typed != size:
        what = f"This change affects {size:,} jobs."
        raise NumberNeeded(size, what, remedy=f"Look at its impact, then type the number {size} to save it.")
