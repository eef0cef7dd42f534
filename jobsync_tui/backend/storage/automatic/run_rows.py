"""Runs of the automatic sync, one row each: what they came to, and between which rows of the record they wrote."""

from __future__ import annotations

import json
import os
import platform
from dataclasses import asdict
from datetime import timedelta

import peewee

from ...core import clock
from ...core.models import AutomaticRun, Failure, TimerRun
from ...database import Db
from ..jobs.codec import moment
from ..ledger.tables import AuditHead
from .tables import RunRow

OK = "ok"
CUT_OFF = "cut_off"
"""What came of a run that did not come to its end: the next one says so."""
KEPT = timedelta(days=30)
_FAILURES = ("error", "why", "missing", "set_aside", "waits", "reused", "renamed")


def process_name() -> str:
    """Return who this process is, for people: host and process id."""
    return f"{platform.node()}:{os.getpid()}"


def begin_run(db: Db, integration: str, now: int) -> None:
    """Note that a run begins. One of the same integration that has no end was cut off; those that are too old go."""
    head = _rows_of_the_record(db)
    unended = (RunRow.integration == integration) & RunRow.outcome.is_null()
    RunRow.update({RunRow.outcome: CUT_OFF, RunRow.last_row: head}).where(unended).execute(db)
    RunRow.delete().where(RunRow.started_ms < now - KEPT // timedelta(milliseconds=1)).execute(db)
    last: int | None = RunRow.select(peewee.fn.MAX(RunRow.number)).scalar(db)
    RunRow.insert(number=(last or 0) + 1, integration=integration, started_ms=now, by=process_name(), rows_before=head).execute(db)


def end_run(db: Db, run: AutomaticRun, now: int) -> None:
    """Note what the run came to that is under way."""
    outcome = OK if run.error is None else run.error.code
    values = {"ended_ms": now, "outcome": outcome, "last_row": _rows_of_the_record(db), "said": dump_run(run)}
    RunRow.update(values).where((RunRow.integration == run.integration) & RunRow.outcome.is_null()).execute(db)


def dump_run(run: AutomaticRun) -> str:
    """Return a run as text for the database."""
    return json.dumps(asdict(run))


def load_run(text: str) -> AutomaticRun:
    """Return the run that `dump_run` wrote."""
    values = json.loads(text)
    said = {name: Failure(**values[name]) for name in _FAILURES if values.get(name) is not None}
    return AutomaticRun(**{**values, **said})


def timer_run(row: RunRow) -> TimerRun:
    """Return a row as a model."""
    return TimerRun(
        number=row.number,
        integration=row.integration,
        by=row.by,
        started_at=clock.from_ms(row.started_ms),
        ended_at=moment(row.ended_ms),
        outcome=row.outcome,
        run=None if row.said is None else load_run(row.said),
    )


def _rows_of_the_record(db: Db) -> int:
    """Return the number of the row of the record that was begun last."""
    found: int | None = AuditHead.select(AuditHead.rows).scalar(db)
    return found or 0
