"""YAML 1.2 as a tree that knows its lines, read within fixed bounds.

Plain scalars follow the core schema of YAML 1.2, so ``NO``, ``on`` and ``2026-01-31`` are text; a number keeps its spelling beside its
value. Duplicate keys, further documents and unknown tags are refused. Aliases may be used, and count as what they stand for.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol, TypeAlias

MAX_TEXT = 1_000_000
"""Characters of a document; the parser needs some seconds for that many."""

MAX_NODES = 200_000
"""Scalars, lists and mappings of a document, aliases written out."""

MAX_DEPTH = 60
"""Lists and mappings inside one another."""

MAX_DIGITS = 40
"""Characters of a whole number."""

_TAG = "tag:yaml.org,2002:"
_NULL = {"", "~", "null", "Null", "NULL"}
_BOOL = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INT = re.compile(r"[-+]?[0-9]+")
_BASED = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_NOT_A_NUMBER = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
_SURROGATE = re.compile("[\ud800-\udfff]")


class YamlError(ValueError):
    """A document that cannot be read; ``line`` counts from 1."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line


@dataclass(frozen=True, slots=True)
class ScalarNode:
    """A scalar: its text as written, and its value by the core schema."""

    line: int
    text: str
    value: str | int | float | bool | None
    size: int = 1
    depth: int = 1


@dataclass(frozen=True, slots=True)
class ListNode:
    """A list."""

    line: int
    items: tuple[DocumentNode, ...]
    size: int
    depth: int


@dataclass(frozen=True, slots=True)
class MappingNode:
    """A mapping with distinct keys, in the order of the document."""

    line: int
    entries: tuple[tuple[ScalarNode, DocumentNode], ...]
    size: int
    depth: int


DocumentNode: TypeAlias = ScalarNode | ListNode | MappingNode


class _Mark(Protocol):
    line: int
    column: int


class _Event(Protocol):
    """What is read of the parser's events; which attributes one has depends on its kind."""

    start_mark: _Mark
    anchor: str | None
    tag: str | None
    value: str
    implicit: tuple[bool, bool]


def parse_document(text: str) -> DocumentNode:
    """Return the one document in ``text``.

    Raises:
        YamlError: It is not YAML, empty, more than one document, or out of bounds.
    """
    if len(text) > MAX_TEXT:
        raise YamlError(1, f"the text has {len(text)} characters, and {MAX_TEXT} is the most")
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError
    from ruamel.yaml.reader import ReaderError

    from .scanning import TabScanner

    text = text.removeprefix("\ufeff")
    yaml = YAML(typ="safe", pure=True)
    yaml.Scanner = TabScanner
    try:
        return _Composer(yaml.parse(text), text).document()
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise YamlError(mark.line + 1 if mark else 1, _NOT_YAML) from None
    except ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise YamlError(line, "this is not YAML: it holds a character that YAML does not allow") from None
    except YAMLError:
        raise YamlError(1, _NOT_YAML) from None
    except (ValueError, OverflowError) as error:
        if isinstance(error, YamlError):
            raise
        raise YamlError(1, "this is not YAML: it holds an escape for a character that does not exist") from None


_NOT_YAML = "this is not YAML: look at the indentation, and for a colon, a bracket or a quotation mark that is missing here or just above"


