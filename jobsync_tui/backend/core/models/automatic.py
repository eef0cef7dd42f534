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
    NEW_ID = "new_id"


@dataclass(frozen=True, slots=True)
class Hold:
    """What stops the automatic sync of one integration, since when, and what to do about it."""

    kind: HoldKind
    since: datetime
    message: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Pause:
    """Who paused the automatic sync of everything, and when; until when, where it ends without a person, and why, where they said."""

    by: str
    since: datetime
    until: datetime | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AutomaticRun:
    """One run over one integration.

    Attributes:
        refreshed: Jobs that the refresh read; None where it failed, or where there was none.
        evaluated: Jobs that were new, changed, or evaluated by rules that the automatic sync had not met.
        outcomes: How the evaluated ones ended, by outcome; a job whose rules changed nothing for it is in none.
        failures: Why those failed that did, by code.
        why: The commonest of these in words, with what can be done about it.
        error: What went wrong, or why nothing was done.
        skipped: Whether nothing was done at all.
        missing: What is wrong with its listing: that it lacked so many jobs, which are kept, or was not whole; the run goes on with them.
        set_aside: Why rows stand set aside.
        waits: Why new jobs wait for a person.
        reused: Which jobs wait because their ids came back as those of others.
        renamed: Which new jobs wait because they are known ones under other ids.
        changes: Whether it asked for what changed, so that no job read means that none did.
        whole: Whether it read a list of everything that was whole, which ends the trouble of one that was not.
    """

    integration: str
    refreshed: int | None = None
    evaluated: int = 0
    outcomes: Mapping[str, int] = field(default_factory=dict)
    error: Failure | None = None
    skipped: bool = False
    failures: Mapping[str, int] = field(default_factory=dict)
    why: Failure | None = None
    missing: Failure | None = None
    whole: bool = False
    set_aside: Failure | None = None
    waits: Failure | None = None
    reused: Failure | None = None
    renamed: Failure | None = None
    changes: bool = False


class AnswerKind(StrEnum):
    """What a person says of an alert until it changes: that they know of it, or that nobody is to see it."""

    ACKNOWLEDGED = "acknowledged"
    MUTED = "muted"


@dataclass(frozen=True, slots=True)
class AlertAnswer:
    """Who acknowledged or muted an alert, when, and why, where they said."""

    kind: AnswerKind
    by: str
    at: datetime
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """Something that keeps the automatic sync of an integration from its work, as it is told: once when it begins and once when it ends.

    Attributes:
        code: Of the error, or one of `JOBS_FAILED` and what follows it below.
        since: When it was first met.
        last: When it was met last, or when it was over.
        runs: Runs that met it.
        jobs: Jobs that fail at this time; only for `JOBS_FAILED`.
        over: Whether a later run met it no more.
        answer: What a person said of it; gone once it changes.
    """

    integration: str
    code: str
    message: str
    remedy: str | None
    since: datetime
    last: datetime
    runs: int = 1
    jobs: int = 0
    over: bool = False
    answer: AlertAnswer | None = None


JOBS_FAILED = "jobs_failed"
"""The trouble of jobs that fail while the run as a whole does not."""

JOBS_MISSING = "jobs_missing"
"""The trouble of jobs that a list lacked and that are kept, because they are so many or the list was not whole."""

STOPPED_REMEDY = "Start it again: its service, its timer, or jobsync auto. Where no run is wanted: jobsync auto pause"
"""What to do where runs came on schedule and do not any more."""

LISTING_INCOMPLETE = "listing_incomplete"
"""The trouble of a list of changes that was not whole, so that the same changes are asked for again."""

ROWS_SET_ASIDE = "rows_set_aside"
STATUS_UNKNOWN = "status_unknown"
"""The trouble of rows that could not be read: their jobs keep their last known state."""

CREATES_WAIT = "creates_wait"
"""The trouble of new jobs that are not created by themselves, because they may be known ones under other ids."""

