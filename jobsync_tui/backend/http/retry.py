"""When the next try makes sense: ``Retry-After`` in its forms, and exponential backoff with jitter."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from .limits import Limits
from .timing import Timing

RETRIED_STATUSES = frozenset({408, 425, 429, 500, 502, 503, 504, *range(520, 531)})
"""Statuses that say "not now" rather than "no"; 520 to 530 are a content network's words for an origin that is away."""

_A_MOMENT = 10**9
"""Numbers from here on are moments: as a pause it would be 31 years, as a moment it is in 2001."""


def retry_after(headers: Mapping[str, str], wall: datetime) -> float | None:
    """Return the seconds a reply asks to wait, never negative, or None where it does not say or says nonsense.

    Understands ``retry-after-ms`` (milliseconds), and ``Retry-After`` in seconds or as an HTTP date (RFC 9110, 10.2.3). A number that would
    be decades is the moment itself, in seconds or milliseconds since 1970.
    """
    milliseconds = _number(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return milliseconds / 1000
    text = headers.get("retry-after")
    if text is None:
        return None
    seconds = _number(text)
    if seconds is not None:
        if seconds < _A_MOMENT:
            return seconds
        return max(0.0, seconds / (1000 if seconds > 1000 * _A_MOMENT else 1) - wall.timestamp())
    try:
        moment = parsedate_to_datetime(text.strip())
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - wall).total_seconds())


def pause(failed_tries: int, asked: float | None, limits: Limits, timing: Timing) -> float:
    """Return how long to wait after that many failed tries, in seconds.

    What the service asked for counts up to a cap, but never as less than half a first backoff: a ``Retry-After: 0`` must not become a
    hot loop. Otherwise the pause doubles with every try, and jitter takes up to half of it away so that callers do not come in step.
    """
    if asked is not None:
        return min(max(asked, limits.backoff / 2), limits.longest_retry_after)
    full = min(limits.backoff * 2.0 ** (failed_tries - 1), limits.longest_backoff)
    return full * (1 - timing.chance() / 2)


def _number(text: str | None) -> float | None:
    """Return a plain decimal number of at most 15 digits, else None: ``float`` would take ``nan`` and ``1e9`` too."""
    if text is None:
        return None
    text = text.strip()
    whole, _, fraction = text.partition(".")
    if not (whole.isascii() and whole.isdigit() and len(text) <= 15 and (not fraction or (fraction.isascii() and fraction.isdigit()))):
        return None
    return float(text)
