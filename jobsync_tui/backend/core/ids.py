"""Ids that sort by when they were made: 48 bits of time and 80 of chance in Crockford's base 32, as a ULID has them."""

from __future__ import annotations

import secrets
import threading

from . import clock

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's: no I, L, O or U, which people mistake for something else."""
LENGTH = 26
_RANDOM_BITS = 80


class IdMaker:
    """Makes ids; those of one maker always grow, also within a millisecond and when the clock goes back."""

    def __init__(self) -> None:
        self._last = 0
        self._lock = threading.Lock()

    def __call__(self) -> str:
        """Return a new id of 26 characters."""
        made = clock.to_ms(clock.now()) << _RANDOM_BITS | secrets.randbits(_RANDOM_BITS)
        with self._lock:
            self._last = max(made, self._last + 1)
            return _encode(self._last)


def _encode(number: int) -> str:
    return "".join(ALPHABET[number >> shift & 31] for shift in range(5 * (LENGTH - 1), -1, -5))


new_id = IdMaker()
"""The maker of this process."""
