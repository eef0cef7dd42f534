"""A wait that is counted down to whoever listens."""

from __future__ import annotations

from collections.abc import Callable

from ..waits import OnWait, listener
from .timing import Timing


async def wait_visibly(left: Callable[[], float], words: str, timing: Timing, default: OnWait | None) -> None:
    """Wait until ``left`` says that no seconds are left, counting down to the listener of the running code, or else to ``default``.

    It is asked anew every second, since what is waited for may come earlier or later than it seemed.
    """
    told_to = listener() or default
    told = False
    try:
        while (seconds := left()) > 0:
            if told_to is not None:
                told = True
                told_to(f"{words}, next try in {max(1, round(seconds))} s")
            await timing.sleep(min(1.0, seconds))
    finally:
        if told and told_to is not None:
            told_to("")
