"""The audit record of a job: who did what, when, how it ended, and what it changed."""

from __future__ import annotations

from collections.abc import Sequence

from ..backend.models import AuditEntry, Change
from ..backend.text import counted
from . import words
from .change import change_rows
from .layout import columns
from .past import entry_words
from .sheet import BLANK, Fold, Line, Sheet, as_text, dim, head, line


def history_sheet(entries: Sequence[AuditEntry], width: int) -> Sheet:
    """Return the entries, newest first, each with its changes folded in."""
    if not entries:
        return (line("   ", dim("Nothing was ever done about this job here: no sync, no dry run, no refusal.")),)
    sheet: list[Line | Fold] = [head("NEWEST FIRST", counted(len(entries), "entry", "entries")), BLANK]
    sheet += [_fold(entry, width) for entry in entries]
    return tuple(sheet)


def history_text(entries: Sequence[AuditEntry], title: str, width: int = 100) -> str:
    """Return the history as text."""
    return as_text((line(title), BLANK, *history_sheet(entries, width))) + "\n"


def changes_of(entry: AuditEntry) -> tuple[Change, ...]:
    """Return what an entry changed, field by field."""
    fields = list(dict.fromkeys([*entry.before, *entry.after]))
    return tuple(Change(field, entry.before.get(field), entry.after.get(field)) for field in fields)


def fold_key(entry: AuditEntry) -> str:
    """Return the key of the fold that shows an entry."""
    return f"entry:{entry.seq}"


def _fold(entry: AuditEntry, width: int) -> Fold:
    changes = changes_of(entry)
    said = entry_words(entry)
    if changes:
        said += f", {counted(len(changes), 'field')}"
    details: list[Line | Fold] = []
    for label, told in _details(entry):
        details += columns((dim(label), told), (12, width - 20), indent=5)
    for change in changes:
        details += change_rows(change, width)
    return Fold(fold_key(entry), _row("+", entry, said, width), (*_row("-", entry, said, width), *details, BLANK), entry.operation_id)


def _row(mark: str, entry: AuditEntry, said: str, width: int) -> tuple[Line, ...]:
    return tuple(columns((f"{mark} {words.day_and_time(entry.at)}", said), (21, width - 26), indent=1))


def _details(entry: AuditEntry) -> list[tuple[str, str]]:
    rules = f"r{entry.ruleset_revision}" if entry.ruleset_revision is not None else ""
    origin = ", ".join(f"{name} {value}" for name, value in entry.origin.items())
    found = [("record", entry.operation_id or ""), ("rules", rules), ("plan", entry.plan_digest or ""), ("from", origin)]
    return [(label, told) for label, told in found if told]
