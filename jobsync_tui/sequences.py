"""The sequences of a terminal that mean something here: keys, the mouse, and one report. All others are noise.

Textual's parser takes what it does not know for typed characters, and stumbles over numbers that it did not expect. It is given nothing but
what is understood here. Rests on private names of Textual, which is pinned exactly.
"""

from __future__ import annotations

import re

from textual._ansi_sequences import ANSI_SEQUENCES_KEYS
from textual._keyboard_protocol import FUNCTIONAL_KEYS

_SYNCHRONISED = re.compile(r"\x1b\[\?2026;[1-4]\$y")
"""The one question that is asked of a terminal: whether it can paint a frame at once."""

_MOUSE = re.compile(r"\x1b\[<(\d{1,3});([1-9]\d{0,3});([1-9]\d{0,3})[Mm]")
_KEY = re.compile(
    r"\x1b\[(?:(?P<code>\d{1,7})(?::(?P<shifted>\d{0,7})(?::\d{1,7})?)?"
    r"(?:;(?P<modifiers>\d{0,3})(?:(?<=\d):(?P<event>\d))?(?:;(?P<text>[\d:]{0,200}))?)?)?(?P<end>[u~ABCDEFHPQS])"
)
"""A key, and what kitty's protocol says of it besides: what it is with shift and on another layout; pressed, repeated or released."""

_OTHER_KEY = re.compile(r"\x1b\[27;(\d{1,3});(\d{1,7})~")
"""A key as xterm reports it with modifyOtherKeys: its modifiers, then what it is."""

_PRIVATE_USE = range(0xE000, 0xF900)
_SURROGATES = range(0xD800, 0xE000)
_LAST = 0x10FFFF
_MOST_MODIFIERS = 256
_SHIFT = 2
_PRESSED, _REPEATED = "1", "2"


def understood(sequence: str) -> str | None:
    """Return what Textual's parser is to be given for a whole ``sequence``, None where it is noise."""
    if len(sequence) == 1:
        return sequence
    if _SYNCHRONISED.fullmatch(sequence):
        return sequence
    if found := _MOUSE.fullmatch(sequence):
        return sequence if int(found[1]) < 256 else None
    if found := _OTHER_KEY.fullmatch(sequence):
        sequence = f"\x1b[{found[2]};{found[1]}u"
    if found := _KEY.fullmatch(sequence):
        return _key(found)
    return sequence if sequence in ANSI_SEQUENCES_KEYS else None


def is_repeat(sequence: str) -> bool:
    """Return whether ``sequence`` says that it is a key that is held down."""
    found = _KEY.fullmatch(sequence)
    return found is not None and found["event"] == _REPEATED


def _key(found: re.Match[str]) -> str | None:
    """Return a key without what only kitty's protocol says of it, None for one that was released or that there is not."""
    code, shifted, modifiers, event, text, end = (part or "" for part in found.groups())
    if not _is_key(int(code or 1), int(modifiers or 1), text, end) or event not in {"", _PRESSED, _REPEATED}:
        return None
    if found["shifted"] is None and not event:
        return found.group()
    if (end != "u" and found["shifted"] is not None) or (shifted and not _is_character(int(shifted))):
        return None
    if shifted and not text and int(modifiers or 1) == _SHIFT:
        text = shifted
    return f"\x1b[{code};{modifiers}{text and ';'}{text}{end}"


def _is_key(code: int, modifiers: int, text: str, end: str) -> bool:
    """Return whether there is such a key: one that has a name, or one that is a character or brings its text along."""
    if not 1 <= modifiers <= _MOST_MODIFIERS:
        return False
    if text and not all(part.isdecimal() and _is_character(int(part)) for part in text.split(":")):
        return False
    if f"{code}{end}" in FUNCTIONAL_KEYS:
        return True
    return end == "u" and (_is_character(code) or (code == 0 and text != ""))


def _is_character(code: int) -> bool:
    return 0x20 <= code <= _LAST and not 0x7F <= code < 0xA0 and code not in _SURROGATES and code not in _PRIVATE_USE
