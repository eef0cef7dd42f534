"""Cursors of our own: all that a listing needs to go on after an interruption, as text."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from ..core import clock
from .base import Listing
from .values import watermark


class Place(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where a listing stands.

    Attributes:
        began: When its first request was made; the next incremental listing starts from there.
        since: The watermark it was asked with, or None for a full one.
        cursor: The ATS's own text for the next page.
        offset: How many rows came before, which is the next row for an ATS that counts them.
        total: How many rows the ATS said there are when the listing began.
    """

    began: datetime
    since: str | None = None
    cursor: str | None = None
    offset: int = 0
    total: int | None = None

    @property
    def number(self) -> int:
        """The number of the next page, for an ATS that counts pages; its cursor is that number."""
        return int(self.cursor) if self.cursor and self.cursor.isdecimal() else 1

    def text(self) -> str:
        """Return this place as the text that `Page.cursor` carries."""
        return msgspec.json.encode(self).decode()

    def moved(self, *, cursor: str | None = None, offset: int = 0) -> Place:
        """Return the place of the next page of the same listing."""
        return Place(self.began, self.since, cursor, offset, self.total)

    def mark(self, overlap: timedelta) -> str:
        """Return the watermark of the whole listing."""
        return watermark(self.began, overlap)


def beginning(listing: Listing) -> Place:
    """Return the place of the first page of ``listing``."""
    return Place(clock.now(), listing.watermark)


def where(listing: Listing) -> tuple[Place, bool]:
    """Return where ``listing`` goes on, and whether that is in its middle. A cursor that is none of ours begins anew."""
    if listing.cursor is not None:
        try:
            return msgspec.json.decode(listing.cursor, type=Place), True
        except msgspec.DecodeError:
            pass
    return beginning(listing), False
