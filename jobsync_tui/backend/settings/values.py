"""The kinds of value that the configuration file holds, each with its check and the words for what is wrong.

No message repeats the value where it could be a secret.
"""

from __future__ import annotations

import ipaddress
import math
import re
from collections.abc import Mapping
from dataclasses import fields
from datetime import time, timedelta
from pathlib import Path
from typing import Annotated, TypeAlias
from urllib.parse import parse_qsl, urlsplit

from pydantic import AfterValidator, BeforeValidator, InstanceOf, PlainValidator, ValidationInfo, WithJsonSchema
from pydantic_core import PydanticCustomError

from ..core.durations import parse_duration
from ..core.models import Job, JobStatus
from .secrets import SecretKind, SecretRef

LITERAL_CREDENTIALS = frozenset({"user_id", "username", "client_id", "integration_id", "company_id", "subdomain"})
"""Credentials that are no secrets and may stand in the file as they are."""

_IDENTIFIER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_OF_DAY = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_STORAGE = re.compile(r"sqlite|sqlite:///.+|postgres(ql)?://[^\s]+")
_PASSWORD_PARAMETERS = {"password", "sslpassword"}
_JOB_FIELDS = frozenset(field.name for field in fields(Job))
_PLACES = "name a place instead: { env = NAME }, { file = PATH } or { keyring = NAME }"


def problem(message: str, *key: str | int) -> PydanticCustomError:
    """Return the error for a value, or for what lies at ``key`` in it. The message is no template: its braces are taken as they are."""
    return PydanticCustomError("problem", "{words}", {"words": message, "key": key})


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise problem("must be text")
    if not value.strip():
        raise problem("must not be empty")
    if any(ord(character) < 0x20 or ord(character) == 0x7F for character in value):
        raise problem("must not contain control characters")
    return value


def _identifier(value: str) -> str:
    if not _IDENTIFIER.fullmatch(value):
        raise problem("must be letters, digits, dots, dashes and underscores, at most 64, and begin with a letter or digit")
    return value


LONGEST_KEPT = timedelta(days=3650)


def _keeping(value: object) -> timedelta | None:
    """Return how long something is kept, None for "off"."""
    if value == "off":
        return None
    try:
        kept = parse_duration(value) if isinstance(value, str) else timedelta()
    except ValueError:
        kept = timedelta()
    if not timedelta() < kept <= LONGEST_KEPT:
        raise problem(f'must be an age such as 14d, at most {LONGEST_KEPT.days}d, or "off", in quotes')
    return kept


def _duration(value: object) -> timedelta:
    if not isinstance(value, str):
        raise problem("must be a duration such as 20s, 5m, 12h or 365d, in quotes")
    try:
        duration = parse_duration(value)
    except ValueError as error:
        raise problem(str(error)) from None
    if not duration:
        raise problem("must be longer than nothing")
    return duration


def _time_of_day(value: object) -> time:
    found = _OF_DAY.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise problem("must be a time of day such as 08:00, in quotes")
    return time(int(found[1]), int(found[2]))


def service_url(value: str, *, query: bool = False) -> str:
    """Return the address of a service without a slash at its end.

    Args:
        value: As it was written.
        query: Whether it may have a query, in which some services want their key.

    Raises:
        PydanticCustomError: It is no address that may be used; the message does not repeat it, and is that of a `ValueError`.
    """
    parts = _url_parts(value)
    if (parts.query and not query) or parts.fragment:
        raise problem("must not have a query or a fragment")
    if parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname or "")):
        return value.rstrip("/")
    raise problem("must be https, or http to a loopback address")


def _webhook(value: object) -> SecretRef | str:
    """Return a webhook's address, or where it is kept: with many services whoever knows it may post there."""
    return service_url(_text(value)) if isinstance(value, str) else _secret(value)


