"""JSON to typed values and back: an answer that does not fit becomes an error that says what was wrong and where.

JSON is decoded by msgspec, which refuses NaN, Infinity and numbers out of range. Of duplicate keys the last one counts. Two faults of
foreign text are mended rather than refused, since a single character must not cost a page of jobs: lone surrogates and bytes that are no
UTF-8 become U+FFFD.
"""

from __future__ import annotations

import json
import re
from collections.abc import Hashable
from functools import lru_cache
from math import isfinite
from typing import Any, TypeVar, cast

import msgspec

from ..core.errors import UnexpectedAnswer
from .error_words import error_words
from .fit import OUT_OF_RANGE, Fitting, Misfit, holds_out_of_range
from .json_fault import json_fault


def encode_json(value: object) -> bytes:
    """Return ``value`` as the JSON body of a request; equal values built alike give equal bytes."""
    return msgspec.json.encode(value)


def address_remedy(service: str, *, answered_before: bool) -> str:
    """Return what to do about a web page, or a redirect in place of an answer.

    Args:
        service: Display name of the service.
        answered_before: Whether the same host has answered with data before, in the same session. The address is right then.
    """
    if answered_before:
        return f"{service} has answered other requests, so its address is right: try again in some minutes."
    return "If `jobsync test` fails too, check base_url in the configuration: a proxy or a login page may be in between."


T = TypeVar("T")

MAX_DEPTH = 64
"""Deepest nesting of arrays and objects that is read; no ATS answers anywhere near it."""

_NOT_BRACKETS = bytes(code for code in range(256) if code not in b"[]{}")
_SQUARE = bytes.maketrans(b"{}", b"[]")
_STRING = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)
_TOO_MANY_OPENERS = b"[" * (MAX_DEPTH + 1)
_ESCAPE = re.compile(
    rb"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"  # a pair
    rb"|(?P<lone>\\u[dD][89a-fA-F][0-9a-fA-F]{2})"
    rb"|\\."  # any other escape, so that the u of "\\u" behind an escaped backslash is not taken for one
)


def decode_json(body: bytes | msgspec.Raw, shape: type[T]) -> T:
    """Return ``body`` as a value of ``shape``.

    Raises:
        ValueError: It is not JSON (`msgspec.DecodeError`) or not of that shape (`msgspec.ValidationError`), in words for nobody.
    """
    decoder: msgspec.json.Decoder[T] = _decoder(cast("Hashable", shape))
    try:
        return decoder.decode(body)
    except msgspec.ValidationError:
        raise
    except RecursionError:
        raise msgspec.DecodeError("nested too deeply") from None
    except ValueError:
        mended = _mend(bytes(body))
        if mended is None:
            raise
        return decoder.decode(mended)


def decode_loosely(body: bytes | msgspec.Raw) -> object:
    """Return ``body`` as it is read where it fits nowhere: a number that is none, or out of range, is `OUT_OF_RANGE`.

    Raises:
        ValueError: It is not JSON.
    """
    try:
        return decode_json(body, object)
    except ValueError:
        text = bytes(body).decode("utf-8-sig", "replace")
        try:
            return cast("object", json.loads(text, parse_constant=_out_of_range, parse_float=_float, parse_int=_int))
        except RecursionError:
            raise ValueError("nested too deeply") from None


def _out_of_range(_: str) -> msgspec.Raw:
    return OUT_OF_RANGE


def _float(text: str) -> float | msgspec.Raw:
    value = float(text)
    return value if isfinite(value) else OUT_OF_RANGE


def _int(text: str) -> int | msgspec.Raw:
    return int(text) if len(text) < _MOST_DIGITS else OUT_OF_RANGE


_MOST_DIGITS = 19
"""Of a whole number that fits into 64 bits for certain."""


def decode_answer(
    body: bytes, shape: type[T], *, service: str, content_type: str = "", fitting: Fitting | None = None, answered_before: bool = False
) -> T:
    """Return the JSON text ``body`` as a value of ``shape``; what does not fit by itself is made to, as far as ``fitting`` lets it.

    ``answered_before`` decides what to do about a web page: see `address_remedy`.

    Raises:
        UnexpectedAnswer: In words for a person.
    """
    if too_deep(body):
        raise UnexpectedAnswer(f"{service} answered with data nested more than {MAX_DEPTH} levels deep", service=service)
    try:
        return decode_json(body, shape)
    except msgspec.ValidationError:
        pass
    except ValueError:
        pass  # one number out of range is no reason to read nothing
    document: object = None
    try:
        document = decode_loosely(body)
        return cast("T", (fitting or Fitting()).fit(document, shape))
    except Misfit as misfit:
        if not misfit.place and holds_out_of_range(document):
            raise _no_json(body, service, content_type, answered_before=answered_before) from None
        own = error_words(document, hints=True)
        says = f"; it says: {own}" if own else ""
        raise UnexpectedAnswer(f"{service} did not answer as expected: {misfit}{says}", service=service) from None
    except ValueError:
        raise _no_json(body, service, content_type, answered_before=answered_before) from None


def _no_json(body: bytes, service: str, content_type: str, *, answered_before: bool) -> UnexpectedAnswer:
    """Return what is wrong with a body that is no JSON."""
    if looks_like_html(body, content_type):
        return UnexpectedAnswer(
            f"{service} answered with a web page, not data",
            service=service,
            remedy=address_remedy(service, answered_before=answered_before),
        )
    if not body.strip():
        return UnexpectedAnswer(f"{service} gave an empty answer", service=service)
    fault = json_fault(body.decode("utf-8-sig", "replace"))
    return UnexpectedAnswer(f"{service} did not answer as expected: {fault}", service=service)


def looks_like_html(body: bytes, content_type: str = "") -> bool:
    """Return whether the body is a web page, by its type or its first character."""
    return "text/html" in content_type.lower() or body[:256].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")


def too_deep(body: bytes) -> bool:
    """Return whether arrays and objects are nested deeper than `MAX_DEPTH`.

    Takes out everything but brackets and then removes innermost pairs, a level a round. Brackets inside strings may leave a rest, and
    only then are the strings taken out first: so the usual page costs about a nanosecond a byte. A rest without a pair is broken JSON,
    which the decoder finds.
    """
    if not _unpeeled(body):
        return False
    rest = _unpeeled(_STRING.sub(b"", body))
    return b"[]" in rest or _TOO_MANY_OPENERS in rest


def _unpeeled(body: bytes) -> bytes:
    """Return the brackets that are left when `MAX_DEPTH` levels are taken away."""
    rest = body.translate(_SQUARE, _NOT_BRACKETS)
    for _ in range(MAX_DEPTH):
        if _TOO_MANY_OPENERS in rest:
            break
        shorter = rest.replace(b"[]", b"")
        if len(shorter) == len(rest):
            break
        rest = shorter
    return rest


def _mend(body: bytes) -> bytes | None:
    """Return the text with lone surrogates and broken UTF-8 replaced, or None where there was nothing of the kind."""
    mended = _ESCAPE.sub(lambda match: rb"\ufffd" if match["lone"] else match[0], body)
    mended = mended.decode("utf-8-sig", "replace").encode()
    return None if mended == body else mended


@lru_cache(maxsize=256)
def _decoder(shape: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(shape)
