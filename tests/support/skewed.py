"""A host whose clock is wrong: the one place that reads the clock reads another time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta, tzinfo
from typing import cast

from jobsync_tui.backend.core import clock


def skew(off: timedelta) -> None:
    """Have the clock of this process be off by so much, from now on."""

    class Skewed(datetime):
        """Tells the time as the host would."""

        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Skewed:
            return cast("Skewed", datetime.now(tz) + off)

    vars(clock)["datetime"] = Skewed


@contextmanager
def skewed(off: timedelta) -> Iterator[None]:
    """Have the clock be off while the block runs."""
    skew(off)
    try:
        yield
    finally:
        vars(clock)["datetime"] = datetime
