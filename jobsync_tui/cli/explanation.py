"""An eligibility in words, on lines: the cached outcome, the rules, the actions, and what would have to change."""

from __future__ import annotations

from ..backend.core.models import ActionResult, ConditionResult, Effect, Eligibility, JsonValue, Note, RuleResult
from ..backend.core.text import counted
from ..documents.turned import turned_words
from .output import print_line, when

_NOTES = {
    Note.FIELD_EMPTY: "EMPTY in this job",
    Note.FIELD_NOT_PROVIDED: "NOT PROVIDED by this ATS",
    Note.NOT_LOADED: "NOT LOADED: check it live",
    Note.TYPE_MISMATCH: "of another TYPE than the rule expects",
}
_MOST_IN_FULL = 5
_MARKS = {True: "ok", False: "X ", None: "? "}


def print_explanation(found: Eligibility) -> None:
    """Print an eligibility for people."""
    print_line(f"{found.job.id}  {found.job.name or '(no name)'}")
    print_line(f"{'ELIGIBLE' if found.eligible else 'NOT ELIGIBLE'}: {found.message}")
    if found.changed_by is not None:
        print_line(turned_words(found, when(found.changed_by.at)))
    print_line(f"rules revision {found.ruleset_revision}, job read {when(found.read_at)} ({found.source})")
    if found.eligible:
        _print_outcome(found)
    else:
        _print_reasons(found)


def value_words(value: JsonValue) -> str:
    """Return a value as people write it."""
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(value_words(each) for each in value)
    if isinstance(value, dict):
        return ", ".join(f"{name}: {value_words(each)}" for name, each in value.items())
    return str(value)


def _print_outcome(found: Eligibility) -> None:
    print_line()
    print_line("Matched rules: " + ", ".join(f"{rule.name} ({rule.priority})" for rule in found.matched_rules))
    if found.templates:
        print_line(f"Template type: {found.template_type}; {', '.join(found.templates)}")
    for action in found.actions:
        print_line(f"  {_action_words(action)}")


def _action_words(action: ActionResult) -> str:
    what = f"{action.kind} {action.name}" if action.name else str(action.kind)
    fate = "" if action.effect is Effect.APPLIED else f", {action.effect} by {action.by}"
    return f"{what} = {value_words(action.value)}  (from {action.rule}{fate})"


def _print_reasons(found: Eligibility) -> None:
    if found.near_misses:
        print_line()
        print_line("Closest rules:")
        for near in found.near_misses[:_MOST_IN_FULL]:
            print_line(f"  {near.rule} would match if {' and '.join(near.would_match_if)}")
    print_line()
    closest = [*(rule for rule in found.rules if rule.holds), *found.closest]
    for rule in closest[:_MOST_IN_FULL]:
        _print_rule(rule)
    if len(closest) > _MOST_IN_FULL:
        print_line(f"  and {counted(len(closest) - _MOST_IN_FULL, 'more active rule')}; --json has them all")
    for inactive in found.inactive_rules:
        if inactive.would_match:
            print_line(f"  {inactive.name}: INACTIVE, would match if it were activated")
    if not found.rules:
        print_line("  jobsync rules import FILE brings rules in, jobsync rules activate ID switches one on")


def _print_rule(rule: RuleResult) -> None:
    misses = "gave way to another rule" if rule.holds else f"misses {rule.missed} of {len(rule.conditions)}"
    print_line(f"  {rule.name}: {'matches' if rule.matched else misses}")
    for condition in rule.conditions:
        print_line(f"    {_condition_words(condition)}")


def _condition_words(condition: ConditionResult) -> str:
    negated = condition.path.count("not") % 2 == 1
    held = condition.passed if condition.passed is None else condition.passed is not negated
    actual = (condition.unknown or _NOTES[condition.note]) if condition.note is not None else value_words(condition.actual)
    expected = f" {value_words(condition.expected)}" if condition.expected is not None else ""
    return f"{_MARKS[held]} {'not ' if negated else ''}{condition.field} {condition.op}{expected}; is: {actual}"
