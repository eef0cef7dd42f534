"""The only place that reads the host's clocks, and the two forms in which times leave the program."""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime
from pathlib import Path

_LOADED = time.monotonic()


def age() -> float:
    """Return the seconds since this process started, where the system tells; else since its first modules were loaded."""
    try:
        ticks = Path("/proc/self/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[19]
    except OSError:
        return time.monotonic() - _LOADED
    return max(0.0, uptime() / 1000 - int(ticks) / os.sysconf("SC_CLK_TCK"))


def now() -> datetime:
    """Return the present time in UTC, to the millisecond, which is what the database keeps."""
    return from_ms(to_ms(datetime.now(UTC)))


def uptime() -> int:
    """Return the milliseconds since the host started, asleep or awake: no correction of the wall clock moves it."""
    return time.clock_gettime_ns(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)) // 1_000_000


def to_ms(moment: datetime) -> int:
    """Return ``moment`` as milliseconds since 1970-01-01 UTC."""
    return round(moment.timestamp() * 1000)


def from_ms(milliseconds: int) -> datetime:
    """Return the moment that many milliseconds after 1970-01-01 UTC."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def rfc3339(moment: datetime) -> str:
    """Return ``moment`` as RFC 3339 in UTC, such as ``2026-11-23T18:36:02.114Z``."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
