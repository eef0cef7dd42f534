"""What is exported can always be imported: whatever was let in, after its way through the database."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobsync_tui.backend.core.errors import RuleError
from jobsync_tui.backend.core.models import Action, ActionKind, JsonValue, Leaf, Op, Rule
from jobsync_tui.backend.rules import dump_rules, limits, load_rules
from jobsync_tui.backend.storage.rules import rule_json
from tests.rules.wild import Wild, seeds
from tests.services.workshop import workshop

ODD_NUMBERS = ["1e39", "1e40", "-1e40", "1e300", "1.5e16", "-0.0", "1e-320", "0x" + "f" * 38, "9" * 40, "0o7777", "+5", ".5", "007"]
KEYS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8)
VALUES: st.SearchStrategy[JsonValue] = st.recursive(
    st.one_of(
        st.booleans(),
        st.integers(-(10**39), 10**39),
        st.floats(allow_nan=False, allow_infinity=False),
        KEYS,
        st.sampled_from(["", " ", "~"]),
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=3)),
    max_leaves=6,
)


def kept(rules: tuple[Rule, ...]) -> tuple[Rule, ...]:
    """Return rules as the database gives them back."""
    return rule_json.load(rule_json.dump(rules))


def comes_back(rules: tuple[Rule, ...]) -> bool:
    """Return whether the export of kept rules, imported and kept, is them."""
    present = kept(rules)
    return rule_json.dump(load_rules(dump_rules(present), "export")) == rule_json.dump(present)


@settings(max_examples=60, deadline=None)
@given(seeds, VALUES, KEYS)
def test_wild_rules_go_round(seed: int, value: JsonValue, text: str) -> None:
    rules = tuple(replace(rule, actions=(*rule.actions, Action(ActionKind.SETTING, value, "x"))) for rule in Wild(seed).rule_set(1).rules)
    let_in = load_rules(dump_rules(rules), "file")
    assert comes_back(let_in)
    named = replace(let_in[0], when=Leaf("name", Op.IN, [text, f"{text}\U0001f600"]))
    assert comes_back((named,))


@pytest.mark.parametrize("number", ODD_NUMBERS)
def test_every_number_that_is_let_in_comes_back(number: str) -> None:
    text = f"- {{ name: A, when: {{ field: custom.n, op: gt, value: {number} }}, actions: [ setting: {{ name: x, value: [{number}] }} ] }}"
    assert comes_back(load_rules(text, "file"))


@pytest.mark.parametrize("depth", [1, 50, 54])
def test_a_bare_list_as_deep_as_may_be_comes_back(depth: int) -> None:
    text = f"- {{ name: A, actions: [ setting: {{ name: x, value: {'[' * depth}1{']' * depth} }} ] }}"
    assert comes_back(load_rules(text, "file"))


def test_a_key_of_any_length_comes_back() -> None:
    assert comes_back((Rule("a", "A", actions=(Action(ActionKind.SETTING, {"k" * 3_000: 1, "\u00e9" * 400: 2}, "x"),)),))


def test_json_is_yaml() -> None:
    document = {"rules": [{"name": "A \U0001f600", "when": {"field": "name", "op": "is_set"}, "actions": [{"folder": "a/\U0001f600"}]}]}
    expected = load_rules(json.dumps(document, ensure_ascii=False), "file")
    assert expected[0].name == "A \U0001f600"
    for text in (
        json.dumps(document),
        json.dumps(document, indent=2),
        json.dumps(document, indent="\t"),
        json.dumps(document).replace("/", "\\/"),
    ):
        assert load_rules(text, "file") == expected
    for half in ("\\ud83d", "\\ude00\\ud83d", "\\ud83d\\u0041"):
        with pytest.raises(RuleError, match="half of a surrogate pair"):
            load_rules(f'[{{"name": "{half}"}}]', "file")


def test_a_tab_separates_and_does_not_indent() -> None:
    text = "rules:\t# all\n-\tname:\tA\n  active:\tfalse\n  actions:\n  - folder: \t a b \t\n"
    (rule,) = load_rules(text, "file")
    assert (rule.name, rule.active) == ("A", False)
    with pytest.raises(RuleError, match="line 3"):
        load_rules("rules:\n- name: A\n\tactive: false\n", "file")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("- name: A\n  when:\n    field: name\n    op: equals\n    value:\n\n\n  actions: []\n", 5),
        ("- name: A\n  active:\n  # nothing yet\n\n  actions: []\n", 2),
        ("- name: A\n  actions:\n  - folder:   # which?\n\n\n- name: B\n", 3),
        ("- name:\n\n\n\n", 1),
        ("- name: A\n  when:\n    all:\n    -\n\n    - { field: name, op: is_set }\n", 4),
        ("- { name: A, active: ,\n\n  priority: 1 }\n", 1),
    ],
)
def test_an_empty_value_is_reported_on_its_own_line(text: str, line: int) -> None:
    with pytest.raises(RuleError, match=f"line {line}:"):
        load_rules(text, "file")


async def test_limits_count_all_rules_and_not_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_TEXT", 4_000)
    one, other = (Rule(name, name, actions=(Action(ActionKind.INTERVIEW_INSTRUCTIONS, "x" * 2_500),)) for name in "ab")
    async with workshop(tmp_path) as backend:
        await backend.rules.save([replace(one, active=False)], expected_revision=0, what="one")
        with pytest.raises(RuleError, match="All rules together would be 5,"):
            await backend.rules.save([replace(one, active=False), replace(other, active=False)], expected_revision=1, what="two")
        monkeypatch.setattr(limits, "MAX_TEXT", 10)
        await backend.rules.save([replace(one, active=False, priority=1)], expected_revision=1, what="less")


def test_too_many_parts_are_too_many() -> None:
    rules = [Rule("a", "A", Leaf("name", Op.IN, ["x"] * 10_000))] * 21
    with pytest.raises(RuleError, match="parts as a file"):
        limits.require_importable(rules)
