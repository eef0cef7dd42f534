"""The automatic sync as values: its schedule, its runs, and what stops it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from .sync import Failure


class HoldKind(StrEnum):
    """Why the automatic sync of an integration waits for a person."""

    CREDENTIALS = "credentials"
    GUARD = "guard"


@dataclass(frozen=True, slots=True)
class Hold:
    """What stops the automatic sync of one integration, since when, and what to do about it."""

    kind: HoldKind
    since: datetime
    message: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Pause:
    """Who paused the automatic sync of everything, and when."""

    by: str
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AutomaticRun:
    """One run over one integration.

    Attributes:
        refreshed: Jobs that the refresh read; None where it failed, or where there was none.
        evaluated: Jobs that were new, changed, or judged by rules that the automatic sync had not met.
        outcomes: How the evaluated ones ended, by outcome; a job whose rules changed nothing for it is in none.
        error: What went wrong, or why nothing was done.
        skipped: Whether nothing was done at all.
    """

    integration: str
    refreshed: int | None = None
    evaluated: int = 0
    outcomes: Mapping[str, int] = field(default_factory=dict)
    error: Failure | None = None
    skipped: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AutomaticState:
    """How the automatic sync of one integration stands.

    Attributes:
        last_run: When the last run began; None before the first.
        ended_at: When it ended; None while one is under way, or where it was cut off.
        run: What it came to.
        running: Whether one is under way, on any host.
        hold: What it waits for.
        next_run: When the next one is due; None where it is paused, held, or nothing has run on schedule lately.
    """

    integration: str
    last_run: datetime | None = None
    ended_at: datetime | None = None
    run: AutomaticRun | None = None
    running: bool = False
    hold: Hold | None = None
    next_run: datetime | None = None


@dataclass(frozen=True, slots=True)
class AutomaticStatus:
    """How the automatic sync stands; ``every`` is the time between two runs that the configuration asks for."""

    paused: Pause | None
    every: timedelta
    integrations: tuple[AutomaticState, ...]
