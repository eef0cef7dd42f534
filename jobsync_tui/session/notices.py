"""What the person was told in this session, kept so that a toast that is gone can be read again."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ..backend.core.clock import now
from ..backend.core.text import clean

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

    def add(
        self,
        text: str,
        severity: Severity = Severity.INFORMATION,
        *,
        remedy: str | None = None,
        about: str | None = None,
        answers: bool = False,
    ) -> Notice:
        """Keep a notice and return it. ``answers``: it answers what was just pressed, and is over with that."""
        notice = Notice(now(), severity, clean(text), clean(remedy) if remedy else None, clean(about) if about else None)
        self._kept.append(notice)
        if severity is not Severity.INFORMATION and not answers:
            self.unread = notice
        return notice

    def mark_read(self) -> None:
        """Forget that anything was unread."""
        self.unread = None

    def __iter__(self) -> Iterator[Notice]:
        return iter(tuple(self._kept))

    def __len__(self) -> int:
        return len(self._kept)
