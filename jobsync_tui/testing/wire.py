"""An ATS on the wire, for the contract suite: some jobs, and how this provider would answer about them.

A simulator is written from the provider's documentation, without looking at the adapter, so that both can be wrong only in their own way.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, TypeAlias

import msgspec

from .ats_server import Answer, Asked

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)

Twist: TypeAlias = Callable[[Any], None]
"""Alters what an answer of the listing says, in place."""


@dataclass(slots=True)
class WireJob:
    """A job inside a simulated ATS.

    Attributes:
        number: 1 and up.
        changed: When it last changed.
        deleted: It is no longer there; whether the ATS still says so is the provider's way.
    """

    number: int
    name: str
    changed: datetime
    deleted: bool = False


class Wire(ABC):
    """One provider's server side.

    Class attributes:
        provider: As in the configuration.
        credentials: Right ones; each secret is unlike any other text.
        wrong_credentials: What to change in them for a wrong key.
        secrets: Names of the credentials that must never be shown.
        says_deleted: An incremental listing names what was deleted.
        pages: Whether a listing has pages at all.
        forbidden: What a key gets that lacks the permission to read jobs.
        rows_at: The keys that lead to the rows in an answer of the listing; none where the answer is the list of them.
        contradictions: How an answer of the listing may contradict itself about what follows, each by a name.
        page_size: Rows in a page: few, so that a listing has several; it is a cap that holds whatever is asked for. A test that is not
            about pages may have more.
    """

    provider: ClassVar[str]
    credentials: ClassVar[Mapping[str, str]]
    wrong_credentials: ClassVar[Mapping[str, str]]
    secrets: ClassVar[tuple[str, ...]] = ("api_key",)
    says_deleted: ClassVar[bool] = False
    pages: ClassVar[bool] = True
    forbidden: ClassVar[Answer] = Answer({"message": "Forbidden"}, status=403)
    rows_at: ClassVar[tuple[str, ...]] = ()
    contradictions: ClassVar[Mapping[str, Twist]] = {}
    page_size: int = 7
    base_path: ClassVar[str] = "/some/base"

    def __init__(self, count: int = 23) -> None:
        self.url = ""  # where the server listens, known once it does
        self.loops = False  # every page leads to the first one again
        self.before: Callable[[Asked], None] = lambda _: None  # runs before a page of the listing is answered
        self.after: Callable[[Asked, Any], None] = lambda _, __: None  # runs when it is, and may alter what it says
        self.change: Callable[[Asked, Any], Any] | None = None  # what becomes of the document of an answer that is a success
        self.jobs = [WireJob(number, f"Job {number} \u2014 \u00c4rztin", EPOCH + timedelta(hours=number)) for number in range(1, count + 1)]

    @property
    def alive(self) -> list[WireJob]:
        """The jobs that are there."""
        return [job for job in self.jobs if not job.deleted]

    def options(self) -> dict[str, object]:
        """Return further keys of the integration's table."""
        return {}

    def changed_answer(self, asked: Asked) -> Answer:
        """Answer a request, with `change` applied."""
        found = self.told(asked)
        if self.change is None or isinstance(found.payload, bytes) or not 200 <= found.status < 300:
            return found
        return replace(found, payload=self.change(asked, msgspec.json.decode(found.body)))

    @abstractmethod
    def answer(self, asked: Asked) -> Answer:
        """Answer a request, ``asked.path`` as it came, base path and all."""

    def told(self, asked: Asked) -> Answer:
        """Answer a request, with whatever the test has happen to the listing."""
        if not self.is_listing(asked):
            return self.answer(asked)
        self.before(asked)
        answer = self.answer(asked)
        if answer.status != 200:
            return answer
        payload = msgspec.json.decode(msgspec.json.encode(answer.payload))
        self.after(asked, payload)
        return replace(answer, payload=payload)

    def rows_of(self, payload: Any) -> list[Any]:
        """Return the rows in an answer of the listing."""
        for key in self.rows_at:
            payload = payload[key]
        rows: list[Any] = payload
        return rows

    @abstractmethod
    def job_id(self, job: WireJob) -> str:
        """Return the ATS job id, as the contract means it."""

    @abstractmethod
    def unknown_id(self) -> str:
        """Return an id of the right form that no job has."""

    @abstractmethod
    def is_listing(self, asked: Asked) -> bool:
        """Return whether this asks for a page of the listing of jobs."""

    def is_single(self, asked: Asked) -> bool:
        """Return whether this asks for one job."""
        return not self.is_listing(asked) and "job" in asked.path

    def named_id(self, job: WireJob) -> str:
        """Return the id under which a row that cannot be read is reported."""
        return self.job_id(job)


def iso(moment: datetime) -> str:
    """Return a time as most ATSs write it."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
