"""The lists of jobs of this session, and the documents, each as it was left: who comes back finds the same row, marks and open parts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from ..backend.core.models import EVERY, JobKey, Scope
from .marks import Marks


@dataclass(slots=True)
class ListState:
    """How one list was left.

    Attributes:
        marks: The marked jobs.
        only_marked: Whether they alone are shown.
        row: The job under the cursor; None for the first, whichever that is.
        line: The line of the table on which it stood.
    """

    marks: Marks = field(default_factory=Marks)
    only_marked: bool = False
    row: JobKey | None = None
    line: int = 0


class Lists:
    """What is kept of each list of jobs, by whose jobs they are, and of each kind of document.

    Attributes:
        current: The list that was opened last.
        unfolded: By the kind of a document, the keys of those of its sections that were opened or closed.
    """

    def __init__(self) -> None:
        self.current: Scope = EVERY
        self.unfolded: dict[str, set[str]] = {}
        self._kept: dict[Scope, ListState] = {}

    def of(self, scope: Scope) -> ListState:
        """Return how a list was left."""
        return self._kept.setdefault(scope, ListState())

    def done(self, jobs: Iterable[JobKey]) -> None:
        """Take the marks of these jobs away, in whichever list they are marked."""
        gone = tuple(jobs)
        for state in self._kept.values():
            state.marks.remove(gone)
