r"""Foreign text made fit for a terminal: nothing in it acts, and what can be read stays readable.

Controls become pictures (ESC is shown as U+241B), bidirectional overrides and invisible characters go, lone surrogates become U+FFFD, and a
pile of combining marks is cut at three. Emoji that terminals measure differently are put apart into characters that all measure alike.
What is stored and synced is never cleaned; what is shown always is.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

MAX_MARKS = 3
"""Combining marks kept on one character; no living script needs more."""

_INVISIBLE = "\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f"
_CONTROLS = "\x00-\x1f\x7f-\x9f"
_SUSPECT = re.compile(
    f"[{_CONTROLS}{_INVISIBLE}\ud800-\udfff]|[\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u0610-\u061a\u064b-\u065f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]{{4}}"
)
_UNEVEN = re.compile("[\ufe00-\ufe0f\u20e3\U0001f1e6-\U0001f1ff\U0001f3fb-\U0001f3ff\U000e0100-\U000e01ef\u200d]")
"""What makes one picture of several characters: selectors, flags by letters, tones of skin, joiners."""

_FLAG_LETTERS = 0x1F1E6 - ord("A")
_UNSEEN = re.compile(f"[\x00-\x08\x0b-\x1f\x7f-\x9f{_INVISIBLE}]")
_MARKS = re.compile(f"[{_INVISIBLE}\u200c\u200d]")
_LINE = re.compile(r"[\t\n\r\x0b\x0c\x85\u2028\u2029]+")

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def clean(value: str, *, lines: bool = False, limit: int = 100_000) -> str:
    """Return ``value`` without anything that a terminal, a log or a widget would act on.

    Args:
        value: Any text.
        lines: Keep line feeds; otherwise every line break and tab becomes one space.
        limit: Longest result in characters; what is cut off is marked by an ellipsis.
    """
    if len(value) > limit:
        value = value[: limit - 1] + "\u2026"
    if value.isascii() and value.isprintable():
        return value
    value = even(value)
    if not _SUSPECT.search(value):
        return value
    if lines:
        return "\n".join(_clean_line(line) for line in value.replace("\r\n", "\n").split("\n"))
    return _clean_line(_LINE.sub(" ", value))


def without_controls(value: str) -> str:
    """Return a pasted ``value`` without what nobody sees in it: controls but line feeds and tabs, and marks that have no width."""
    return _UNSEEN.sub("", value.replace("\r\n", "\n").replace("\r", "\n"))


def typed_id(value: str) -> str:
    """Return an id as a person meant it: without marks that nobody sees, which a copied text brings along, and blanks around it."""
    return _MARKS.sub("", value).strip()


def differs(value: str) -> bool:
    """Return whether cleaning takes something away from ``value`` that a reader would not see is missing."""
    return clean(value) != even(value)


def even(value: str) -> str:
    """Return ``value`` with emoji that every terminal measures alike: a flag by its letters, a farmer as a man and a sheaf of rice."""
    return value if value.isascii() else _UNEVEN.sub(_apart, value)


def _apart(found: re.Match[str]) -> str:
    code = ord(found[0])
    return chr(code - _FLAG_LETTERS) if 0x1F1E6 <= code <= 0x1F1FF else ""


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """Return ``number`` with what it counts: ``1 field``, ``1,204 fields``.

    Args:
        number: How many.
        noun: As it is said of one; a verb may follow (``rule differs``).
        plural: As it is said of several, where that is more than an ``s`` (``rules differ``).
    """
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def among(jobs: int | None) -> str:
    """Return what is said behind a count of jobs of which one may see ``jobs`` only; nothing, for None, where one may see all."""
    return "" if jobs is None else f"among your {counted(jobs, 'job')}"


def nearest(word: str, allowed: Iterable[str], most: int = 3) -> str:
    """Return which of the allowed words may have been meant, as a question that follows a sentence; empty where none is near."""
    import difflib  # here, because most commands end without it

    by_folded = {each.casefold(): each for each in allowed}
    near = [by_folded[each] for each in difflib.get_close_matches(word.casefold(), by_folded, n=most, cutoff=0.6)]
    words = " or ".join([", ".join(near[:-1]), near[-1]] if near[:-1] else near)
    return f" Did you mean {words}?" if near else ""


def meant(sentence: str, word: str, allowed: Iterable[str]) -> str:
    """Return a sentence, which has no full stop, with the allowed word behind it that may have been meant by the one in it."""
    near = nearest(word, allowed, most=1)
    return f"{sentence}.{near}" if near else sentence


def csv_cell(value: object) -> str:
    """Return a cell that a spreadsheet shows and never computes, without control characters."""
    text = clean("" if value is None else str(value))
    return f"'{text}" if text.lstrip().startswith(_FORMULA_STARTS) or str(value).startswith(_FORMULA_STARTS) else text


def _clean_line(line: str) -> str:
    kept: list[str] = []
    marks = 0
    for character in line:
        shown = _shown(character)
        if shown and unicodedata.category(character) in {"Mn", "Me"}:
            marks += 1
            if marks > MAX_MARKS:
                continue
        elif shown:
            marks = 0
        kept.append(shown)
    return "".join(kept)


def _shown(character: str) -> str:
    code = ord(character)
    if code < 0x20:
        return " " if character == "\t" else chr(0x2400 + code)
    if code == 0x7F:
        return "\u2421"
    category = unicodedata.category(character)
    if category in {"Cc", "Cs"}:
        return "\ufffd"
    if category in {"Cf", "Zl", "Zp"} and character not in "\u200c\u200d":
        return ""
    return character
