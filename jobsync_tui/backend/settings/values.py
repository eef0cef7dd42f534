"""The kinds of value that the configuration file holds, each with its check and the words for what is wrong.

No message repeats the value where it could be a secret.
"""

from __future__ import annotations

import ipaddress
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from ..durations import parse_duration
from ..models import Job
from ..secrets import SecretKind, SecretRef
from .tables import Problem

W = TypeVar("W", bound=StrEnum)

LITERAL_CREDENTIALS = frozenset({"user_id", "username", "client_id", "integration_id", "company_id", "subdomain"})
"""Credentials that are no secrets and may stand in the file as they are."""

_IDENTIFIER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_STORAGE = re.compile(r"sqlite|sqlite:///.+|postgres(ql)?://[^\s]+")
_JOB_FIELDS = frozenset(field.name for field in fields(Job))
_PLACES = "name a place instead: { env = NAME }, { file = PATH } or { keyring = NAME }"


def any_text(value: object) -> str:
    """Return a text, which may be empty."""
    if not isinstance(value, str):
        raise Problem("must be text")
    return value


def text(value: object) -> str:
    """Return a text that says something, on one line."""
    value = any_text(value)
    if not value.strip():
        raise Problem("must not be empty")
    if any(ord(character) < 0x20 or ord(character) == 0x7F for character in value):
        raise Problem("must not contain control characters")
    return value


def flag(value: object) -> bool:
    """Return true or false."""
    if not isinstance(value, bool):
        raise Problem("must be true or false")
    return value


def whole_number(*, least: int, most: int | None = None) -> Callable[[object], int]:
    """Return how a whole number between two others is read."""

    def read(value: object) -> int:
        if not isinstance(value, int) or isinstance(value, bool):
            raise Problem("must be a whole number")
        if value < least:
            raise Problem(f"must be greater than or equal to {least}")
        if most is not None and value > most:
            raise Problem(f"must be less than or equal to {most}")
        return value

    return read


def word_of(words: type[W]) -> Callable[[object], W]:
    """Return how one of an enumeration's words is read."""

    def read(value: object) -> W:
        for word in words:
            if word == value:
                return word
        raise Problem(f"must be {' or '.join(repr(word.value) for word in words)}")

    return read


def identifier(value: object) -> str:
    """Return a name for use in other names."""
    value = text(value)
    if not _IDENTIFIER.fullmatch(value):
        raise Problem("must be letters, digits, dots, dashes and underscores, at most 64, and begin with a letter or digit")
    return value


def duration(value: object) -> timedelta:
    """Return a span of time."""
    if not isinstance(value, str):
        raise Problem("must be a duration such as 20s, 5m, 12h or 365d, in quotes")
    try:
        span = parse_duration(value)
    except ValueError as error:
        raise Problem(str(error)) from None
    if not span:
        raise Problem("must be longer than nothing")
    return span


def service_url(value: str, *, query: bool = False) -> str:
    """Return the address of a service without a slash at its end.

    Args:
        value: As it was written.
        query: Whether it may have a query, in which some services want their key.

    Raises:
        Problem: It is no address that may be used; the message does not repeat it, and is that of a `ValueError`.
    """
    parts = _url_parts(value)
    if (parts.query and not query) or parts.fragment:
        raise Problem("must not have a query or a fragment")
    if parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname or "")):
        return value.rstrip("/")
    raise Problem("must be https, or http to a loopback address")


def base_url(value: object) -> str:
    """Return the address of a service."""
    return service_url(text(value))


def webhook(value: object) -> SecretRef | str:
    """Return a webhook's address, or where it is kept: with many services whoever knows it may post there."""
    return base_url(value) if isinstance(value, str) else secret(value)


def command(value: object) -> tuple[str, ...]:
    """Return a program and its arguments."""
    if not isinstance(value, list) or not value:
        raise Problem('must be a list of the program and its arguments, such as ["/usr/local/bin/page", "--quiet"]')
    words = tuple(text(word) for word in value)
    if not words[0].startswith("/"):
        raise Problem("must begin with the absolute path of the program")
    return words


