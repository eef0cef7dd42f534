"""What goes to standard output and standard error: documents, lines, words. Nothing of foreign origin acts on a terminal."""

from __future__ import annotations

import json
import re
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, redirect_stdout
from datetime import datetime
from typing import Any

import msgspec

from ..backend.core import clock
from ..backend.core.text import clean

_BEYOND_ASCII = re.compile("[^\x00-\x7e]")
_UNSAFE_IN_JSON = re.compile(
    "[\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)


_COPIED = 100


def to_json(document: object, *, ascii_only: bool = False) -> str:
    """Return ``document`` as JSON on one line: model values by their field names, times as RFC 3339 in UTC.

    Characters that a terminal would act on are escaped; what the text means does not change.
    """
    try:
        text = msgspec.json.encode(document).decode()
    except UnicodeEncodeError:
        # A lone surrogate: not text that UTF-8 knows, but a JSON escape can say it.
        text = json.dumps(msgspec.to_builtins(document), ensure_ascii=True, separators=(",", ":"))
    if text.isascii() and "\x7f" not in text:
        return text
    return (_BEYOND_ASCII if ascii_only else _UNSAFE_IN_JSON).sub(_escaped, text)


def print_json(document: object) -> None:
    """Print ``document`` on a line of standard output."""
    is_utf8 = (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"
    sys.stdout.write(to_json(document, ascii_only=not is_utf8) + "\n")


def print_line(text: str = "") -> None:
    """Print words on a line of standard output, cleaned."""
    _write(sys.stdout, text)


def print_text(text: str) -> None:
    """Print a document's text on standard output."""
    for row in text.removesuffix("\n").split("\n"):
        print_line(row)


@contextmanager
def beside_json(*, as_json: bool) -> Iterator[None]:
    """Have what is printed meanwhile go to standard error where standard output is for JSON: a person sees what a question is about."""
    with redirect_stdout(sys.stderr) if as_json else nullcontext():
        yield


def text_width() -> int:
    """Return how wide documents are printed: as the terminal is within reason, else as they are copied from a screen."""
    return max(60, min(120, shutil.get_terminal_size().columns)) if sys.stdout.isatty() else _COPIED


def say(text: str) -> None:
    """Print words on a line of standard error, cleaned: errors, warnings, progress, what to do next."""
    sys.stdout.flush()
    _write(sys.stderr, text)


def when(moment: datetime | None) -> str:
    """Return a time for people, in UTC to the second, or a dash."""
    return "-" if moment is None else clock.rfc3339(moment)[:19].replace("T", " ") + "Z"


def _write(stream: Any, text: str) -> None:
    encoding = stream.encoding or "utf-8"
    line = clean(text).encode(encoding, "replace").decode(encoding)
    stream.write(line + "\n")


def _escaped(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code > 0xFFFF:
        code -= 0x10000
        return f"\\u{0xD800 + (code >> 10):04x}\\u{0xDC00 + (code & 0x3FF):04x}"
    return f"\\u{code:04x}"
