"""Taking secrets out of texts: by value, for every secret that this process has read, and by shape, for those it has not."""

from __future__ import annotations

import base64
import json
import re
from threading import Lock
from urllib.parse import quote, quote_plus

MASK = "***"

_MIN_LENGTH = 4
"""Shorter values are not searched for: they would take apart texts that have nothing to do with them."""

_NAMES = (
    r"api[_-]?key|access[_-]?token|refresh[_-]?token|account[_-]?token|client[_-]?secret|password|passwd|secret|bhresttoken|rest[_-]?token"
    r"|x-api-key|x-account-token|authorization|token|signature"
)
_SHAPES: tuple[tuple[re.Pattern[str], str], ...] = (
    (
        re.compile(
            r"(?i)\b(authorization|proxy-authorization|x-api-key|x-account-token|bhresttoken|set-cookie|cookie)(\s*:\s*)[^\r\n\"']+"
        ),
        r"\1\2***",
    ),
    (re.compile(r"(?i)\b(bearer|basic)(\s+)(?!\*\*\*)[a-z0-9._~+/=-]{6,}"), r"\1\2***"),
    (re.compile(r"\b(tenzo_pk_)[A-Za-z0-9._-]+"), r"\1***"),
    (re.compile(rf"(?i)([\"'](?:{_NAMES})[\"']\s*:\s*)([\"'])(?:\\.|(?!\2)[^\\])*\2"), r"\1\2***\2"),
    (re.compile(rf"(?i)(?<![\w-])({_NAMES}|code)=(?!\*\*\*)[^\s\"'&;,<>)\]}}]+"), r"\1=***"),
    (re.compile(r"(?i)\b([a-z][a-z0-9+.-]{1,20}://)[^\s/@:\"']*:[^\s/@\"']+@"), r"\1***@"),
)
_HINTS = ("auth", "bearer", "basic", "tenzo_pk_", "key", "token", "secret", "passw", "cookie", "signature", "code=", "://")
"""Without any of these, in whatever case, a text has none of the shapes; to look for each is ten times faster than to match them."""


class _Registry:
    """Every form in which a known secret may turn up in a text, as one pattern."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._forms: frozenset[str] = frozenset()
        self._pattern: re.Pattern[str] | None = None

    def add(self, value: str) -> None:
        """Remember ``value``; a short one is not remembered."""
        if len(value) < _MIN_LENGTH or value in self._forms:
            return
        with self._lock:
            self._forms |= _forms(value)
            self._pattern = None

    def mask(self, text: str) -> str:
        """Return ``text`` without any remembered value."""
        if not any(form in text for form in self._forms):
            return text
        pattern = self._pattern
        if pattern is None:
            with self._lock:
                longest_first = sorted(self._forms, key=len, reverse=True)
                pattern = self._pattern = re.compile("|".join(map(re.escape, longest_first)))
        return pattern.sub(MASK, text)


_registry = _Registry()


def register(value: str) -> None:
    """Have `redact` take ``value``, and the encoded forms in which a request carries it, out of every text."""
    _registry.add(value)


def redact(text: str) -> str:
    """Return ``text`` with every known secret, and everything that has the shape of one, replaced by ``***``."""
    text = _registry.mask(text)
    folded = text.casefold()
    if any(hint in folded for hint in _HINTS):
        for pattern, replacement in _SHAPES:
            text = pattern.sub(replacement, text)
    return text


def _forms(value: str) -> frozenset[str]:
    raw = value.encode("utf-8", "surrogatepass")
    forms = {value, quote(raw, safe=""), quote(raw), quote_plus(raw), json.dumps(value)[1:-1], repr(value)[1:-1], raw.hex()}
    forms |= _base64_cores(raw)
    return frozenset(form for form in forms if len(form) >= _MIN_LENGTH)


def _base64_cores(raw: bytes) -> set[str]:
    """Return what every base64 text that encodes ``raw`` has in it, whatever stands around it (``user:`` in basic authentication)."""
    cores: set[str] = set()
    for offset in range(3):
        whole = (offset + len(raw)) // 3 * 3 - offset
        encoded = base64.b64encode(bytes(offset) + raw[:whole]).decode()
        core = encoded[4 if offset else 0 :]
        if len(core) >= 8:
            cores |= {core, core.replace("+", "-").replace("/", "_")}
    return cores
