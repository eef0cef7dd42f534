"""One field of the target's job, before and after: short values in two lines, long ones word by word."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby

from rich.cells import cell_len

from ..backend.core.models import Change, JsonValue, Kept
from ..backend.core.text import clean
from . import words
from .document import Line, Section, Span, Tone, hint, line, warn
from .layout import fit, wrap

_LABEL = 20
_DEEP = 5
"""Indent of a long text, which takes the whole width."""
_LONG = 120
_AROUND = 24
"""Characters of unchanged text that a snippet shows on either side of a change."""
_WORD = re.compile(r"\S+\s*|\s+")
_MARKS = {"+": ("{+", "+}", Tone.ADDED), "-": ("{-", "-}", Tone.REMOVED)}


def change_rows(change: Change, width: int) -> tuple[Line | Section, ...]:
    """Return a change as rows; ``before`` as it is now, ``after`` as the sync leaves it."""
    before, after = change.before, change.after
    if _is_long(before) or _is_long(after):
        return (_long_change(change, width),)
    rows = [*_value_rows(change.field, "", before, width)] if _has(before) else []
    rows += _value_rows("" if rows else change.field, "->" if rows else "", after, width, gone="cleared")
    return _with_warning(rows, change)


def kept_rows(kept: Sequence[Kept], width: int) -> tuple[Section, ...]:
    """Return what the target keeps in a form of its own: the fields, and opened what was sent beside what is kept."""
    if not kept:
        return ()
    told = f"{words.TARGET} keeps {words.listing([each.field for each in kept], 4)} in its own form"
    first, *more = wrap(f"{told}; what was sent is recognizable", width - 26)
    closed = (line("   ", first, right=hint("+ sent and kept")), *(line("   ", part) for part in more))
    rows: list[Line | Section] = []
    for each in kept:
        rows += change_rows(Change(each.field, each.sent, each.kept), width)
    return (Section("kept", closed, (*closed, *rows)),)


def _long_change(change: Change, width: int) -> Section:
    before, after = _text(change.before), _text(change.after)
    sizes = f"{len(before):,} -> {len(after):,} characters" if before else f"{len(after):,} characters"
    pieces = diff(before, after) if before else (Piece(" ", after),)
    room = width - _DEEP - 2
    first = line("   ", _label(change.field), "  ", sizes, right=hint("+ show all"))
    opened = line("   ", _label(change.field), "  ", sizes, right=hint("+ show less"))
    short = _flow(_snippet(pieces) if before else [Piece(" ", fit(" ".join(readable(after).split()), 3 * room - 9))], room)[:3]
    whole = _flow([piece if piece.sign != " " else Piece(" ", readable(piece.text)) for piece in pieces], room)
    return Section(f"change:{change.field}", _with_warning([first, *short], change), _with_warning([opened, *whole], change))


def _with_warning(rows: list[Line], change: Change) -> tuple[Line, ...]:
    """Return the rows, with a word about the edit that the change would undo."""
    if not change.overwrites:
        return tuple(rows)
    return (*rows, line(" " * (_LABEL + 5), warn(f"! overwrites an edit made in {words.TARGET} since the last sync")))


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


_TOKEN = re.compile(r"<[/!a-zA-Z][^<>]*>|\s+|\w+|[^\w\s]")
_BREAKS = re.compile(r"</?(?:p|br|div|li|ul|ol|h[1-6]|tr|table)\b", re.IGNORECASE)
_WORK_LIMIT = 4_000_000
"""Most comparisons of tokens a diff may take (about a tenth of a second); beyond it the middle is shown as replaced whole."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text: ``sign`` is ``" "`` for what stayed, ``"+"`` for what came and ``"-"`` for what went."""

    sign: str
    text: str


def diff(before: str, after: str) -> tuple[Piece, ...]:
    """Return the pieces that lead from ``before`` to ``after``.

    The pieces without ``-`` joined are ``after``, those without ``+`` are ``before``. HTML tags are compared as one word each.
    """
    old, new = _TOKEN.findall(before), _TOKEN.findall(after)
    start = _common(old, new)
    end = _common(old[start:][::-1], new[start:][::-1])
    old_end, new_end = len(old) - end, len(new) - end
    pieces = [
        Piece(" ", "".join(old[:start])),
        *_middle(old[start:old_end], new[start:new_end]),
        Piece(" ", "".join(old[old_end:])),
    ]
    return tuple(_merged(pieces))


def readable(text: str) -> str:
    """Return text that stayed as a reader wants it: HTML tags gone, those that break a line turned into a line break."""
    return _TOKEN.sub(lambda found: _plain_tag(found.group()), text)


def _plain_tag(token: str) -> str:
    if len(token) < 3 or not token.startswith("<"):
        return token
    return "\n" if _BREAKS.match(token) else ""


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    length = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        length += 1
    return length


def _middle(old: list[str], new: list[str]) -> list[Piece]:
    if len(old) * len(new) > _WORK_LIMIT:
        return [Piece("-", "".join(old)), Piece("+", "".join(new))]
    pieces: list[Piece] = []
    for kind, old_from, old_to, new_from, new_to in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            pieces.append(Piece(" ", "".join(old[old_from:old_to])))
            continue
        pieces += [Piece("-", "".join(old[old_from:old_to])), Piece("+", "".join(new[new_from:new_to]))]
    return _joined_words(pieces)


def _joined_words(pieces: list[Piece]) -> list[Piece]:
    """Turn a lone space between two changes into part of both, so that a rewritten sentence reads as one change."""
    joined: list[Piece] = []
    for number, piece in enumerate(pieces):
        inside = 0 < number < len(pieces) - 1
        if inside and piece.sign == " " and piece.text.isspace():
            joined += [Piece("-", piece.text), Piece("+", piece.text)]
        else:
            joined.append(piece)
    return joined


def _merged(pieces: Sequence[Piece]) -> list[Piece]:
    """Return the pieces with each run of changes as one removal and one addition, and neighbours of one sign as one."""
    merged: list[Piece] = []
    for changed, run in groupby((piece for piece in pieces if piece.text), key=lambda piece: piece.sign != " "):
        found = list(run)
        for sign in "-+" if changed else " ":
            text = "".join(piece.text for piece in found if piece.sign == sign)
            if text:
                merged.append(Piece(sign, text))
    return merged
