"""What can be done about a job that is not eligible: one line for every reason."""

from __future__ import annotations

from ..backend.models import ActionKind, Effect, Eligibility, Note, Reason
from . import words
from .subject import Subject


def to_fix(found: Eligibility, subject: Subject) -> str:
    """Return what can be done so that the job becomes eligible; empty where it is."""
    match found.reason:
        case None:
            return ""
        case Reason.NO_ACTIVE_RULES:
            return _no_active_rules(found)
        case Reason.EXCLUDED:
            names = words.listing(excluders(found), last="and")
            return f"change or deactivate {names} (R): exclude wins over every other rule."
        case Reason.NO_RULE_MATCHED:
            return _no_rule_matched(found)
        case Reason.MISSING_REQUIRED_FIELDS:
            return _missing_fields(found, subject)


def excluders(found: Eligibility) -> list[str]:
    """Return the names of the rules that exclude the job."""
    named = [action.rule for action in found.actions if action.kind is ActionKind.EXCLUDE and action.effect is Effect.APPLIED]
    return list(dict.fromkeys(named))


def missing_note(found: Eligibility, subject: Subject, field: str) -> Note:
    """Return why a required field is missing, as far as the job and the conditions on that field tell."""
    for rule in found.rules:
        for leaf in rule.conditions:
            if leaf.field == field and leaf.note is not None:
                return leaf.note
    if subject.cached and field.partition(".")[0] in subject.cached.not_loaded:
        return Note.NOT_LOADED
    return Note.FIELD_EMPTY


def _no_active_rules(found: Eligibility) -> str:
    would = [rule.name for rule in found.inactive_rules if rule.would_match]
    if would:
        return f"activate {words.listing(would, last='or')} (R shows the rules): it would match this job."
    if found.inactive_rules:
        return "activate a rule (R shows them) or import more: jobsync rules import FILE"
    return "there are no rules yet: jobsync rules import FILE brings them in."


def _no_rule_matched(found: Eligibility) -> str:
    would = [rule.name for rule in found.inactive_rules if rule.would_match]
    ways = ["change a condition", *([f"activate {words.listing(would, last='or')}"] if would else []), "add a fallback rule"]
    return f"{words.listing(ways, last='or')}."


def _missing_fields(found: Eligibility, subject: Subject) -> str:
    by_note: dict[Note, list[str]] = {}
    for field in found.missing_fields:
        by_note.setdefault(missing_note(found, subject, field), []).append(field)
    ways = []
    for note, fields in by_note.items():
        names = words.listing(fields)
        match note:
            case Note.FIELD_NOT_PROVIDED:
                ways.append(f"{subject.ats} never gives {names}: take it out of sync.required_fields")
            case Note.NOT_LOADED:
                ways.append(f"l reads {names} from {subject.ats}")
            case _:
                ways.append(f"fill in {names} in {subject.ats}, then l reads it again")
    return "; ".join(ways) + "."
