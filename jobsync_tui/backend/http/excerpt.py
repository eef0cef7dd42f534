"""Text of a remote answer, made fit to stand in an error message."""

from __future__ import annotations

from ..core.text import clean
from ..settings.secrets import redact

LIMIT = 120
"""Longest excerpt in characters."""


def excerpt(text: str, limit: int = LIMIT) -> str:
    """Return ``text`` without known secrets, cleaned for a terminal and shortened.

    Redaction comes first: a secret that was cut in half would no longer be found.
    """
    return clean(redact(text[: 100 * limit]), limit=limit).strip()
