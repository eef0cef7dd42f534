"""What was done: a run of the automatic sync as it is kept, and how the list of runs and writes is made up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from .automatic import AutomaticRun
from .sync import AuditEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class TimerRun:
    """A run of the automatic sync over one integration.

    Attributes:
        number: Grows with every run.
        by: Host and process.
        ended_at: None while it is under way, or where it was cut off.
        outcome: ``ok``, the code of its error, ``cut_off``, or None while it is under way.
        run: What it came to; None before its end, and of runs from before this was kept.
    """

    number: int
    integration: str
    by: str
    started_at: datetime
    ended_at: datetime | None
    outcome: str | None
    run: AutomaticRun | None


Activity: TypeAlias = TimerRun | AuditEntry
"""One line of the list: a run of the timer, or a row of the record."""


@dataclass(frozen=True, slots=True)
class ActivityPage:
    """Some lines of the list.

    Attributes:
        offset: Place of the first of them.
        lines: Newest first.
        folded: Whether what runs wrote is left to them; a filter that asks for writes has them as lines of their own.
    """

    offset: int
    lines: tuple[Activity, ...]
    folded: bool
