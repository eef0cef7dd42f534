"""Rules written as YAML that a person would write, and that loads back to the same rules."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ...core.models import AllOf, Condition, JsonValue, Leaf, Not, Rule, RuleTest
from ...core.rule_document import action_document, leaf_document, rule_document
from .nodes import MAX_DIGITS
from .rule_tests import lines_of

_PLAIN = re.compile(r"[^\W\d_][\w./@+-]*(?: [\w./@+-]+)*")
_SPOKEN_FOR = {"null", "true", "false", "yes", "no", "on", "off", "y", "n"}
"""Words that YAML, or an older reader of it, takes for something else than text."""

_LONG_KEY = 500
"""Characters of a key that every reader of YAML sees as one: 1,024 is the most."""

_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def dump_rules(rules: Sequence[Rule], tests: Sequence[RuleTest] = ()) -> str:
    """Return ``rules`` and their tests as YAML 1.2 in the given order; `load_rules_file` gives the same back."""
    lines = ["rules:"] if rules else ["rules: []"]
    for rule in rules:
        first, *rest = _rule_lines(rule)
        lines.append(f"  - {first}")
        lines += [f"    {line}" for line in rest]
    if tests:
        lines.append("tests:")
    for test in tests:
        first, *rest = (f"{key}: {_flow(value)}" for key, value in lines_of(test).items())
        lines += [f"  - {first}", *(f"    {line}" for line in rest)]
    return "\n".join(lines) + "\n"


def _rule_lines(rule: Rule) -> Iterator[str]:
    for key, value in rule_document(rule).items():
        if key == "when" and rule.when is not None:
            yield from _condition_lines("when: ", rule.when)
        elif key != "actions":
            yield f"{key}: {_flow(value)}"
    if rule.actions:
        yield "actions:"
        for action in rule.actions:
            yield from (f"  - {key}: {_flow(value)}" for key, value in action_document(action).items())


def _condition_lines(lead: str, condition: Condition) -> Iterator[str]:
    """Yield a condition behind ``lead``, which is ``when: ``, ``not: `` or ``- ``; what does not fit beside it goes below."""
    if isinstance(condition, Leaf):
        yield f"{lead}{_flow(leaf_document(condition))}"
        return
    listed = lead == "- "
    if not listed:
        yield lead.rstrip()
    body = list(_group_lines(condition))
    for index, line in enumerate(body):
        yield f"- {line}" if listed and index == 0 else f"  {line}"


def _group_lines(condition: Condition) -> Iterator[str]:
    if isinstance(condition, Not):
        yield from _condition_lines("not: ", condition.child)
    elif not isinstance(condition, Leaf):
        yield "all:" if isinstance(condition, AllOf) else "any:"
        for child in condition.children:
            for line in _condition_lines("- ", child):
                yield f"  {line}"


def _flow(value: JsonValue) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return _number(value)
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, list):
        return "[" + ", ".join(_flow(item) for item in value) + "]"
    return "{ " + ", ".join(f"{_key(key)}: {_flow(item)}" for key, item in value.items()) + " }" if value else "{}"


def _number(value: float) -> str:
    """Return a number as it is read: a whole one that is longer than those as what it was read from, a float or one in base 16."""
    if isinstance(value, float) or abs(value) < 10**MAX_DIGITS:
        return repr(value)
    return repr(float(value)) if int(float(value)) == value else hex(value)


def _key(key: str) -> str:
    """Return a key; one that is too long to be seen as such is announced by a question mark."""
    written = _text(key)
    return f"? {written} " if len(written) > _LONG_KEY else written


def _text(text: str) -> str:
    if _PLAIN.fullmatch(text) and text.lower() not in _SPOKEN_FOR:
        return text
    return '"' + "".join(_ESCAPES.get(character) or _escaped(character) for character in text) + '"'


def _escaped(character: str) -> str:
    if character.isprintable():
        return character
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
