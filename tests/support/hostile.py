"""Text that means harm: seeded strings of every class that a terminal, a widget, a log or a spreadsheet might act on.

Each string names its number in letters and digits, so that a test can look for it. Control sequences carry `MARK` as a parameter, which
nothing of ours ever writes: one that gets through is told from the application's own.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator

MARK = "9137"

_ESC, _BEL = "\x1b", "\x07"
_C1_NAMES = {"[": "\x9b", "]": "\x9d", "P": "\x90", "_": "\x9f", "^": "\x9e", "X": "\x98"}
_BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
_INVISIBLE = "\u200b\u2060\u2061\u2064\ufeff\u00ad\u180e\ufff9\ufffb\U000e0041\U000e007f\u2028\u2029"
_WORDS = (
    "Nurse",
    "Welder [Remote]",
    "Ingenieur f\u00fcr \u00c4ther",
    "\u770b\u8b77\u5e2b",
    "\u0645\u0645\u0631\u0636\u0629",
    "R&D (m/w/d)",
)

# What the application and the commands write by themselves: cursor, screen, colours and modes (CSI), the pointer's shape, and what somebody
# copied (OSC 52, whose text is looked at by itself); nothing else that stores, names or links.
_OWN = re.compile(
    rb"\x1b\[[0-9;:?<>=u]*[ -/]*[@-~]|\x1b\]22;[a-z-]*\x07|\x1b\]52;c;(?!9137)[A-Za-z0-9+/=]*\x07|\x1b[=>78]|\r|\n|\x1b\(B|\x0f"
)
_MARKED = re.compile(rb"\x1b\[[0-9;:?<>=]*9137")


def _sequence(rng: random.Random) -> str:
    kind = rng.choice("[]P_^X")
    body = {
        "[": rng.choice((f"{MARK}m", f"2;{MARK}J", f"?{MARK}h", f"{MARK};1H", f"{MARK}n", f"{MARK}t", f"{MARK}")),
        "]": rng.choice((f"52;c;{MARK}", f"8;;https://evil.example/{MARK}", f"0;{MARK}", f"1337;File={MARK}:AAAA", f"4;1;{MARK}", "10;?")),
    }.get(kind, f"+q{MARK}")
    start = rng.choice((_ESC + kind, _C1_NAMES[kind], f"{_ESC}\u200b{kind}", f"{_ESC}{_ESC}{kind}"))
    end = "" if kind == "[" else rng.choice((_BEL, f"{_ESC}\\", "\x9c", ""))
    return start + body + end


def _single(rng: random.Random) -> str:
    return rng.choice(
        (
            f"{_ESC}c",
            f"{_ESC}7{_ESC}8",
            f"{_ESC}N",
            f"{_ESC}#8",
            f"{_ESC}%G",
            f"{_ESC}(0",
            "\x0e\x0f",
            "\x05",
            "\x18\x1a",
            "\x08" * 9,
            "\r",
            "\x7f",
        )
    )


def _control(rng: random.Random) -> str:
    return "".join(chr(rng.choice((*range(0x20), *range(0x7F, 0xA0)))) for _ in range(rng.randint(1, 8)))


def _markup(rng: random.Random) -> str:
    return rng.choice(
        (
            "[@click=app.quit]quit[/]",
            "[@click=app.leave]leave",
            "[@click=app.bell()]b[/]",
            "a [/] b",
            "[/bold][bold",
            "[link=https://evil.example]x[/link]",
            "[on red blink]x",
            "\\[red]x\\",
            "[[[",
            "]",
            "[$text-error]x[/]",
            "{0} %s ${HOME} `id` $(id)",
        )
    )


def _bidi(rng: random.Random) -> str:
    return "".join(rng.choice(_BIDI) + rng.choice("abc") for _ in range(rng.randint(1, 6)))


def _invisible(rng: random.Random) -> str:
    return "".join(rng.choice(_INVISIBLE) + rng.choice("xy") for _ in range(rng.randint(1, 6)))


def _zalgo(rng: random.Random) -> str:
    return "".join(letter + "".join(chr(rng.randint(0x300, 0x36F)) for _ in range(rng.randint(4, 60))) for letter in "Zalgo")


def _joined(rng: random.Random) -> str:
    return "\u200d".join(rng.choice("\U0001f468\U0001f469\U0001f467\U0001f3fd\u2764\ufe0f") for _ in range(rng.randint(2, 40)))


def _surrogate(rng: random.Random) -> str:
    return "".join(chr(rng.randint(0xD800, 0xDFFF)) for _ in range(rng.randint(1, 3)))


def _formula(rng: random.Random) -> str:
    return rng.choice(("=cmd|' /C calc'!A1", "+1+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("https://evil.example")'))


def _wide(rng: random.Random) -> str:
    return rng.choice(("\u3000" * 40, "\ufdfd" * 20, "\U0001f1e9\U0001f1ea" * 20, "\uff21" * 50, "\ue000\uf8ff\U0010fffd\ufffe\uffff"))


KINDS: tuple[Callable[[random.Random], str], ...] = (
    _sequence,
    _sequence,
    _single,
    _control,
    _markup,
    _bidi,
    _invisible,
    _zalgo,
    _joined,
    _surrogate,
    _formula,
    _wide,
)


def hostile_strings(number: int, seed: int, *, longest: int = 1_000_000) -> Iterator[str]:
    """Yield ``number`` strings, the same ones for the same ``seed``; one in 200 is a line of ``longest`` characters."""
    rng = random.Random(seed)  # noqa: S311 - the same strings every time
    for index in range(number):
        parts = [rng.choice(KINDS)(rng) for _ in range(rng.randint(1, 3))]
        parts.insert(rng.randint(0, len(parts)), f"{rng.choice(_WORDS)} {seed}-{index}")
        text = "".join(parts) if parts[0][:1] in "=+-@" else " ".join(parts)
        if index % 200 == 17:
            text += (_sequence(rng) + "A" * 97) * (longest // 110)
        yield text


def foreign_controls(output: bytes) -> list[str]:
    """Return what is in a terminal's input that neither the application nor the commands write by themselves."""
    marked = [found.decode("ascii") for found in _MARKED.findall(output)]
    rest = _OWN.sub(b"", output).decode("utf-8", "replace")
    return marked + [repr(character) for character in rest if _acts(character)]


def _acts(character: str) -> bool:
    return ord(character) < 0x20 or 0x7F <= ord(character) < 0xA0 or character in _BIDI or character in _INVISIBLE
