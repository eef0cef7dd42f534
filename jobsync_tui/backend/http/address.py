"""Addresses: a path put together safely, a query, and whether an address is still at home."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TypeAlias
from urllib.parse import quote, urlencode, urlsplit

from ..core.errors import UnexpectedAnswer
from .excerpt import excerpt

Params: TypeAlias = Mapping[str, str | int | bool | Sequence[str] | None]
"""Query parameters: None is left out, a bool becomes ``true`` or ``false``, a sequence repeats the name."""

Origin: TypeAlias = tuple[str, str, int]
"""Scheme, host, port."""

_PORTS = {"http": 80, "https": 443}
_HOST = re.compile(r"[a-z0-9.-]+")
"""A host as every reader of addresses reads it."""


def segment(text: str) -> str:
    """Return ``text`` as exactly one segment of a path, whatever is in it: an id that a person typed cannot lead elsewhere."""
    quoted = quote(text, safe="", errors="surrogatepass")
    return quoted.replace(".", "%2E") if quoted in {".", ".."} else quoted


def origin(url: str) -> Origin:
    """Return where ``url`` leads.

    Raises:
        ValueError: It is no absolute http or https address.
    """
    parts = urlsplit(url)
    scheme = parts.scheme.lower()
    if scheme not in _PORTS or not parts.hostname or parts.username is not None or parts.password is not None:
        raise ValueError("no address")
    return scheme, parts.hostname.lower(), parts.port or _PORTS[scheme]


def with_query(url: str, params: Params | None) -> str:
    """Return ``url`` with ``params`` added to its query."""
    if not params:
        return url
    pairs: list[tuple[str, str]] = []
    for name, value in params.items():
        if value is None:
            continue
        if isinstance(value, bool):
            pairs.append((name, "true" if value else "false"))
        elif isinstance(value, str | int):
            pairs.append((name, str(value)))
        else:
            pairs.extend((name, item) for item in value)
    if not pairs:
        return url
    return f"{url}{'&' if '?' in url else '?'}{urlencode(pairs, errors='surrogatepass')}"


class Home:
    """The addresses a session may ask: below its base URL, on that URL's origin, or on origins allowed one by one."""

    def __init__(self, service: str, base_url: str) -> None:
        self._service = service
        self.base_url = base_url.rstrip("/")
        self._allowed = {origin(self.base_url)}

    def allow(self, url: str, below: str | None = None) -> None:
        """Let requests go to the origin of ``url`` too.

        Args:
            url: From the configuration, or from an answer.
            below: Where it is from an answer, the domain of which it must be a host, over https on the usual port, unless it is home: an
                answer does not decide who gets a credential.

        Raises:
            UnexpectedAnswer: It is no address, one outside that domain, or an http one where the base is https.
        """
        try:
            place = origin(url)
        except ValueError:
            raise self._refusal(url) from None
        if place not in self._allowed and not self._may_be_allowed(*place, below):
            raise self._refusal(url)
        self._allowed.add(place)

    def _may_be_allowed(self, scheme: str, host: str, port: int, below: str | None) -> bool:
        if below is None:
            return scheme == "https" or not self.base_url.lower().startswith("https:")
        return (scheme, port) == ("https", _PORTS["https"]) and _HOST.fullmatch(host) is not None and host.endswith(f".{below}")

    def resolve(self, path: str) -> str:
        """Return the address of ``path``, which is relative to the base URL or already absolute.

        Raises:
            UnexpectedAnswer: It is absolute and leads elsewhere: nothing is sent there.
        """
        if "://" not in path.partition("?")[0]:
            return f"{self.base_url}/{path.lstrip('/')}" if path else self.base_url
        try:
            place = origin(path)
        except ValueError:
            raise self._refusal(path) from None
        if place not in self._allowed:
            raise self._refusal(path)
        return path

    def _refusal(self, url: str) -> UnexpectedAnswer:
        try:
            host = urlsplit(url).hostname or "nowhere"
        except ValueError:
            host = "nowhere"
        return UnexpectedAnswer(
            f"{self._service} gave a link to {excerpt(host)}, which is not its own address; nothing was sent there",
            service=self._service,
            remedy="Check base_url in the configuration: it must be the address under which the service knows itself.",
        )
