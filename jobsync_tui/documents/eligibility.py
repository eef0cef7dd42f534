"""Check Eligibility as a document: whether the job is eligible, and what would have to change, with one remedy for every reason."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from ..backend.core.models import (
    ActionKind,
    Effect,
    Eligibility,
    InactiveRule,
    MatchedRule,
    NearMiss,
    Note,
    Reason,
    RuleNote,
    RuleResult,
    Source,
)
from ..backend.core.text import clean, counted
from . import words
from .applied import action_sections
from .conditions import condition_lines, first_obstacle
from .document import BLANK, Document, Line, Section, Span, as_text, bad, dim, good, head, hint, line, warn
from .history import past_section
from .layout import apart, columns, wrap, wrap_lines
from .subject import Subject, job_lines, where


def to_fix(found: Eligibility, subject: Subject) -> str:
    """Return what can be done so that the job becomes eligible; empty where it is."""
    match found.reason:
        case None:
            return ""
        case Reason.NO_ACTIVE_RULES:
            return _no_active_rules(found)
        case Reason.EXCLUDED:
            names = words.listing(excluders(found), last="and")
            return f"change or deactivate {names}: a rule that excludes wins over every other rule."
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


def _is_unreadable(subject: Subject, field: str) -> bool:
    return subject.cached is not None and field.partition(".")[0] in subject.cached.unread


def _no_active_rules(found: Eligibility) -> str:
    would = [rule.name for rule in found.inactive_rules if rule.would_match]
    if would:
        return f"activate {words.listing(would, last='or')}, which would match this job."
    if found.inactive_rules:
        return "activate a rule or import more: jobsync rules import FILE"
    return "there are no rules yet. Import some: jobsync rules import FILE"


def _no_rule_matched(found: Eligibility) -> str:
    would = [rule.name for rule in found.inactive_rules if rule.would_match]
    ways = ["change a condition", *([f"activate {words.listing(would, last='or')}"] if would else []), "add a fallback rule"]
    return f"{words.listing(ways, last='or')}."


def _missing_words(found: Eligibility, subject: Subject, field: str) -> str:
    return words.note(missing_note(found, subject, field), subject.ats, unreadable=_is_unreadable(subject, field))


def _missing_fields(found: Eligibility, subject: Subject) -> str:
    by_note: dict[Note, list[str]] = {}
    unreadable = [field for field in found.missing_fields if _is_unreadable(subject, field)]
    for field in found.missing_fields:
        if field in unreadable:
            continue
        by_note.setdefault(missing_note(found, subject, field), []).append(field)
    ways = []
    if unreadable:
        ways.append(f"let {words.listing(unreadable)} be read in {subject.ats}: jobsync doctor says what is refused to the key")
    for note, fields in by_note.items():
        names = words.listing(fields)
        match note:
            case Note.FIELD_NOT_PROVIDED:
                ways.append(f"{subject.ats} never gives {names}: remove it from required_fields under [sync] in the configuration")
            case Note.NOT_LOADED:
                ways.append(f"check the live job in {subject.ats}: its list does not include {names}")
            case _:
                ways.append(f"fill in {names} in {subject.ats}, then check the live job")
    return "; ".join(ways) + "."


_CLOSEST = 3
FURTHER_RULES = "more"
"""The section of the rules that are far from matching."""


def verdict_lines(found: Eligibility, subject: Subject, width: int) -> tuple[Line, ...]:
    """Return whether the job is eligible, by which reason, by which rules and how fresh that is."""
    rules = dim(words.rule_set(found.ruleset_revision, subject.rules))
    if found.eligible:
        matched = f"{len(found.matched_rules)} of {counted(len(found.rules), 'active rule matches', 'active rules match')}"
        lines = apart((" ", good("ok ELIGIBLE"), f"   {matched}"), rules, width)
        lead = (*lines, *_turned(found, subject, width), _source(found, subject))
        return (*lead, *(line("   ", part) for part in wrap(_would_do(subject), width - 4)))
    first, *more = wrap(found.message, width - 44)
    lines = apart((" ", bad("x NOT ELIGIBLE"), f"   {first}"), rules, width)
    lines += [line(" " * 18, part) for part in more]
    lines += _turned(found, subject, width)
    lines.append(_source(found, subject))
    if subject.cached and subject.cached.target_id:
        becomes = "is closed by a sync, its status alone" if subject.closes else "will not be changed"
        lines.append(line("   ", f"Synced before: {words.TARGET} job {subject.cached.target_id} {becomes}."))
    return tuple(lines)


def _turned(found: Eligibility, subject: Subject, width: int) -> list[Line]:
    """Return which change of the rules made the answer what it is: that is the first thing to know of a job that was eligible."""
    change = found.changed_by
    told = "" if change is None else turned_words(found, words.ago(change.at, subject.now))
    return [line("   ", dim(part) if found.eligible else warn(part)) for part in wrap(told, width - 4)] if told else []


def explain(found: Eligibility, subject: Subject, width: int) -> Document:
    """Return the explanation of an answer to "is this job eligible"."""
    parts: list[Sequence[Line | Section]] = [verdict_lines(found, subject, width)]
    if found.eligible:
        parts += [_matched(found, subject, width), *action_sections(found, width)]
        parts.append(_inactive_that_would_match(found))
    else:
        parts += _why_not(found, subject, width)
    parts.append(past_section(found, subject, width))
    document: list[Line | Section] = []
    for part in parts:
        if part:
            document += [*part, BLANK]
    return tuple(document[:-1])


def footnote(found: Eligibility, subject: Subject) -> str:
    """Return the line that closes the document: what can be done, or that nothing was done."""
    return "Nothing has been written." if found.eligible else f"To fix: {to_fix(found, subject)}"


def explanation_text(found: Eligibility, subject: Subject, width: int = 100, closed: Collection[str] = ()) -> str:
    """Return the explanation as text, for the command line; the sections in ``closed`` stay short."""
    return as_text(explanation_page(found, subject, width), closed) + "\n"


def explanation_page(found: Eligibility, subject: Subject, width: int = 100) -> Document:
    """Return the explanation with the job that it is about and what can be done: what is printed and copied."""
    return (
        line(f"Check Eligibility: {where(subject, found.job.id)}"),
        *job_lines(found.job, subject, width),
        *((line(" ", found.job.url),) if found.job.url else ()),
        BLANK,
        *explain(found, subject, width),
        BLANK,
        *wrap_lines(footnote(found, subject), width, 1),
    )


def _source(found: Eligibility, subject: Subject) -> Line:
    if found.source is Source.LIVE:
        at = f" at {words.clock(found.read_at, subject.now)}" if found.read_at else ""
        return line("   ", dim(f"Read live from {subject.ats}{at}."))
    read = f" {words.ago(found.read_at, subject.now)}" if found.read_at else ""
    return line("   ", dim(f"Cached{read}."), hint(f" Press l to check the live job in {subject.ats}."))


def _would_do(subject: Subject) -> str:
    target_id = subject.cached.target_id if subject.cached else None
    if target_id:
        return f"A sync would update {words.TARGET} job {target_id} where it differs."
    return f"A sync would create the job in {words.TARGET}, or update it if it is already there."


def _matched(found: Eligibility, subject: Subject, width: int) -> list[Line | Section]:
    results = {rule.id: rule for rule in found.rules}
    section: list[Line | Section] = [head("MATCHED RULES, in order of priority", keys="+ conditions")]
    for matched in found.matched_rules:
        rule = results.get(matched.id)
        conditions = condition_lines(rule, None, subject.ats, width) if rule else []
        section.append(
            Section(f"rule:{matched.id}", _matched_row("+", matched, width), (*_matched_row("-", matched, width), *conditions), matched.id)
        )
    gave_way = [rule for rule in found.rules if rule.note is RuleNote.GAVE_WAY]
    section += [line("   ", dim(f"       {rule.name}: fallback rule, not used because another rule matched")) for rule in gave_way]
    return section


def _matched_row(mark: str, rule: MatchedRule, width: int) -> tuple[Line, ...]:
    return tuple(columns((f"{mark} {rule.priority}", rule.name), (7, width - 12), indent=1, most=2))


def _why_not(found: Eligibility, subject: Subject, width: int) -> list[Sequence[Line | Section]]:
    rules = _rule_sections(found, subject, width)
    match found.reason:
        case Reason.MISSING_REQUIRED_FIELDS:
            missing = [head("MISSING REQUIRED FIELDS")]
            for field in found.missing_fields:
                missing += columns((bad("X"), field, warn(_missing_words(found, subject, field))), (2, 24, width - 40), indent=3)
            return [missing, _matched(found, subject, width) if found.matched_rules else rules]
        case Reason.EXCLUDED:
            return [_excluded(found, subject, width), rules]
        case _:
            return [rules]


def _excluded(found: Eligibility, subject: Subject, width: int) -> list[Line | Section]:
    names = set(excluders(found))
    section: list[Line | Section] = [head("EXCLUDED BY", keys="+ close")]
    section += [
        _active_rule(rule, None, subject, width, "EXCLUDES IT", starts_open=True)
        for rule in found.rules
        if rule.name in names and rule.matched
    ]
    return section


def _rule_sections(found: Eligibility, subject: Subject, width: int) -> list[Line | Section]:
    """Return the rules that did not match, the closest first, then inactive ones that would, then the rest."""
    near = {miss.rule: miss for miss in found.near_misses}
    excluding = _excluding(subject)
    near_first = {rule.id: place if rule.name in near else len(found.rules) + rule.missed for place, rule in enumerate(found.closest)}
    missed = sorted(found.closest, key=lambda rule: (rule.id in excluding, near_first[rule.id], _beyond_reach(rule)))
    section: list[Line | Section] = []
    for number, rule in enumerate(missed):
        if rule.id in excluding:
            section.append(_active_rule(rule, None, subject, width, "would exclude", starts_open=False))
            continue
        opened = number == 0 and found.reason is Reason.NO_RULE_MATCHED
        section.append(_active_rule(rule, near.get(rule.name), subject, width, _misses(rule), starts_open=opened))
    would = [_inactive_rule(rule, width) for rule in found.inactive_rules if rule.would_match]
    rest = section[_CLOSEST:]
    shown: list[Line | Section] = [*section[:_CLOSEST], *would]
    if rest:
        least = min(rule.missed for rule in missed[_CLOSEST:])
        more = (counted(len(rest), "more active rule"), f"{least}+ not met")
        shown.append(Section(FURTHER_RULES, _row("+", *more, "", width), (*_row("-", *more, "", width), *rest)))
    others = [rule for rule in found.inactive_rules if not rule.would_match]
    if others:
        shown.append(line("     ", dim(f"{counted(len(others), 'inactive rule')} would not match either")))
    if not shown:
        return [line("   ", dim("There are no rules."))]
    return [head("CLOSEST RULES" if missed else "INACTIVE RULES", counted(len(found.rules), "active rule"), "+ conditions"), *shown]


def _excluding(subject: Subject) -> set[str]:
    """Return the ids of the rules that exclude what they match: nobody wants a job to come closer to one."""
    rules = subject.rules.rules if subject.rules else ()
    return {rule.id for rule in rules if any(action.kind is ActionKind.EXCLUDE for action in rule.actions)}


def _beyond_reach(rule: RuleResult) -> int:
    """Return how many conditions ask for what the ATS never delivers: nobody can fill that in."""
    return sum(leaf.note is Note.FIELD_NOT_PROVIDED for leaf in rule.conditions)


def _misses(rule: RuleResult) -> str:
    return f"{rule.missed} of {len(rule.conditions)} not met" if len(rule.conditions) > 1 else "not met"


def _active_rule(rule: RuleResult, near: NearMiss | None, subject: Subject, width: int, standing: str, *, starts_open: bool) -> Section:
    closed = _row("+", rule.name, standing, first_obstacle(rule, near, subject.ats), width)
    opened = (*_row("-", rule.name, standing, "", width), *condition_lines(rule, near, subject.ats, width))
    return Section(f"rule:{rule.id}", closed, opened, rule.id, starts_open)


def _inactive_rule(rule: InactiveRule, width: int) -> Section:
    row = _row("*", rule.name, "INACTIVE", "would match if it were active", width)
    return Section(f"rule:{rule.id}", row, row, rule.id)


def _inactive_that_would_match(found: Eligibility) -> list[Line]:
    names = [rule.name for rule in found.inactive_rules if rule.would_match]
    return [line("   ", dim(f"Inactive, would match too: {words.listing(names, 6)}"))] if names else []


def _row(mark: str, name: str, standing: str, detail: str, width: int) -> tuple[Line, ...]:
    first, second = width * 3 // 10, 14
    rows = columns((name, standing, dim(detail)), (first, second, width - first - second - 8), indent=3, most=2)
    return (Line((Span(f" {mark} "), *rows[0].left[1:])), *rows[1:])


def turned_words(found: Eligibility, when: str) -> str:
    """Return since when the answer is what it is, by which change and whom; empty where no change of the rules turned it around.

    Args:
        found: The answer.
        when: The time of that change, as people say it.
    """
    change = found.changed_by
    if change is None:
        return ""
    since = "Eligible since" if found.eligible else "Eligible until"
    return f"{since} the rule {clean(change.rule)} was changed in r{change.revision}, {when}, by {clean(change.actor)}"
