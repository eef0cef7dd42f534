"""Waiting made visible: who is told what a session waits for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeAlias

from .timing import Timing

OnWait: TypeAlias = Callable[[str], None]
"""Called with words such as "rate limited by Greenhouse, next try in 12 s", once a second, and with an empty text when it is over."""

_listener: ContextVar[OnWait | None] = ContextVar("jobsync_http_listener", default=None)


@contextmanager
def announcing(listener: OnWait) -> Iterator[None]:
    """Tell ``listener`` what the requests sent inside, and by tasks begun inside, wait for."""
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)


async def wait_visibly(left: Callable[[], float], words: str, timing: Timing, default: OnWait | None) -> None:
    """Wait until ``left`` says that no seconds are left, counting down to the listener of the running code, or else to ``default``.

    It is asked anew every second, since what is waited for may come earlier or later than it seemed.
    """
    listener = _listener.get() or default
    told = False
    try:
        while (seconds := left()) > 0:
            if listener is not None:
                told = True
                listener(f"{words}, next try in {max(1, round(seconds))} s")
            await timing.sleep(min(1.0, seconds))
    finally:
        if told and listener is not None:
            listener("")