def proxy_url(value: object) -> str:
    """Return the address of a proxy."""
    value = text(value)
    if _url_parts(value).scheme not in {"http", "https"}:
        raise Problem("must be an http or https URL")
    return value


class _Parts:
    """The parts of a URL that are checked; the port has been read, so it is one."""

    def __init__(self, value: str) -> None:
        parts = urlsplit(value)
        _ = parts.port
        self.scheme, self.hostname, self.query, self.fragment = parts.scheme, parts.hostname, parts.query, parts.fragment
        self.has_account = parts.username is not None or parts.password is not None


def _url_parts(value: str) -> _Parts:
    try:
        parts = _Parts(value)
    except ValueError:
        raise Problem("must be a URL") from None
    if not parts.hostname or re.search(r"[\s\\]", value):
        raise Problem("must be a URL with a host")
    if parts.has_account:
        raise Problem("must not have a user name or password in it")
    return parts


def is_loopback(host: str) -> bool:
    """Return whether ``host`` is this machine by its address, or ``localhost``."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def storage_url(value: object) -> str:
    """Return where the database is."""
    value = text(value)
    if not _STORAGE.fullmatch(value):
        raise Problem("must be sqlite, sqlite:///PATH or postgresql://USER@HOST/NAME")
    if value.startswith("postgres") and urlsplit(value).password is not None:
        raise Problem("must not have a password in it; PostgreSQL reads it from ~/.pgpass")
    return value


def job_field(value: object) -> str:
    """Return the dotted name of a job's field."""
    value = text(value)
    first, _, rest = value.partition(".")
    if first not in _JOB_FIELDS - {"integration", "not_loaded"} or (first == "custom" and not rest):
        raise Problem(f"is not a field of a job: {value}")
    return value


def own_path(value: object, folder: Path) -> Path:
    """Return a path, which may be relative to the configuration's folder."""
    return folder / Path(text(value)).expanduser()


def secret(value: object) -> SecretRef:
    """Return where a secret is kept."""
    if isinstance(value, str):
        raise Problem(f"is a secret and must not stand in the file; {_PLACES}")
    if not isinstance(value, dict) or len(value) != 1:
        raise Problem(f"must say where the secret is: {_PLACES}")
    kind, name = next(iter(value.items()))
    if kind not in set(SecretKind):
        raise Problem(f"must say where the secret is: {_PLACES}")
    if not isinstance(name, str) or not name or (kind == "env" and not _VARIABLE.fullmatch(name)):
        raise Problem(f"must have a name for {kind}, in quotes")
    return SecretRef(SecretKind(kind), name)


def credentials(value: object) -> dict[str, SecretRef | str]:
    """Return where credentials are kept; those that are no secrets may stand in the file."""
    if not isinstance(value, Mapping):
        raise Problem("must be a table")
    found: dict[str, SecretRef | str] = {}
    for name, entry in value.items():
        if isinstance(entry, str) and name in LITERAL_CREDENTIALS:
            found[name] = entry
            continue
        if name in LITERAL_CREDENTIALS and not isinstance(entry, Mapping):
            raise Problem("must be text", name)
        try:
            found[name] = secret(entry)
        except Problem as error:
            raise Problem(str(error), name) from None
    return found


def flat_table(value: object) -> dict[str, str]:
    """Return a table of texts, what is nested in it by dotted keys."""
    if not isinstance(value, Mapping):
        raise Problem("must be a table")
    flat: dict[str, str] = {}
    for name, entry in value.items():
        if isinstance(entry, Mapping):
            flat |= {f"{name}.{inner}": text for inner, text in flat_table(entry).items()}
        elif isinstance(entry, str):
            flat[name] = entry
        else:
            raise Problem("must be text", name)
    return flat


def scalar(value: object) -> bool | int | float | str:
    """Return a value that is no list and no table."""
    if not isinstance(value, bool | int | float | str) or (isinstance(value, float) and not math.isfinite(value)):
        raise Problem("must be text, a number, true or false; write a date as text")
    return value


def extra_table(value: object) -> dict[str, object]:
    """Return a table whose keys somebody else checks."""
    if not isinstance(value, Mapping):
        raise Problem("must be a table")
    return {str(key): each for key, each in value.items()}
