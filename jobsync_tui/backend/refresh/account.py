"""The books of one listing: what its pages announced, held, and could not give, and whether it can be taken for whole."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from ..ats.base import Page
from ..core.errors import UnexpectedAnswer
from ..core.models import RejectedRow
from ..core.text import counted
from ..storage.jobs.tally import ListingTally

MOST_REJECTED = 1000
"""Rejected rows named in a report."""

TOO_MANY = 0.2
"""Share of its rows of which a listing that sets aside more is none."""


class Account:
    """Keeps the books. ``tally`` is what has to be known again when the listing is resumed.

    Args:
        title: The ATS, for messages.
        tally: What earlier pages of the same listing came to.
    """

    def __init__(self, title: str, tally: ListingTally) -> None:
        self._title = title
        self.tally = tally
        self.rejected: list[RejectedRow] = []
        self.notes: dict[str, None] = {}
        self.last: Page | None = None
        self._cursors: set[str] = set()

    def refuse_loop(self, page: Page) -> None:
        """Take note of the page's cursor.

        Raises:
            UnexpectedAnswer: A page before had it too.
        """
        if page.cursor is None:
            return
        if page.cursor in self._cursors:
            raise UnexpectedAnswer(f"{self._title} gives the same page again and again.", service=self._title, remedy="Try again later.")
        self._cursors.add(page.cursor)

    def with_pages(self, pages: Sequence[Page]) -> ListingTally:
        """Return the tally as it is once ``pages`` are stored."""
        tally = self.tally
        for page in pages:
            tally = replace(
                tally,
                total=tally.total if page.total is None else max(page.total, tally.total or 0),
                doubt=tally.doubt or page.doubt or self._doubt(tally, page),
                rejected=tally.rejected + len(page.rejected),
                nameless=tally.nameless + sum(row.id is None for row in page.rejected),
                other=tally.other + page.left_out + len(page.deleted),
            )
        return tally

    def take(self, pages: Sequence[Page], tally: ListingTally) -> None:
        """Take in pages that are stored."""
        self.tally = tally
        self.last = pages[-1]
        for page in pages:
            self.notes |= dict.fromkeys(page.notes)
            self.rejected += page.rejected[: MOST_REJECTED - len(self.rejected)]

    def doubt(self, seen: int) -> str | None:
        """Return why a job may be in the ATS that the listing of ``seen`` jobs lacks; None where nothing speaks for that."""
        tally = self.tally
        if tally.doubt is not None:
            return tally.doubt
        if tally.nameless:
            return f"{counted(tally.nameless, 'row has', 'rows have')} no id that can be read"
        rows = seen + tally.rejected + tally.other
        if tally.total is not None and rows < tally.total:
            return f"{self._title} announced {counted(tally.total, 'row')} and {rows:,} different ones came"
        return None

    def too_many_aside(self, seen: int) -> bool:
        """Return whether so many rows of the listing were set aside that it is none."""
        return self.tally.rejected > TOO_MANY * (seen + self.tally.rejected + self.tally.other)

    def _doubt(self, tally: ListingTally, page: Page) -> str | None:
        if page.cursor is not None and not (page.jobs or page.rejected or page.deleted or page.left_out):
            return f"{self._title} gave an empty page in the middle of its list"
        if page.total is not None and tally.total is not None and page.total != tally.total:
            return f"{self._title} announced {tally.total:,} rows and then {page.total:,}, so the list changed while it was read"
        return None
