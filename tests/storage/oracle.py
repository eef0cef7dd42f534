"""What a filter and a sort mean, in plain Python: the store's answers are compared with these."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from jobsync_tui.backend.core.clock import to_ms
from jobsync_tui.backend.core.models import CachedJob, Sort, SortField
from jobsync_tui.backend.storage.jobs.codec import place_of
from jobsync_tui.backend.storage.search.fold import fold, fold_key
from jobsync_tui.backend.storage.search.query import (
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
    TextField,
    TimeField,
    Without,
)


def expected(jobs: Sequence[CachedJob], query: Query, sort: Sort, now: datetime) -> list[str]:
    """Return the ATS job ids that the list must show, in its order."""
    return [job.id for job in listed(jobs, query, sort, now)]


def listed(jobs: Sequence[CachedJob], query: Query, sort: Sort, now: datetime) -> list[CachedJob]:
    """Return the jobs that the list must show, in its order; integrations were filled in the order of their names."""
    kept = [job for job in jobs if all(holds(job, term, query, now) for term in query.terms)]
    return sorted(kept, key=lambda job: (sort_key(job, sort.field), job.id, job.integration), reverse=sort.descending)


def holds(job: CachedJob, term: Positive | Without, query: Query, now: datetime) -> bool:
    """Return whether a job, which no rules have evaluated yet, fits a term."""
    if isinstance(term, Without):
        return not asks_rules(term.term) and not holds(job, term.term, query, now)
    texts = (fold(job.name or ""), fold(job.id))
    match term:
        case Contains(text):
            return any(text in each for each in texts)
        case Fuzzy(text):
            return _subsequence(text, "".join(texts))
        case FieldHas(field, values):
            return any(_has(job, field, value) for value in values)
        case PartHas(name, values):
            found = [fold(text) for text in _inside(job, name)]
            return any(value in text for value in values for text in found)
        case Is(states):
            return any(_is(job, state, query) for state in states)
        case MatchedBy():
            return False
        case Age(field, comparison, age):
            return _older(_time(job, field), comparison, now - age)
        case Moment():
            return _when(_time(job, term.field), term)


def asks_rules(term: Positive) -> bool:
    """Return whether a term asks how the rules evaluated a job; of one that is not evaluated neither it nor its opposite holds."""
    return isinstance(term, MatchedBy) or (isinstance(term, Is) and not {State.ELIGIBLE, State.INELIGIBLE}.isdisjoint(term.states))


def sort_key(job: CachedJob, field: SortField) -> str | int:
    """Return what a job sorts by."""
    match field:
        case SortField.NAME:
            return fold_key(job.name)
        case SortField.ID:
            return fold_key(job.id)
        case SortField.LOCATION:
            return fold_key(place_of(job))
        case SortField.CLIENT:
            return fold_key(job.client)
        case SortField.DEPARTMENT:
            return fold_key(job.department)
        case SortField.STATUS:
            return job.status.value
        case SortField.SYNC_STATUS:
            return job.sync_status.value
        case SortField.LAST_SYNCED:
            return _ms(job.last_synced)
        case SortField.UPDATED_AT:
            return _ms(job.updated_at)
        case SortField.CREATED_AT:
            return _ms(job.created_at)


def _has(job: CachedJob, field: TextField, value: str) -> bool:
    if field in {TextField.STATUS, TextField.SYNC_STATUS, TextField.INTEGRATION}:
        return str(getattr(job, field)) == value
    places = [text for place in job.locations for text in (place.text, place.city, place.region, place.country) if text]
    texts: dict[TextField, Sequence[str]] = {
        TextField.LOCATION: places,
        TextField.TAGS: job.tags,
        TextField.REMOTE: [] if job.remote is None else ["yes" if job.remote else "no"],
        TextField.VISIBILITY: [] if job.visibility is None else [job.visibility.value],
    }
    found = texts[field] if field in texts else [getattr(job, field) or ""]
    return any(value in fold(text) for text in found)


def _inside(job: CachedJob, name: str) -> list[str]:
    head, _, part = name.partition(".")
    if head == "location":
        return [getattr(place, part) or "" for place in job.locations]
    found: list[str] = []
    _collect(job.custom, part.split("."), found)
    return found


def _collect(value: object, path: list[str], found: list[str]) -> None:
    """Take what stands at the path, whose names are folded, whichever of its dots stand in a name."""
    if isinstance(value, list):
        for each in value:
            _collect(each, path, found)
    elif isinstance(value, Mapping):
        for key, each in value.items():
            name = fold(key).split(".")
            if path[: len(name)] == name:
                _collect(each, path[len(name) :], found)
    elif not path and value is not None:
        found += {True: ["yes", "true"], False: ["no", "false"]}[value] if isinstance(value, bool) else [str(value)]


def _is(job: CachedJob, state: State, query: Query) -> bool:
    if state is State.MARKED:
        return (job.integration, job.id) in query.marked
    if state in {State.ELIGIBLE, State.INELIGIBLE}:
        return False
    return (
        state.value in {job.status.value, job.sync_status.value}
        if state in {State.OPEN, State.CLOSED}
        else state.value == job.sync_status.value
    )


def _time(job: CachedJob, field: TimeField) -> datetime | None:
    return {TimeField.UPDATED: job.updated_at, TimeField.CREATED: job.created_at, TimeField.SYNCED: job.last_synced}[field]


def _older(time: datetime | None, comparison: Relation, limit: datetime) -> bool:
    if time is None:
        return False
    return {
        Relation.LESS: time > limit,
        Relation.LESS_EQUAL: time >= limit,
        Relation.GREATER: time < limit,
        Relation.GREATER_EQUAL: time <= limit,
    }[comparison]


def _when(time: datetime | None, term: Moment) -> bool:
    if time is None:
        return False
    value = to_ms(time)
    return {
        Relation.LESS: value < term.start,
        Relation.LESS_EQUAL: value < term.end,
        Relation.GREATER: value >= term.end,
        Relation.GREATER_EQUAL: value >= term.start,
        Relation.EQUAL: term.start <= value < term.end,
    }[term.comparison]


def _ms(time: datetime | None) -> int:
    return 0 if time is None else to_ms(time)


def _subsequence(text: str, within: str) -> bool:
    characters = iter(within)
    return all(character in characters for character in text)


MINUTE = timedelta(minutes=1)
