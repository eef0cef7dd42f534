"""Rules files: from YAML text to rules, or to an error that says file, line, rule and place."""

from __future__ import annotations

import hashlib
import re

from ...core.errors import RuleError
from ...core.models import OPERATORS, Action, ActionKind, AllOf, AnyOf, Condition, JsonValue, Leaf, Not, Op, Rule, RulesFile
from ...core.text import clean
from ..fields import CUSTOM, KNOWN, Kind, field_named
from ..operators import OperandError, compile_test
from ..values import folded
from .nodes import DocumentNode, MappingNode, ScalarNode, YamlError, parse_document
from .reading import Fault, choice, flag, items, json_value, keys, kind, line_of_text, quoted, suggestion, text, whole
from .rule_tests import read_tests

MAX_RULES = 5_000
MAX_CONDITION_DEPTH = 20
MAX_LEAVES = 1_000
"""Conditions of one rule."""

MAX_INSTRUCTIONS = 20_000
"""Characters of interview instructions."""

_RULE_KEYS = ("id", "name", "active", "priority", "fallback", "when", "actions")
_LEAF_KEYS = ("field", "op", "value", "case_sensitive")
_GROUPS = ("all", "any", "not")
_OPS = {op.value: op for op in Op}
_KINDS = {item.value: item for item in ActionKind}
_ID = re.compile(r"[^\W_][\w.:-]{0,99}")


def load_rules(text: str, source: str) -> tuple[Rule, ...]:
    """Return the rules of a rules file, whose tests are read too; arguments and errors as of `load_rules_file`."""
    return load_rules_file(text, source).rules


def load_rules_file(text: str, source: str) -> RulesFile:
    """Return what stands in a YAML text: a mapping with ``rules`` and perhaps ``tests``, or the bare list of rules.

    Args:
        text: YAML 1.2.
        source: What to call the text in errors, such as the file's name.

    Raises:
        RuleError: It is not YAML or not rules; the message names source, line, rule and place, and what is allowed there.
    """
    try:
        return _file(parse_document(text))
    except YamlError as error:
        raise RuleError(f"{clean(source)}, line {error.line}: {clean(str(error), limit=500)}") from None
    except Fault as fault:
        raise RuleError(f"{clean(source)}, line {fault.line}: {fault.place}: {clean(fault.what, limit=1_000)}") from None


def rule_id(name: str) -> str:
    """Return the id that a rule of that name gets: its words in lower case, joined by hyphens."""
    slug = re.sub(r"[\W_]+", "-", folded(name)).strip("-")[:80].strip("-")
    return slug or f"rule-{hashlib.sha256(name.encode('utf-8', 'replace')).hexdigest()[:8]}"


def _file(document: DocumentNode) -> RulesFile:
    if isinstance(document, ScalarNode) and isinstance(document.value, str):
        # Not quoted: a file that is one text is no file of rules, and may be a secret's.
        raise Fault(document, "the file", "this is one text, and no rules. Is it the right file?")
    if not isinstance(document, MappingNode):
        return RulesFile(_rules(document))
    top = keys(document, "the file", "a rules file", ("rules", "tests"))
    if "rules" not in top:
        raise Fault(document, "the file", "a rules file has the key rules.")
    return RulesFile(_rules(top["rules"]), read_tests(top["tests"]) if "tests" in top else ())


def _rules(document: DocumentNode) -> tuple[Rule, ...]:
    place = "rules"
    nodes = items(document, place, "rules")
    if len(nodes) > MAX_RULES:
        raise Fault(document, place, f"there are {len(nodes)} rules, and {MAX_RULES} is the most.")
    rules: dict[str, Rule] = {}
    for index, node in enumerate(nodes):
        rule = _named_rule(node, f"rules[{index}]")
        if rule.id in rules:
            other = rules[rule.id]
            what = f"the id {quoted(rule.id)} is taken by the rule {quoted(other.name)} above; give one of them another id."
            raise Fault(node, f"rules[{index}] {quoted(rule.name)}", what)
        rules[rule.id] = rule
    return tuple(rules.values())


def _named_rule(node: DocumentNode, place: str) -> Rule:
    """Read a rule; what is wrong in it is told with its name, as far as it has one."""
    try:
        return _rule(node, place)
    except Fault as fault:
        name = (
            next((json_value(value) for key, value in node.entries if key.text == "name"), None) if isinstance(node, MappingNode) else None
        )
        if isinstance(name, str):
            fault.place = f"rule {quoted(name)}, {fault.place}"
        raise


def _rule(node: DocumentNode, place: str) -> Rule:
    entries = keys(node, place, "a rule", _RULE_KEYS)
    if "name" not in entries:
        raise Fault(node, place, "the rule has no name.")
    name = line_of_text(entries["name"], f"{place}.name", "a rule's name")
    identity = line_of_text(entries["id"], f"{place}.id", "a rule's id", limit=100) if "id" in entries else rule_id(name)
    if not _ID.fullmatch(identity):
        what = f"the id {quoted(identity)} begins with a letter or digit and goes on with letters, digits and . : _ - only."
        raise Fault(entries.get("id", node), f"{place}.id", what)
    return Rule(
        id=identity,
        name=name,
        when=_Conditions().read(entries["when"], f"{place}.when") if "when" in entries else None,
        actions=_actions(entries["actions"], f"{place}.actions") if "actions" in entries else (),
        active=flag(entries["active"], f"{place}.active", "active") if "active" in entries else True,
        priority=whole(entries["priority"], f"{place}.priority", "priority") if "priority" in entries else 100,
        fallback=flag(entries["fallback"], f"{place}.fallback", "fallback") if "fallback" in entries else False,
    )


