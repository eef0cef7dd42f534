"""One field of the target's job, before and after: short ones in two lines, long ones word by word."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from rich.cells import cell_len

from ..backend.models import Change, JsonValue, Kept
from ..backend.text import clean
from . import words
from .layout import fit, wrap
from .sheet import Fold, Line, Span, Tone, dim, line, warn
from .worddiff import Piece, diff, readable

_LABEL = 20
_DEEP = 5
"""Indent of a long text, which takes the whole width."""
_LONG = 120
_AROUND = 24
"""Characters of unchanged text that a snippet shows on either side of a change."""
_WORD = re.compile(r"\S+\s*|\s+")
_MARKS = {"+": ("{+", "+}", Tone.ADDED), "-": ("{-", "-}", Tone.REMOVED)}


def change_rows(change: Change, width: int) -> tuple[Line | Fold, ...]:
    """Return a change as rows; ``before`` as it is now, ``after`` as the sync leaves it."""
    before, after = change.before, change.after
    if _is_long(before) or _is_long(after):
        return (_long_change(change, width),)
    rows = [*_value_rows(change.field, "", before, width)] if _has(before) else []
    rows += _value_rows("" if rows else change.field, "->" if rows else "", after, width, gone="cleared")
    return _with_warning(rows, change)


def kept_rows(kept: Sequence[Kept], width: int) -> tuple[Fold, ...]:
    """Return what the target keeps in a form of its own: the fields, and opened what was sent beside what is kept."""
    if not kept:
        return ()
    told = f"{words.TARGET} keeps {words.listing([each.field for each in kept], 4)} in its own form"
    first, *more = wrap(f"{told}; what was sent can be recognized in it", width - 26)
    closed = (line("   ", first, right=dim("+ sent and kept")), *(line("   ", part) for part in more))
    rows: list[Line | Fold] = []
    for each in kept:
        rows += change_rows(Change(each.field, each.sent, each.kept), width)
    return (Fold("kept", closed, (*closed, *rows)),)


def _long_change(change: Change, width: int) -> Fold:
    before, after = _text(change.before), _text(change.after)
    sizes = f"{len(before):,} -> {len(after):,} characters" if before else f"{len(after):,} characters"
    pieces = diff(before, after) if before else (Piece(" ", after),)
    room = width - _DEEP - 2
    first = line("   ", _label(change.field), "  ", sizes, right=dim("+ show all"))
    opened = line("   ", _label(change.field), "  ", sizes, right=dim("+ show less"))
    short = _flow(_snippet(pieces) if before else [Piece(" ", fit(" ".join(readable(after).split()), 3 * room - 9))], room)[:3]
    whole = _flow([piece if piece.sign != " " else Piece(" ", readable(piece.text)) for piece in pieces], room)
    return Fold(f"change:{change.field}", _with_warning([first, *short], change), _with_warning([opened, *whole], change))


def _with_warning(rows: list[Line], change: Change) -> tuple[Line, ...]:
    """Return the rows, with a word about the edit that the change would undo."""
    if not change.overwrites:
        return tuple(rows)
    return (*rows, line(" " * (_LABEL + 5), warn(f"! overwrites an edit made in {words.TARGET} since our last sync")))


def _value_rows(field: str, arrow: str, value: JsonValue, width: int, gone: str = "") -> Iterator[Line]:
    text = words.value(value) if _has(value) else f"({gone})"
    lead = _label(field) if field else Span(" " * (_LABEL - len(arrow)) + arrow)
    for number, part in enumerate(wrap(text, width - _LABEL - 6)):
        yield line("   ", lead if number == 0 else Span(" " * _LABEL), "  ", part)


def _label(field: str) -> Span:
    text = fit(field, _LABEL)
    return Span(text + " " * (_LABEL - cell_len(text)), Tone.STRONG)


def _has(value: JsonValue) -> bool:
    return value is not None and value not in ("", [], {})


def _is_long(value: JsonValue) -> bool:
    return isinstance(value, str) and (len(value) > _LONG or "\n" in value)


def _text(value: JsonValue) -> str:
    return value if isinstance(value, str) else words.value(value) if _has(value) else ""


def _snippet(pieces: Iterable[Piece]) -> list[Piece]:
    """Return the changes with a little of what stands around them; a reader learns where, not everything."""
    found = list(pieces)
    short: list[Piece] = []
    for number, piece in enumerate(found):
        text = readable(piece.text).replace("\n", " ") if piece.sign == " " else piece.text
        if piece.sign == " " and len(text) > 2 * _AROUND:
            start = text[:_AROUND].rpartition(" ")[0] if number > 0 else ""
            end = text[-_AROUND:].partition(" ")[2] if number < len(found) - 1 else ""
            text = f"{start} ... {end}"
        short.append(Piece(piece.sign, text))
    return short


def _flow(pieces: Iterable[Piece], width: int) -> list[Line]:
    """Return pieces as wrapped lines below the label, each change in its marks."""
    rows: list[list[Span]] = [[]]
    used = 0
    for piece in pieces:
        opening, closing, tone = _MARKS.get(piece.sign, ("", "", Tone.PLAIN))
        for row_number, text in enumerate(clean(f"{opening}{piece.text}{closing}", lines=True).split("\n")):
            if row_number > 0 and used > 0:
                rows.append([])
                used = 0
            for word in _words(text, width):
                if used + cell_len(word.rstrip()) > width:
                    rows.append([])
                    used = 0
                shown = word if used else word.lstrip()
                rows[-1].append(Span(shown, tone))
                used += cell_len(shown)
    return [line(" " * _DEEP, *_joined(row)) for row in rows if row]


def _words(text: str, width: int) -> Iterator[str]:
    """Yield words, each with the space behind it; one that is wider than a line in parts that fit."""
    for word in _WORD.findall(text):
        parts = wrap(word.rstrip(), width)
        yield from parts[:-1]
        yield parts[-1] + " " * (word != word.rstrip())


def _joined(row: list[Span]) -> Iterator[Span]:
    """Yield neighbours of one tone as one span."""
    text, tone = "", row[0].tone
    for span in row:
        if span.tone is not tone:
            yield Span(text, tone)
            text, tone = "", span.tone
        text += span.text
    yield Span(text.rstrip(), tone)
