"""What terminals send that nobody typed: answers as kitty, Ghostty, Alacritty, xterm, tmux, WezTerm and others give them, and pastes.

Nothing of it may act. Recorded ones are written down as they were seen; made ones have the same shapes with other contents.
"""

from __future__ import annotations

import random
from base64 import b64encode

RECORDED: tuple[bytes, ...] = (
    b"\x1bP>|kitty(0.26.5)\x1b\\",  # XTVERSION
    b"\x1bP>|ghostty 1.0.1-main+yes\x1b\\",
    b"\x1bP>|alacritty(0.14.0)\x1b\\",
    b"\x1bP>|XTerm(390)\x1b\\",
    b"\x1bP>|tmux 3.5a\x1b\\",
    b"\x1bP>|WezTerm 20240203-110809-5046fc22\x1b\\",
    b"\x1b[?62;c",  # DA1
    b"\x1b[?62;22;52c",
    b"\x1b[?64;1;2;6;9;15;18;21;22c",
    b"\x1b[?1;2c",
    b"\x1b[>1;4000;26c",  # DA2
    b"\x1b[>41;390;0c",
    b"\x1b[>84;0;0c",
    b"\x1bP!|00000000\x1b\\",  # DA3
    b"\x1bP!|7E565445\x1b\\",
    b"\x1b[?2026;2$y",  # DECRQM
    b"\x1b[?2048;0$y",
    b"\x1b[?2048;2$y",
    b"\x1b[4;2$y",
    b"\x1b[?1049;1$y",
    b"\x1b[0n",  # DSR, CPR
    b"\x1b[24;80R",
    b"\x1b[?24;80;1R",
    b"\x1b[?997;1n",
    b"\x1b[?997;2n",
    b"\x1b[?10n",
    b"\x1b[=1;2c",
    b"\x1b[2;1;1;128;128;1;0x",
    b"\x1b[?2;0;800;600S",
    b"\x1b[0;1;2&w",
    b"\x1b]133;A\x07",
    b"\x1b]5522;type=read:status=OK\x1b\\",
    b"\x1bP1!u0\x1b\\",
    b"\x1bPtmux;\x1b\x1b]11;?\x07\x1b\\",  # strings that hold an ESC, and one that is cut by another
    b"\x1b]l\x1b[31my\x1b\\",
    b"\x1bPyy\x1bPyy\x1b\\",
    b"\x1b]11;rgb:1e/1e/2e\x1a",
    b"\x1b]4;1;rgb:cdcd/0000/0000\x1b\\",  # colours
    b"\x1b]10;rgb:dddd/dddd/dddd\x07",
    b"\x1b]11;rgb:1e1e/1e1e/2e2e\x1b\\",
    b"\x1b]11;rgb:1e1e/1e1e/2e2e\x07",
    b"\x1b]12;rgb:ffff/ffff/ffff\x07",
    b"\x1b]52;c;eSAKeQ0=\x07",  # the clipboard
    b"\x1b]52;p;\x1b\\",
    b"\x1b]lyes\x1b\\",  # titles
    b"\x1b]Lyes y\x1b\\",
    b"\x1b]1337;ReportCellSize=17.0;8.0;2.0\x07",
    b"\x1b]99;i=1:p=?;y\x1b\\",
    b"\x1b[8;24;80t",  # sizes
    b"\x1b[4;480;640t",
    b"\x1b[6;20;10t",
    b"\x1b[48;24;80;480;640t",
    b"\x1b[?0u",  # the keyboard's protocol
    b"\x1b[?25u",
    b"\x1b[>4;2m",
    b"\x1bP1+r544e=787465726d\x1b\\",  # XTGETTCAP, DECRQSS
    b"\x1bP0+r\x1b\\",
    b"\x1bP1$r0;1m\x1b\\",
    b"\x1bP1$r2 q\x1b\\",
    b"\x1b_Gi=31;OK\x1b\\",  # kitty's graphics
    b"\x1b_Gi=31;ENOENT:no such y\x1b\\",
    b"\x1b^y\x1b\\",  # PM, SOS
    b"\x1bXyes\x1b\\",
    b"\x1bPtmux;y\x1b\\",
    b"\x1b[I",  # focus
    b"\x1b[O",
    b"\x1b[<35;40;12M",  # the mouse, moved
    b"\x1b[35;40;12M",
    b"\x1b[MC(!",
    b"\x1b[MC\xe8\xe9",
    b"\x1b[M#yq",
    b"\x1b[M \xc2\x80\xc2\x81",  # in characters of UTF-8
    b"\x1b[M\xc2\x80yq",
    b"\x1b[96;121;113M",
    b"\x1b[<64;1300;800M",
    "\u009b?62;c".encode(),  # with controls of the upper half, as UTF-8 and as bytes
    "\u009b>1;10;0c".encode(),
    "\u009d11;rgb:0000/0000/0000\u009c".encode(),
    "\u0090>|yes\u009c".encode(),
    "\u009fGi=1;OK\u009c".encode(),
    "\u009ey\u009c".encode(),
    "\u0098y\u009c".encode(),
    b"\x9b?1;2c",
    b"\x90>|y\x9c",
    b"\x9d10;rgb:ffff/ffff/ffff\x9c",
    b"\x1b[106;1:2:106u",  # keys that are none
    b"\x1b[106;1:3;106u",
    b"\x1b[106;1:4;106u",
    b"\x1b[106;:1u",
    b"\x1b[106:1u",
    b"\x1b[106:71:72:73;1u",
    b"\x1b[1;1:3B",
    b"\x1b[1:65;1B",
    b"\x1b[4\n;2$y",  # controls in the middle, which a terminal carries out before it goes on
    b"\x1b[4\r\x00\x7f;2$y",
    b"\x1b[4\xc3\xa4;2$y",
    b"\x1bO\n5y",
    b"\x1b[9999999999u",
    b"\x1b[:B",
    b"\x1b[121;1;27u",
    b"\x1b[0u",
    b"\x1b[55555u",
    b"\x1b[121;999u",
    b"\x1b[99~",
    b"\x1b[200;5~",
    b"\x1b[201~",
    b"\x1b[1;2;3;4;5A",
    b"\x1b[<0;0;0M",
    b"\x1b[<999;5;5M",
    b"\x1b[<0;99999;5M",
    b"\x1b[<0;-3;5M",
    b"\x1b[48;99999;99999;0;0t",
    b"\x1bO5y",
    b"\x1b[?1;2\x18",
    b"\x1b]0;cut\x18",
)

