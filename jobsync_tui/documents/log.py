"""The messages and errors of a session, newest first."""

from __future__ import annotations

from collections.abc import Iterable

from ..session.notices import Notice, Severity
from . import words
from .document import BLANK, Document, Line, Span, as_text, bad, dim, line, warn
from .layout import columns, wrap_lines

_GLYPHS = {Severity.INFORMATION: dim("-"), Severity.WARNING: warn("!"), Severity.ERROR: bad("x")}


def log_document(notices: Iterable[Notice], width: int) -> Document:
    """Return the notices, which come oldest first, newest first and each whole: what it was about, what it said, what to do."""
    document: list[Line] = []
    for notice in reversed(tuple(notices)):
        about = f"{notice.about}: " if notice.about and notice.about not in notice.text else ""
        cells = (Span(_GLYPHS[notice.severity].text, _GLYPHS[notice.severity].tone), dim(words.clock(notice.at)), f"{about}{notice.text}")
        document += columns(cells, (1, 8, width - 18), indent=1, most=50)
        if notice.remedy:
            document += wrap_lines(notice.remedy, width - 1, 14)
    return tuple(document) or (BLANK, line("   ", dim("No messages in this session yet.")))


def log_text(notices: Iterable[Notice], width: int = 100) -> str:
    """Return the notices as text."""
    return as_text(log_document(notices, width)) + "\n"
