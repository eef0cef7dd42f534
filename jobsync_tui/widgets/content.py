"""Text as Textual draws it: the only door through which foreign text reaches a widget.

Textual reads a ``str`` as markup, so text from outside becomes a `Content` here, cleaned first. Everything that means something is a glyph
and a word; a colour only underlines it.
"""

from __future__ import annotations

from textual.content import Content

from ..backend.core.models import SyncStatus
from ..backend.core.text import clean

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


def ends(left: Content, right: Content, width: int) -> Content:
    """Return ``left`` and ``right`` at the two ends of one line of ``width`` cells; ``left`` gives way."""
    room = width - right.cell_length
    if left.cell_length > room - 1:
        left = left.truncate(max(0, room - 1), ellipsis=True)
    return left + Content(" " * max(0, room - left.cell_length)) + right
