"""What was found out about a query and stays true until a job changes: few matches, the count, places to start from."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Anchor:
    """The job at a position of a sorted list: what it sorts by, its ATS job id, and the number of its integration."""

    position: int
    value: str | int
    job_id: str
    source: int


@dataclass(slots=True)
class QueryStatistics:
    """What is known of one query in one version of the jobs.

    Attributes:
        drawn: Whether the indexes were asked.
        keys: Of all matches, where they are few.
        count: Of the matches.
        density: About which part of the jobs matches, or more.
        many: Whether an index names more than a few, as far as its first keys show.
        anchors: Places to start from, by sort.
    """

    drawn: bool = False
    keys: tuple[int, ...] | None = None
    count: int | None = None
    density: float | None = None
    many: bool = False
    anchors: dict[Hashable, OrderedDict[int, Anchor]] = field(default_factory=dict)


class QueryCache:
    """The findings of the last queries. Its methods may be called from several threads."""

    def __init__(self, queries: int = 32, anchors: int = 64) -> None:
        self._queries = queries
        self._anchors = anchors
        self._version = -1
        self._kept: OrderedDict[Hashable, QueryStatistics] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, version: int, query: Hashable) -> QueryStatistics:
        """Return the findings for ``query``, empty ones where there are none of this version."""
        with self._lock:
            if version > self._version:
                self._kept.clear()
                self._version = version
            if version < self._version:
                return QueryStatistics()
            findings = self._kept.setdefault(query, QueryStatistics())
            self._kept.move_to_end(query)
            while len(self._kept) > self._queries:
                self._kept.popitem(last=False)
            return findings

    def anchors(self, findings: QueryStatistics, sort: Hashable) -> tuple[Anchor, ...]:
        """Return the places from which the list can be entered."""
        with self._lock:
            return tuple(findings.anchors.get(sort, {}).values())

    def add_anchors(self, findings: QueryStatistics, sort: Hashable, *found: Anchor) -> None:
        """Remember places from which the list can be entered, and forget the oldest."""
        with self._lock:
            known = findings.anchors.setdefault(sort, OrderedDict())
            for anchor in found:
                known[anchor.position] = anchor
                known.move_to_end(anchor.position)
            while len(known) > self._anchors:
                known.popitem(last=False)
