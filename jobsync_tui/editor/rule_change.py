"""A change of the rules that was made and not saved yet: what the dialog before every save is given."""

from __future__ import annotations

from dataclasses import dataclass

from ..backend.core.models import Rule, RuleSet, in_acting_order, with_active, with_rule, with_rule_of, without_rules
from ..backend.core.text import counted


@dataclass(frozen=True, slots=True)
class RuleChange:
    """Rules to come.

    Attributes:
        before: The rules in force that the change was made from.
        after: All rules as they would be.
        title: What the change is, for people.
        what: The same for the record.
        draft: Key of the draft that is done with once the change is saved.
        shadow: Name of the shadow that is promoted by it.
        command: The words of the command, behind ``rules``, that makes the same change; None for what was edited here.
    """

    before: RuleSet
    after: tuple[Rule, ...]
    title: str
    what: str
    draft: str | None = None
    shadow: str | None = None
    command: tuple[str, ...] | None = None

    @property
    def touched(self) -> tuple[Rule, ...]:
        """The rules as they would be that are not as they were."""
        known = {rule.id: rule for rule in self.before.rules}
        return tuple(rule for rule in self.after if known.get(rule.id) != rule)


def switching(before: RuleSet, rules: tuple[Rule, ...], *, active: bool) -> RuleChange:
    """Propose to switch rules on or off."""
    ids = sorted(rule.id for rule in rules)
    verb = "Activate" if active else "Deactivate"
    after = with_active(before.rules, ids, active=active)
    return RuleChange(before, after, f"{verb} {_named(rules)}", f"{verb.lower()} {', '.join(ids)}", command=(verb.lower(), *ids))


def deleting(before: RuleSet, rule: Rule) -> RuleChange:
    """Propose to take a rule away; the history keeps it."""
    return RuleChange(
        before, without_rules(before.rules, {rule.id}), f"Delete {rule.name}", f"delete {rule.id}", command=("delete", rule.id)
    )


def reordering(before: RuleSet, after: tuple[Rule, ...]) -> RuleChange:
    """Propose another order in which the rules act."""
    return RuleChange(before, in_acting_order(after), "Another order of the rules", "reorder")


def editing(before: RuleSet, rule: Rule, *, replaces: str | None, draft: str) -> RuleChange:
    """Propose a rule that was edited or is new."""
    new = replaces is None
    what = f"{'add' if new else 'change'} {rule.id}"
    return RuleChange(before, with_rule(before.rules, rule, replaces), f"{'Add' if new else 'Change'} {rule.name}", what, draft)


def restoring(before: RuleSet, then: RuleSet) -> RuleChange:
    """Propose the rules of an earlier revision."""
    title = f"Restore the rules of r{then.revision}"
    return RuleChange(before, then.rules, title, f"restore r{then.revision}", command=("restore", str(then.revision)))


def restoring_rule(before: RuleSet, then: RuleSet, rule_id: str) -> RuleChange:
    """Propose one rule as it was in an earlier revision, which takes it away where it was not there yet; the others stay as they are."""
    name = next((rule.name for rule in (*then.rules, *before.rules) if rule.id == rule_id), rule_id)
    after = with_rule_of(before.rules, then.rules, rule_id)
    command = ("restore", str(then.revision), "--rule", rule_id)
    return RuleChange(before, after, f"Restore {name} of r{then.revision}", f"restore {rule_id} of r{then.revision}", command=command)


def promoting(before: RuleSet, after: tuple[Rule, ...], shadow: str) -> RuleChange:
    """Propose to put the rules of a shadow into force."""
    return RuleChange(
        before, after, f"Promote {shadow}", f"promote the shadow rules {shadow}", shadow=shadow, command=("shadow", "promote", shadow)
    )


def _named(rules: tuple[Rule, ...]) -> str:
    return rules[0].name if len(rules) == 1 else counted(len(rules), "rule")
