"""The filter of what was done: that of the list of jobs, asked of the job of each row, and a few words about the row itself."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from ...core.clock import to_ms
from ...core.durations import parse_duration
from ...core.errors import FilterError
from ...core.models import Outcome
from ...core.moments import Span, span_in
from ..search.filter import FEW, parse_filter, unknown
from ..search.query import Is, Query, State, Without

RECENT = timedelta(days=14)
"""How far back it goes where the filter does not say."""
DONE_BY_A_PERSON = ("done", "changed", "begun", "held", "refused")
OK, RUNNING, CUT_OFF = "ok", "running", "cut_off"
RESULTS = tuple(dict.fromkeys((*Outcome, OK, RUNNING, CUT_OFF, *DONE_BY_A_PERSON)))
RUN, WRITE = "run", "write"
_OWN = re.compile(
    r'"[^"]*"|(?:(?<=\s)|^)(?P<without>-?)(?P<word>result|by|action|reason|integration|since|until|on|is):(?P<value>(?:"[^"]*"|[^\s"])*)'
)
"""A word about the row, or a quoted text, in which there is none."""
_IS = frozenset({RUN, WRITE})
_ALMOST_A_DAY = timedelta(days=1) - timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class OneOf:
    """A column of a row (``outcome``, ``actor``, ``action``, ``integration``) has one of the values, or has none of them.

    The column ``reason``, a person's own words, holds one of them.
    """

    column: str
    values: tuple[str, ...]
    holds: bool


@dataclass(frozen=True, slots=True)
class ActivityQuery:
    """What is asked for.

    Attributes:
        jobs: Of the job of a row.
        now: The time from which ages are counted.
        terms: Of the row.
        since, until: When it began, in milliseconds since 1970 UTC, both included.
        kind: `RUN` or `WRITE` where only these are asked for, else None.
        few: The jobs that are asked for, where they are few and were looked up; their rows are then found without reading all.
    """

    jobs: Query
    now: datetime
    terms: tuple[OneOf, ...]
    since: int
    until: int | None = None
    kind: str | None = None
    few: tuple[tuple[str, str], ...] | None = None

    @property
    def folded(self) -> bool:
        """Whether what runs wrote is left to them: where nothing is asked for that tells one write from another."""
        return self.kind != WRITE and not self.jobs.terms and not any(term.column in {"outcome", "action"} for term in self.terms)


def parse_activity(text: str, now: datetime, integrations: Collection[str]) -> ActivityQuery:
    """Return what a filter asks for.

    Args:
        text: As it was typed.
        now: The present time, from which ages are counted.
        integrations: The ids that may be named.

    Raises:
        FilterError: With the position of what is wrong.
    """
    reader = _Reader(text, now, integrations)
    rest = _OWN.sub(reader.take, text)
    jobs = parse_filter(rest)
    for term in jobs.terms:
        positive = term.term if isinstance(term, Without) else term
        if isinstance(positive, Is) and State.MARKED in positive.states:
            raise FilterError("is:marked is asked of a list of jobs.", text.find("is:"), text=text)
    if jobs.asks_rules:
        raise FilterError("What the rules say of jobs today is asked of the list of jobs, not of what was done.", 0, text=text)
    return reader.query(jobs)


class _Reader:
    """Takes the words that are about rows out of a filter, and leaves blanks, so that places in the rest stay what they are."""

    def __init__(self, text: str, now: datetime, integrations: Collection[str]) -> None:
        self._text = text
        self._now = now
        self._integrations = integrations
        self._terms: list[OneOf] = []
        self._since: datetime | None = None
        self._until: datetime | None = None
        self._kind: str | None = None

    def take(self, found: re.Match[str]) -> str:
        """Take one word in; returns what stands in its place."""
        if found["word"] is None:
            return found[0]
        word, holds, at = found["word"], not found["without"], found.start("value")
        values = [each.strip('"') for each in re.findall(r'"[^"]*"|[^,"]+', found["value"])]
        if word == "is":
            if not _IS.intersection(values):
                return found[0]
            self._kind = RUN if (values[0] == RUN) is holds else WRITE
        elif not values:
            raise FilterError(f"A value is missing here, for example {_EXAMPLES[word]}.", at, text=self._text)
        elif word in {"since", "until", "on"}:
            self._time(word, " ".join(values), at)
        else:
            column, known = _COLUMNS[word]
            allowed = known(self)
            for value in values:
                if allowed is not None and value not in allowed:
                    message, remedy = unknown(value, word, allowed, FEW if word == "integration" else None)
                    raise FilterError(message, at, text=self._text, remedy=remedy)
            self._terms.append(OneOf(column, tuple(values), holds))
        return " " * len(found[0])

    def query(self, jobs: Query) -> ActivityQuery:
        """Return what is asked for."""
        since = self._now - RECENT if self._since is None else self._since
        return ActivityQuery(
            jobs, self._now, tuple(self._terms), to_ms(since), None if self._until is None else to_ms(self._until), self._kind
        )

    def known_integrations(self) -> tuple[str, ...]:
        """Return the integrations that may be named."""
        return tuple(self._integrations)

    def _time(self, word: str, value: str, at: int) -> None:
        span = self._span(value)
        if span is None:
            remedy = "Write an age such as 7d, a date such as 2026-01-31, today or yesterday."
            raise FilterError(f"{word}: needs a time.", at, text=self._text, remedy=remedy)
        if word != "until":
            self._since = span.first
        if word != "since":
            self._until = span.last

    def _span(self, value: str) -> Span | None:
        if value in {"today", "yesterday"}:
            here = self._now.astimezone().replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
            first = here if value == "today" else here - timedelta(days=1)
            return Span(first.astimezone(), (first + _ALMOST_A_DAY).astimezone())
        try:
            moment = self._now - parse_duration(value)
        except (ValueError, OverflowError):
            return span_in(value)
        return Span(moment, moment)


_EXAMPLES = {
    "result": "result:failed",
    "by": "by:auto",
    "action": "action:undo",
    "reason": "reason:upgrade",
    "integration": "integration:greenhouse",
    "since": "since:7d",
    "until": "until:yesterday",
    "on": "on:yesterday",
}
_COLUMNS: dict[str, tuple[str, Callable[[_Reader], tuple[str, ...] | None]]] = {
    "result": ("outcome", lambda _: RESULTS),
    "by": ("actor", lambda _: None),
    "action": ("action", lambda _: None),
    "reason": ("reason", lambda _: None),
    "integration": ("integration", _Reader.known_integrations),
}
"""The column that a word is about, and the values that it may have; None for any."""
