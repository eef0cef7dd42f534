"""Members of one name in one JSON object: which of them is meant nobody can say, and a decoder silently takes the last."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass

import msgspec

from ...core.text import clean


@dataclass(frozen=True, slots=True)
class Doubled:
    """What is doubled in a JSON object.

    Attributes:
        what: In words, such as ``two members named 'id'``.
        itself: Whether the object's own members are doubled, not only something inside one.
        members: Names of the object's members that are doubled, or hold something that is.
    """

    what: str
    itself: bool
    members: frozenset[str]


def doubled(text: bytes, decoded: object) -> Doubled | None:
    """Return what is doubled in the JSON object ``text``, None where nothing is.

    Args:
        text: JSON that was decoded without a fault.
        decoded: What it was decoded to.
    """
    # Each member has a colon, and a decoder that drops one drops that: only a text that lost some is read once more, at half the speed.
    if b"\\u003a" not in text.lower() and text.count(b":") == msgspec.json.encode(decoded).count(b":"):
        return None
    found = _READER.decode(text.decode(errors="replace"))
    return found if isinstance(found, Doubled) else None


def _look(pairs: list[tuple[str, object]]) -> Doubled | None:
    counts = Counter(name for name, _ in pairs)
    own = [name for name, count in counts.items() if count > 1]
    inside = {name: found for name, value in pairs if (found := _in(value)) is not None}
    if own:
        what = f"two members named {clean(own[0], limit=80)!r}"
    elif inside:
        name, found = next(iter(inside.items()))
        what = f"{found.what} in {clean(name, limit=80)!r}"
    else:
        return None
    return Doubled(what, bool(own), frozenset(own) | frozenset(inside))


def _in(value: object) -> Doubled | None:
    if isinstance(value, list):
        return next((found for each in value if (found := _in(each)) is not None), None)
    return value if isinstance(value, Doubled) else None


_READER = json.JSONDecoder(object_pairs_hook=_look, parse_float=str, parse_int=str, parse_constant=str, strict=False)
