"""A `Query` as conditions of the database. Every text of the filter goes in as a parameter."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, assert_never

import peewee
from peewee import SQL, fn

from ...core.canonical import storable
from ...core.clock import to_ms
from ...core.models import Outcome
from ...database import Dialect
from ..automatic.tables import HAS_BECOME_ELIGIBLE, DecisionRow
from ..jobs.sources import Source
from ..jobs.tables import CachedOutcomeRow, DetailRow, DistinctOutcomeRow, IntegrationRow, JobRecord
from ..ledger.tables import AuditRow
from .field_lines import line_start
from .query import (
    EVALUATED,
    EVENTS,
    Age,
    Contains,
    FieldHas,
    Fuzzy,
    Is,
    MatchedBy,
    Moment,
    PartHas,
    Positive,
    Query,
    Relation,
    State,
    Term,
    TextField,
    TimeField,
    Without,
    asks_rules,
)

MILLISECOND = timedelta(milliseconds=1)
_OUTCOMES = {
    TimeField.FAILED: (Outcome.FAILED.value, Outcome.UNKNOWN.value),
    TimeField.TENZO_CREATED: (Outcome.CREATED.value,),
    TimeField.TENZO_UPDATED: (Outcome.UPDATED.value,),
}
TIME_COLUMNS = {TimeField.UPDATED: JobRecord.updated_at, TimeField.CREATED: JobRecord.created_at, TimeField.SYNCED: JobRecord.last_synced}
_KEY_COLUMNS = {
    TextField.NAME: JobRecord.name_key,
    TextField.CLIENT: JobRecord.client_key,
    TextField.DEPARTMENT: JobRecord.department_key,
}
_WORD_COLUMNS = {TextField.STATUS: JobRecord.status, TextField.SYNC_STATUS: JobRecord.sync_status}
_DETAIL_COLUMNS = {
    TextField.LOCATION: DetailRow.places,
    TextField.OWNER: DetailRow.owner,
    TextField.REQUISITION_ID: DetailRow.requisition_id,
    TextField.EMPLOYMENT_TYPE: DetailRow.employment_type,
    TextField.TAGS: DetailRow.tags,
    TextField.ATS_STATUS: DetailRow.ats_status,
    TextField.REMOTE: DetailRow.remote,
    TextField.VISIBILITY: DetailRow.visibility,
}


class Compiler:
    """Turns the terms of a query into conditions on jobs; ``sources`` are the integrations among whose jobs some may be marked."""

    def __init__(self, dialect: Dialect, query: Query, now: datetime, sources: Sequence[Source] = (), evaluation_version: int = 0) -> None:
        self._dialect = dialect
        self._sources = sources
        self._query = query
        self._now = to_ms(now)
        self._evaluation_version = evaluation_version

    def conditions(self, terms: Iterable[Term]) -> list[peewee.Node]:
        """Return one condition for each term; all of them must hold."""
        return [self._term(term) for term in terms]

    def _term(self, term: Term) -> peewee.Node:
        if not isinstance(term, Without):
            return self._positive(term)
        match term.term:
            case Is(states) if asks_rules(term.term):
                return joined("AND", [self._not_in(state) for state in states])
            case MatchedBy(rules):
                return joined("AND", [self._evaluated(~self._named(rule)) for rule in rules])
            case other:
                return peewee.NodeList((SQL("NOT"), self._positive(other)))

    def evaluated_keys(self, term: Term) -> peewee.ModelSelect[CachedOutcomeRow] | None:
        """Return the query for the keys of the jobs that the rules evaluated as the term says; None where it asks for something else."""
        match term:
            case Is((State.ELIGIBLE | State.INELIGIBLE as state,)):
                return self._outcomes(DistinctOutcomeRow.eligible == (state is State.ELIGIBLE))
            case MatchedBy((rule,)):
                return self._outcomes(self._named(rule))
        return None

    def event_keys(self, term: Term) -> peewee.ModelSelect[Any] | None:
        """Return the query for the keys of the jobs to which something happened at the time that the term asks for; None for others."""
        if not isinstance(term, Age | Moment) or term.field not in EVENTS:
            return None
        if term.field is TimeField.ELIGIBLE:
            still = SQL(HAS_BECOME_ELIGIBLE) & (DecisionRow.outcome != Outcome.REFUSED.value)
            return DecisionRow.select(DecisionRow.key).where(peewee.NodeList((still, SQL("AND"), self._at(DecisionRow.eligible_at, term))))
        ended, job = AuditRow.outcome.in_(_OUTCOMES[term.field]), JobRecord.alias()
        query = AuditRow.select(job.key).join(IntegrationRow, on=IntegrationRow.id == AuditRow.integration)
        query = query.join_from(AuditRow, job, on=(job.source == IntegrationRow.number) & (job.id == AuditRow.job_id))
        return query.where(peewee.NodeList((ended, SQL("AND"), self._at(AuditRow.at_ms, term))))

    def _positive(self, term: Positive) -> peewee.Node:
        match term:
            case Contains(text):
                return joined("OR", [self._dialect.contains(JobRecord.search, text)])
            case Fuzzy(text):
                return joined("OR", [self._dialect.like(JobRecord.search, subsequence(text))])
            case FieldHas(field, values):
                return joined("OR", [self._field(field, value) for value in values])
            case PartHas(name, values):
                return joined("OR", [self._part(name, value) for value in values])
            case Is(states):
                return joined("OR", [self._state(state) for state in states])
            case MatchedBy(rules):
                return joined("OR", [self._evaluated(self._named(rule)) for rule in rules])
            case Age(field=field) | Moment(field=field):
                keys = self.event_keys(term)
                return self._at(TIME_COLUMNS[field], term) if keys is None else JobRecord.key.in_(keys)
        assert_never(term)

    def _field(self, field: TextField, value: str) -> peewee.Node:
        """Return that a field holds a value. What stands in another table is asked of each job by itself: a window needs few of them."""
        if field in _DETAIL_COLUMNS:
            holds = self._dialect.contains(_DETAIL_COLUMNS[field], value)
            return fn.EXISTS(DetailRow.select(DetailRow.key).where((DetailRow.key == JobRecord.key) & holds))
        if field in _KEY_COLUMNS:
            return self._dialect.contains(_KEY_COLUMNS[field], value)
        if field is TextField.ID:
            # The id stands on the second line of the search text, and no value holds a line feed.
            return self._dialect.like(JobRecord.search, f"%\n%{escaped(value)}%")
        if field is TextField.INTEGRATION:
            return JobRecord.source.in_(IntegrationRow.select(IntegrationRow.number).where(IntegrationRow.id == value))
        return _WORD_COLUMNS[field] == value

    def _part(self, name: str, value: str) -> peewee.Node:
        holds = self._dialect.line_holds(DetailRow.parts, line_start(name), value)
        # Not EXISTS: PostgreSQL, which cannot tell how many match, makes a join of it over all jobs before the first row comes.
        return DetailRow.select(holds).where(DetailRow.key == JobRecord.key)

    def _state(self, state: State) -> peewee.Node:
        match state:
            case State.OPEN | State.CLOSED:
                return JobRecord.status == state.value
            case State.ELIGIBLE | State.INELIGIBLE:
                return self._evaluated(DistinctOutcomeRow.eligible == (state is State.ELIGIBLE))
            case State.MARKED:
                return self._marked()
            case _:
                return JobRecord.sync_status == state.value

    def _marked(self) -> peewee.Node:
        """Return that a job is marked, by integration: another one's job of the same id is not."""
        marked: list[peewee.Node] = []
        for source in self._sources:
            ids = sorted(storable(job.id) for job in self._query.marked if job.integration == source.id)
            if ids:
                marked.append((JobRecord.source == source.number) & self._dialect.any_of(JobRecord.id, ids))
        return joined("OR", marked or [SQL("1 = 0")])

    def _not_in(self, state: State) -> peewee.Node:
        """Return that a job is not in a state; one that was not evaluated is neither eligible nor ineligible."""
        if state in EVALUATED:
            return self._evaluated(DistinctOutcomeRow.eligible == (state is State.INELIGIBLE))
        return peewee.NodeList((SQL("NOT"), self._state(state)))

    def _named(self, rule: str) -> peewee.Expression:
        """Return that the rule, by folded name or id, is among those that apply."""
        return self._dialect.contains(DistinctOutcomeRow.names, f"\n{rule}\n")

    def _evaluated(self, outcome: peewee.Node) -> peewee.Node:
        """Return that the rules in force evaluated the job so; asked for each job by itself, because a window needs few of them."""
        return fn.EXISTS(self._outcomes(outcome).where(CachedOutcomeRow.key == JobRecord.key))

    def _outcomes(self, outcome: peewee.Node) -> peewee.ModelSelect[CachedOutcomeRow]:
        """Return the query for the keys of the jobs whose distinct outcome, in the evaluation version in force, is so."""
        outcomes = DistinctOutcomeRow.select(DistinctOutcomeRow.number).where(
            (DistinctOutcomeRow.evaluation_version == self._evaluation_version) & outcome
        )
        return CachedOutcomeRow.select(CachedOutcomeRow.key).where(CachedOutcomeRow.outcome.in_(outcomes))

    def _at(self, column: peewee.Field, term: Age | Moment) -> peewee.Node:
        """Return that a time lies as the term says."""
        return self._aged(column, term) if isinstance(term, Age) else _moment(column, term)

    def _aged(self, column: peewee.Field, term: Age) -> peewee.Node:
        limit = self._now - term.age // MILLISECOND
        younger = {Relation.LESS: column > limit, Relation.LESS_EQUAL: column >= limit}
        older = {Relation.GREATER: column < limit, Relation.GREATER_EQUAL: column <= limit}
        return joined("AND", [column != 0, (younger | older)[term.comparison]])


def joined(word: str, nodes: Sequence[peewee.Node]) -> peewee.Node:
    """Return the nodes with ``AND`` or ``OR`` between them, in brackets."""
    parts: list[peewee.Node] = [SQL("(")]
    for number, node in enumerate(nodes):
        parts += [SQL(word), node] if number else [node]
    return peewee.NodeList((*parts, SQL(")")))


def subsequence(text: str) -> str:
    """Return the LIKE pattern for the characters of ``text`` in their order, with anything between them."""
    return "%" + "%".join(escaped(character) for character in text) + "%"


def escaped(text: str) -> str:
    """Return ``text`` with nothing in it special to LIKE."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _moment(column: peewee.Field, term: Moment) -> peewee.Node:
    match term.comparison:
        case Relation.LESS:
            holds = column < term.start
        case Relation.LESS_EQUAL:
            holds = column < term.end
        case Relation.GREATER:
            holds = column >= term.end
        case Relation.GREATER_EQUAL:
            holds = column >= term.start
        case Relation.EQUAL:
            holds = (column >= term.start) & (column < term.end)
    return joined("AND", [column != 0, holds])
