"""Tests of rules as words: what one expects, and which ones a change of rules would break."""

from __future__ import annotations

from collections.abc import Sequence

from ..backend.core.models import Expectation, RuleTestResult
from ..backend.core.text import clean, counted
from .document import BLANK, Document, bad, line, strong
from .layout import wrap_lines


def expected_words(expect: Expectation) -> str:
    """Return what a test expects, such as ``eligible by icu, with ICU screen, in Berlin``."""
    words = [] if expect.eligible is None else ["eligible" if expect.eligible else "not eligible"]
    if expect.rules:
        words.append(f"by {', '.join(expect.rules)}")
    elif expect.rules is not None:
        words.append("by no rule")
    if expect.templates:
        words.append(f"with {', '.join(expect.templates)}")
    if expect.folder:
        words.append(f"in {expect.folder}")
    return clean(" ".join(words))


def broken_document(broken: Sequence[RuleTestResult], width: int) -> Document:
    """Return the tests that a change of rules would break, and what can be done."""
    lines = [line(" ", bad("x "), strong(f"The rules would break {counted(len(broken), 'test')}; nothing was saved.")), BLANK]
    for result in broken:
        lines += wrap_lines(clean(result.words, limit=500), width, 3)
    lines += [BLANK, *wrap_lines("Mend the rules (esc), or press y to save them although tests break.", width, 1)]
    return tuple(lines)
