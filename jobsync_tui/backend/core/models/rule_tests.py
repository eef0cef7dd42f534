"""Tests of rules: what rules are to say of a job, kept beside them, so that no change of rules breaks it unseen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from .job import JsonValue
from .rules import Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """What is expected of the answer for a job; what is None is not asked about.

    Attributes:
        eligible: Whether the job is.
        rules: Names or ids of the rules that apply, in any order; none other may.
        templates: In their order.
        folder: Empty where none may be set.
    """

    eligible: bool | None = None
    rules: tuple[str, ...] | None = None
    templates: tuple[str, ...] | None = None
    folder: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleTest:
    """A job, and what the rules are to say of it.

    Attributes:
        name: By which people call it; one of a kind within its integration.
        integration: Whose job it is; None for one that is written out and names none.
        job_id: ATS job id of a cached job; None where the job is written out.
        fields: The job written out, by the names of the job object, as in a rules file.
        expect: What is expected.
    """

    name: str
    expect: Expectation
    integration: str | None = None
    job_id: str | None = None
    fields: Mapping[str, JsonValue] = field(default_factory=dict)

    @property
    def key(self) -> tuple[str, str]:
        """What tells tests apart: another one with the same key takes its place."""
        return self.integration or "", self.name


@dataclass(frozen=True, slots=True)
class Unexpected:
    """One thing that is not as it was expected, in words: ``eligible``, ``rules``, ``template`` or ``folder``."""

    what: str
    expected: str
    actual: str


@dataclass(frozen=True, slots=True)
class RuleTestResult:
    """How a test went.

    Attributes:
        passed: None where it could not be run, since its job is not cached.
        unexpected: What was not as expected.
        message: The reason that the job is not eligible, where that has one; else None.
    """

    test: RuleTest
    passed: bool | None
    unexpected: tuple[Unexpected, ...] = ()
    message: str | None = None

    @property
    def words(self) -> str:
        """How the test failed, as one sentence without its end; the name and the values are foreign text."""
        parts = [f"{each.what} is {each.actual}, expected {each.expected}" for each in self.unexpected]
        why = f" ({self.message})" if self.message else ""
        return f"{self.test.name}: {', '.join(parts)}{why}"


@dataclass(frozen=True, slots=True)
class RulesFile:
    """What stands in a rules file."""

    rules: tuple[Rule, ...]
    tests: tuple[RuleTest, ...] = ()
