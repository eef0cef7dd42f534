"""Many texts laid end to end, so that one search finds which of them hold a part."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate

SEPARATOR = "\0"

MAX_CHARACTERS = 32_000_000
"""Beyond this the copy costs more memory than the search is worth: descriptions are asked one by one."""


IMPATIENCE = 16
"""One text in so many may hold the part before the search gives up."""


class JoinedTexts:
    """Texts joined by a character that none of them holds."""

    __slots__ = ("_count", "_starts", "_text")

    def __init__(self, text: str, starts: list[int]) -> None:
        self._text = text
        self._starts = starts
        self._count = len(starts) - 1

    @classmethod
    def of(cls, texts: Sequence[str]) -> JoinedTexts | None:
        """Return ``texts`` joined, or None where they are too long or hold the separator."""
        lengths = list(map(len, texts))
        if sum(lengths) > MAX_CHARACTERS:
            return None
        text = SEPARATOR.join(texts)
        if text.count(SEPARATOR) != len(texts) - 1:
            return None
        return cls(text, list(accumulate((length + 1 for length in lengths), initial=0)))

    def holding(self, part: str) -> bytes | None:
        """Return 1 for each text that holds ``part`` and 0 for the others; None once so many do that asking each is quicker."""
        if SEPARATOR in part:
            return bytes(self._count)
        found = bytearray(self._count)
        patience = self._count // IMPATIENCE
        at = self._text.find(part)
        while at >= 0:
            index = bisect_right(self._starts, at) - 1
            found[index] = 1
            patience -= 1
            if patience < 0:
                return None
            at = self._text.find(part, self._starts[index + 1])
        return bytes(found)
