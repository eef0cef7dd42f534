"""How a session shows who it is: fixed headers, Basic, and tokens that are fetched and renewed."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, TypeAlias

from ..settings.secrets import register

if TYPE_CHECKING:
    from .session import HttpSession


class Auth(Protocol):
    """Gives the headers that a request is authenticated with."""

    async def headers(self, http: HttpSession) -> Mapping[str, str]:
        """Return the headers to send, getting them first where that takes a request."""

    async def renew(self, http: HttpSession, refused: Mapping[str, str]) -> bool:
        """After a 401 to the headers ``refused``: return whether there are others now, worth one more try."""


class HeaderAuth:
    """Fixed headers, such as an API key."""

    def __init__(self, headers: Mapping[str, str]) -> None:
        self._headers = dict(headers)

    async def headers(self, http: HttpSession) -> Mapping[str, str]:  # noqa: ARG002
        """Return the fixed headers."""
        return self._headers

    async def renew(self, http: HttpSession, refused: Mapping[str, str]) -> bool:  # noqa: ARG002
        """Return False: there is nothing to renew."""
        return False


class BasicAuth(HeaderAuth):
    """HTTP Basic (RFC 7617); several ATSs take the key as user with an empty password."""

    def __init__(self, user: str, password: str = "") -> None:
        super().__init__({"Authorization": basic(user, password)})


def basic(user: str, password: str) -> str:
    """Return the value of a Basic ``Authorization`` header; its encoded form counts as a secret from then on."""
    encoded = base64.b64encode(f"{user}:{password}".encode()).decode()
    register(encoded)
    return f"Basic {encoded}"


@dataclass(frozen=True, slots=True)
class Token:
    """Headers that are good for a while.

    Attributes:
        headers: What to send.
        lifetime: Seconds it is good for, or None where the service does not say.
    """

    headers: Mapping[str, str] = field(repr=False)
    lifetime: float | None = None


FetchToken: TypeAlias = "Callable[[HttpSession], Awaitable[Token]]"
"""Gets a token, by requests sent with ``authenticate=False``."""


class TokenAuth:
    """A token that is fetched when it is first needed and renewed before it expires, by one caller at a time.

    Args:
        fetch: Gets a new token.
        margin: How many seconds before its end a token is no longer used; at most half of its lifetime.
    """

    def __init__(self, fetch: FetchToken, *, margin: float = 120.0) -> None:
        self._fetch = fetch
        self._margin = margin
        self._token: Token | None = None
        self._good_until = 0.0
        self._lock = asyncio.Lock()

    async def headers(self, http: HttpSession) -> Mapping[str, str]:
        """Return the token's headers, fetching it where there is none or its end is near."""
        if (token := self._usable(http)) is not None:
            return token.headers
        async with self._lock:
            if (token := self._usable(http)) is not None:  # somebody else was faster
                return token.headers
            return (await self._renewed(http)).headers

    async def renew(self, http: HttpSession, refused: Mapping[str, str]) -> bool:
        """Fetch a new token unless another caller did since ``refused`` was sent."""
        async with self._lock:
            if self._token is None or self._token.headers == refused:
                await self._renewed(http)
        return True

    def _usable(self, http: HttpSession) -> Token | None:
        return self._token if self._token is not None and http.timing.monotonic() < self._good_until else None

    async def _renewed(self, http: HttpSession) -> Token:
        self._token = None
        asked_at = http.timing.monotonic()
        token = await self._fetch(http)
        for value in token.headers.values():
            register(value.rpartition(" ")[2])
        lifetime = float("inf") if token.lifetime is None else token.lifetime
        self._good_until = asked_at + max(lifetime - self._margin, lifetime / 2)
        self._token = token
        return token
