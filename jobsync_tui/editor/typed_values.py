"""A condition's value as a person types it, and back: as YAML reads it, without its brackets.

Lists stand with commas between their items. Where a field holds text, everything is text; elsewhere a number is a number, true and false
are truth values, and quotes make either one text.
"""

from __future__ import annotations

import re

from ..backend.core.models import OPERATORS, JsonValue, Op, Takes

_NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?")
_ESCAPED = re.compile(r"""\\(["\\])""")
_ITEM = re.compile(r"""\s*("(?:[^"\\]|\\.)*"|'[^']*'|[^,]*)\s*(?:,|$)""")


def typed(text: str, op: Op, *, of_text: bool) -> JsonValue:
    """Return the value that ``text`` stands for; ``of_text`` says that the field holds nothing but text."""
    operator = OPERATORS[op]
    if operator.is_textual:
        return text
    as_text = of_text and (operator.is_choosing or operator.takes is Takes.DATE)
    if operator.takes_list:
        return [_scalar(item, as_text=as_text) for item in split(text)]
    return _scalar(text, as_text=as_text)


def shown(value: JsonValue, op: Op, *, of_text: bool) -> str:
    """Return what a person would type for ``value``: `typed` gives it back."""
    if value is None:
        return ""
    if isinstance(value, list):
        return ", ".join(shown_item(item, of_text=of_text) for item in value)
    return str(value) if OPERATORS[op].is_textual else _shown(value, of_text=of_text)


def shown_item(value: JsonValue, *, of_text: bool) -> str:
    """Return a value as one item of a typed list."""
    text = _shown(value, of_text=of_text)
    is_bare = text == value
    return _quoted(text) if is_bare and ("," in text or text[0] in "\"'") else text


def split(text: str) -> list[str]:
    """Return the items of a list that is typed with commas; quotes keep a comma inside an item."""
    items: list[str] = []
    place = 0
    while place < len(text):
        found = _ITEM.match(text, place)
        if found is None or found.end() == place:
            items.append(text[place:].strip())
            break
        items.append(found[1].strip())
        place = found.end()
    return [item for item in items if item]


def _scalar(text: str, *, as_text: bool) -> JsonValue:
    text = text.strip()
    if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'":
        return _ESCAPED.sub(r"\1", text[1:-1]) if text[0] == '"' else text[1:-1]
    if as_text:
        return text
    if text in {"true", "false"}:
        return text == "true"
    if _NUMBER.fullmatch(text):
        return float(text) if "." in text else int(text)
    return text


def _shown(value: JsonValue, *, of_text: bool) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    text = str(value)
    if isinstance(value, str) and (_needs_quotes(text) or (not of_text and _scalar(text, as_text=False) != text)):
        return _quoted(text)
    return text


def _needs_quotes(text: str) -> bool:
    return text != text.strip() or not text or (len(text) > 1 and text[0] == text[-1] and text[0] in "\"'")


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
