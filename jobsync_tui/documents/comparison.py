"""A job in the ATS and in Tenzo side by side, field by field: what differs first, since when, and whose each field is."""

from __future__ import annotations

from types import MappingProxyType

from rich.cells import cell_len

from ..backend.core.models import ComparedField, Comparison, FieldOwner, FieldStanding, JsonValue
from ..backend.core.text import counted
from . import words
from .change import readable
from .document import BLANK, Document, Line, Section, Span, Tone, as_text, bad, dim, line, warn
from .layout import fit, wrap_lines
from .subject import Subject

_FIELD, _OWNER = 20, 14
_MARKS = MappingProxyType(
    {
        FieldStanding.SAME: ("=", Tone.DIM),
        FieldStanding.KEPT: ("~", Tone.DIM),
        FieldStanding.MOVED: ("!", Tone.WARN),
        FieldStanding.EDITED: ("!", Tone.BAD),
        FieldStanding.NEW: ("+", Tone.ADDED),
        FieldStanding.CLEARED: ("-", Tone.REMOVED),
        FieldStanding.THEIRS: (" ", Tone.DIM),
    }
)
_TOLD = MappingProxyType(
    {
        FieldStanding.SAME: "the same on both sides",
        FieldStanding.KEPT: "the same: Tenzo keeps it in its own form",
        FieldStanding.MOVED: "the ATS or a rule wants something else by now; Tenzo still has what our sync left",
        FieldStanding.EDITED: "changed in Tenzo by somebody; a sync would write over that",
        FieldStanding.NEW: "no sync wrote it yet; one would",
        FieldStanding.CLEARED: "our sync wrote it and nothing wants it any more; a sync would clear it",
        FieldStanding.THEIRS: "no sync wants it: it stays as it is",
    }
)


def comparison_document(found: Comparison, subject: Subject, width: int) -> Document:
    """Return both sides: failures, then what differs, then the rest."""
    document: list[Line | Section] = []
    for failure in found.failures:
        document += [line(" ", bad("x "), *part.left) for part in wrap_lines(failure.message, width - 4)]
    if found.failures:
        document.append(BLANK)
    if not found.eligible:
        document += [line(" ", warn("! "), *part.left) for part in wrap_lines(f"Not synced: {found.message}", width - 4)]
        document.append(BLANK)
    if found.target_id is None and found.fields:
        document += [line("   ", dim("Tenzo has no job for this one yet.")), BLANK]
    differing = [each for each in found.fields if each.differs]
    rest = [each for each in found.fields if not each.differs]
    for title, fields in (("DIFFERENT", differing), ("NOT DIFFERENT", rest)):
        if fields:
            document += [_columns(title, len(fields), subject, width), *(_section(each, subject, width) for each in fields), BLANK]
    if found.fields and not differing:
        document.append(line("   ", dim("A sync would change nothing.")))
    return tuple(document)


def comparison_text(found: Comparison, subject: Subject, width: int = 100) -> str:
    """Return both sides as text."""
    title = f"Job {found.job.id} of {subject.integration.name} beside {found.target_id or 'nothing'} in {words.TARGET}"
    return as_text((line(title), BLANK, *comparison_document(found, subject, width))) + "\n"


def differing_words(found: Comparison) -> str:
    """Return in a line how many fields differ, and how many of them somebody changed in Tenzo."""
    differing = [each for each in found.fields if each.differs]
    edited = sum(each.standing is FieldStanding.EDITED for each in differing)
    told = f"{counted(len(differing), 'field differs', 'fields differ')} of {len(found.fields)}"
    return f"{told}, {edited} of them changed in {words.TARGET} by somebody" if edited else told


def _columns(title: str, count: int, subject: Subject, width: int) -> Line:
    side = _side(width)
    return line(
        " ",
        Span(f"{fit(f'{title} {count}', _FIELD + 2):<{_FIELD + 3}}", Tone.HEAD),
        dim(f"{fit(subject.ats, side):<{side}} {fit(words.TARGET, side):<{side}} whose"),
    )


def _side(width: int) -> int:
    return max((width - _FIELD - _OWNER - 8) // 2, 8)


def _section(each: ComparedField, subject: Subject, width: int) -> Section:
    side = _side(width)
    mark, tone = _MARKS[each.standing]
    row = line(
        " ",
        Span(mark, tone),
        f" {fit(each.field, _FIELD):<{_FIELD}} {_cell(each.wanted, side)} {_cell(each.present, side)} ",
        dim(fit(_owner(each), _OWNER)),
    )
    told = [*_value(subject.ats, each.wanted, width), *_value(words.TARGET, each.present, width)]
    told += _labelled("whose", _owner(each, whole=True), width)
    told += _labelled("standing", _TOLD[each.standing], width)
    if each.written_at is not None:
        since = "since" if each.differs else "last written"
        told += _labelled(since, f"our sync of {words.day_and_time(each.written_at)} by {each.written_by}", width)
    return Section(f"field:{each.field}", (row,), (row, *told, BLANK), each.field)


def _cell(value: JsonValue, width: int) -> str:
    shown = readable(value) if isinstance(value, str) else words.value(value)
    told = fit(shown.replace("\n", " "), width)
    return told + " " * max(width - cell_len(told), 0)


def _value(label: str, value: JsonValue, width: int) -> list[Line]:
    return _labelled(label, readable(value) if isinstance(value, str) else words.value(value), width)


def _labelled(label: str, told: str, width: int) -> list[Line]:
    first, *more = wrap_lines(told, width - 22) or [Line()]
    lead = f"     {fit(label, 14):<15}"
    return [line(dim(lead), *first.left), *(line(" " * len(lead), *part.left) for part in more)]


def _owner(each: ComparedField, *, whole: bool = False) -> str:
    named = ", ".join(each.rules)
    edited = each.standing is FieldStanding.EDITED
    match each.owner:
        case FieldOwner.ATS:
            told = "sync: the ATS" if whole else "sync"
        case FieldOwner.RULE:
            told = (f"rule {named}" if named else "a rule") if whole or named else "rule"
        case FieldOwner.DEFAULT:
            told = "default setting" if whole else "default"
        case FieldOwner.REQUIRED:
            told = "required setting" if whole else "required"
        case FieldOwner.PERSON:
            told = "a person in Tenzo, or Tenzo itself" if whole else "a person"
    return f"{told}; since then changed by a person" if whole and edited else "a person" if edited else told
