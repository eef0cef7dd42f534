"""What the applying rules do together: which actions stand, which give way, and to whom.

Generation templates stack; of everything else the first rule's word stands. A script (job template) silences generation templates,
required settings silence rules, default settings and the default generation template fill what nothing set. An ``exclude`` silences all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..core.models import Action, ActionKind, ActionResult, Effect, EvaluationPolicy, Rule, TemplateType

REQUIRED = "required setting"
DEFAULT = "default setting"


@dataclass(frozen=True, slots=True)
class Resolution:
    """The actions with what became of each, the templates that would be assigned, and their type (None: none)."""

    actions: tuple[ActionResult, ...] = ()
    template_type: TemplateType | None = None
    templates: tuple[str, ...] = ()

    def applied(self) -> tuple[ActionResult, ...]:
        """Return the actions that stand."""
        return tuple(action for action in self.actions if action.effect is Effect.APPLIED)


def excluders(rules: Sequence[Rule]) -> tuple[Rule, ...]:
    """Return those of ``rules`` that exclude a job."""
    return tuple(rule for rule in rules if any(action.kind is ActionKind.EXCLUDE for action in rule.actions))


def resolve(rules: Sequence[Rule], policy: EvaluationPolicy) -> Resolution:
    """Return what ``rules``, which all apply to a job and stand in order, do to it.

    Without a rule nothing is done, not even what the policy would fill in.
    """
    if not rules:
        return Resolution()
    return _Resolver(rules, policy).resolution()


class _Resolver:
    """Goes through the actions in order and remembers who was first."""

    def __init__(self, rules: Sequence[Rule], policy: EvaluationPolicy) -> None:
        self._rules = rules
        self._policy = policy
        self._required = {setting.name for setting in policy.required_settings}
        self._winners: dict[tuple[ActionKind, str | None], str] = {}
        excluding = excluders(rules)
        self._excluder = excluding[0].name if excluding else None
        self._script = next((rule.name for rule in rules for action in rule.actions if action.kind is ActionKind.JOB_TEMPLATE), None)

    def resolution(self) -> Resolution:
        actions = [self._result(rule.name, action) for rule in self._rules for action in rule.actions]
        if self._excluder is None:
            actions += self._filled()
        kind = ActionKind.JOB_TEMPLATE if self._script is not None else ActionKind.GENERATION_TEMPLATE
        templates = tuple(str(action.value) for action in actions if action.kind is kind and action.effect is Effect.APPLIED)
        if not templates:
            return Resolution(tuple(actions))
        return Resolution(tuple(actions), TemplateType.SCRIPT if self._script is not None else TemplateType.AI_GENERATION, templates)

    def _result(self, rule: str, action: Action) -> ActionResult:
        effect, by = self._effect(rule, action)
        return ActionResult(action.kind, action.name, action.value, rule, effect, by)

    def _effect(self, rule: str, action: Action) -> tuple[Effect, str | None]:
        if action.kind is ActionKind.EXCLUDE:
            return Effect.APPLIED, None
        if action.kind is ActionKind.SETTING and action.name in self._required:
            return Effect.BLOCKED, REQUIRED
        if self._excluder is not None:
            return Effect.OVERRIDDEN, self._excluder
        if action.kind is ActionKind.GENERATION_TEMPLATE and self._script is not None:
            return Effect.OVERRIDDEN, self._script
        key = (action.kind, str(action.value) if action.kind is ActionKind.GENERATION_TEMPLATE else action.name)
        if key in self._winners:
            return Effect.OVERRIDDEN, self._winners[key]
        self._winners[key] = rule
        return Effect.APPLIED, None

    def _filled(self) -> list[ActionResult]:
        setting, applied = ActionKind.SETTING, Effect.APPLIED
        filled = [ActionResult(setting, item.name, item.value, REQUIRED, applied, None) for item in self._policy.required_settings]
        taken = self._required | {name for kind, name in self._winners if kind is setting}
        filled += [
            ActionResult(setting, item.name, item.value, DEFAULT, applied, None)
            for item in self._policy.default_settings
            if item.name not in taken
        ]
        template = self._policy.default_generation_template
        assigned = any(action.kind in _TEMPLATES for rule in self._rules for action in rule.actions)
        if template is not None and not assigned:
            filled.append(ActionResult(ActionKind.GENERATION_TEMPLATE, None, template, DEFAULT, applied, None))
        return filled


_TEMPLATES = (ActionKind.JOB_TEMPLATE, ActionKind.GENERATION_TEMPLATE)
