"""What an answer says of an error in its own words: many ATSs do so with status 200."""

from __future__ import annotations

from .excerpt import excerpt

_ERRORS = frozenset({"error", "errors", "errormessage", "error_message", "errorinfo", "error_description"})
_HINTS = frozenset({"detail", "message"})
_SAYING = ("message", "detail", "title", "description", "code", "type")


def error_words(document: object, *, hints: bool = False) -> str:
    """Return what a document says about an error in one of the usual envelopes, empty where it says nothing.

    Args:
        document: The answer. Known are ``error``, ``errors``, ``errorMessage`` and their like with a text, an object or a list in them.
        hints: Whether ``message`` and ``detail``, which may stand beside data too, are taken for it.
    """
    if not isinstance(document, dict):
        return ""
    names = _ERRORS | _HINTS if hints else _ERRORS
    found = (_words(value) for name, value in document.items() if name.lower() in names)
    return excerpt("; ".join(dict.fromkeys(filter(None, found))))


def _words(value: object) -> str:
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, list):
        return "; ".join(filter(None, map(_words, value[:5])))
    if isinstance(value, dict):
        lower = {str(name).lower(): inner for name, inner in value.items()}
        return next((words for name in _SAYING if (words := _words(lower.get(name)))), "")
    return ""
