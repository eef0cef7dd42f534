"""Text as search sees it: without case, accents and compatibility forms, so that ``MUNCHEN`` finds ``München``."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from ...core.canonical import storable

KEY_LENGTH = 300
"""Characters of a sort key; PostgreSQL refuses longer index entries."""

_SPACES = str.maketrans(dict.fromkeys("\t\n\r\x0b\x0c\x1c\x1d\x1e\x1f\x85\u2028\u2029", " ") | {"\x00": "\u2400"})


def fold(text: str) -> str:
    """Return ``text`` for comparing: NFKC, case folded, accents removed, every line break a space; folding twice changes nothing."""
    if text.isascii():
        return text.casefold() if text.isprintable() else storable(text).translate(_SPACES).lower()
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", storable(text).translate(_SPACES)).casefold())
    bare = "".join(character for character in decomposed if unicodedata.category(character) != "Mn")
    again = unicodedata.normalize("NFKC", bare)
    # Taking marks away can bring letters together that compose or fold anew; each round is shorter, so this ends.
    return again if again == text else fold(again)


def fold_key(text: str | None) -> str:
    """Return the sort key of ``text``: folded and cut; nothing sorts as the empty text."""
    return folded_again(text)[:KEY_LENGTH] if text else ""


def folded_again(text: str) -> str:
    """Return `fold` of a text that many jobs share, such as a client, a place or a tag."""
    return _remembered(text) if len(text) <= KEY_LENGTH else fold(text)


_remembered = lru_cache(8192)(fold)


def search_text(folded_name: str, job_id: str) -> str:
    """Return what words are looked for in: folded name and ATS job id, each on a line of its own.

    Two line feeds close it, so that every character begins a group of three and even one character can be looked up in a trigram index.
    """
    return f"{folded_name}\n{fold(job_id)}\n\n"
