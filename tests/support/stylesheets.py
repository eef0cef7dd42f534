"""Textual's style sheets read once a process: each application that starts reads the same text again, a seventh of a short test."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from typing import Any

from textual.css.model import RuleSet
from textual.css.stylesheet import Stylesheet
from textual.css.types import CSSLocation

_read: dict[Hashable, list[RuleSet]] = {}
_parse_rules = Stylesheet._parse_rules


@contextmanager
def read_once() -> Iterator[None]:
    """Have every application of this process share the rules of a text, under the same variables; applying them changes nothing in them."""
    Stylesheet._parse_rules = _shared  # type: ignore[method-assign]
    try:
        yield
    finally:
        Stylesheet._parse_rules = _parse_rules  # type: ignore[method-assign]


def _shared(self: Stylesheet, css: str, read_from: CSSLocation, *more: Any, **named: Any) -> list[RuleSet]:
    key = (css, read_from, more, frozenset(named.items()), frozenset(self._variables.items()))
    if key not in _read:
        _read[key] = _parse_rules(self, css, read_from, *more, **named)
    return _read[key]
