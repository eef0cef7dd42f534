"""How far rules reach: which concern no more than certain integrations, whatever their jobs are.

A rule is held to integrations by a condition on ``integration`` at the top level of its conditions, with ``equals`` or ``in``: the rule
matches only where that condition is true. Everything else that could come to the same (a pattern, a negation, a group) is taken for a
rule that may reach any integration, so that nobody has to prove what a condition cannot match.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from ..core.models import AllOf, Condition, Leaf, Op, Rule, same_rule
from .values import composed, folded

INTEGRATION = "integration"
"""The field by which a rule is held to integrations."""


def held_to(rule: Rule, own: Collection[str], others: Collection[str]) -> bool:
    """Return whether a rule can match jobs of the integrations ``own`` only.

    Args:
        rule: The rule, active or not.
        own: Ids of integrations that it may reach.
        others: Ids of those that it may not; one that is spelled like a permitted one but for its case is told apart only where the
            condition does.
    """
    return any(_admits_only(leaf, own, others) for leaf in _demanded(rule.when))


def changes_beyond(before: Collection[Rule], after: Collection[Rule], own: Collection[str], others: Collection[str]) -> tuple[Rule, ...]:
    """Return the rules that differ between two sets and that, before or after, can match jobs of other integrations than ``own``.

    Each comes once, as it was before where it was there, else as it would be.
    """
    former, coming = {rule.id: rule for rule in before}, {rule.id: rule for rule in after}
    found = []
    for identity in dict.fromkeys((*former, *coming)):
        versions = [rule for rule in (former.get(identity), coming.get(identity)) if rule is not None]
        unchanged = len(versions) == 2 and same_rule(*versions)
        if not unchanged and not all(held_to(rule, own, others) for rule in versions):
            found.append(versions[0])
    return tuple(found)


def _demanded(when: Condition | None) -> Iterator[Leaf]:
    """Yield the conditions on the integration without which a rule does not match."""
    for child in when.children if isinstance(when, AllOf) else (when,):
        if isinstance(child, Leaf) and child.field == INTEGRATION and child.op in {Op.EQUALS, Op.IN}:
            yield child


def _admits_only(leaf: Leaf, own: Collection[str], others: Collection[str]) -> bool:
    values = leaf.value if isinstance(leaf.value, list) else [leaf.value]
    if not all(isinstance(value, str) for value in values):
        return False  # a truth value or a number matches the text that spells it
    shape = composed if leaf.case_sensitive else folded
    admitted = {shape(value) for value in values if isinstance(value, str)}
    return admitted <= {shape(each) for each in own} and not admitted & {shape(each) for each in others}
