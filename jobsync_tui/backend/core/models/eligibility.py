"""The answer to "is this job eligible, and why": the contract's ``check`` document as values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from .job import JobHead, JsonValue
from .operators import Op
from .rules import ActionKind


class Reason(StrEnum):
    """Why a job is not eligible: the first that holds, in this order."""

    NO_ACTIVE_RULES = "no_active_rules"
    EXCLUDED = "excluded"
    NO_RULE_MATCHED = "no_rule_matched"
    MISSING_REQUIRED_FIELDS = "missing_required_fields"


class TemplateType(StrEnum):
    """How the interview of a job is made."""

    SCRIPT = "script"
    AI_GENERATION = "ai_generation"


class Note(StrEnum):
    """Why a condition could not be decided from the value."""

    FIELD_EMPTY = "field_empty"
    FIELD_NOT_PROVIDED = "field_not_provided"
    NOT_LOADED = "not_loaded"
    TYPE_MISMATCH = "type_mismatch"


class RuleNote(StrEnum):
    """Why a rule whose conditions hold does not match: as a fallback it gave way to another that matched."""

    GAVE_WAY = "gave_way"


class Effect(StrEnum):
    """What became of an action."""

    APPLIED = "applied"
    OVERRIDDEN = "overridden"
    BLOCKED = "blocked"


class Source(StrEnum):
    """Where the job was read from for the evaluation."""

    CACHE = "cache"
    LIVE = "live"


@dataclass(frozen=True, slots=True)
class ConditionResult:
    """One leaf of a rule's conditions against the job. ``path`` is its place in the tree, such as ``all[1].any[0]``.

    ``passed`` is None where the value is missing or of a wrong type, and ``note`` then says why. ``unknown_word`` is the ATS's own
    word for a status that nobody knows; ``unreadable`` says of a field that is not loaded that it could not be read.
    """

    path: str
    field: str
    op: Op
    expected: JsonValue
    actual: JsonValue
    passed: bool | None
    note: Note | None
    unknown_word: str | None = None
    unreadable: bool = False

    @property
    def unknown(self) -> str | None:
        """The words for a status that nobody knows, or None."""
        return f"{self.unknown_word} is unknown here; map it under statuses" if self.unknown_word else None


@dataclass(frozen=True, slots=True)
class RuleResult:
    """An active rule against the job. ``missed`` is the smallest number of leaves that would have to turn for a match.

    ``matched`` and ``applied`` say whether it applies. A fallback rule whose conditions hold and that gave way does not, and ``note``
    says so.
    """

    id: str
    name: str
    matched: bool
    missed: int
    conditions: tuple[ConditionResult, ...]
    priority: int = 100
    fallback: bool = False
    applied: bool = False
    note: RuleNote | None = None

    @property
    def holds(self) -> bool:
        """Return whether the conditions hold, be it that the rule gave way."""
        return self.matched or self.note is not None


@dataclass(frozen=True, slots=True)
class MatchedRule:
    """A rule that applies to the job."""

    id: str
    name: str
    priority: int


@dataclass(frozen=True, slots=True)
class ActionResult:
    """An action of a rule, or of the organization's settings, and what became of it.

    ``rule`` names where the action comes from, ``by`` what overrode or blocked it; "default setting" and "required setting"
    stand where no rule does.
    """

    kind: ActionKind
    name: str | None
    value: JsonValue
    rule: str
    effect: Effect
    by: str | None


@dataclass(frozen=True, slots=True)
class InactiveRule:
    """A rule that is switched off, and whether its conditions would hold for the job."""

    id: str
    name: str
    would_match: bool


@dataclass(frozen=True, slots=True)
class NearMiss:
    """A rule that is at most two leaves away from matching, and the changes, in words, that would make it match."""

    rule: str
    would_match_if: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AutomaticDecision:
    """What the automatic sync last decided for the job, and when it will look again."""

    decided_at: datetime
    outcome: str
    reason: str | None
    ruleset_revision: int
    next_run: datetime | None


@dataclass(frozen=True, slots=True)
class TurningChange:
    """The change of rules that turned the last known answer about a job around. ``rule`` names the rule, or all that only together did."""

    revision: int
    rule: str
    actor: str
    at: datetime


@dataclass(frozen=True, slots=True)
class EvaluatedCounts:
    """How the rules in force evaluated the cached jobs; what is left of ``jobs`` was not evaluated yet."""

    jobs: int
    eligible: int
    ineligible: int

    @property
    def unjudged(self) -> int:
        """Jobs that were not evaluated yet."""
        return max(0, self.jobs - self.eligible - self.ineligible)


@dataclass(frozen=True, slots=True, kw_only=True)
class Eligibility:
    """Whether a job is eligible, by which rules and with which actions, or why not and what would change that.

    ``templates`` are the names that would be assigned: the script's one, or the stack of generation templates.
    ``read_at`` is when the job was read from the ATS, UTC.
    """

    integration: str
    job: JobHead
    eligible: bool
    reason: Reason | None
    message: str
    missing_fields: tuple[str, ...]
    template_type: TemplateType | None
    templates: tuple[str, ...]
    matched_rules: tuple[MatchedRule, ...]
    actions: tuple[ActionResult, ...]
    rules: tuple[RuleResult, ...]
    inactive_rules: tuple[InactiveRule, ...]
    near_misses: tuple[NearMiss, ...]
    ruleset_revision: int
    source: Source
    read_at: datetime | None
    changed_by: TurningChange | None = None
    automatic: AutomaticDecision | None = None

    @property
    def closest(self) -> tuple[RuleResult, ...]:
        """The active rules that do not hold: near misses first, then those of which the fewest leaves have to turn."""
        near = {miss.rule: place for place, miss in reversed(list(enumerate(self.near_misses)))}
        left = (rule for rule in self.rules if not rule.holds)
        return tuple(sorted(left, key=lambda rule: (near.get(rule.name, len(near)), rule.missed)))