class _Conditions:
    """Reads the condition tree of one rule, within bounds."""

    def __init__(self) -> None:
        self._leaves = 0

    def read(self, node: DocumentNode, place: str, depth: int = 1) -> Condition:
        if not isinstance(node, MappingNode):
            hint = "; leave when out for a rule that matches every job" if kind(node) == "nothing" else ""
            raise Fault(
                node, place, f"a condition is a mapping with field, op and value, or with one of all, any, not; not {kind(node)}{hint}."
            )
        if depth > MAX_CONDITION_DEPTH:
            raise Fault(node, place, f"conditions are nested deeper than {MAX_CONDITION_DEPTH}.")
        groups = [key.text for key, _ in node.entries if key.text in _GROUPS]
        if not groups:
            return self._leaf(node, place)
        if len(node.entries) > 1:
            others = ", ".join(quoted(key.text) for key, _ in node.entries if key.text != groups[0])
            raise Fault(
                node, place, f"a condition holds one of all, any, not and nothing beside it; here {groups[0]} stands with {others}."
            )
        word, child = groups[0], node.entries[0][1]
        if word == "not":
            return Not(self.read(child, f"{place}.not", depth + 1))
        children = items(child, f"{place}.{word}", word)
        if not children:
            raise Fault(child, f"{place}.{word}", f"{word} needs at least one condition.")
        read = tuple(self.read(item, f"{place}.{word}[{index}]", depth + 1) for index, item in enumerate(children))
        return AllOf(read) if word == "all" else AnyOf(read)

    def _leaf(self, node: MappingNode, place: str) -> Leaf:
        self._leaves += 1
        if self._leaves > MAX_LEAVES:
            raise Fault(node, place, f"the rule has more than {MAX_LEAVES} conditions.")
        entries = keys(node, place, "a condition", (*_LEAF_KEYS, *_GROUPS))
        for key in ("field", "op"):
            if key not in entries:
                raise Fault(node, place, f"the condition has no {key}.")
        field = _field(entries["field"], f"{place}.field")
        op = choice(entries["op"], f"{place}.op", "operator", _OPS)
        if field == CUSTOM and OPERATORS[op].takes_value:
            raise Fault(entries["field"], f"{place}.field", "custom holds many fields: write custom. and the name of one.")
        if "value" not in entries and OPERATORS[op].takes_value:
            raise Fault(node, place, f"the operator {op} needs a value.")
        sensitive = flag(entries["case_sensitive"], f"{place}.case_sensitive", "case_sensitive") if "case_sensitive" in entries else False
        leaf = Leaf(field, op, _value(entries.get("value"), field, op), sensitive)
        try:
            compile_test(leaf)
        except OperandError as error:
            raise Fault(entries.get("value", node), f"{place}.value", f"{op} {error}.") from None
        return leaf


def _field(node: DocumentNode, place: str) -> str:
    name = text(node, place, "a field", limit=300)
    if field_named(name) is None:
        hint = " A field of the ATS's own is written custom. and its name."
        raise Fault(node, place, f"unknown field {quoted(name)}.{suggestion(name, KNOWN)}{hint}")
    return name


def _value(node: DocumentNode | None, field: str, op: Op) -> JsonValue:
    """Read a condition's value. Where text is compared, a number is the text it is written as, so ``007`` stays ``007``."""
    known, operator = field_named(field), OPERATORS[op]
    of_text = known is not None and known.kind is Kind.TEXT
    return None if node is None else json_value(node, numbers_as_written=operator.is_textual or (of_text and operator.is_choosing))


def _actions(node: DocumentNode, place: str) -> tuple[Action, ...]:
    return tuple(_action(item, f"{place}[{index}]") for index, item in enumerate(items(node, place, "actions")))


def _action(node: DocumentNode, place: str) -> Action:
    if not isinstance(node, MappingNode) or len(node.entries) != 1:
        found = f"a mapping with {len(node.entries)} keys" if isinstance(node, MappingNode) else kind(node)
        raise Fault(
            node, place, f"an action is one key with its value, such as `folder: Berlin`, not {found}. Allowed: {', '.join(_KINDS)}."
        )
    key, value = node.entries[0]
    place = f"{place}.{key.text}"
    action = choice(key, place, "action", _KINDS)
    if action is ActionKind.SETTING:
        return _setting(value, place)
    if action is ActionKind.EXCLUDE:
        if not flag(value, place, "exclude"):
            raise Fault(value, place, "exclude is true or left out.")
        return Action(action, value=True)
    if action is ActionKind.INTERVIEW_INSTRUCTIONS:
        return Action(action, text(value, place, str(action), limit=MAX_INSTRUCTIONS))
    return Action(action, line_of_text(value, place, str(action), limit=500))


def _setting(node: DocumentNode, place: str) -> Action:
    entries = keys(node, place, "a setting", ("name", "value"))
    for key in ("name", "value"):
        if key not in entries:
            raise Fault(node, place, f"the setting has no {key}.")
    name = line_of_text(entries["name"], f"{place}.name", "a setting's name")
    value = json_value(entries["value"])
    if value is None:
        raise Fault(
            entries["value"], f"{place}.value", "a setting's value is a text, a number, true, false, a list or a mapping, not nothing."
        )
    return Action(ActionKind.SETTING, value, name)
