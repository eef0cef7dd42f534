"""What people do with rules besides having them in force: drafts, shadows, findings, the difference between two revisions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from .impact import ImpactCounts, ImpactKind
from .job import JsonValue
from .rules import Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleAuthority:
    """What an actor may do with the rules, which act on every integration.

    Attributes:
        everything: They may use every integration, and so change every rule.
        integrations: Those that they may use, in the configuration's order.
        changeable: Ids of the rules in force that they may change: those that reach no integration but theirs.
        jobs: How many cached jobs these integrations have: all that any count of theirs is of.
    """

    everything: bool
    integrations: tuple[str, ...]
    changeable: frozenset[str]
    jobs: int

    def may_change(self, rule: Rule) -> bool:
        """Return whether the actor may change a rule that is in force."""
        return self.everything or rule.id in self.changeable

    @property
    def part(self) -> int | None:
        """How many jobs every count is of, where that is a part of all jobs only; None for those who may use everything."""
        return None if self.everything else self.jobs


@dataclass(frozen=True, slots=True)
class RuleDraft:
    """What an editor had when it was last left, by whatever way: ``text`` is the editor's own, and need not be a rule yet.

    Attributes:
        key: What is edited: the rule's id, or whatever else tells two drafts apart.
        text: As the editor wrote it.
        base_revision: Of the rules that the editing began from.
        at: When it was kept.
    """

    key: str
    text: str
    base_revision: int
    at: datetime


class FindingKind(StrEnum):
    """What can be wrong with a rule that is well-formed."""

    IMPOSSIBLE_VALUE = "impossible_value"
    NO_EFFECT = "no_effect"
    UNDELIVERED_FIELD = "undelivered_field"
    NEVER_MATCHES = "never_matches"
    COVERED = "covered"
    DUPLICATE = "duplicate"
    OVERRIDDEN_ACTION = "overridden_action"
    MISSING_IN_TARGET = "missing_in_target"


@dataclass(frozen=True, slots=True)
class Witness:
    """A cached job that shows it."""

    integration: str
    id: str
    name: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something that is probably not meant so.

    Attributes:
        kind: What it is.
        rule: Id of the rule.
        rule_name: Its name.
        message: What, where and why, in a sentence.
        remedy: What to do about it.
        other: Id of the rule that covers, overrides or equals it, where there is one.
        place: The condition or the action that is meant, such as ``when.all[1]`` or ``actions[0]``; None for the whole rule.
        witness: A job that shows it, where one can; else the message says the reason.
    """

    kind: FindingKind
    rule: str
    rule_name: str
    message: str
    remedy: str
    other: str | None = None
    place: str | None = None
    witness: Witness | None = None


@dataclass(frozen=True, slots=True)
class RuleSwitch:
    """What switching rules on or off did: the revision of the rule set after it, and the ids of the rules that it changed."""

    revision: int
    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import of rules did, by rule id. ``revision`` is the rule set's after it, ``findings`` what the sanity checks say of them.

    ``tests`` are the names of the tests that came with them.
    """

    revision: int
    added: tuple[str, ...] = ()
    updated: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    deactivated: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    tests: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RuleFieldChange:
    """What is not the same before and after: ``name``, ``active``, ``priority``, ``fallback``, ``when`` (as a line) or ``actions``."""

    field: str
    before: JsonValue
    after: JsonValue


@dataclass(frozen=True, slots=True)
class RuleDifference:
    """What became of one rule: ``before`` is None where it was added, ``after`` where it was removed; ``changes`` else."""

    id: str
    name: str
    before: Rule | None
    after: Rule | None
    changes: tuple[RuleFieldChange, ...] = ()


@dataclass(frozen=True, slots=True)
class RevisionDifference:
    """How one revision of the rules became another, by rule, in order of priority."""

    before: int
    after: int
    rules: tuple[RuleDifference, ...]


@dataclass(frozen=True, slots=True)
class LintReport:
    """What is probably not meant so in the rules.

    Attributes:
        findings: In the order in which the rules act.
        jobs: How many cached jobs were looked at; with none, nothing is said of what the rules match.
        unasked: Why the target's names were not looked at; None where they were.
    """

    findings: tuple[Finding, ...]
    jobs: int
    unasked: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShadowLook:
    """What a shadow would have done at one moment, over the jobs of one integration, against the rules in force then.

    Attributes:
        cause: ``automatic`` for a run of the automatic sync, ``judging`` for a look over the whole cache.
        revision: Of the rules in force.
        counts: Over all jobs of the integration.
        came: Jobs that it concerns since this look.
        went: Jobs that it concerned until this look.
    """

    at: datetime
    integration: str
    cause: str
    revision: int
    counts: ImpactCounts
    came: int
    went: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Shadow:
    """A draft that is evaluated beside the rules in force and never acts.

    Attributes:
        name: By which it is called.
        rules: Those that would take the place of the rules that they name by id, or be added.
        base_revision: Of the rules when it was made.
        last: The last look at each integration, newest first.
        changeable: Whether whoever asked may promote it and give it up, with the rules in force as they are.
    """

    name: str
    rules: tuple[Rule, ...]
    base_revision: int
    actor: str
    at: datetime
    last: tuple[ShadowLook, ...] = ()
    changeable: bool = True

    @property
    def counts(self) -> ImpactCounts:
        """What it would do now, over the integrations as they were last looked at."""
        return sum((look.counts for look in self.last), ImpactCounts())


@dataclass(frozen=True, slots=True)
class ShadowJob:
    """A job that a shadow concerns: since when, and until when (None: still)."""

    integration: str
    id: str
    name: str | None
    kind: ImpactKind
    since: datetime
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class ShadowPage:
    """A part of the jobs that a shadow concerns or concerned, the latest first, and how many those are."""

    total: int
    jobs: tuple[ShadowJob, ...]
