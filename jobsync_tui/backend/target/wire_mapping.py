"""How a Tenzo installation spells what docs/target-api.yaml describes: paths, headers, parameters and field names, all configurable.

The names of the options are those that the document's introduction uses.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from types import MappingProxyType
from typing import Self

import msgspec

from ..core.canonical import canonical
from ..core.errors import ConfigError, UnexpectedAnswer
from ..core.models import JsonValue
from .base import OWNED_FIELDS, TargetJob

MAY_BE_EMPTY = frozenset({"key_scheme"})

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
"""The name of a header (RFC 9110, section 5.1)."""

OBJECTS = frozenset({"settings", "custom"})


@dataclass(frozen=True, slots=True, kw_only=True)
class WireMapping:
    """Paths are below the target's ``base_url``; ``field_names`` gives the wire's name for each owned field that has another one."""

    jobs_path: str = "/v1/jobs"
    templates_path: str = "/v1/templates"
    folders_path: str = "/v1/folders"
    users_path: str = "/v1/users"
    external_id_parameter: str = "external_id"
    cursor_parameter: str = "cursor"
    key_header: str = "Authorization"
    key_scheme: str = "Bearer"
    idempotency_header: str = "Idempotency-Key"
    match_header: str = "If-Match"
    id_field: str = "id"
    version_field: str = "version"
    external_id_field: str = "external_id"
    url_field: str = "url_in_tenzo"
    data_field: str = "data"
    next_field: str = "next"
    name_field: str = "name"
    error_field: str = "error"
    code_field: str = "code"
    message_field: str = "message"
    patch_type: str = "application/merge-patch+json"
    field_names: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    @classmethod
    def from_options(cls, options: Mapping[str, object]) -> Self:
        """Return the mapping that the configuration's ``[target.wire]`` table describes.

        Raises:
            ConfigError: A key is unknown, or a value is not a text of its kind.
        """
        known = {each.name for each in fields(cls)}
        texts: dict[str, str] = {}
        names: dict[str, str] = {}
        for key, value in options.items():
            if key not in known:
                raise ConfigError(f"target.wire.{key} is not a key of the target's wire format")
            if key == "field_names":
                names = _field_names(value)
            else:
                texts[key] = _option(key, value)
        return cls(**texts, field_names=MappingProxyType(names))

    def key(self, key: str) -> dict[str, str]:
        """Return the header that carries the API key; without a scheme, the key alone."""
        return {self.key_header: f"{self.key_scheme} {key}".strip()}

    def said(self, body: bytes) -> str:
        """Return the words of an error body, its code where it has no words; empty where it is none that is known here."""
        try:
            document: JsonValue = msgspec.json.decode(body)
        except ValueError:
            return ""
        inner = document.get(self.error_field, document) if isinstance(document, dict) else None
        if isinstance(inner, dict):
            inner = inner.get(self.message_field) or inner.get(self.code_field)
        return inner if isinstance(inner, str) else ""

    def wire_name(self, owned: str) -> str:
        """Return what the wire calls an owned field."""
        return self.field_names.get(owned, owned)

    def outgoing(self, values: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
        """Return owned fields under their names on the wire."""
        return {self.wire_name(name): value for name, value in values.items()}

    def job(self, document: JsonValue, *, service: str, etag: str | None = None) -> TargetJob:
        """Return a job of the wire.

        Raises:
            UnexpectedAnswer: It is no object, or has no id.
        """
        if not isinstance(document, dict):
            raise UnexpectedAnswer(f"{service} answered with something that is not a job", service=service)
        target_id = text_of(document.get(self.id_field))
        if not target_id:
            raise UnexpectedAnswer(f"{service} answered with a job that has no {self.id_field}", service=service)
        owned: dict[str, JsonValue] = {}
        for name in OWNED_FIELDS:
            value = document.get(self.wire_name(name))
            if name in OBJECTS and value is not None and not isinstance(value, dict):
                raise UnexpectedAnswer(f"{service}: {self.wire_name(name)} of the job {target_id} is not an object", service=service)
            if value is not None:
                owned[name] = value
        return TargetJob(
            id=target_id,
            version=text_of(document.get(self.version_field)) or etag or "",
            external_id=text_of(document.get(self.external_id_field)),
            fields=owned,
            url=text_of(document.get(self.url_field)),
            etag=etag,
            nameless=self.external_id_field not in document,
        )


def _option(key: str, value: object) -> str:
    if not isinstance(value, str) or not (value or key in MAY_BE_EMPTY):
        raise ConfigError(f"target.wire.{key} must be text")
    if key.endswith("_path") and not value.startswith("/"):
        raise ConfigError(f"target.wire.{key} must begin with a slash")
    if key.endswith("_header") and not _TOKEN.fullmatch(value):
        raise ConfigError(f"target.wire.{key} is not the name of a header")
    return value


def _field_names(value: object) -> dict[str, str]:
    if not isinstance(value, Mapping):
        raise ConfigError("target.wire.field_names must be a table")
    names: dict[str, str] = {}
    for owned, wire in value.items():
        if owned not in OWNED_FIELDS:
            raise ConfigError(f"target.wire.field_names.{owned} is not a field that a sync writes")
        if not isinstance(wire, str) or not wire:
            raise ConfigError(f"target.wire.field_names.{owned} must be text")
        names[str(owned)] = wire
    spelled = [names.get(name, name) for name in OWNED_FIELDS]
    if len(set(spelled)) != len(spelled):
        raise ConfigError("target.wire.field_names gives two fields the same name")
    return names


def text_of(value: JsonValue) -> str | None:
    """Return an id, version, cursor or address as text, whichever way it is written; None for anything else."""
    if isinstance(value, str):
        return value or None
    if isinstance(value, int | float) and not isinstance(value, bool):
        return canonical(value)
    return None
