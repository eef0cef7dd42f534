"""JSON in one form, so that equal values have equal text: what is hashed, compared and kept in the ledger.

Keys are sorted, text is ASCII with escapes (a lone surrogate survives it, and no database refuses it), a float without a fraction is an
integer, and what JSON cannot say (NaN, the infinities) is null.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from typing import TypeAlias

from .models import JsonValue

Plain: TypeAlias = "bool | int | float | str | Sequence[Plain] | Mapping[str, Plain] | None"
"""What can be written as JSON, whether its lists and objects can be changed or not."""


def canonical(value: Plain) -> str:
    """Return ``value`` as JSON text; equal values give equal text."""
    return json.dumps(_reduced(value), sort_keys=True, separators=(",", ":"), allow_nan=False)


def parse(text: str) -> JsonValue:
    """Return the value that `canonical` wrote."""
    value: JsonValue = json.loads(text)
    return value


def parse_object(text: str) -> dict[str, JsonValue]:
    """Return the object that `canonical` wrote; anything else is an empty one."""
    value = parse(text)
    return value if isinstance(value, dict) else {}


def digest(value: Plain) -> str:
    """Return the hex SHA-256 of the value's canonical text."""
    return hashlib.sha256(canonical(value).encode("ascii")).hexdigest()


def same(one: Plain, other: Plain) -> bool:
    """Return whether two values are the same JSON: 1 is 1.0, and neither is true."""
    if isinstance(one, str) and isinstance(other, str):
        return one == other
    return canonical(one) == canonical(other)


def storable(text: str) -> str:
    """Return ``text`` as every database takes it: a lone surrogate becomes U+FFFD, NUL its picture U+2400."""
    if text.isascii():
        return text.replace("\x00", "\u2400")
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\x00", "\u2400")


def _reduced(value: Plain) -> JsonValue:
    if isinstance(value, float):
        if not math.isfinite(value):
            return None
        return int(value) if value.is_integer() else value
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, Mapping):
        return {str(key): _reduced(item) for key, item in value.items()}
    return [_reduced(item) for item in value]
