"""A request, its reply, and the in-process server that may stand in for the network."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias, TypeVar

from .decode import decode_answer

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
    """

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = field(default=b"", repr=False)
    url: str = ""
    service: str = ""

    @property
    def ok(self) -> bool:
        """Whether the status is one of the 200s."""
        return 200 <= self.status < 300

    def decode(self, shape: type[T]) -> T:
        """Return the JSON body as a value of ``shape``.

        Raises:
            UnexpectedAnswer: It is a web page, no JSON, nested too deeply, or of another shape; the message names the place.
        """
        return decode_answer(self.body, shape, service=self.service, content_type=self.headers.get("content-type", ""))


Responder: TypeAlias = Callable[[Request], Awaitable[Reply]]
"""An in-process server. It may raise ``ConnectionError`` or ``TimeoutError`` to be away."""
