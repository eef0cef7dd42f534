"""What happened since the last visit: as one line, and in full."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from ..backend.core.models import Greeting, IntegrationNews
from ..backend.core.text import counted
from . import words
from .document import BLANK, Document, Line, Span, Tone, as_text, bad, dim, line
from .layout import columns

KINDS = (("created", "created"), ("updated", "updated"), ("failed", "FAILED"), ("newly_eligible", "newly eligible"))


def greeting_words(greeting: Greeting, now: datetime) -> str:
    """Return it in one line: ``since yesterday 18:02: 12 created, 1 FAILED, 1 integration failing``."""
    told = [f"{greeting.total(name):,} {word}" for name, word in KINDS if greeting.total(name)]
    if greeting.in_trouble:
        told.append(f"{counted(len(greeting.in_trouble), 'integration')} failing")
    since = "now" if greeting.since is None else f"since {words.clock(greeting.since, now)[:16]}"
    return f"{since}: {', '.join(told)}"


def greeting_document(greeting: Greeting, names: Mapping[str, str], now: datetime, width: int) -> Document:
    """Return it for each integration.

    Args:
        greeting: What happened.
        names: Display names by integration id.
        now: The present time.
        width: In cells.
    """
    since = "This is your first visit" if greeting.since is None else f"since {words.day_and_time(greeting.since)}"
    document: list[Line] = [line(" ", dim(f"{since}, {words.ago(greeting.since, now)}" if greeting.since else since)), BLANK]
    heads = ("integration", *(word for _, word in KINDS))
    document += [Line((Span(" ", Tone.HEAD), *(Span(span.text, Tone.HEAD) for span in _row(heads, width))))]
    for each in greeting.integrations:
        numbers = (f"{number:,}" if (number := _number(each, name)) else "-" for name, _ in KINDS)
        document.append(line(" ", *_row((names.get(each.integration, each.integration), *numbers), width)))
        if each.trouble:
            document += columns((bad("x"), each.trouble), (1, width - 8), indent=4, most=3)
    return tuple(document)


def greeting_text(greeting: Greeting, names: Mapping[str, str], now: datetime, width: int = 100) -> str:
    """Return it as text."""
    return as_text(greeting_document(greeting, names, now, width)) + "\n"


def _row(cells: tuple[str, ...], width: int) -> tuple[Span, ...]:
    first, *rest = cells
    named = max(12, min(30, width - 56))
    return (columns((first,), (named,), most=1)[0].left[0], *(Span(f"{cell:>9}" if len(cell) < 9 else f"  {cell}") for cell in rest))


def _number(news: IntegrationNews, name: str) -> int:
    return int(getattr(news, name))