IN_ONE: tuple[bytes, ...] = (
    b"\x1b\n[4;2$y",
    b"\x1b\n]11;y\x07",
    b"\x1b y",  # character sets and the like
    b"\x1b#y",
    b"\x1b(y",
    b"\x1b (y",
    b"\x1b$(y",
    b"\x1b(\ny",
)
"""What is no typing where it comes in one packet; in parts it is alt with a key."""

PASTES: tuple[bytes, ...] = (
    b"y",
    b"y\r",
    b"yes\nq\n",
    b"\x1by",
    b"\x1b[A\x1b[B\ry",
    b"\x1b]11;rgb:00/00/00\x07y",
    b"a\x1b[201~y\rq",
    b"a\x1b[201~y\x1b[200~q\r",
    b"\x1b[200~y",
    b"\x00\x01\x03\x10\x11y\x7f",
    b"\x1bP>|y\x1b\\y",
    b"\x9by\xff\xfe",
    "\u9759\u304b\U0001f468\u200d\U0001f33e\u009by".encode(),
    b"\x1b",
    b"\x1b[20",
    b"s" * 5000,
)


def paste(content: bytes) -> bytes:
    """Return ``content`` as a terminal with bracketed paste sends it."""
    return b"\x1b[200~" + content + b"\x1b[201~"


_BODY = b"yqsmjRLCYN \r\n:?/0123456789;=abcxyz()|+$"


def made(rng: random.Random) -> bytes:
    """Return an answer of a shape that terminals use, with other contents: strings of any length, CSI that is no key."""
    body = bytes(rng.choice(_BODY) for _ in range(rng.choice((0, 1, 3, 20, 300))))
    kind = rng.randrange(8)
    if kind < 4:
        start, eight = ((b"\x1bP", 0x90), (b"\x1b]", 0x9D), (b"\x1b_", 0x9F), (b"\x1b^", 0x9E), (b"\x1bX", 0x98))[rng.randrange(5)]
        start = rng.choice((start, chr(eight).encode()))
        ends = [b"\x1b\\", b"\xc2\x9c"] + ([b"\x07"] if start in {b"\x1b]", b"\xc2\x9d"} else [])
        return start + body + rng.choice(ends)
    if kind == 4:
        return b"\x1b]52;c;" + b64encode(body * rng.choice((1, 40))) + rng.choice((b"\x07", b"\x1b\\"))
    parameters = ";".join(str(rng.choice((0, 1, 2, 121, 113, 9999999999))) for _ in range(rng.randint(0, 5)))
    if kind == 5:
        return b"\x1b[" + rng.choice(b"?>=").to_bytes() + parameters.encode() + rng.choice(b"cnuymtRpqSyx").to_bytes()
    if kind == 6:
        return b"\x1b[" + parameters.encode() + rng.choice((b"$", b" ", b"!", b'"', b"'")) + rng.choice(b"ypqwxyz").to_bytes()
    return b"\x1b[" + parameters.encode() + rng.choice(b"cntxyz").to_bytes() if parameters else b"\x1b[0n"


def made_paste(rng: random.Random) -> bytes:
    """Return a paste of anything: keys, sequences, controls, marks of its own."""
    parts = (
        b"y",
        b"\r",
        b"q",
        b"\x1b",
        b"\x1b[A",
        b"\x1b[201~",
        b"\x1b[200~",
        b"\x1bP",
        b"\x07",
        b"\xc3\xa4",
        b"\xff",
        b" ",
        b"\x9d",
        b"text",
    )
    return paste(b"".join(rng.choice(parts) for _ in range(rng.randint(0, 12))))
