"""When everything is listed although changes could be asked for: once a day where an ATS does not say what it deleted, at a quiet time."""

from __future__ import annotations

from datetime import datetime, timedelta

from ..storage.jobs.integrations import CacheState

RETRY = timedelta(hours=1)
"""After which a list that was not whole is read again."""

NIGHT = (22, 6)
"""Hours of the host's day between which nobody minds a long listing."""

EARLY = 2 / 3
"""Share of the interval after which a night is taken: by the next one it would be over, in the middle of a day."""


def is_due(cache: CacheState, every: timedelta, now: datetime, *, tells_deletions: bool) -> bool:
    """Return whether an automatic run lists everything.

    Args:
        cache: How the cache of the integration stands. One that was never filled is listed in any case.
        every: The longest time between two whole lists of everything.
        now: The time; where it lies before the last list, the clock is no measure and everything is listed.
        tells_deletions: Whether the ATS names what it deleted, so that only a list that was not whole is read again.
    """
    if cache.full_at is None:
        return False
    if cache.complete_at != cache.full_at:
        return not timedelta() <= now - cache.full_at < min(every, RETRY)
    if tells_deletions:
        return False
    age = now - cache.full_at
    return not timedelta() <= age < every or (is_night(now) and age >= EARLY * every)


def is_night(now: datetime) -> bool:
    """Return whether it is night where the host is."""
    hour = now.astimezone().hour
    return hour >= NIGHT[0] or hour < NIGHT[1]
