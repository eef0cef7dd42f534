"""What is wrong with a text that the decoder refused as JSON, by our own look at it.

The decoder's words change from release to release and count bytes; a person wants the line, or to hear that the text was cut off. So a
refused text is read once more by the standard library, whose errors carry the place as numbers.
"""

from __future__ import annotations

import json
import re
from math import isinf

_CUT = re.compile(r'\s*(?:"(?:[^"\\]|\\.)*\\?|[\w.+\-]*)\s*', re.DOTALL)
"""What may be left from the place of the fault on where a text ends in the middle: a string that is not closed, part of a word."""
_STRING = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)


class _NoNumber(ValueError):
    """JSON knows no such number; the text is it, as it was written."""


def json_fault(text: str) -> str:
    """Return what keeps ``text`` from being JSON, such as ``it is not JSON, line 3``."""
    bare = text.strip()
    try:
        _, end = _DECODER.raw_decode(bare)
    except json.JSONDecodeError as error:
        if bare[:1] in '[{"' and _CUT.fullmatch(bare, error.pos):
            return "it is JSON that ends in the middle"
        return f"it is not JSON, line {_line(text, bare, error.pos)}"
    except _NoNumber as number:
        shown, place = str(number), _outside_strings(bare).find(str(number))
        what = "is no number in JSON" if shown[-1].isalpha() else "is too large a number"
        return f"it is not JSON, line {_line(text, bare, max(place, 0))}: {shown[:40]} {what}"
    except RecursionError:
        return "it is JSON nested too deeply"
    return f"it is not JSON, line {_line(text, bare, end)}: text follows its end" if end < len(bare) else "it is not JSON"


def _line(text: str, bare: str, place: int) -> int:
    """Return the line of ``text`` in which the character ``place`` of ``bare`` stands, counted from 1."""
    return text[: text.find(bare)].count("\n") + bare.count("\n", 0, place) + 1


def _outside_strings(text: str) -> str:
    """Return the text with its strings blanked, every character where it was."""
    return _STRING.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), text)


def _forget(_: object) -> None:
    """Keep nothing: only the place of the fault is looked for, and the text may be as large as an answer can be."""


def _check(text: str) -> None:
    if isinf(float(text)):
        raise _NoNumber(text)


def _refuse(word: str) -> None:
    raise _NoNumber(word)


_DECODER = json.JSONDecoder(parse_float=_check, parse_int=_check, parse_constant=_refuse, object_pairs_hook=_forget)
