"""Values as people read them on a screen: cleaned text, ages, words for states. The only door through which foreign text reaches a widget.

Textual reads a ``str`` as markup, so text from outside becomes a `Content` here, cleaned first. Everything that means something is a glyph
and a word; a colour only underlines it.
"""

from __future__ import annotations

import json
from datetime import datetime

from rich.cells import cell_len, set_cell_size
from textual.content import Content

from ..backend.core.models import JobStatus, JsonValue, Location, Outcome, SyncStatus
from ..backend.core.text import clean

ELLIPSIS = "\u2026"

SYNC_WORDS: dict[SyncStatus, str] = {
    SyncStatus.NEVER: "never",
    SyncStatus.SYNCING: "syncing",
    SyncStatus.SYNCED: "synced",
    SyncStatus.CHANGED: "changed",
    SyncStatus.FAILED: "FAILED",
    SyncStatus.UNKNOWN: "unsure?",
    SyncStatus.GONE: "gone",
    SyncStatus.UNDONE: "undone",
}
"""What the table says about a job's standing. The words differ in the first letters, and trouble is loud without a colour."""

SYNC_STYLES: dict[SyncStatus, str] = {
    SyncStatus.NEVER: "$text-muted",
    SyncStatus.SYNCING: "$text-accent",
    SyncStatus.SYNCED: "$text-success",
    SyncStatus.CHANGED: "$text-warning",
    SyncStatus.FAILED: "bold $text-error",
    SyncStatus.UNKNOWN: "bold $text-warning",
    SyncStatus.GONE: "$text-muted",
    SyncStatus.UNDONE: "$text-warning",
}

OUTCOME_WORDS: dict[Outcome, str] = {
    Outcome.CREATED: "ok CREATED",
    Outcome.UPDATED: "ok UPDATED",
    Outcome.UNCHANGED: "ok UNCHANGED",
    Outcome.REFUSED: "x REFUSED",
    Outcome.FAILED: "x FAILED",
    Outcome.NOT_FOUND: "x NOT FOUND",
    Outcome.UNKNOWN: "? UNKNOWN, checking",
    Outcome.BUSY: "- BUSY",
    Outcome.STALE: "- STALE",
    Outcome.CANCELLED: "- CANCELLED",
    Outcome.PLANNED: "- PLANNED",
}
"""A glyph and a word for each way a sync ends."""


def plain(text: str | None, *, style: str = "", lines: bool = False, limit: int = 20_000) -> Content:
    """Return foreign text as content: cleaned, and never read as markup."""
    return Content.styled(clean(text or "", lines=lines, limit=limit), style)


def line(*parts: str | tuple[str, str] | Content) -> Content:
    """Return one line put together from texts, (text, style) pairs and contents; every text is cleaned and none is markup."""
    pieces: list[Content] = []
    for part in parts:
        if isinstance(part, Content):
            pieces.append(part)
        elif isinstance(part, tuple):
            pieces.append(Content.styled(clean(part[0]), part[1]))
        else:
            pieces.append(Content(clean(part)))
    return Content("").join(pieces)


def fit(text: str, width: int) -> str:
    """Return cleaned ``text`` in exactly ``width`` cells: padded with spaces, or cut with an ellipsis."""
    text = clean(text)
    length = len(text) if text.isascii() else cell_len(text)
    if length <= width:
        return text + " " * (width - length)
    if width <= 0:
        return ""
    return set_cell_size(text, width - 1) + ELLIPSIS


def ends(left: Content, right: Content, width: int) -> Content:
    """Return ``left`` and ``right`` at the two ends of one line of ``width`` cells; ``left`` gives way."""
    room = width - right.cell_length
    if left.cell_length > room - 1:
        left = left.truncate(max(0, room - 1), ellipsis=True)
    return left + Content(" " * max(0, room - left.cell_length)) + right


def ago(moment: datetime | None, now: datetime) -> str:
    """Return how long ago ``moment`` was, in at most five cells: ``now``, ``4m``, ``2h``, ``3d``, ``5mo``, ``2y``; ``-`` for never."""
    if moment is None:
        return "-"
    seconds = int((now - moment).total_seconds())
    if seconds < 60:
        return "now"
    for size, unit, until in ((60, "m", 3600), (3600, "h", 86_400), (86_400, "d", 61 * 86_400), (30 * 86_400, "mo", 730 * 86_400)):
        if seconds < until:
            return f"{seconds // size}{unit}"
    return f"{seconds // (365 * 86_400)}y"


def age(moment: datetime | None, now: datetime) -> str:
    """Return how long ago ``moment`` was, in words for a header: ``just now``, ``4 min``, ``2 h``, ``3 days``; ``never``."""
    if moment is None:
        return "never"
    seconds = int((now - moment).total_seconds())
    if seconds < 60:
        return "just now"
    if seconds < 3600:
        return f"{seconds // 60} min"
    if seconds < 2 * 86_400:
        return f"{seconds // 3600} h"
    return f"{seconds // 86_400} days"


def clock_time(moment: datetime | None) -> str:
    """Return ``moment`` as hours, minutes and seconds in the person's time zone, with the date before it if it is not today."""
    if moment is None:
        return "-"
    local = moment.astimezone()
    today = datetime.now(local.tzinfo).date()
    return local.strftime("%H:%M:%S" if local.date() == today else "%Y-%m-%d %H:%M")


def count(number: int) -> str:
    """Return a number with separators of thousands."""
    return f"{number:,}"


def place(location: Location | None) -> str:
    """Return a location as one text."""
    if location is None:
        return ""
    return location.text or ", ".join(part for part in (location.city, location.region, location.country) if part)


def places(first: str | None, more: int) -> str:
    """Return the first place and how many there are beside it, such as ``Cleveland +2``: the region gives way to the number."""
    if not first:
        return f"+{more}" if more else ""
    return f"{first.split(',')[0]} +{more}" if more else first


def status_word(status: JobStatus) -> str:
    """Return a job's status in the ATS as a word."""
    return status.value.replace("_", " ")


def value_text(value: JsonValue, *, missing: str = "EMPTY") -> str:
    """Return any field's value on one line, cleaned; lists with commas, ``missing`` for what is not there."""
    if value is None or value in ("", []):
        return missing
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(value_text(item, missing=missing) for item in value)
    if isinstance(value, dict):
        return clean(json.dumps(value, ensure_ascii=False, sort_keys=True))
    return clean(str(value))
