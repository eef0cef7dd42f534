"""The slots that were run: by whom, when, what came of each, and how many before it nobody ran."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence

import peewee

from .. import clock
from ..database import Db
from ..models import AutomaticRun, Tick
from .automatic_tables import TickRow
from .codec import moment

KEPT = 500
"""Slots of an integration that are kept."""

OK = "ok"


def process_name() -> str:
    """Return who this process is, for people: host and process id."""
    return f"{platform.node()}:{os.getpid()}"


def begin_tick(db: Db, integration: str, tick: int, now: int, *, missed: int) -> None:
    """Note that this process runs a slot, in place of an earlier run that `resume` made forgotten; those go that lie farthest from it."""
    slot = {"integration": integration, "tick": tick}
    values = {"missed": missed, "by": process_name(), "started_at": now, "ended_at": 0, "outcome": None}
    TickRow.insert({**slot, **values}).on_conflict(conflict_target=[TickRow.integration, TickRow.tick], update=values).execute(db)
    distance = peewee.fn.ABS(TickRow.tick - tick)
    nearest = TickRow.select(distance).where(TickRow.integration == integration).order_by(distance)
    farthest: int | None = nearest.offset(KEPT).limit(1).scalar(db)
    if farthest is not None:
        TickRow.delete().where((TickRow.integration == integration) & (distance >= farthest)).execute(db)


def end_tick(db: Db, run: AutomaticRun, now: int) -> None:
    """Note what came of the slot that this process runs."""
    outcome = OK if run.error is None else run.error.code
    ours = (TickRow.integration == run.integration) & (TickRow.by == process_name()) & (TickRow.ended_at == 0)
    TickRow.update({"ended_at": now, "outcome": outcome}).where(ours).execute(db)


def last_ticks(db: Db, integrations: Sequence[str], limit: int) -> tuple[Tick, ...]:
    """Return the last slots that were run, newest first."""
    query = TickRow.select().where(TickRow.integration.in_(list(integrations))).order_by(TickRow.started_at.desc(), TickRow.integration)
    return tuple(
        Tick(
            integration=row.integration,
            at=clock.from_ms(row.tick),
            by=row.by,
            started_at=clock.from_ms(row.started_at),
            ended_at=moment(row.ended_at),
            outcome=row.outcome,
            missed=row.missed,
        )
        for row in query.limit(limit).execute(db)
    )
