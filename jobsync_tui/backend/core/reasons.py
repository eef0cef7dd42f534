"""Why a person acts, in words of their own: known to all that is done within the act, and kept in every row of the record that it makes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

LONGEST = 300
"""Characters of a reason: a ticket and a sentence, not a report."""

_given: ContextVar[str | None] = ContextVar("jobsync_reason", default=None)


@contextmanager
def acting_because(reason: str | None) -> Iterator[None]:
    """Have what is recorded inside, and by tasks begun inside, say why it was done; None for an act without a reason."""
    token = _given.set(reason)
    try:
        yield
    finally:
        _given.reset(token)


def given_reason() -> str | None:
    """Return why the running code acts; None where nobody said."""
    return _given.get()
