"""A request, its reply, and the in-process server that may stand in for the network."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias, TypeVar

from ..core.errors import UnexpectedAnswer
from ..core.left_out import leave_out
from .decode import decode_answer, decode_json
from .fit import Fitting

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Request:
    """What goes out. Headers hold credentials and the query may, so neither is in ``repr``."""

    method: str
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back, whole.

    Attributes:
        status: HTTP status code.
        headers: By lower-case name; of a repeated header, the values joined by a comma and a space.
        body: Decompressed.
        url: What was asked, without its query: that may hold credentials.
        service: Display name of the service, for messages.
        answered_before: Whether its host has answered with data before, in the same session.
    """

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = field(default=b"", repr=False)
    url: str = ""
    service: str = ""
    answered_before: bool = False

    @property
    def ok(self) -> bool:
        """Whether the status is one of the 200s."""
        return 200 <= self.status < 300

    def decode(self, shape: type[T], *, row: Any = None, vital: tuple[str, ...] = (), label: str = "") -> T:
        """Return the JSON body as a value of ``shape``: a number is read where a text is expected, and the other way round.

        Args:
            shape: What it should be.
            row: The type of its rows. Whatever else does not fit in a row is left out of it, and a row that is none out of its list; both
                are counted (`left_out`). Around the rows nothing is left out.
            vital: Fields of a row, by their names on the wire, without which it is none.
            label: What the rows are, in the ATS's word, where they are no jobs.

        Raises:
            UnexpectedAnswer: It is a web page, no JSON, nested too deeply, or cannot be of that shape; the message names the place.
        """
        fitting = Fitting(row, vital)
        found = decode_answer(
            self.body,
            shape,
            service=self.service,
            content_type=self.headers.get("content-type", ""),
            fitting=fitting,
            answered_before=self.answered_before,
        )
        for place, reason in fitting.left_out:
            leave_out(f"{label}.{place}".strip(".") or "a list", reason)
        return found

    def decode_side(self, shape: type[T], *, row: Any, label: str) -> T | None:
        """Return the answer as `decode` does, or None, which is counted (`left_out`), where it is no list of ``row``s at all.

        For what jobs are joined with: names that cannot be read cost no listing. What is no JSON at all is an error here, too.
        """
        try:
            return self.decode(shape, row=row, label=label)
        except UnexpectedAnswer:
            try:
                decode_json(self.body, object)
            except ValueError:
                pass
            else:
                leave_out(label, "no list that can be read")
                return None
            raise


Responder: TypeAlias = Callable[[Request], Awaitable[Reply]]
"""An in-process server. It may raise ``ConnectionError`` or ``TimeoutError`` to be away."""