def _command(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not value:
        raise problem('must be a list of the program and its arguments, such as ["/usr/local/bin/page", "--quiet"]')
    words = tuple(_text(word) for word in value)
    if not words[0].startswith("/"):
        raise problem("must begin with the absolute path of the program")
    return words


def _proxy_url(value: str) -> str:
    if _url_parts(value).scheme not in {"http", "https"}:
        raise problem("must be an http or https URL")
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
        raise problem("must be a URL") from None
    if not parts.hostname or re.search(r"[\s\\]", value):
        raise problem("must be a URL with a host")
    if parts.has_account:
        raise problem("must not have a user name or password in it")
    return parts


def is_loopback(host: str) -> bool:
    """Return whether ``host`` is this machine by its address, or ``localhost``."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def holds_password(url: str) -> bool:
    """Return whether the URL of a PostgreSQL database has a password in it: before the host, or among the parameters.

    PostgreSQL's own library takes a ``#`` for a character like others, so the URL is also taken apart as it does that.

    Raises:
        ValueError: It is no URL.
    """
    account, at, _ = url.partition("://")[2].partition("/")[0].partition("@")
    if urlsplit(url).password is not None or (at and ":" in account):
        return True
    return any(name in _PASSWORD_PARAMETERS for name, _ in parse_qsl(url.partition("?")[2], keep_blank_values=True))


def _storage_url(value: str) -> str:
    if not _STORAGE.fullmatch(value):
        raise problem("must be sqlite, sqlite:///PATH or postgresql://USER@HOST/NAME")
    try:
        is_told = value.startswith("postgres") and holds_password(value)
    except ValueError:
        raise problem("must be a URL") from None
    if is_told:
        raise problem("must not have a password in it; PostgreSQL reads it from ~/.pgpass")
    return value


def _job_field(value: str) -> str:
    first, _, rest = value.partition(".")
    if first not in _JOB_FIELDS - {"integration", "not_loaded", "unread"} or (first == "custom" and not rest):
        raise problem(f"is not a field of a job: {value}")
    return value


def _own_path(value: str, info: ValidationInfo) -> Path:
    base = info.context.get("base") if isinstance(info.context, dict) else None
    try:
        path = Path(value).expanduser()
    except RuntimeError:
        raise problem("must be in a home directory that is known, or named from /") from None
    return base / path if isinstance(base, Path) else path


def _secret(value: object) -> SecretRef:
    if isinstance(value, SecretRef):
        return value
    if isinstance(value, str):
        raise problem(f"is a secret and must not stand in the file; {_PLACES}")
    if not isinstance(value, dict) or len(value) != 1:
        raise problem(f"must say where the secret is: {_PLACES}")
    kind, name = next(iter(value.items()))
    if kind not in set(SecretKind):
        raise problem(f"must say where the secret is: {_PLACES}")
    if not isinstance(name, str) or not name or (kind == "env" and not _VARIABLE.fullmatch(name)):
        raise problem(f"must have a name for {kind}, in quotes")
    return SecretRef(SecretKind(kind), name)


def _credentials(value: object) -> dict[str, SecretRef | str]:
    if not isinstance(value, Mapping):
        raise problem("must be a table")
    found: dict[str, SecretRef | str] = {}
    for name, entry in value.items():
        if isinstance(entry, str) and name in LITERAL_CREDENTIALS:
            found[name] = entry
            continue
        if name in LITERAL_CREDENTIALS and not isinstance(entry, Mapping):
            raise problem("must be text", name)
        try:
            found[name] = _secret(entry)
        except PydanticCustomError as error:
            raise problem(str(error), name) from None
    return found


def _flat_table(value: object) -> dict[str, str]:
    if not isinstance(value, Mapping):
        raise problem("must be a table")
    flat: dict[str, str] = {}
    for name, entry in value.items():
        if isinstance(entry, Mapping):
            flat |= {f"{name}.{inner}": text for inner, text in _flat_table(entry).items()}
        elif isinstance(entry, str):
            flat[name] = entry
        else:
            raise problem("must be text", name)
    return flat


def _statuses(value: object) -> dict[str, JobStatus]:
    if not isinstance(value, Mapping):
        raise problem("must be a table")
    found: dict[str, JobStatus] = {}
    for word, status in value.items():
        if not isinstance(status, str) or status not in set(JobStatus):
            raise problem(f"must be one of {', '.join(JobStatus)}", word)
        found[str(word)] = JobStatus(status)
    return found


def _scalar(value: object) -> bool | int | float | str:
    if not isinstance(value, bool | int | float | str) or (isinstance(value, float) and not math.isfinite(value)):
        raise problem("must be text, a number, true or false; write a date as text")
    return value


def _table(value: object) -> dict[str, object]:
    if not isinstance(value, Mapping):
        raise problem("must be a table")
    return {str(key): each for key, each in value.items()}


_TEXT = WithJsonSchema({"type": "string"})
_REFERENCE = {
    "type": "object",
    "properties": {kind.value: {"type": "string"} for kind in SecretKind},
    "additionalProperties": False,
    "minProperties": 1,
    "maxProperties": 1,
}
_TEXT_OR_REFERENCE = {"anyOf": [{"type": "string"}, _REFERENCE]}
_TEXTS = WithJsonSchema({"type": "array", "items": {"type": "string"}})
_REFERENCES = WithJsonSchema({"type": "object", "additionalProperties": _TEXT_OR_REFERENCE})

Text: TypeAlias = Annotated[str, BeforeValidator(_text)]
Identifier: TypeAlias = Annotated[str, AfterValidator(_identifier), BeforeValidator(_text)]
Duration: TypeAlias = Annotated[timedelta, PlainValidator(_duration), _TEXT]
TimeOfDay: TypeAlias = Annotated[time, PlainValidator(_time_of_day), _TEXT]
Keeping: TypeAlias = Annotated[timedelta | None, PlainValidator(_keeping), _TEXT]
ServiceUrl: TypeAlias = Annotated[str, AfterValidator(service_url), BeforeValidator(_text)]
ProxyUrl: TypeAlias = Annotated[str, AfterValidator(_proxy_url), BeforeValidator(_text)]
StorageUrl: TypeAlias = Annotated[str, AfterValidator(_storage_url), BeforeValidator(_text)]
JobField: TypeAlias = Annotated[str, AfterValidator(_job_field), BeforeValidator(_text)]
OwnPath: TypeAlias = Annotated[Path, PlainValidator(lambda value, info: _own_path(_text(value), info)), _TEXT]
SecretReference: TypeAlias = Annotated[InstanceOf[SecretRef], BeforeValidator(_secret), WithJsonSchema(_REFERENCE)]
WebhookAddress: TypeAlias = Annotated[InstanceOf[SecretRef] | str, PlainValidator(_webhook), WithJsonSchema(_TEXT_OR_REFERENCE)]
CommandWords: TypeAlias = Annotated[tuple[str, ...], PlainValidator(_command), _TEXTS]
Credentials: TypeAlias = Annotated[Mapping[str, SecretRef | str], PlainValidator(_credentials), _REFERENCES]
FlatTable: TypeAlias = Annotated[Mapping[str, str], PlainValidator(_flat_table), WithJsonSchema({"type": "object"})]
Statuses: TypeAlias = Annotated[
    Mapping[str, JobStatus],
    PlainValidator(_statuses),
    WithJsonSchema({"type": "object", "additionalProperties": {"enum": [str(each) for each in JobStatus]}}),
]
ExtraTable: TypeAlias = Annotated[Mapping[str, object], PlainValidator(_table), WithJsonSchema({"type": "object"})]
Scalar: TypeAlias = Annotated[bool | int | float | str, PlainValidator(_scalar), WithJsonSchema({"type": ["string", "number", "boolean"]})]
