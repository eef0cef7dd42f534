"""From a YAML tree to plain values, with errors that say where and what is allowed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeVar

from ...core.models import JsonValue
from ...core.text import clean, nearest
from .nodes import DocumentNode, ListNode, MappingNode, ScalarNode

T = TypeVar("T")


class Fault(ValueError):
    """Something in a document that is not as it should be.

    Attributes:
        line: Counted from 1.
        place: Such as ``rules[3].when.all[1].op``.
        what: What is wrong, and what is allowed.
    """

    def __init__(self, node: DocumentNode, place: str, what: str) -> None:
        super().__init__(what)
        self.line = node.line
        self.place = place
        self.what = what


def quoted(text: str) -> str:
    """Return foreign text in quotes, fit for a message."""
    return f"'{clean(text, limit=60)}'"


def suggestion(word: str, allowed: Iterable[str]) -> str:
    """Return what may stand instead of ``word``: the likeliest first, as a question, then all there is."""
    names = list(allowed)
    return f"{nearest(word, names, 1)} Allowed: {', '.join(names)}."


def choice(node: DocumentNode, place: str, what: str, allowed: Mapping[str, T]) -> T:
    """Return what the word at ``node`` stands for."""
    word = text(node, place, what)
    if word not in allowed:
        raise Fault(node, place, f"unknown {what} {quoted(word)}.{suggestion(word, allowed)}")
    return allowed[word]


def keys(node: DocumentNode, place: str, what: str, allowed: Iterable[str]) -> dict[str, DocumentNode]:
    """Return the entries of a mapping that may have only these keys."""
    names = list(allowed)
    if not isinstance(node, MappingNode):
        raise Fault(node, place, f"{what} is a mapping with the keys {', '.join(names)}, not {kind(node)}.")
    for key, _ in node.entries:
        if key.text not in names:
            raise Fault(key, place, f"unknown key {quoted(key.text)} in {what}.{suggestion(key.text, names)}")
    return {key.text: value for key, value in node.entries}


def items(node: DocumentNode, place: str, what: str) -> tuple[DocumentNode, ...]:
    """Return the items of a list."""
    if not isinstance(node, ListNode):
        raise Fault(node, place, f"{what} is a list, not {kind(node)}.")
    return node.items


def text(node: DocumentNode, place: str, what: str, *, limit: int = 1_000) -> str:
    """Return a text; a number stands for its spelling. Blank text is refused."""
    if not isinstance(node, ScalarNode) or node.value is None or isinstance(node.value, bool):
        raise Fault(node, place, f"{what} is a text, not {kind(node)}.")
    if not node.text.strip():
        raise Fault(node, place, f"{what} is empty.")
    if len(node.text) > limit:
        raise Fault(node, place, f"{what} has {len(node.text)} characters, and {limit} is the most.")
    return node.text


def line_of_text(node: DocumentNode, place: str, what: str, *, limit: int = 200) -> str:
    """Return a text of one line, without anything that does not print."""
    value = text(node, place, what, limit=limit)
    if clean(value) != value or value != value.strip():
        raise Fault(node, place, f"{what} is one line without control characters, invisible characters or blanks at its ends.")
    return value


def flag(node: DocumentNode, place: str, what: str) -> bool:
    """Return true or false."""
    if not isinstance(node, ScalarNode) or not isinstance(node.value, bool):
        raise Fault(node, place, f"{what} is true or false, not {kind(node)}.")
    return node.value


def whole(node: DocumentNode, place: str, what: str, *, limit: int = 1_000_000) -> int:
    """Return a whole number of at most ``limit``, either way."""
    if not isinstance(node, ScalarNode) or isinstance(node.value, bool) or not isinstance(node.value, int):
        raise Fault(node, place, f"{what} is a whole number, not {kind(node)}.")
    if abs(node.value) > limit:
        raise Fault(node, place, f"{what} is a whole number from -{limit} to {limit}.")
    return node.value


def json_value(node: DocumentNode, *, numbers_as_written: bool = False) -> JsonValue:
    """Return the value at ``node``, with numbers as the text they are written as where that is asked for."""
    if isinstance(node, ListNode):
        return [json_value(item, numbers_as_written=numbers_as_written) for item in node.items]
    if isinstance(node, MappingNode):
        return {key.text: json_value(value, numbers_as_written=numbers_as_written) for key, value in node.entries}
    if numbers_as_written and isinstance(node.value, int | float) and not isinstance(node.value, bool):
        return node.text
    return node.value


def kind(node: DocumentNode) -> str:
    """Return what stands at ``node``, for a message."""
    if isinstance(node, ListNode):
        return "a list"
    if isinstance(node, MappingNode):
        return "a mapping"
    if node.value is None:
        return "nothing"
    if isinstance(node.value, bool):
        return f"the truth value {node.text}"
    return f"the number {node.text}" if isinstance(node.value, int | float) else f"the text {quoted(node.text)}"
