"""What went over the wire in an attempt: requests and answers as they were, without secrets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class WireMessage:
    """One request or one answer.

    Attributes:
        headers: By name, as they were sent or received.
        body: As text, without secrets; the beginning of it where it was cut.
        bytes: How long the body was.
        cut: Whether ``body`` is not all of it.
    """

    headers: Mapping[str, str]
    body: str
    bytes: int
    cut: bool


@dataclass(frozen=True, slots=True)
class WireExchange:
    """One request and what came of it; a try that was repeated is one of its own.

    Attributes:
        at: When it went out.
        seconds: How long it took until its answer was whole, or was given up.
        service: Whom it went to.
        method: Of HTTP; of the local target, which is no service, what it was asked to do.
        path: Without the query.
        url: All of it.
        status: Of the answer; None where none came, and for the local target.
        error: Why there is no answer.
        answer: None where none came.
    """

    at: datetime
    seconds: float
    service: str
    method: str
    path: str
    url: str
    status: int | None
    error: str | None
    request: WireMessage
    answer: WireMessage | None


@dataclass(frozen=True, slots=True)
class Wire:
    """The requests and answers of one attempt, in their order, with what the record says of it.

    Attributes:
        record: The number of its row in the record of who did what.
        kept_until: From then on the requests are gone; None where none are kept.
        note: What has to be known to read it: why there are none, or which are not among them.
    """

    operation_id: str | None
    record: int
    action: str
    actor: str
    at: datetime
    integration: str | None
    job: str | None
    outcome: str | None
    kept_until: datetime | None
    note: str | None
    exchanges: tuple[WireExchange, ...]
