"""Which slots are done with, as spans of time: what a clock that jumped comes back to, it finds there.

A clock that runs on makes one span longer; one that jumps, or a pause, begins another. So a few numbers say of every slot whether it was
run, however many there were.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

MOST = 200
"""Spans that are kept. Beyond them the one that lies farthest from the present goes."""


@dataclass(frozen=True, slots=True)
class Spans:
    """Slots that were run, or passed over by the run after them.

    Attributes:
        each: First and last slot of each span, in milliseconds since 1970 UTC; in order, and none touches another.
    """

    each: tuple[tuple[int, int], ...] = ()

    @classmethod
    def load(cls, text: str) -> Spans:
        """Return the spans that `dump` wrote."""
        return cls(tuple((first, last) for first, last in json.loads(text)))

    def dump(self) -> str:
        """Return the spans as text for the database."""
        return json.dumps(self.each, separators=(",", ":"))

    def end_at(self, slot: int) -> int | None:
        """Return the last slot of the span that holds ``slot``; None where none does."""
        return next((last for first, last in self.each if first <= slot <= last), None)

    def before(self, slot: int) -> int | None:
        """Return the last slot before ``slot`` that is done with."""
        return max((last for _, last in self.each if last < slot), default=None)

    def adding(self, slot: int, *, every: int, near: int) -> Spans:
        """Return the spans with a slot that none of them holds.

        Args:
            slot: When it begins.
            every: The grid's width.
            near: A gap before it that is no longer is passed over with it.
        """
        first = last = slot
        others = []
        for span in self.each:
            if 0 < slot - span[1] <= near:
                first = min(first, span[0])
            elif 0 < span[0] - slot <= every:
                last = span[1]
            else:
                others.append(span)
        kept = sorted(others, key=lambda span: min(abs(span[0] - slot), abs(span[1] - slot)))[: MOST - 1]
        return Spans(tuple(sorted([*kept, (first, last)])))

    def until(self, slot: int) -> Spans:
        """Return the spans as far as they do not lie beyond ``slot``."""
        return Spans(tuple((first, min(last, slot)) for first, last in self.each if first <= slot))
