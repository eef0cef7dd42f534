"""Sets of rows of a batch as whole numbers: a bit for each row, and two for a three-valued answer, so that combining sets is fast."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import compress

FALSE, NEITHER, TRUE = 0, 1, 3

CODES = {False: FALSE, None: NEITHER, True: TRUE}


@lru_cache(maxsize=8)
def ones(size: int) -> int:
    """Return a number with a 1 in each of ``size`` bytes."""
    return int.from_bytes(b"\x01" * size, "little")


class Rows:
    """An immutable set of row numbers from 0 to ``size`` - 1: one whole number with a byte for each row, 1 where it is in the set.

    A byte and not a bit, because a table of answers then becomes a set by one `bytes.translate`.
    """

    __slots__ = ("bits", "size")

    def __init__(self, size: int, bits: int = 0) -> None:
        self.size = size
        self.bits = bits

    @classmethod
    def every(cls, size: int) -> Rows:
        """Return the set of all rows."""
        return cls(size, ones(size))

    @classmethod
    def flagged(cls, flags: bytes | bytearray) -> Rows:
        """Return the set of the rows whose byte is 1; the others are 0."""
        return cls(len(flags), int.from_bytes(flags, "little"))

    def __and__(self, other: Rows) -> Rows:
        return Rows(self.size, self.bits & other.bits)

    def __or__(self, other: Rows) -> Rows:
        return Rows(self.size, self.bits | other.bits)

    def __sub__(self, other: Rows) -> Rows:
        return Rows(self.size, self.bits & ~other.bits)

    def __xor__(self, other: Rows) -> Rows:
        return Rows(self.size, self.bits ^ other.bits)

    def __invert__(self) -> Rows:
        return Rows(self.size, self.bits ^ ones(self.size))

    def __len__(self) -> int:
        return self.bits.bit_count()

    def __bool__(self) -> bool:
        return self.bits != 0

    def __contains__(self, row: int) -> bool:
        return bool(self.bits >> (8 * row) & 1)

    def __iter__(self) -> Iterator[int]:
        return compress(range(self.size), self.flags())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Rows) and self.size == other.size and self.bits == other.bits

    def __repr__(self) -> str:
        return f"<Rows {len(self)} of {self.size}>"

    def flags(self) -> bytes:
        """Return a byte for each row: 1 in the set, 0 outside."""
        return self.bits.to_bytes(self.size, "little")
