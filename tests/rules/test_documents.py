"""Rules files: what is read, what is refused and with which words, and that what is written is read back."""

from __future__ import annotations

import re
import time
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from jobsync_tui.backend.core.errors import RuleError
from jobsync_tui.backend.core.models import Action, ActionKind, AllOf, AnyOf, JsonValue, Leaf, Not, Op, Rule
from jobsync_tui.backend.rules import dump_rules, load_rules
from jobsync_tui.backend.rules.yaml.loader import rule_id
from tests.rules.oracle import leaves
from tests.rules.wild import Wild, seeds

EXAMPLES = re.findall(r"```yaml\n(.*?)```", Path("docs/rules.md").read_text(encoding="utf-8"), re.DOTALL)


def one(text: str) -> Rule:
    (rule,) = load_rules(text, "rules.yaml")
    return rule


def condition(text: str) -> Leaf:
    leaf = one(f"rules: [ {{ name: A, when: {text} }} ]").when
    assert isinstance(leaf, Leaf)
    return leaf


def refusal(text: str) -> str:
    with pytest.raises(RuleError) as caught:
        load_rules(text, "rules.yaml")
    return caught.value.message


def refused_condition(text: str) -> str:
    return refusal(f"rules: [ {{ name: A, when: {text} }} ]")


@pytest.mark.parametrize("text", EXAMPLES, ids=range(len(EXAMPLES)))
def test_every_example_in_the_manual_loads_and_comes_back(text: str) -> None:
    rules = load_rules(text, "docs/rules.md")
    assert load_rules(dump_rules(rules), "dump") == rules


def test_the_manual_has_examples_of_every_action_and_group() -> None:
    text = "".join(EXAMPLES)
    assert len(EXAMPLES) >= 4
    assert all(word in text for word in ["all:", "any:", "not:", "fallback: true"])
    assert {kind for kind in ActionKind if f"{kind}:" in text} == set(ActionKind)


def test_the_first_example_is_these_values() -> None:
    rules = load_rules(EXAMPLES[0], "docs/rules.md")
    engineering = AnyOf((Leaf("department", Op.IN, ["Engineering", "Data"]), Leaf("name", Op.CONTAINS, "engineer")))
    assert rules[0] == Rule(
        id="berlin-engineering",
        name="Berlin engineering",
        when=AllOf((Leaf("location.city", Op.EQUALS, "Berlin"), engineering, Not(Leaf("status", Op.EQUALS, "closed")))),
        actions=(
            Action(ActionKind.GENERATION_TEMPLATE, "Engineering screen"),
            Action(ActionKind.FOLDER, "Berlin/Engineering"),
            Action(ActionKind.SETTING, "Multilingual", "language"),
            Action(ActionKind.FOLLOW_UP_USER, "dana@example.com"),
        ),
        priority=10,
    )
    assert rules[1] == Rule(
        "everything-else", "Everything else", None, (Action(ActionKind.GENERATION_TEMPLATE, "General screen"),), fallback=True
    )


def test_scalars_are_those_of_yaml_1_2() -> None:
    assert condition("{ field: custom.a, op: in, value: [NO, on, 2026-01-31, 1_000, 012, 0o10, 1e3, true, '5', !!str 6] }").value == [
        *("NO", "on", "2026-01-31", "1_000"),
        *(12, 8, 1000.0, True, "5", "6"),
    ]


def test_a_number_is_as_written_where_text_is_compared() -> None:
    assert condition("{ field: id, op: equals, value: 007 }").value == "007"
    assert condition("{ field: requisition_id, op: in, value: [1e3, 5] }").value == ["1e3", "5"]
    assert condition("{ field: custom.code, op: contains, value: 007 }").value == "007"
    assert condition("{ field: custom.code, op: equals, value: 007 }").value == 7


def test_a_bare_list_is_a_rules_file_too() -> None:
    assert [rule.id for rule in load_rules("- name: \u00dcber Eins!\n- { name: '***' }", "x")] == ["\u00fcber-eins", rule_id("***")]
    assert load_rules("rules: []", "x") == ()


