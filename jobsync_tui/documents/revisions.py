"""The revisions of the rules: who changed what when, and how one became another."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from difflib import SequenceMatcher

from ..backend.core.models import RevisionDifference, Rule, RuleDifference, RuleRevision
from ..backend.core.text import counted
from . import words
from .document import BLANK, Document, Line, Section, Span, Tone, dim, good, head, line, strong, warn
from .layout import fit
from .rules import rule_lines

_WHO = 12
"""Cells of the name of whoever made a change."""


def revisions_document(revisions: Sequence[RuleRevision], in_force: int, marked: int | None, now: datetime, width: int) -> Document:
    """Return who changed the rules and when, newest first; ``marked`` is the revision to compare with."""
    if not revisions:
        return (line("   ", dim("The rules were never changed.")),)
    document: list[Line | Section] = [head("HISTORY OF THE RULES", f"in force: r{in_force}")]
    for each in revisions:
        mark = "*" if each.revision == marked else " "
        when = words.day_and_time(each.at)[:16]
        lead = f"{mark} r{each.revision:<5} {when}  {fit(words.ago(each.at, now), 11):<11}  {fit(each.actor, _WHO):<{_WHO}}  "
        row = line(" ", Span(lead, Tone.STRONG if each.revision == marked else Tone.PLAIN), fit(each.what, width - len(lead) - 2))
        document.append(Section(f"revision:{each.revision}", (row,), (row,), str(each.revision)))
    return tuple(document)


def difference_document(found: RevisionDifference, width: int) -> Document:
    """Return how one revision became the other: each rule that is not the same, line by line."""
    document: list[Line | Section] = [
        head(f"FROM r{found.before} TO r{found.after}", counted(len(found.rules), "rule") + " changed"),
        BLANK,
    ]
    if not found.rules:
        document.append(line("   ", dim("The rules are the same.")))
    for each in found.rules:
        title = line("   ", *_title(each))
        lines = _lines(each, width)
        document.append(Section(f"rule:{each.id}", (title,), (title, *lines, BLANK), each.id, starts_open=True))
    return tuple(document)


def _title(each: RuleDifference) -> tuple[Span, ...]:
    if each.before is None:
        return good("+ "), strong(each.name), good("  added")
    if each.after is None:
        return warn("- "), strong(each.name), warn("  removed")
    fields = words.listing([_FIELDS.get(change.field, change.field) for change in each.changes], 6)
    return Span("~ "), strong(each.name), dim(f"  {fields}")


_FIELDS = {"when": "conditions", "fallback": "fallback or not", "active": "on or off"}


def _lines(each: RuleDifference, width: int) -> list[Line]:
    before, after = _told(each.before, width), _told(each.after, width)
    rows: list[Line] = []
    for tag, start, stop, other, end in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            rows += [line("     ", dim(text)) for text in before[start:stop]]
            continue
        rows += [line("   ", Span(f"- {text}", Tone.REMOVED)) for text in before[start:stop]]
        rows += [line("   ", Span(f"+ {text}", Tone.ADDED)) for text in after[other:end]]
    return rows


def _told(rule: Rule | None, width: int) -> list[str]:
    """Return a rule as lines that can be compared."""
    if rule is None:
        return []
    state = [f"name {rule.name}", "on" if rule.active else "off"]
    return [*state, *(row.text[5:] for row in rule_lines(rule, width - 4))]