IDS_REUSED = "id_reused"
"""The trouble of jobs that are not what they were when they were synced, and the reason of the decision not to sync them."""

OTHER_ID = "known_under_another_id"
"""The trouble of new jobs that are known ones under other ids, and the reason of the decision not to create them."""

ID_FORMS = "id_forms"
"""The warning that ids of an export look as if a spreadsheet had taken them for quantities, or are written otherwise than before."""

CLOCK_WENT_BACK = "clock_went_back"
"""The trouble of slots that come up again, because the clock went back, and are passed over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """A slot of the schedule that was run.

    Attributes:
        at: When the slot began.
        by: Host and process.
        ended_at: None while it is under way, or where it was cut off.
        outcome: ``ok``, or the code of its error.
        missed: How many slots before it were run by nobody.
    """

    integration: str
    at: datetime
    by: str
    started_at: datetime
    ended_at: datetime | None
    outcome: str | None
    missed: int = 0


@dataclass(frozen=True, slots=True)
class DueSlot:
    """The slot of the schedule that is due: when it began, how long until the next one, and which integrations run in it."""

    began: datetime
    left: timedelta
    integrations: tuple[str, ...]


LONG_SILENT = 25
"""Seconds: more than two signs of life of a worker, which come every ten."""


@dataclass(frozen=True, slots=True)
class WorkerState:
    """A worker: when it was last heard of, for how many seconds it was silent since, and the integrations that it has in hand."""

    id: int
    heard_at: datetime
    silent_for: int
    working_on: tuple[str, ...]

    @property
    def missing(self) -> bool:
        """Whether it was silent for so long that it may be gone."""
        return self.silent_for > LONG_SILENT


@dataclass(frozen=True, slots=True)
class EngineState:
    """How the workers stand: who there is, and which integrations' runs wait for one."""

    workers: tuple[WorkerState, ...]
    waiting: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ChannelState:
    """A way by which troubles are sent out: when it last took a message, and what went wrong with the last one, if anything did."""

    name: str
    sent_at: datetime | None
    error: str | None


@dataclass(frozen=True, slots=True)
class Spread:
    """A large run whose jobs are distributed: how many batches (``shares`` in JSON) it has, how many are done, and who works on them."""

    shares: int
    ended: int
    workers: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AutomaticState:
    """How the automatic sync of one integration stands.

    Attributes:
        last_run: When the last run began; None before the first.
        ended_at: When it ended; None while one is under way, or where it was cut off.
        run: What it came to.
        running: Whether one is under way, on any host.
        spread: How its jobs are distributed among workers; None where they are not.
        hold: What it waits for.
        pause: Who paused it, with that of every other integration; None where it is not paused.
        next_run: When the next one is due; None where it is paused or held, where nothing runs on schedule, or what was due is late.
        stopped: Whether runs came on schedule and then did not any more, without a pause: whatever started them seems to have ended.
    """

    integration: str
    last_run: datetime | None = None
    ended_at: datetime | None = None
    run: AutomaticRun | None = None
    running: bool = False
    hold: Hold | None = None
    next_run: datetime | None = None
    spread: Spread | None = None
    pause: Pause | None = None
    stopped: bool = False


@dataclass(frozen=True, slots=True)
class AutomaticStatus:
    """How the automatic sync stands.

    Attributes:
        paused: Who paused it; None where it is not.
        every: The time between two runs that the configuration asks for.
        integrations: How it stands for each.
        troubles: What is not over.
        channels: The ways by which troubles are sent out.
        engine: The workers; None where no worker was ever started on the database.
        ticks: The last slots that were run, newest first.
    """

    paused: Pause | None
    every: timedelta
    integrations: tuple[AutomaticState, ...]
    troubles: tuple[Alert, ...] = ()
    channels: tuple[ChannelState, ...] = ()
    engine: EngineState | None = None
    ticks: tuple[Tick, ...] = ()
