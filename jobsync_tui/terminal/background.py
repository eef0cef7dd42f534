"""Whether a terminal's background is light: how it is asked for, and what the answer says."""

from __future__ import annotations

import re

QUESTION = "\x1b]11;?\x1b\\"
"""OSC 11: terminals, and tmux for the one around it, answer with a colour; one that does not know it says nothing."""

ANSWER_SECONDS = 3.0
"""How long an answer is believed after the question: more than a slow line takes. Nothing waits for it."""

_COLOUR = re.compile(r"rgba?:([0-9a-f]{1,4})/([0-9a-f]{1,4})/([0-9a-f]{1,4})(?:/[0-9a-f]{1,4})?|#((?:[0-9a-f]{3}){1,4})", re.IGNORECASE)
_HALF = 0.5


def is_light(colour: str) -> bool | None:
    """Return whether a colour as X11 writes it (``rgb:ffff/ffff/ffff``, ``#ffffff``) is light; None where it is no colour."""
    found = _COLOUR.fullmatch(colour)
    if found is None:
        return None
    parts = found.group(1, 2, 3)
    if (short := found[4]) is not None:
        digits = len(short) // 3
        parts = (short[:digits], short[digits : 2 * digits], short[2 * digits :])
    red, green, blue = (int(part, 16) / (int("f" * len(part), 16)) for part in parts)
    return 0.299 * red + 0.587 * green + 0.114 * blue > _HALF