def test_aliases_stand_for_what_they_name() -> None:
    rules = load_rules("- { name: A, when: &a { field: status, op: is_set } }\n- { name: B, when: { not: *a } }", "x")
    assert rules[1].when == Not(Leaf("status", Op.IS_SET))


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("", 1, ["there is nothing in it"]),
        ("rules:\n  - {name: A}\n  - {name: a}", 3, ["rules[1]", "the id 'a' is taken by the rule 'A'"]),
        ("rules: [ {name: A} ]\nrule: x", 2, ["unknown key 'rule' in a rules file", "Did you mean rules?"]),
        ("rules: {name: A}", 1, ["rules is a list, not a mapping"]),
        ("- name: A\n  name: B", 2, ["'name' stands here a second time", "line 1"]),
        ("- name: A\n  prioritty: 1", 2, ["rules[0]", "unknown key 'prioritty' in a rule", "Did you mean priority?"]),
        ("- name: A\n  priority: high", 2, ["rules[0].priority", "whole number, not the text 'high'"]),
        ("- name: A\n  active: yes", 2, ["true or false, not the text 'yes'"]),
        ("- id: a", 1, ["the rule has no name"]),
        ("- name: ' '", 1, ["a rule's name is empty"]),
        ('- name: "a\\u202eb"', 1, ["without control characters, invisible characters"]),
        ("- { name: A, id: 'a b' }", 1, ["the id 'a b' begins with"]),
        ("- name: A\n  when:", 2, ["rules[0].when", "not nothing", "leave when out"]),
        ("- name: A\n  when: []", 2, ["not a list"]),
        ("- name: A\n  when: { all: [] }", 2, ["rules[0].when.all", "at least one condition"]),
        (
            "- name: A\n  when: { all: [ { any: [ { field: nam, op: is_set } ] } ] }",
            2,
            ["when.all[0].any[0].field", "Did you mean name?", "custom."],
        ),
        ("- name: A\n  actions: [ { foldr: x } ]", 2, ["rules[0].actions[0].foldr", "unknown action 'foldr'", "Did you mean folder?"]),
        ("- name: A\n  actions: [ { folder: x, exclude: true } ]", 2, ["not a mapping with 2 keys"]),
        ("- name: A\n  actions: [ { exclude: false } ]", 2, ["exclude is true or left out"]),
        ("- name: A\n  actions: [ { setting: { name: voice } } ]", 2, ["the setting has no value"]),
        ("- name: A\n  actions: [ { setting: { name: voice, value: } } ]", 2, ["not nothing"]),
        ("- name: A\n  actions: [ { folder: } ]", 2, ["folder is a text, not nothing"]),
        ("a: [", 1, ["this is not YAML"]),
        ("a: \x00", 1, ["a character that YAML does not allow"]),
        ("--- []\n--- []", 2, ["a second document"]),
        ("- name: *a", 1, ["*a names nothing"]),
        ("&a [*a]", 1, ["*a names nothing that stands complete"]),
        ("- ? [a]\n  : b", 1, ["a key is one word"]),
        ("- !!python/object:os.system { name: A }", 1, ["has no place here"]),
        ("- name: !!int abc", 1, ["has no place here"]),
        ('- name: "\\ud800"', 1, ["surrogate"]),
    ],
)
def test_refusals_say_where_and_what(text: str, line: int, words: list[str]) -> None:
    message = refusal(text)
    assert message.startswith(f"rules.yaml, line {line}: ")
    assert [word for word in words if word not in message] == [], message


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{ field: name, op: equals }", ["the operator equals needs a value"]),
        ("{ field: name, op: equals, value: }", ["rules[0].when.value: equals needs one text", "not nothing"]),
        ("{ field: name, op: equals, value: [a] }", ["not a list of 1"]),
        ("{ field: name, op: equals, value: '' }", ["is_empty asks for that"]),
        ("{ field: name, op: equls, value: x }", ["unknown operator 'equls'", "Did you mean equals?", "not_contains"]),
        ("{ field: name, op: in, value: Berlin }", ["needs a list with at least one value, not the text 'Berlin'"]),
        ("{ field: name, op: in, value: [] }", ["not a list of 0"]),
        ("{ field: name, op: contains, value: '' }", ["would pass everything"]),
        ("{ field: name, op: contains, value: true }", ["needs a text, not the truth value true"]),
        ("{ field: name, op: is_set, value: 1 }", ["takes no value"]),
        ("{ field: custom.n, op: gt, value: '5' }", ["without quotes"]),
        ("{ field: custom.n, op: between, value: [1] }", ["a list of two"]),
        ("{ field: custom.n, op: between, value: [2, 1] }", ["the lower end first"]),
        ("{ field: custom.n, op: between, value: [1, 2026-01-31] }", ["two numbers or two dates"]),
        ("{ field: created_at, op: before, value: yesterday }", ["not the text 'yesterday'"]),
        ("{ field: created_at, op: before, value: 5 }", ["needs a date", "not the number 5"]),
        ("{ field: created_at, op: after, value: 2026-02-30 }", ["not the text '2026-02-30'"]),
        ("{ field: created_at, op: within_days, value: -1 }", ["from 0 to"]),
        ("{ field: created_at, op: within_days, value: 7d }", ["needs a number of days"]),
        ("{ field: custom.n, op: gt, value: .inf }", ["no number that can be compared"]),
        ("{ field: custom, op: equals, value: x }", ["write custom. and the name"]),
        ("{ field: custom., op: is_set }", ["unknown field 'custom.'"]),
        ("{ field: name, op: is_set, vlaue: x }", ["Did you mean value?"]),
        ("{ all: [ { field: name, op: is_set } ], any: [ { field: name, op: is_set } ] }", ["nothing beside it"]),
        ("{ field: name, op: matches, value: 'a(?=b)' }", ["lookahead", "bounded time"]),
        ("{ field: name, op: matches, value: 'a(?!b)' }", ["lookahead"]),
        ("{ field: name, op: matches, value: '(?<=a)b' }", ["lookbehind"]),
        ("{ field: name, op: matches, value: '(?<!a)b' }", ["lookbehind"]),
        ("{ field: name, op: matches, value: '(a)\\1' }", ["backreference"]),
        ("{ field: name, op: matches, value: '(?P<a>x)(?P=a)' }", ["backreference"]),
        ("{ field: name, op: matches, value: '(a' }", ["wrong at character 1"]),
    ],
)
def test_refused_conditions_say_what_fits(text: str, words: list[str]) -> None:
    message = refused_condition(text)
    assert "rule 'A', rules[0].when" in message or "no number" in message
    assert [word for word in words if word not in message] == [], message


