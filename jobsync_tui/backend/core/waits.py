"""Waiting made visible: whoever runs something may listen to what it waits for, however deep below that happens."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeAlias

OnWait: TypeAlias = Callable[[str], None]
"""Called with words such as "rate limited by Greenhouse, next try in 12 s", once a second, and with an empty text when it is over."""

_listener: ContextVar[OnWait | None] = ContextVar("jobsync_waits", default=None)


@contextmanager
def announcing(told: OnWait) -> Iterator[None]:
    """Tell ``told`` what the requests sent inside, and by tasks begun inside, wait for."""
    token = _listener.set(told)
    try:
        yield
    finally:
        _listener.reset(token)


def listener() -> OnWait | None:
    """Return who listens to the running code, None where nobody does."""
    return _listener.get()
