"""The difference of two texts word by word, for people: what stayed, what came, what went."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby

_TOKEN = re.compile(r"<[/!a-zA-Z][^<>]*>|\s+|\w+|[^\w\s]")
_BREAKS = re.compile(r"</?(?:p|br|div|li|ul|ol|h[1-6]|tr|table)\b", re.IGNORECASE)
_WORK_LIMIT = 4_000_000
"""Most comparisons of tokens a diff may take (about a tenth of a second); beyond it the middle is shown as replaced whole."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text: ``sign`` is ``" "`` for what stayed, ``"+"`` for what came and ``"-"`` for what went."""

    sign: str
    text: str


def diff(before: str, after: str) -> tuple[Piece, ...]:
    """Return the pieces that lead from ``before`` to ``after``.

    The pieces without ``-`` joined are ``after``, those without ``+`` are ``before``. HTML tags are compared as one word each.
    """
    old, new = _TOKEN.findall(before), _TOKEN.findall(after)
    start = _common(old, new)
    end = _common(old[start:][::-1], new[start:][::-1])
    old_end, new_end = len(old) - end, len(new) - end
    pieces = [
        Piece(" ", "".join(old[:start])),
        *_middle(old[start:old_end], new[start:new_end]),
        Piece(" ", "".join(old[old_end:])),
    ]
    return tuple(_merged(pieces))


def readable(text: str) -> str:
    """Return text that stayed as a reader wants it: HTML tags gone, those that break a line turned into a line break."""
    return _TOKEN.sub(lambda found: _plain_tag(found.group()), text)


def _plain_tag(token: str) -> str:
    if len(token) < 3 or not token.startswith("<"):
        return token
    return "\n" if _BREAKS.match(token) else ""


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    length = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        length += 1
    return length


def _middle(old: list[str], new: list[str]) -> list[Piece]:
    if len(old) * len(new) > _WORK_LIMIT:
        return [Piece("-", "".join(old)), Piece("+", "".join(new))]
    pieces: list[Piece] = []
    for kind, old_from, old_to, new_from, new_to in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            pieces.append(Piece(" ", "".join(old[old_from:old_to])))
            continue
        pieces += [Piece("-", "".join(old[old_from:old_to])), Piece("+", "".join(new[new_from:new_to]))]
    return _joined_words(pieces)


def _joined_words(pieces: list[Piece]) -> list[Piece]:
    """Turn a lone space between two changes into part of both, so that a rewritten sentence reads as one change."""
    joined: list[Piece] = []
    for number, piece in enumerate(pieces):
        inside = 0 < number < len(pieces) - 1
        if inside and piece.sign == " " and piece.text.isspace():
            joined += [Piece("-", piece.text), Piece("+", piece.text)]
        else:
            joined.append(piece)
    return joined


def _merged(pieces: Sequence[Piece]) -> list[Piece]:
    """Return the pieces with each run of changes as one removal and one addition, and neighbours of one sign as one."""
    merged: list[Piece] = []
    for changed, run in groupby((piece for piece in pieces if piece.text), key=lambda piece: piece.sign != " "):
        found = list(run)
        for sign in "-+" if changed else " ":
            text = "".join(piece.text for piece in found if piece.sign == sign)
            if text:
                merged.append(Piece(sign, text))
    return merged
