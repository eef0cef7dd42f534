"""The bytes in which a value is sent: one place, so that what is signed is what is sent."""

from __future__ import annotations

import msgspec


def encode_json(value: object) -> bytes:
    """Return ``value`` as the JSON body of a request; equal values built alike give equal bytes."""
    return msgspec.json.encode(value)
