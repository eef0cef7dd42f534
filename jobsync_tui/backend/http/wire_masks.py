"""Taking the secrets out of what went over the wire: by the name of a header, by the name of a field, and by value.

What is no secret stays as it was sent, byte for byte, blanks and doubled keys included: a body is not read and written anew.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from urllib.parse import unquote_plus, urlsplit

from ..core.canonical import storable
from ..core.models import WireExchange, WireMessage
from ..settings.redaction import MASK, redact
from .wire import RawExchange

MOST_BYTES = 32 * 1024
"""How much of a body is kept."""
_MARGIN = 8 * 1024
"""How much more of it is looked through for secrets, so that one at the cut is known whole."""
MOST_IN_HEADER = 2_000
"""Characters of a header, and of an address, that are kept."""

_SECRET_NAME = re.compile(
    r"(?i)passw|passphrase|pwd|secret(?!ar)|token|bearer|auth(?!or(?!i))|credential|cookie|signature|session[_-]?(id|key)"
    r"|(api|access|private)[_-]?key"
)
"""Names of headers, fields and parameters whose value is nobody's business. An author, a secretary and an idempotency key are none."""
_PARTS_OF_NAMES = ("pass", "pwd", "secret", "token", "bearer", "auth", "credential", "cookie", "signature", "session", "key")
"""A text without any of these has none of those names in it."""
_ALSO_IN_A_QUERY = frozenset({"code", "sig", "key"})
"""Names that say nothing in a JSON body, where they stand for other things."""
_ATOM = re.compile(r'"(?:[^"\\]|\\.)*(?:"|\\?\Z)|[\[\]{}:,]|[^\s\[\]{}:,"]+', re.DOTALL)


def kept(raw: RawExchange) -> WireExchange:
    """Return an exchange as it is kept: without secrets, its bodies cut at `MOST_BYTES`."""
    path = urlsplit(raw.request.url).path
    answer = None if raw.answered is None else _message(*raw.answered, frozenset())
    return WireExchange(
        at=raw.at,
        seconds=round(raw.seconds, 4),
        service=storable(raw.service),
        method=raw.request.method,
        path=_header(path),
        url=_address(raw.request.url),
        status=raw.status,
        error=None if raw.fault is None else _header(raw.fault),
        request=_message(raw.request.headers, raw.request.body, raw.credentials),
        answer=answer,
    )


def _message(headers: Mapping[str, str], body: bytes, credentials: Collection[str]) -> WireMessage:
    shown = {
        storable(name): MASK if name.lower() in credentials or _SECRET_NAME.search(name) else _header(value)
        for name, value in headers.items()
    }
    kind = next((value.lower() for name, value in headers.items() if name.lower() == "content-type"), "")
    begun = body[: MOST_BYTES + _MARGIN].decode("utf-8", "replace")
    masked = redact(_form(begun) if "form-urlencoded" in kind else _json(begun))
    # The end of what was looked through may be half a secret: it is never shown.
    whole = len(masked) if len(body) <= MOST_BYTES + _MARGIN else max(len(masked) - _MARGIN, 0)
    cut = len(body) > MOST_BYTES
    return WireMessage(shown, storable(masked[: min(MOST_BYTES, whole)] if cut else masked), len(body), cut=cut)


def _header(value: str) -> str:
    return storable(redact(value)[:MOST_IN_HEADER])


def _address(url: str) -> str:
    """Return an address whose query has no secrets in it."""
    place, mark, query = url.partition("?")
    return _header(f"{place}{mark}{_form(query)}")


def _form(text: str) -> str:
    """Return a query or a form without the values of those parameters whose names say that they are secret."""
    return "&".join(_parameter(each) for each in text.split("&"))


def _parameter(pair: str) -> str:
    name, equals, _ = pair.partition("=")
    plain = unquote_plus(name)
    secret = plain.lower() in _ALSO_IN_A_QUERY or _SECRET_NAME.search(plain)
    return f"{name}={MASK}" if equals and secret else pair


def _json(text: str) -> str:
    """Return a JSON body without the values that stand, however deep, under a name which says that they are secret.

    It may end in the middle. What is no JSON comes back as it is, or with too much taken out of it.
    """
    folded = text.casefold()
    if "\\u" not in text and not any(part in folded for part in _PARTS_OF_NAMES):
        return text
    pieces: list[str] = []
    depth, at = 0, 0
    secret_from: int | None = None
    for found in _ATOM.finditer(text):
        atom = found[0]
        if atom in "[{":
            depth += 1
        elif atom in "]}":
            depth -= 1
            if secret_from is not None and depth <= secret_from:
                secret_from = None
        elif atom == ",":
            if secret_from == depth:
                secret_from = None
        elif atom != ":":
            name = _followed_by_colon(text, found.end())
            if name and secret_from is None and atom[0] == '"' and _SECRET_NAME.search(_plain(atom)):
                secret_from = depth
            elif not name and secret_from is not None:
                pieces += [text[at : found.start()], f'"{MASK}"']
                at = found.end()
    return "".join([*pieces, text[at:]])


def _followed_by_colon(text: str, place: int) -> bool:
    while place < len(text) and text[place].isspace():
        place += 1
    return text[place : place + 1] == ":"


def _plain(atom: str) -> str:
    try:
        return str(json.loads(atom))
    except ValueError:
        return atom.strip('"')
