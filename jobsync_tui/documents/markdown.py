"""A document as Markdown, for tickets and chats: headings, and the lines below them as they stand, in blocks that nothing in them ends."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from .document import Line, Section, Tone, as_text

_SPECIAL = re.compile(r"([\\`*_{}\[\]<#+\-.!|~&])")
"""What begins something; round brackets and ``>`` only end what ``[`` and ``<`` begin, and a chat shows their backslashes."""
_TICKS = re.compile("`+")
_SHORTEST = 3


def as_markdown(document: Iterable[Line | Section]) -> str:
    """Return the document, every section open. Its first line is the title; what was foreign in it is text and never markup."""
    title, *lines = list(_lines(document))
    parts = [f"# {_escaped(as_text((title,)).strip())}"]
    block: list[str] = []
    for line in lines:
        if any(span.tone is Tone.HEAD for span in line.left):
            parts += [*_fenced(block), f"## {_escaped(as_text((line,)).strip())}"]
            block = []
        else:
            block.append(as_text((line,)))
    return "\n\n".join([*parts, *_fenced(block)]) + "\n"


def _lines(document: Iterable[Line | Section]) -> Iterator[Line]:
    for item in document:
        if isinstance(item, Line):
            yield item
        else:
            yield from _lines(item.opened)


def _fenced(lines: list[str]) -> Iterator[str]:
    text = "\n".join(lines).strip("\n")
    if text.strip():
        fence = "`" * max(_SHORTEST, 1 + max(map(len, _TICKS.findall(text)), default=0))
        yield f"{fence}text\n{text}\n{fence}"


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", text)
