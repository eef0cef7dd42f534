"""The shapes of what a terminal sends, as bytes: how sequences, strings and pastes begin, go on and end."""

from __future__ import annotations

import re

from textual._ansi_sequences import ANSI_SEQUENCES_KEYS
from textual._keyboard_protocol import FUNCTIONAL_KEYS

ESC = 0x1B
BEGIN = re.compile(rb"(?:\x1b\[|\xc2\x9b)200~")
END = re.compile(rb"(?:\x1b\[|\xc2\x9b)201~")
END_BEGUN = re.compile(rb"(?:\x1b(?:\[(?:2(?:0(?:1)?)?)?)?|\xc2(?:\x9b(?:2(?:0(?:1)?)?)?)?)\Z")
STRINGS = b"]P_^X"
INTRODUCERS = STRINGS + b"[O"
"""The letters that begin something behind an ESC."""

EIGHT_BIT = {0x8F: b"O", 0x90: b"P", 0x98: b"X", 0x9B: b"[", 0x9D: b"]", 0x9E: b"^", 0x9F: b"_"}
"""The single controls that stand for ESC and a letter."""

CSI = re.compile(rb"\x1b\[[ -?]*[@-~]")
CSI_BEGUN = re.compile(rb"\x1b\[[ -?]*\Z")
RXVT = re.compile(rb"\x1b\[(?:[378]|2[34])\$")
CANCELS = b"\x18\x1a"
SS3 = re.compile(rb"\x1bO[0-9;]*([A-Za-z])")
SS3_BEGUN = re.compile(rb"\x1bO[0-9;]*\Z")
STRING_END = re.compile(rb"\x1b\\|\xc2\x9c|(?<![\x80-\xff])\x9c|[\x18\x1a]")
OSC_END = re.compile(STRING_END.pattern + rb"|\x07")
BEGINNINGS_OF_ENDS = (b"\x1b", b"\xc2")

REST = re.compile(
    rb"\x1b(?:"
    rb"\[(?:[<-?0-9;:]|[A-DFHIOZ]|\[[A-E]|M(?:[ -\xff]{3}|\Z))"  # CSI: parameters, an arrow, the focus, a mouse of the old kind
    rb"|\][0-9lL]|P[0-9!+$>=?|]|_[^\x1b]|\^[^\x1b]"  # how the strings begin that terminals send
    rb"|[\]PX^_][^\x1b]*(?:\x1b\\|\xc2\x9c|\x07)"  # any string that ends
    rb"|O(?:[A-DFHP-S]|[0-9;]+[A-Za-z])\Z|\\)",
    re.DOTALL,
)
"""What follows an ESC and is no typing."""

LATE_REST = re.compile(
    rb"\x1b(?:\[[<-?0-9][ -?]*[@-~]|\[[IO]\Z|\[M[^\x1b]{3}"
    rb"|\][0-9]+;|\][lL][^\x1b]*(?:\x1b\\|\xc2\x9c|\x07)|P[0-9]*[!+$>|]..|_G[a-zA-Z]=)",
    re.DOTALL,
)
"""The same where it comes in one go long after the ESC, which somebody may have pressed."""

OLD_MOUSE = re.compile(rb"\x1b\[M(?:[\xc2-\xdf][\x80-\xbf]|[^\xc2-\xdf]|[\xc2-\xdf](?![\x80-\xbf])){3}", re.DOTALL)
"""A report of the mouse in three bytes, or in three characters of UTF-8."""

CHARACTER_SET = re.compile(rb"\x1b[ -/][\x00-\x17\x19\x1c-\x1f -/]*[0-~]")
"""A sequence that no key sends: it chooses character sets and the like."""

IN_BETWEEN = re.compile(rb"[\x00-\x17\x19\x1c-\x1f\x7f]")
"""Controls that a terminal carries out in the middle of a sequence, which goes on behind them."""

KEY = re.compile(rb"[\x00-\x1a\x1c-\x7f]|[\xc2-\xf4][\x80-\xbf]{1,3}|\x1b\[[0-9;:]*[u~A-HPQSZ]|\x1bO[A-Za-z]")
"""One key of a person by itself; an ESC may begin something else."""


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