def test_foreign_text_in_an_error_is_clean() -> None:
    message = refusal('- { name: A, when: { field: "\\e[2J\\u202ename", op: is_set } }')
    assert "\x1b" not in message
    assert "\u202e" not in message


def test_bounds_hold_quickly() -> None:
    started = time.process_time()
    bomb = "a: &a [" + ",".join("x" * 10) + "]\n"
    for outer, inner in zip("bcdefghi", "abcdefgh", strict=True):
        bomb += f"{outer}: &{outer} [" + ",".join([f"*{inner}"] * 10) + "]\n"
    assert "more than 200000 parts" in refusal(bomb)
    assert "nested deeper" in refusal("[" * 5_000)
    assert "nested deeper than 20" in refusal("- { name: A, when: " + "{ not: " * 25 + "{ field: name, op: is_set }" + " }" * 26)
    assert "is the most" in refusal("#" * 1_000_001)
    leaves = ",".join(["{ field: name, op: is_set }"] * 1_001)
    assert "more than 1000 conditions" in refused_condition(f"{{ all: [ {leaves} ] }}")
    assert "at most 1000" in refused_condition("{ field: name, op: matches, value: '" + "a" * 1_001 + "' }")
    assert time.process_time() - started < 5


@settings(max_examples=80, deadline=None)
@given(seeds)
def test_what_is_written_is_read_back(seed: int) -> None:
    rules = Wild(seed).rule_set(1)
    read = load_rules(dump_rules(rules.rules), "dump")
    assert repr(load_rules(dump_rules(read), "dump")) == repr(read)
    if not any(_counts_in_text(leaf) for rule in rules.rules for leaf in leaves(rule.when)):
        assert repr(read) == repr(rules.rules)


def _counts_in_text(leaf: Leaf) -> bool:
    """Whether a leaf, made by hand, compares a field of text with a number, which a file would read as text."""
    values = leaf.value if isinstance(leaf.value, list) else [leaf.value]
    return not leaf.field.startswith("custom.") and any(type(value) in {int, float} for value in values)


texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30).filter(str.strip)
json_values: st.SearchStrategy[JsonValue] = st.recursive(
    st.one_of(st.booleans(), st.integers(-(10**30), 10**30), st.floats(allow_nan=False, allow_infinity=False), texts),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(texts, inner, max_size=3)),
    max_leaves=5,
)


@settings(max_examples=80, deadline=None)
@given(texts, json_values)
@example("no", "yes")
@example("a: b", "# x")
@example("\u2028\x85\ufeff", "-")
@example("\U0001f600 \xe9", "1e3")
def test_any_text_and_value_survives(text: str, value: JsonValue) -> None:
    rule = Rule(
        "a", "A", Leaf("name", Op.EQUALS, text), (Action(ActionKind.SETTING, value, "x"), Action(ActionKind.INTERVIEW_INSTRUCTIONS, text))
    )
    assert repr(load_rules(dump_rules([rule]), "dump")) == repr((rule,))


@settings(max_examples=150, deadline=None)
@given(st.one_of(st.text(max_size=60), st.text("{}[]:,-&*!|>'\"%@`#?\n ab\\u0\t", max_size=60)))
@example('"\\Uffffffff"')
@example("%YAML 3.0\n---\n")
@example("%TAG ! !\n---\n!x y")
@example('"\\x')
def test_no_text_raises_anything_but_a_rule_error(text: str) -> None:
    with suppress(RuleError):
        assert isinstance(load_rules(text, "wild"), tuple)
