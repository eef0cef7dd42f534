"""What a sync would put on the job: template, actions, and the actions that gave way to others."""

from __future__ import annotations

from ..backend.core.models import ActionKind, ActionResult, Effect, Eligibility, TemplateType
from . import words
from .document import Line, Span, dim, head, line, warn
from .layout import columns

_TEMPLATES = {ActionKind.JOB_TEMPLATE, ActionKind.GENERATION_TEMPLATE}


def action_sections(found: Eligibility, width: int) -> tuple[list[Line], ...]:
    """Return the sections TEMPLATE TYPE, ACTIONS and NOT APPLIED, those that are empty left empty."""
    return (_template(found, width), _actions(found, width), _not_applied(found, width))


def lost(found: Eligibility) -> list[ActionResult]:
    """Return the actions that are not applied."""
    return [action for action in found.actions if action.effect is not Effect.APPLIED]


def why_lost(action: ActionResult, found: Eligibility) -> str:
    """Return what an action gave way to, and by which law."""
    winner = action.by or "another rule"
    if action.effect is Effect.BLOCKED:
        value = next((words.value(other.value) for other in found.actions if _same(other, action) and other.effect is Effect.APPLIED), None)
        return f"organization requires {value}" if value else f"blocked by {winner}"
    if action.kind is ActionKind.GENERATION_TEMPLATE and found.template_type is TemplateType.SCRIPT:
        return f"the script of {winner} wins"
    priorities = {rule.name: rule.priority for rule in found.matched_rules}
    mine, theirs = priorities.get(action.rule), priorities.get(winner)
    if mine is None or theirs is None:
        return f"{winner} wins"
    return f"{winner} is first ({theirs} < {mine})" if theirs < mine else f"{winner} is first (by name)"


def lost_lines(found: Eligibility, width: int) -> list[Line]:
    """Return a row for each action that is not applied: what, which value, why."""
    rows: list[Line] = []
    for action in lost(found):
        rows += _row(words.action(action.kind, action.name), Span(words.value(action.value)), warn(why_lost(action, found)), width)
    return rows


def _template(found: Eligibility, width: int) -> list[Line]:
    if found.template_type is None:
        return [*_row("TEMPLATE TYPE", dim("none: no rule assigns one"), Span(""), width)]
    rows = _row("TEMPLATE TYPE", Span(words.TEMPLATE_TYPES[found.template_type]), Span(""), width)
    givers = {
        words.value(action.value): action.rule for action in found.actions if action.kind in _TEMPLATES and action.effect is Effect.APPLIED
    }
    for name in found.templates:
        giver = givers.get(name)
        rows += _row("", Span(name), dim(_by(giver)) if giver else Span(""), width)
    return rows


def _actions(found: Eligibility, width: int) -> list[Line]:
    rows: list[Line] = []
    for action in found.actions:
        if action.effect is Effect.APPLIED and action.kind not in _TEMPLATES:
            rows += _row(words.action(action.kind, action.name), Span(words.value(action.value)), dim(_by(action.rule)), width)
    return [head("ACTIONS"), *(rows or [line("   ", dim("none"))])]


def _not_applied(found: Eligibility, width: int) -> list[Line]:
    rows = lost_lines(found, width)
    return [head("NOT APPLIED"), *rows] if rows else []


def _by(giver: str) -> str:
    if giver == "default setting":
        return "by default"
    if giver == "required setting":
        return "required by the organization"
    return f"by {giver}"


def _same(one: ActionResult, other: ActionResult) -> bool:
    return (one.kind, one.name) == (other.kind, other.name)


def _row(label: str, value: Span, reason: Span, width: int) -> list[Line]:
    is_head = label.isupper()
    room = width - 3 - 22 - 2 - 2 - 1
    wide = room * 2 // 5 if reason.text else room
    return columns(
        (Span(label, head(label).left[1].tone) if is_head else label, value, reason),
        (22, wide, room - wide),
        indent=1 if is_head else 3,
        most=6,
    )
