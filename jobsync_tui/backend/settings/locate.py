"""On which line of a TOML text each key stands. `tomllib` checks the text and gives the values, but no lines.

The text has been read by `tomllib` before, so the scanner may trust that it is well formed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TypeAlias

KeyPath: TypeAlias = tuple[str | int, ...]
"""A key's place in the document, such as ``("integrations", 0, "base_url")``."""

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_STRING = re.compile(
    r'"""(?:[^\\]|\\[\s\S])*?"{3,5}'
    r"|'''[\s\S]*?'{3,5}"
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|'[^'\n]*'"
)
_SCALAR = re.compile(r"[^,\]}\n#]*")


def key_lines(text: str) -> dict[KeyPath, int]:
    """Return the line, counted from 1, on which each key, table and array item of ``text`` begins."""
    scanner = _Scanner(text)
    scanner.document()
    return scanner.lines


def line_of(path: KeyPath, lines: Mapping[KeyPath, int]) -> int:
    """Return the line of ``path``, or of the nearest table around it where the key itself is not in the text."""
    for end in range(len(path), 0, -1):
        line = lines.get(path[:end])
        if line is not None:
            return line
    return 1


class _Scanner:
    """Walks through the text once; `lines` fills as it goes."""

    def __init__(self, text: str) -> None:
        self._text = text.replace("\r\n", "\n")
        self._at = 0
        self._line = 1
        self._counted_to = 0
        self._tables: dict[KeyPath, int] = {}
        self.lines: dict[KeyPath, int] = {}

    def document(self) -> None:
        """Read statements up to the end of the text."""
        table: KeyPath = ()
        self._skip(_BLANK)
        while self._at < len(self._text):
            if self._peek("["):
                table = self._header()
            else:
                self._pair(table)
            self._skip(_BLANK)

    def _header(self) -> KeyPath:
        opening = "[[" if self._peek("[[") else "["
        line = self._line_here()
        self._at += len(opening)
        parts = self._key()
        self._at += len(opening)
        path: KeyPath = ()
        for part in parts[:-1]:
            path = self._newest((*path, part))
        path = (*path, parts[-1])
        if opening == "[[":
            self.lines.setdefault(path, line)
            self._tables[path] = self._tables.get(path, -1) + 1
            path = self._newest(path)
        self.lines[path] = line
        return path

    def _newest(self, path: KeyPath) -> KeyPath:
        """Return ``path``, or its newest item where it is an array of tables."""
        return (*path, self._tables[path]) if path in self._tables else path

    def _pair(self, table: KeyPath) -> None:
        line = self._line_here()
        path = table
        for part in self._key():
            path = (*path, part)
            self.lines.setdefault(path, line)
        self._at += 1  # the equals sign
        self._skip(_BLANK)
        self._value(path)

    def _key(self) -> list[str]:
        """Read a dotted key and stop at what follows it."""
        parts: list[str] = []
        while True:
            self._skip(_BLANK)
            quoted = _STRING.match(self._text, self._at)
            found = quoted or _BARE_KEY.match(self._text, self._at)
            if found is None:
                self._at += 1
                return parts or [""]
            parts.append(_unquoted(found[0]) if quoted else found[0])
            self._at = found.end()
            self._skip(_BLANK)
            if not self._peek("."):
                return parts
            self._at += 1

    def _value(self, path: KeyPath) -> None:
        if self._peek("["):
            self._items(path)
        elif self._peek("{"):
            self._inline_table(path)
        else:
            self._skip(_STRING if self._peek('"') or self._peek("'") else _SCALAR)

    def _items(self, path: KeyPath) -> None:
        self._at += 1
        index = 0
        self._skip(_BLANK)
        while self._at < len(self._text) and not self._peek("]"):
            self.lines[*path, index] = self._line_here()
            self._value((*path, index))
            index += 1
            self._skip_comma()
        self._at += 1

    def _inline_table(self, path: KeyPath) -> None:
        self._at += 1
        self._skip(_BLANK)
        while self._at < len(self._text) and not self._peek("}"):
            self._pair(path)
            self._skip_comma()
        self._at += 1

    def _skip_comma(self) -> None:
        self._skip(_BLANK)
        if self._peek(","):
            self._at += 1
            self._skip(_BLANK)

    def _peek(self, token: str) -> bool:
        return self._text.startswith(token, self._at)

    def _skip(self, pattern: re.Pattern[str]) -> None:
        found = pattern.match(self._text, self._at)
        self._at = found.end() if found is not None and found.end() > self._at else self._at

    def _line_here(self) -> int:
        self._line += self._text.count("\n", self._counted_to, self._at)
        self._counted_to = self._at
        return self._line


def _unquoted(key: str) -> str:
    """Return the name that a quoted key spells; `tomllib` knows the escapes."""
    import tomllib

    return str(next(iter(tomllib.loads(f"{key} = 0"))))
