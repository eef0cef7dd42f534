"""What indexes tell of a query before a job is read: which jobs can match at all, and how close together they lie."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import peewee
from peewee import SQL, fn

from ...database import Db, Dialect
from ..jobs.sources import Source
from ..jobs.tables import CachedOutcomeRow, JobRecord, LetterRow
from .conditions import Compiler, joined
from .query import Contains, Is, Query, State
from .textindex import Indexed, Span, text_index

SAMPLE = 400
"""Keys that tell well enough how many there are."""
SURELY = 1.25
"""How many times too many the first `SAMPLE` keys must show for the others not to be drawn: they show it to a twentieth."""
PROBED_STATES = frozenset({State.SYNCING, State.SYNCED, State.CHANGED, State.FAILED, State.UNKNOWN, State.GONE})


@dataclass(frozen=True, slots=True)
class Drawn:
    """The first keys that an index gave. ``whole``: there are no others. ``exact``: each of them matches."""

    keys: tuple[int, ...]
    whole: bool
    exact: bool

    def density(self, sources: Sequence[Source]) -> float:
        """Return about which part of the jobs of ``sources`` the index gives, by how far the keys reach into them."""
        highest = max(self.keys, default=0)
        reached = sum(max(0, min(highest - source.low, source.jobs)) for source in sources)
        return min(1.0, len(self.keys) / max(1, reached))

    def at_least(self, sources: Sequence[Source]) -> float:
        """Return about how many jobs the index gives in those of the sources that the keys reach; in the others there may be none."""
        highest = max(self.keys, default=0)
        return self.density(sources) * sum(source.jobs for source in sources if source.low <= highest)


class IndexEstimates:
    """The indexes, asked about one query.

    Args:
        db: Within one read.
        dialect: Of ``db``.
        query: What is asked for.
        sources: The integrations whose jobs are listed; at least one.
        compiler: Of the query.
    """

    def __init__(self, db: Db, dialect: Dialect, query: Query, sources: Sequence[Source], compiler: Compiler) -> None:
        self._db = db
        self._dialect = dialect
        self._query = query
        self._sources = sources
        self._compiler = compiler
        self._spans = _spans(sources)

    @cached_property
    def letters(self) -> Mapping[str, int]:
        """How many jobs hold each of the characters that are looked for; none that no job holds."""
        wanted = sorted(set("".join(self._query.texts)))
        numbers = [source.number for source in self._sources]
        where = LetterRow.source.in_(numbers) & self._dialect.any_of(LetterRow.letter, wanted) & (LetterRow.jobs > 0)
        rows = LetterRow.select(LetterRow.letter, fn.SUM(LetterRow.jobs)).where(where).group_by(LetterRow.letter)
        return dict(rows.tuples().execute(self._db))

    @property
    def impossible(self) -> bool:
        """Whether a character is looked for that no job holds."""
        return not set("".join(self._query.texts)) <= self.letters.keys()

    @property
    def count(self) -> int | None:
        """How many jobs match, where that is known without asking an index: one character is looked for, or one that no job holds."""
        terms = self._query.terms
        if self.impossible:
            return 0
        if len(terms) == 1 and isinstance(terms[0], Contains) and len(terms[0].text) == 1:
            return self.letters[terms[0].text]
        return None

    def indexed(self, *, thorough: bool = False) -> Indexed | None:
        """Return the text index's query for keys that can match; ``thorough`` makes it ask for every text, however frequent."""
        return text_index(self._dialect).keys(self._db, self._query.texts, self._spans, self.letters, thorough=thorough)

    def drawn(self, most: int) -> Iterator[Drawn]:
        """Draw up to ``most`` keys from each index that knows something of the query; a few where those show that there are far more."""
        indexed = self.indexed()
        if indexed is not None:
            yield self._sampled(indexed, most)
        for query in self._other_indexes():
            yield self._draw(query.limit(most + 1), most, exact=False)

    def _sampled(self, indexed: Indexed, most: int) -> Drawn:
        for limit in (min(SAMPLE, most), most):
            query = peewee.NodeList((indexed.keys, SQL("LIMIT"), peewee.Value(limit + 1)))
            drawn = self._draw(query, limit, exact=indexed.exact and self._only_texts)
            if drawn.whole or drawn.at_least(self._sources) > SURELY * most:
                break
        return drawn

    def _draw(self, query: peewee.Node, most: int, *, exact: bool) -> Drawn:
        keys = self._dialect.numbers(self._db, query)
        return Drawn(keys[:most], whole=len(keys) <= most, exact=exact)

    def _other_indexes(self) -> Iterator[peewee.ModelSelect[Any]]:
        for term in self._query.terms:
            condition = self._compiler.conditions([term])
            if isinstance(term, Is) and set(term.states) <= PROBED_STATES:
                yield JobRecord.select(JobRecord.key).where(joined("AND", [self._scope(), SQL("sync_status <> 'never'"), *condition]))
            if term == Is((State.MARKED,)):
                yield JobRecord.select(JobRecord.key).where(joined("AND", [self._scope(), *condition]))
            evaluated = self._compiler.evaluated_keys(term)
            if evaluated is not None:
                yield evaluated.where(CachedOutcomeRow.key.between(self._spans[0][0], self._spans[-1][1]))
            happened = self._compiler.event_keys(term)
            if happened is not None:
                yield JobRecord.select(JobRecord.key).where(joined("AND", [self._scope(), JobRecord.key.in_(happened)]))

    def _scope(self) -> peewee.Node:
        return JobRecord.source.in_([source.number for source in self._sources])

    @property
    def _only_texts(self) -> bool:
        """Whether nothing but texts is asked for."""
        return all(isinstance(term, Contains) for term in self._query.terms)


def _spans(sources: Sequence[Source]) -> list[Span]:
    """Return from which key to which the jobs of the sources lie; those of two that follow each other lie together."""
    spans: list[Span] = []
    for source in sources:
        if spans and spans[-1][1] + 1 == source.low:
            spans[-1] = (spans[-1][0], source.high)
        else:
            spans.append((source.low, source.high))
    return spans
