"""Patterns of ``matches``: RE2, which takes time in proportion to the text whatever the pattern."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from types import ModuleType

from ..core.errors import RuleError

MAX_PATTERN = 1_000
"""Characters of a pattern."""

_SURROGATES = re.compile("[\ud800-\udfff]")

_BEYOND_RE2 = (
    ("(?=", "a lookahead"),
    ("(?!", "a lookahead"),
    ("(?<=", "a lookbehind"),
    ("(?<!", "a lookbehind"),
    ("(?>", "an atomic group"),
    ("(?P=", "a backreference"),
    ("(?(", "a conditional group"),
    ("(?#", "a comment"),
)
_BACKREFERENCE = re.compile(r"(?<!\\)(?:\\\\)*\\[1-9k]")


class PatternError(ValueError):
    """A pattern that RE2 cannot do, and why."""


def require_re2() -> ModuleType:
    """Return the library that runs patterns.

    Raises:
        RuleError: It is not installed, or does not load here.
    """
    try:
        import re2
    except ImportError:
        raise RuleError(
            "Rules with matches need the library google-re2, which is not installed here or does not load.",
            remedy="pip install google-re2 into the environment of jobsync; docs/install.md says which platforms it has wheels for.",
        ) from None
    module: ModuleType = re2
    return module


def compile_pattern(pattern: str, *, case_sensitive: bool) -> Callable[[str], bool]:
    r"""Return a search for ``pattern`` anywhere in a text that has been through NFKC.

    Case is ignored by RE2's simple folding, one character for one: the pattern is not casefolded, which would turn ``\S`` into ``\s``.

    Raises:
        PatternError: The pattern is too long, malformed, or needs what no bounded matcher can do.
        RuleError: The library that runs patterns is missing.
    """
    re2 = require_re2()
    if len(pattern) > MAX_PATTERN:
        raise PatternError(f"takes a pattern of at most {MAX_PATTERN} characters, and this one has {len(pattern)}")
    options = re2.Options()
    options.log_errors = False
    options.never_capture = True
    options.case_sensitive = case_sensitive
    try:
        search = re2.compile(unicodedata.normalize("NFC", pattern), options).search
    except UnicodeEncodeError:
        raise PatternError("cannot use a pattern with half of a surrogate pair in it") from None
    except re2.error:
        raise PatternError(_explained(pattern)) from None

    def found(text: str) -> bool:
        try:
            return search(text) is not None
        except UnicodeEncodeError:
            return search(_SURROGATES.sub("\ufffd", text)) is not None

    return found


def _explained(pattern: str) -> str:
    """Return what RE2 cannot do in a pattern that it declined, by a look at the pattern itself."""
    if _BACKREFERENCE.search(pattern):
        return "cannot use a backreference, because a pattern must run in bounded time"
    for start, name in _BEYOND_RE2:
        if start in pattern:
            return f"cannot use {name}, {start}...), because a pattern must run in bounded time"
    try:
        re.compile(pattern)
    except re.error as error:
        where = "" if error.pos is None else f" at character {error.pos + 1}: look for a bracket, a range or a repetition there"
        return f"cannot use this pattern, which is wrong{where}"
    except (OverflowError, RecursionError):
        return "cannot use this pattern, which is too large"
    return "cannot use this pattern, which RE2 does not read"
