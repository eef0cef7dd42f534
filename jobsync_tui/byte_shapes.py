"""The shapes of what a terminal sends, as bytes: how sequences, strings and pastes begin, go on and end."""

from __future__ import annotations

import re

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