class _Composer:
    """Builds the tree from the parser's events, counting as it goes, so that nothing grows beyond the bounds."""

    def __init__(self, events: Iterator[_Event], text: str) -> None:
        self._events = events
        self._lines = _BREAK.split(text)
        self._anchors: dict[str, DocumentNode] = {}
        self._nodes = 0

    def document(self) -> DocumentNode:
        root: DocumentNode | None = None
        documents = 0
        for event in self._events:
            kind = type(event).__name__
            if kind == "DocumentStartEvent":
                documents += 1
                if documents > 1:
                    raise YamlError(event.start_mark.line + 1, "a second document begins here; a file holds one")
                root = self._root(next(self._events))
        if root is None:
            raise YamlError(1, "there is nothing in it")
        return root

    def _root(self, event: _Event) -> DocumentNode:
        """Return the root. A mapping around a list does not count as deeper: what was read without it is written with it."""
        return self._node(event, 0 if type(event).__name__ == "MappingStartEvent" else 1)

    def _node(self, event: _Event, depth: int) -> DocumentNode:
        kind = type(event).__name__
        line = event.start_mark.line + 1
        if depth > MAX_DEPTH:
            raise YamlError(line, f"lists and mappings are nested deeper than {MAX_DEPTH}")
        if kind == "AliasEvent":
            return self._aliased(event, depth)
        self._count(1, line)
        if kind == "ScalarEvent":
            node: DocumentNode = _scalar(event, line if event.value else self._line_of_nothing(event.start_mark))
        elif kind == "SequenceStartEvent":
            node = self._list(event, depth)
        else:
            node = self._mapping(event, depth)
        if event.anchor:
            self._anchors[event.anchor] = node
        return node

    def _line_of_nothing(self, mark: _Mark) -> int:
        """Return the line of a value that is left out: the parser tells where the next thing stands, behind blank lines and comments."""
        line, written = mark.line, self._lines[mark.line][: mark.column].strip() if mark.line < len(self._lines) else ""
        while line and (not written or written.startswith("#")):
            line -= 1
            written = self._lines[line].strip()
        return line + 1

    def _aliased(self, event: _Event, depth: int) -> DocumentNode:
        line = event.start_mark.line + 1
        node = self._anchors.get(event.anchor or "")
        if node is None:
            raise YamlError(line, f"*{event.anchor} names nothing that stands complete before it")
        if depth + node.depth - 1 > MAX_DEPTH:
            raise YamlError(line, f"lists and mappings are nested deeper than {MAX_DEPTH}")
        self._count(node.size, line)
        return node

    def _list(self, start: _Event, depth: int) -> ListNode:
        _refuse_tag(start, "seq")
        items = []
        while type(event := next(self._events)).__name__ != "SequenceEndEvent":
            items.append(self._node(event, depth + 1))
        return ListNode(
            start.start_mark.line + 1,
            tuple(items),
            size=1 + sum(item.size for item in items),
            depth=1 + max((item.depth for item in items), default=0),
        )

    def _mapping(self, start: _Event, depth: int) -> MappingNode:
        _refuse_tag(start, "map")
        entries: dict[str, tuple[ScalarNode, DocumentNode]] = {}
        while type(event := next(self._events)).__name__ != "MappingEndEvent":
            key = self._node(event, depth + 1)
            if not isinstance(key, ScalarNode):
                raise YamlError(key.line, "a key is one word or text, not a list or a mapping")
            if key.text in entries:
                raise YamlError(
                    key.line, f"the key {key.text!r} stands here a second time; the first is on line {entries[key.text][0].line}"
                )
            entries[key.text] = (key, self._node(next(self._events), depth + 1))
        return MappingNode(
            start.start_mark.line + 1,
            tuple(entries.values()),
            size=1 + sum(1 + value.size for _, value in entries.values()),
            depth=1 + max((value.depth for _, value in entries.values()), default=0),
        )

    def _count(self, nodes: int, line: int) -> None:
        self._nodes += nodes
        if self._nodes > MAX_NODES:
            raise YamlError(line, f"the document has more than {MAX_NODES} parts, aliases written out")


def _refuse_tag(event: _Event, name: str) -> None:
    if event.tag not in {None, "!", _TAG + name}:
        raise YamlError(event.start_mark.line + 1, f"the tag {event.tag} has no place here")


def _scalar(event: _Event, line: int) -> ScalarNode:
    text = event.value
    if _SURROGATE.search(text):
        # JSON writes a character beyond the first 65,536 as two escapes.
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
        if _SURROGATE.search(text):
            raise YamlError(line, "half of a surrogate pair is no character")
    plain = event.implicit[0]
    if event.tag is None:
        return ScalarNode(line, text, _core_value(text, line) if plain else text)
    if event.tag in {"!", _TAG + "str"}:
        return ScalarNode(line, text, text)
    value = _core_value(text, line)
    if event.tag.removeprefix(_TAG) != {type(None): "null", bool: "bool", int: "int", float: "float"}.get(type(value)):
        raise YamlError(line, f"the tag {event.tag} has no place here")
    return ScalarNode(line, text, value)


def _core_value(text: str, line: int) -> str | int | float | bool | None:
    if text in _NULL:
        return None
    if text in _BOOL:
        return _BOOL[text]
    if _NOT_A_NUMBER.fullmatch(text):
        raise YamlError(line, f"{text} is no number that can be compared; put a text in quotes")
    if not (text[0].isdigit() or text[0] in "+-."):
        return text
    if _INT.fullmatch(text) or _BASED.fullmatch(text):
        if len(text.lstrip("+-")) > MAX_DIGITS:
            raise YamlError(line, f"a number of {len(text)} digits is too long; put a text in quotes")
        return int(text, 0) if _BASED.fullmatch(text) else int(text)
    if _FLOAT.fullmatch(text):
        number = float(text)
        if not math.isfinite(number):
            raise YamlError(line, "this number is too large; put a text in quotes")
        return number
    return text
