from __future__ import annotations

import json

from jobsync_tui.backend.core.models import Action, ActionKind, AllOf, AnyOf, Leaf, Not, Op, Rule
from jobsync_tui.backend.core.rule_document import rule_document
from jobsync_tui.backend.rules import load_rules
from jobsync_tui.cli.output import to_json

RULE = Rule(
    id="berlin-engineering",
    name="Berlin engineering",
    when=AllOf(
        (
            Leaf("location.city", Op.EQUALS, "Berlin", case_sensitive=True),
            AnyOf((Leaf("department", Op.IN, ["Engineering", "Data"]), Leaf("owner", Op.IS_SET))),
            Not(Leaf("status", Op.EQUALS, "closed")),
        )
    ),
    actions=(
        Action(ActionKind.GENERATION_TEMPLATE, "Engineering screen"),
        Action(ActionKind.SETTING, "Multilingual", "language"),
        Action(ActionKind.EXCLUDE, value=True),
    ),
    priority=10,
)
FALLBACK = Rule(id="rest", name="Everything else", actions=(Action(ActionKind.FOLDER, "Rest"),), active=False, fallback=True)


def test_a_document_can_be_imported_again() -> None:
    text = to_json({"rules": [rule_document(RULE), rule_document(FALLBACK)]})
    assert sorted(load_rules(text, "document"), key=lambda rule: rule.id) == [RULE, FALLBACK]


def test_what_is_not_set_is_left_out() -> None:
    document = rule_document(FALLBACK)
    assert "when" not in document
    assert json.loads(to_json(document))["fallback"] is True
