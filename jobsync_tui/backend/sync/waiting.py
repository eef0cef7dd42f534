"""How long a write without an answer is waited for: by the time since the host's start, which no setting of a clock moves.

A clock that jumps ahead must not have a write looked up, and sent again, while it may still land; one that jumps back must not hold its
job up for as long as it jumped.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from ..store.journal import Operation
from .parts import SyncParts


@dataclass(frozen=True, slots=True)
class Wait:
    """How long until a look-up decides.

    Attributes:
        left: Nothing, where it decides now.
        corrected: Whether what is kept lies further ahead than any wait can be: the clock went back since, and it has to be kept anew.
    """

    left: timedelta
    corrected: bool = False


def until_settled(operation: Operation, parts: SyncParts) -> Wait:
    """Return how long an operation whose answer is unknown is still waited for."""
    after, longest = parts.timing.settle_after, parts.timing.write_deadline + parts.timing.settle_after
    here = parts.ledger.leases.process
    if operation.settles_at is None:
        return Wait(timedelta())
    if operation.process.same_boot(here):
        if operation.settles_uptime is not None:
            return Wait(_after_now(operation.settles_uptime - parts.ledger.uptime()))
    elif operation.process.host == here.host:
        # Its host was started anew since: it left before that.
        return Wait(_after_now(after // timedelta(milliseconds=1) - parts.ledger.uptime()))
    return _by_clock(operation.settles_at, parts.now(), longest)


def until_given_up(operation: Operation, parts: SyncParts) -> timedelta:
    """Return how long the request of an operation may still leave whose process has lost its lease; negative where that is past.

    A process that is known to be dead sends nothing any more, and what it sent left within the deadline all the same.
    """
    here, deadline = parts.ledger.leases.process, parts.timing.write_deadline
    if operation.sent_at is None:
        return timedelta()
    dead = operation.process.known_dead(here)
    if operation.process.same_boot(here) and operation.sent_uptime is not None:
        left = timedelta(milliseconds=operation.sent_uptime - parts.ledger.uptime()) + deadline
        return min(left, timedelta()) if dead else left
    if dead:
        # Its host was started anew since: it left before that.
        return timedelta(milliseconds=-parts.ledger.uptime()) if operation.process.host == here.host else timedelta()
    return _by_clock(operation.sent_at + deadline, parts.now(), deadline).left


def _by_clock(at: datetime, now: datetime, longest: timedelta) -> Wait:
    """Return the wait by the clock that those who use the database share."""
    left = max(at - now, timedelta())
    return Wait(min(left, longest), corrected=left > longest)


def _after_now(milliseconds: int) -> timedelta:
    return timedelta(milliseconds=max(milliseconds, 0))
