"""Keeping what goes over the wire while something is done, however deep below it requests are sent.

Whoever carries out an attempt opens a `WireTap` around it; a session that sends a request hands it there with its answer. What is handed
over is what there is in memory already, so that the attempt does not wait for it: secrets are taken out (`wire_masks`) when it is kept.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime

from ..core.errors import JobsyncError
from .faults import TransportFault
from .messages import Reply, Request

MOST = 200
"""Exchanges of one attempt that are kept: a sync needs three to ten."""

GIVEN_UP = "given up before it was answered"


@dataclass(frozen=True, slots=True)
class RawExchange:
    """A request and what came of it, as it was: with its secrets, so it is in no ``repr``.

    Attributes:
        credentials: The names of the headers that it was authenticated with.
        status: None where there was no answer, or none with a status.
        answered: The answer's headers and body; None where none came.
        fault: Why none came.
    """

    at: datetime
    seconds: float
    service: str
    request: Request
    credentials: frozenset[str]
    status: int | None = None
    answered: tuple[Mapping[str, str], bytes] | None = field(default=None, repr=False)
    fault: str | None = None


class WireTap:
    """Takes in the exchanges of one attempt.

    Args:
        now: The present time.

    Attributes:
        record: The number of the attempt's row in the record; 0 until it has one.
        exchanges: In the order in which they ended.
        missed: How many more there were.
    """

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.now = now
        self.record = 0
        self.exchanges: list[RawExchange] = []
        self.missed = 0

    def take(self, exchange: RawExchange) -> None:
        """Take an exchange in."""
        if len(self.exchanges) < MOST:
            self.exchanges.append(exchange)
        else:
            self.missed += 1


_tap: ContextVar[WireTap | None] = ContextVar("jobsync_wire", default=None)


@contextmanager
def tapped(tap: WireTap) -> Iterator[None]:
    """Have ``tap`` take in the exchanges of the block, and of tasks begun in it."""
    token = _tap.set(tap)
    try:
        yield
    finally:
        _tap.reset(token)


def is_tapped() -> bool:
    """Return whether anybody keeps the exchanges of the running code."""
    return _tap.get() is not None


@contextmanager
def watched(service: str, request: Request, credentials: Mapping[str, str]) -> Iterator[Callable[[Reply], None]]:
    """Hand an exchange to whoever listens: yields what is to be told its reply; what is raised in the block is why there is none."""
    tap = _tap.get()
    if tap is None:
        yield _nobody
        return
    at, began = tap.now(), time.monotonic()
    names = frozenset(name.lower() for name in credentials)

    def ended(reply: Reply | None, fault: str | None) -> None:
        answered = None if reply is None else (reply.headers, reply.body)
        # The local target's answers have no status.
        status = None if reply is None else reply.status or None
        tap.take(RawExchange(at, time.monotonic() - began, service, request, names, status, answered, fault))

    try:
        yield lambda reply: ended(reply, None)
    except TransportFault as fault:
        ended(None, fault.words)
        raise
    except JobsyncError as error:
        ended(None, error.message)
        raise
    except BaseException:
        ended(None, GIVEN_UP)
        raise


def _nobody(reply: Reply) -> None:
    """Leave an exchange that nobody wants to keep."""
