"""What the person was told in this session, kept so that a toast that is gone can be read again."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from ..backend.core.clock import now
from ..backend.core.models import Outcome
from ..backend.core.text import clean

NOTHING: Mapping[tuple[str, str], Outcome] = MappingProxyType({})
MOST = 1000
"""Notices that are kept; the oldest go first."""


class Severity(StrEnum):
    """How much a notice matters; the values are those of Textual's toasts."""

    INFORMATION = "information"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Notice:
    """One message or error: cleaned text, what to do about it, and which job or integration it is about."""

    at: datetime
    severity: Severity
    text: str
    remedy: str | None = None
    about: str | None = None


class Notices:
    """The notices of this session, newest last.

    Attributes:
        unread: The last error or warning that came by itself and was not looked at in the log. What answers a key is read as it is told.
    """

    def __init__(self) -> None:
        self._kept: deque[Notice] = deque(maxlen=MOST)
        self.unread: Notice | None = None
        self._open: dict[tuple[str, str], Outcome] = {}

    def add(
        self,
        text: str,
        severity: Severity = Severity.INFORMATION,
        *,
        remedy: str | None = None,
        about: str | None = None,
        answers: bool = False,
        jobs: Mapping[tuple[str, str], Outcome] = NOTHING,
    ) -> Notice:
        """Keep a notice and return it.

        Args:
            text: What happened.
            severity: How much it matters.
            remedy: What to do about it.
            about: Which job or integration it is about, to be shown.
            answers: It answers what was just pressed, or a dialog shows it, and it is over with that.
            jobs: Integration and id of the jobs that did not go well, with how they ended: it is over once they have.
        """
        notice = Notice(now(), severity, clean(text), clean(remedy) if remedy else None, clean(about) if about else None)
        self._kept.append(notice)
        if severity is not Severity.INFORMATION and not answers:
            self.unread, self._open = notice, dict(jobs)
        return notice

    @property
    def open_jobs(self) -> Mapping[tuple[str, str], Outcome]:
        """The jobs on whose account something is unread, with how they had ended."""
        return dict(self._open) if self.unread is not None else {}

    def over(self, jobs: Iterable[tuple[str, str]]) -> None:
        """Forget what was unread once every job that it was about has gone well, or is known to have."""
        before = len(self._open)
        for job in jobs:
            self._open.pop(job, None)
        if before and not self._open:
            self.unread = None

    def mark_read(self) -> None:
        """Forget that anything was unread."""
        self.unread = None

    def __iter__(self) -> Iterator[Notice]:
        return iter(tuple(self._kept))

    def __len__(self) -> int:
        return len(self._kept)
