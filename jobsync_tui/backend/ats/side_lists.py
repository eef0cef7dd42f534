"""What jobs are joined with: lists and answers beside those of the jobs, which name an owner, a client or the custom fields.

A key that reads jobs may not read these, and that costs no job. But one refusal can be passing trouble, so each is asked for twice; after
the second, the fields that hang on it are named by `rows.partly_read`, so that the cache keeps what it knew of them, and the refusal is
told with the refresh (`core.left_out`). Nobody takes a refusal for an empty list, or remembers it for longer than `SOON`.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from ..core.errors import PermissionMissing, Refused, RemoteGone, UnexpectedAnswer
from ..core.left_out import cannot_be_read
from ..http import HttpSession

REFUSALS = (PermissionMissing, RemoteGone, Refused, UnexpectedAnswer)
"""What is said of a list that this key does not get; anything else is trouble of the whole connection."""

OLD = 600.0
"""Seconds for which names are kept."""
SOON = 30.0
"""Seconds after which those are read anew that lack something."""

T = TypeVar("T")
log = logging.getLogger(__name__)


async def unless_refused(ask: Callable[[], Awaitable[T]], fields: str, things: str) -> T | None:
    """Return what ``ask`` reads, or None where that is refused twice.

    Args:
        ask: Reads it, from the request to its decoding.
        fields: The fields of the job that hang on it, as rules name them.
        things: What is asked for, in the word of the ATS, such as "users".
    """
    try:
        return await ask()
    except REFUSALS:
        pass
    try:
        return await ask()
    except PermissionMissing as error:
        reason = f"{error.service} does not let this key read {things}"
    except REFUSALS as error:
        reason = f"no answer about {things} that can be used ({error.message})"
    log.warning("%s cannot be read: %s", fields, reason)
    cannot_be_read(fields, reason)
    return None


class Remembered(Generic[T]):
    """Keeps for some minutes what jobs are joined with.

    Args:
        http: The session whose clock counts.
        read: Reads it.
    """

    def __init__(self, http: HttpSession, read: Callable[[], Awaitable[T]]) -> None:
        self._monotonic = http.timing.monotonic
        self._read = read
        self._kept: T | None = None
        self._read_at = 0.0
        self._lock = asyncio.Lock()

    async def get(self, enough: Callable[[T], bool], *, patience: float = SOON) -> T:
        """Return it; anew where it is old, or where it is not ``enough`` and was read longer than ``patience`` seconds ago."""
        async with self._lock:  # whoever comes second finds it read
            age = self._monotonic() - self._read_at
            if self._kept is None or age > OLD or (age >= patience and not enough(self._kept)):
                self._kept = await self._read()
                self._read_at = self._monotonic()
            return self._kept
