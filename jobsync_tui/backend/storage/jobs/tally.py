"""What the pages of a listing came to so far: kept with its cursor, so that a resumed listing knows what the pages before it said."""

from __future__ import annotations

import msgspec


class ListingTally(msgspec.Struct, frozen=True, omit_defaults=True):
    """The books of one listing.

    Attributes:
        total: The largest number of rows that the ATS announced; None where it announces none.
        doubt: Why jobs may be missing although the listing goes on; the first reason that there was.
        rejected: Rows that were set aside.
        nameless: How many of these had no id.
        other: Rows that are no jobs: left out on purpose, or of deleted jobs.
    """

    total: int | None = None
    doubt: str | None = None
    rejected: int = 0
    nameless: int = 0
    other: int = 0

    def text(self) -> str:
        """Return it as it is kept."""
        return msgspec.json.encode(self).decode()

    @classmethod
    def read(cls, text: str) -> ListingTally:
        """Return what `text` gave."""
        return msgspec.json.decode(text, type=cls)
