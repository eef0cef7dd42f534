"""The requests and answers of a sync: as a list, one of them in full, and all of them as text."""

from __future__ import annotations

import re

from ..backend.core.models import Wire, WireExchange, WireMessage
from ..backend.core.text import counted
from . import words
from .document import BLANK, Document, Line, Section, Span, Tone, as_text, bad, dim, good, head, line, strong, warn
from .layout import fit, wrap_lines

_ATOM = re.compile(r'\{\s*\}|\[\s*\]|"(?:[^"\\]|\\.)*(?:"|\\?\Z)|[\[\]{},]|[^\[\]{},"]+', re.DOTALL)
_LEAST_FAILED = 400
_WIDE = 60
"""Columns from which on the list has the time of each request."""


def wire_document(wire: Wire, width: int) -> Document:
    """Return the exchanges as a list, one line each, in their order."""
    if not wire.exchanges:
        return tuple(wrap_lines(wire.note or "No requests are kept.", width - 2, 3))
    return tuple(_section(number, each, width) for number, each in enumerate(wire.exchanges))


def exchange_document(exchange: WireExchange, width: int) -> Document:
    """Return one exchange in full: what was sent, and what came back."""
    document: list[Line | Section] = [head("REQUEST", f"{words.day_and_time(exchange.at)}   {exchange.service}")]
    document += wrap_lines(f"{exchange.method} {exchange.url}", width - 2, 3)
    document += _message(exchange.request, width)
    document += [BLANK, head("ANSWER", _duration(exchange.seconds))]
    if exchange.answer is None:
        document += wrap_lines(f"None: {exchange.error}", width - 2, 3)
        return tuple(document)
    if exchange.status is not None:
        document.append(line("   ", _status(exchange)))
    document += _message(exchange.answer, width)
    return tuple(document)


def heading(wire: Wire) -> str:
    """Return in a line what the exchanges belong to."""
    return f"{wire.action} of {wire.job} by {wire.actor}, {words.day_and_time(wire.at)}: {wire.outcome or 'under way'}"


def wire_text(wire: Wire, width: int = 100) -> str:
    """Return everything as text."""
    lines: list[Line | Section] = [line(heading(wire))]
    if wire.note is not None:
        lines += wrap_lines(wire.note, width)
    for number, exchange in enumerate(wire.exchanges, 1):
        lines += [BLANK, line(strong(f"{number} of {len(wire.exchanges)}")), *exchange_document(exchange, width)]
    return as_text(lines) + "\n"


def indented(text: str) -> str:
    """Return JSON with line breaks and blanks between its parts; nothing else of it changes, also where it ends in the middle."""
    if text[:1] not in {"{", "["}:
        return text
    pieces: list[str] = []
    depth = 0
    for atom in _ATOM.findall(text):
        if atom in "[{":
            depth += 1
            pieces.append(atom + _new_line(depth))
        elif atom in "]}":
            depth = max(depth - 1, 0)
            pieces.append(_new_line(depth) + atom)
        elif atom == ",":
            pieces.append(atom + _new_line(depth))
        elif atom[0] in '"{[':
            pieces.append(atom)
        else:
            bare = atom.strip()
            pieces.append(f": {bare[1:].strip()}" if bare[:1] == ":" else bare)
    return "".join(pieces)


def _new_line(depth: int) -> str:
    return "\n" + "  " * depth


def _section(number: int, exchange: WireExchange, width: int) -> Section:
    begun = f"  {number + 1:>3}  "
    when = f"{words.clock(exchange.at)}  " if width >= _WIDE else ""
    asked = f"{fit(exchange.service, 12):<12}  {fit(exchange.method, 6):<6}  "
    ended = _status(exchange)
    took = _duration(exchange.seconds)
    room = width - sum(map(len, (begun, when, asked, ended.text, took))) - 5
    told = fit(exchange.error if exchange.answer is None and exchange.error else exchange.path, room)
    row = line(begun, dim(when), asked, ended, f"  {told}", right=dim(took))
    return Section(f"exchange:{number}", (row,), (row,), str(number))


def _status(exchange: WireExchange) -> Span:
    if exchange.answer is None:
        return bad("x  ")
    if exchange.status is None:
        return good("ok ")
    found = f"{exchange.status:<3}"
    return good(found) if exchange.status < 300 else warn(found) if exchange.status < _LEAST_FAILED else bad(found)


def _duration(seconds: float) -> str:
    return f"{seconds * 1000:.{0 if seconds >= 0.01 else 1}f} ms" if seconds < 1 else words.seconds(seconds)


def _message(message: WireMessage, width: int) -> list[Line]:
    rows = [
        Line((Span("   "), *(Span(span.text, Tone.DIM) for span in part.left)))
        for name, value in message.headers.items()
        for part in wrap_lines(f"{name}: {value}", width - 6)
    ]
    if message.body:
        rows.append(BLANK)
        for row in indented(message.body).splitlines():
            bare = row.lstrip(" ")
            rows += wrap_lines(bare, width - 2, 3 + min(len(row) - len(bare), width // 3))
    if message.cut:
        rows.append(line("   ", warn(f"... cut here: the body has {counted(message.bytes, 'byte')}")))
    return rows
