"""A filter as a value: conditions that all hold, each with its place in the text for messages."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from typing import TypeAlias

from ...core.models import JobKey


class TextField(StrEnum):
    """Fields that ``field:value`` can name; the value is a part of the field's text, without case or accents."""

    NAME = "name"
    ID = "id"
    LOCATION = "location"
    CLIENT = "client"
    DEPARTMENT = "department"
    OWNER = "owner"
    REQUISITION_ID = "requisition_id"
    EMPLOYMENT_TYPE = "employment_type"
    TAGS = "tags"
    ATS_STATUS = "ats_status"
    STATUS = "status"
    SYNC_STATUS = "sync_status"
    REMOTE = "remote"
    VISIBILITY = "visibility"
    INTEGRATION = "integration"


class TimeField(StrEnum):
    """Times that can be compared: those of the job, and when what happened to it (`EVENTS`)."""

    UPDATED = "updated"
    CREATED = "created"
    SYNCED = "synced"
    FAILED = "failed"
    ELIGIBLE = "eligible"
    TENZO_CREATED = "tenzo_created"
    TENZO_UPDATED = "tenzo_updated"


EVENTS = frozenset({TimeField.FAILED, TimeField.ELIGIBLE, TimeField.TENZO_CREATED, TimeField.TENZO_UPDATED})
"""When a sync of the job failed, created or updated it in the target, any of them; and since when the automatic sync has it eligible."""


class Relation(StrEnum):
    """How a time is compared. With an age, ``<`` is younger."""

    LESS = "<"
    LESS_EQUAL = "<="
    GREATER = ">"
    GREATER_EQUAL = ">="
    EQUAL = "="


class State(StrEnum):
    """What ``is:`` can ask for."""

    NEVER = "never"
    SYNCING = "syncing"
    SYNCED = "synced"
    CHANGED = "changed"
    FAILED = "failed"
    UNKNOWN = "unknown"
    GONE = "gone"
    UNDONE = "undone"
    OPEN = "open"
    CLOSED = "closed"
    ELIGIBLE = "eligible"
    INELIGIBLE = "ineligible"
    MARKED = "marked"


@dataclass(frozen=True, slots=True)
class Contains:
    """Name or ATS job id holds the text, folded."""

    text: str


@dataclass(frozen=True, slots=True)
class Fuzzy:
    """Name and ATS job id hold the characters of the text in this order, with anything between them."""

    text: str


@dataclass(frozen=True, slots=True)
class FieldHas:
    """The field holds one of the values, folded."""

    field: TextField
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PartHas:
    """What stands inside a field, by its folded dotted name such as ``custom.shift``, holds one of the values, folded."""

    name: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Is:
    """The job is in one of the states."""

    states: tuple[State, ...]


@dataclass(frozen=True, slots=True)
class MatchedBy:
    """One of the rules, by folded name or id, matched the job when the rules in force were last evaluated."""

    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Age:
    """A time lies less (``<``), or more (``>``), than ``age`` before now."""

    field: TimeField
    comparison: Relation
    age: timedelta


@dataclass(frozen=True, slots=True)
class Moment:
    """A time lies before, in or after a span: a day, or an instant where both ends are the same. Milliseconds, the end excluded."""

    field: TimeField
    comparison: Relation
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Without:
    """The condition does not hold."""

    term: Positive


Positive: TypeAlias = Contains | Fuzzy | FieldHas | PartHas | Is | MatchedBy | Age | Moment
Term: TypeAlias = Positive | Without


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked of the cache: every term holds. ``marked`` are the jobs that ``is:marked`` means."""

    terms: tuple[Term, ...] = ()
    marked: frozenset[JobKey] = frozenset()

    def with_marked(self, jobs: Iterable[JobKey]) -> Query:
        """Return the query with other marks."""
        return replace(self, marked=frozenset(jobs))

    def reduced(self) -> Query:
        """Return the query without what is said twice: "senior n" asks for no more than "senior" does."""
        texts = set(self.texts)
        implied = {Contains(text) for text in texts if any(text in other for other in texts - {text})}
        return replace(self, terms=tuple(term for term in dict.fromkeys(self.terms) if term not in implied))

    @property
    def asks_rules(self) -> bool:
        """Whether an answer depends on how the rules evaluated the jobs."""
        return any(asks_rules(term.term if isinstance(term, Without) else term) for term in self.terms)

    @property
    def asks_names(self) -> bool:
        """Return whether the answer depends on which rules or integrations there are."""
        positive = [term.term if isinstance(term, Without) else term for term in self.terms]
        return any(isinstance(term, MatchedBy) or (isinstance(term, FieldHas) and term.field is TextField.INTEGRATION) for term in positive)

    @property
    def texts(self) -> tuple[str, ...]:
        """The texts that name or ATS job id must hold."""
        return tuple(term.text for term in self.terms if isinstance(term, Contains))


EVALUATED = frozenset({State.ELIGIBLE, State.INELIGIBLE})
"""States that a job has only once the rules evaluated it."""


def asks_rules(term: Positive) -> bool:
    """Return whether the term asks how the rules evaluated a job."""
    return isinstance(term, MatchedBy) or (isinstance(term, Is) and not EVALUATED.isdisjoint(term.states))
