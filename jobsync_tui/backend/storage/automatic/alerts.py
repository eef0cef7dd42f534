"""Alerts of the automatic sync: each in one row, and how far each channel was told of them.

A run notes what it met. An alert that goes on is no news: it has an event when it begins, when more jobs fail than before, when it still
stands after a day, and when it is over. One that a person acknowledged or muted has none before it changes: more jobs fail than then, its
words are others, or it is over; what the person said is forgotten with that. A channel is told what happened since the event it was told
last, so what was not delivered is part of the next message.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import peewee

from ...core import clock
from ...core.canonical import storable
from ...core.models import (
    CLOCK_WENT_BACK,
    CREATES_WAIT,
    JOBS_FAILED,
    JOBS_MISSING,
    LISTING_INCOMPLETE,
    ROWS_SET_ASIDE,
    Alert,
    AlertAnswer,
    AnswerKind,
    AutomaticRun,
    ChannelState,
    Failure,
    RefreshMode,
    RefreshReport,
)
from ...core.text import counted
from ...database import Database, Db
from ..jobs.codec import moment
from .decisions import failing
from .tables import AlertRow, AnswerRow, ChannelRow

LISTING_TROUBLES = (JOBS_MISSING, LISTING_INCOMPLETE, ROWS_SET_ASIDE, CREATES_WAIT)
"""What may be wrong with a listing that came to its end."""

REMINDER = timedelta(days=1)
"""After which an alert that still stands is told again."""


@dataclass(frozen=True, slots=True)
class News:
    """What a channel has not been told: ``upto`` is the last event in it."""

    alerts: tuple[Alert, ...]
    upto: int


class AlertStore:
    """What runs met, and who was told."""

    def __init__(self, database: Database, *, now: Callable[[], datetime] | None = None) -> None:
        self._database = database
        self._now = now or database.now

    async def note(self, run: AutomaticRun) -> None:
        """Note what a run met, and what it met no more; one that did nothing says nothing, but for one that the clock kept from it."""
        if run.error is not None and run.error.code == CLOCK_WENT_BACK:
            await self._database.write(_note_clock, run.integration, run.error, clock.to_ms(self._now()))
        elif not run.skipped:
            await self._database.write(_note, run, clock.to_ms(self._now()))

    async def listed(self, report: RefreshReport) -> None:
        """Note what is wrong with a listing that a person asked for, and what no longer is."""
        await self._database.write(_note_listing, report, clock.to_ms(self._now()))

    async def standing(self, integrations: Collection[str]) -> tuple[Alert, ...]:
        """Return what is not over, oldest first."""
        return await self._database.read(_standing, tuple(integrations))

    async def answer(self, integration: str, code: str, answer: AlertAnswer | None, also: Callable[[Db], object]) -> bool:
        """Keep what a person says of an alert that stands, or with None forget it; returns False where there is no such alert.

        Args:
            integration: Of the alert.
            code: Which of its alerts.
            answer: What they say.
            also: Done in the same transaction, where there is such an alert.
        """
        return await self._database.write(_answer, integration, code, answer, also)

    async def news(self, channel: str, every: timedelta) -> News | None:
        """Return what the channel is to be told now; None where there is nothing, or it was told less than ``every`` ago."""
        return await self._database.read(_news, channel, clock.to_ms(self._now()), every // timedelta(milliseconds=1))

    async def told(self, channel: str, upto: int) -> None:
        """Note that the channel took a message."""
        values = {"upto": upto, "sent_at": clock.to_ms(self._now()), "error": None}
        await self._database.write(_put_channel, channel, values)

    async def failed(self, channel: str, error: str) -> None:
        """Note that the channel did not take a message."""
        await self._database.write(_put_channel, channel, {"error": storable(error)})

    async def daily(self, channel: str) -> datetime | None:
        """Return the last hour of which the channel has the daily message, or had none because there was nothing to tell."""
        return await self._database.read(_daily, channel)

    async def told_day(self, channel: str, due: datetime) -> None:
        """Note that the channel took the daily message of that hour."""
        await self._database.write(_told_day, channel, clock.to_ms(due))

    async def channels(self, names: Sequence[str]) -> tuple[ChannelState, ...]:
        """Return how the channels stand."""
        return await self._database.read(_channels, tuple(names))


def _note(db: Db, run: AutomaticRun, now: int) -> None:
    rows = {row.code: row for row in AlertRow.select().where(AlertRow.integration == run.integration).execute(db)}
    # Whether jobs are still missing, only a list of everything tells.
    found = {each.code: each for each in (run.renamed, run.reused, run.waits, run.set_aside, run.missing, run.error) if each is not None}
    # What no listing came to its end for stands; whether jobs are still missing, only a list of everything tells.
    stand = {*found, *(() if run.whole else (JOBS_MISSING,)), *(LISTING_TROUBLES if run.refreshed is None else ())}
    for code, failure in found.items():
        _meet(db, rows.get(code), run.integration, failure, now=now)
    known = rows.get(JOBS_FAILED)
    if run.failures or (known is not None and not known.over):
        jobs = failing(db, run.integration)
        if jobs:
            stand.add(JOBS_FAILED)
            _meet(db, known, run.integration, Failure(JOBS_FAILED, _words(run, known, jobs), _remedy(run, known)), jobs=jobs, now=now)
    for row in rows.values():
        if row.code not in stand:
            _over(db, row, now)


def _note_listing(db: Db, report: RefreshReport, now: int) -> None:
    found = {each.code: each for each in (report.waits, report.set_aside, report.trouble) if each is not None}
    for code in LISTING_TROUBLES:
        row = _row(db, report.integration, code)
        if code in found:
            _meet(db, row, report.integration, found[code], now=now)
        elif row is not None and (code != JOBS_MISSING or report.mode is RefreshMode.FULL):
            _over(db, row, now)


def _note_clock(db: Db, integration: str, failure: Failure, now: int) -> None:
    _meet(db, _row(db, integration, failure.code), integration, failure, now=now)


def _row(db: Db, integration: str, code: str) -> AlertRow | None:
    here = (AlertRow.integration == integration) & (AlertRow.code == code)
    row: AlertRow | None = AlertRow.select().where(here).first(db)
    return row


def _over(db: Db, row: AlertRow, now: int) -> None:
    if not row.over:
        _forget(db, row.integration, row.code)
        _put(db, row, {"over": True, "last": now, **_event(db, now)})


def _meet(db: Db, known: AlertRow | None, integration: str, failure: Failure, *, now: int, jobs: int = 0) -> None:
    remedy = None if failure.remedy is None else storable(failure.remedy)
    said = {"message": storable(failure.message), "remedy": remedy, "jobs": jobs, "last": now, "over": False}
    if known is None:
        first = {"integration": integration, "code": failure.code, "since": now, "runs": 1}
        AlertRow.insert({**first, **said, **_event(db, now)}).execute(db)
    elif known.over:
        _put(db, known, {**said, "since": now, "runs": 1, **_event(db, now)})
    else:
        answered = _answered(db, integration, failure.code)
        if answered is None:
            is_news = jobs > known.jobs or now - known.event_at >= REMINDER // timedelta(milliseconds=1)
        else:
            is_news = jobs > answered.jobs or (not jobs and said["message"] != answered.message)
        if is_news:
            _forget(db, integration, failure.code)
        _put(db, known, {**said, "runs": known.runs + 1, **(_event(db, now) if is_news else {})})


def _words(run: AutomaticRun, known: AlertRow | None, jobs: int) -> str:
    """Return what is said of jobs that fail; why, where this run knows."""
    subject = counted(jobs, "job fails", "jobs fail")
    if run.failures:
        commonest_first = sorted(run.failures.items(), key=lambda each: (-each[1], each[0]))
        causes = ", ".join(f"{code} {count:,}{_in_words(run, code)}" for code, count in commonest_first)
        return f"{subject}; in the last run that tried: {causes}"
    known_causes = "" if known is None else known.message.partition(";")[2]
    return f"{subject};{known_causes}" if known_causes else subject


def _in_words(run: AutomaticRun, code: str) -> str:
    return f" ({run.why.message})" if run.why is not None and run.why.code == code else ""


def _remedy(run: AutomaticRun, known: AlertRow | None) -> str:
    """Return what can be done about jobs that fail; as it was said before, where this run tried none of them."""
    if run.why is not None and run.why.remedy is not None:
        return run.why.remedy
    before: str | None = None if known is None or run.failures else known.remedy
    return before or "jobsync retry tries them again."


def _event(db: Db, now: int) -> dict[str, int]:
    last: int | None = AlertRow.select(peewee.fn.MAX(AlertRow.event)).scalar(db)
    return {"event": (last or 0) + 1, "event_at": now}


def _put(db: Db, row: AlertRow, values: dict[str, object]) -> None:
    where = (AlertRow.integration == row.integration) & (AlertRow.code == row.code)
    AlertRow.update(values).where(where).execute(db)


def _standing(db: Db, integrations: tuple[str, ...]) -> tuple[Alert, ...]:
    query = AlertRow.select().where(AlertRow.integration.in_(integrations) & (AlertRow.over == False))  # noqa: E712
    return tuple(_alert(db, row) for row in query.order_by(AlertRow.since, AlertRow.integration).execute(db))


def _answer(db: Db, integration: str, code: str, answer: AlertAnswer | None, also: Callable[[Db], object]) -> bool:
    row = _row(db, integration, storable(code))
    if row is None or row.over:
        return False
    _forget(db, integration, row.code)
    if answer is not None:
        reason = None if answer.reason is None else storable(answer.reason)
        said = {"kind": answer.kind.value, "actor": storable(answer.by), "at": clock.to_ms(answer.at), "reason": reason}
        AnswerRow.insert(integration=integration, code=row.code, jobs=row.jobs, message=row.message, **said).execute(db)
    also(db)
    return True


def _answered(db: Db, integration: str, code: str) -> AnswerRow | None:
    here = (AnswerRow.integration == integration) & (AnswerRow.code == code)
    row: AnswerRow | None = AnswerRow.select().where(here).first(db)
    return row


def _forget(db: Db, integration: str, code: str) -> None:
    AnswerRow.delete().where((AnswerRow.integration == integration) & (AnswerRow.code == code)).execute(db)


def _news(db: Db, channel: str, now: int, every: int) -> News | None:
    known: ChannelRow | None = ChannelRow.select().where(ChannelRow.name == channel).first(db)
    if known is not None and known.sent_at <= now < known.sent_at + every:
        return None
    query = AlertRow.select().where(AlertRow.event > (0 if known is None else known.upto)).order_by(AlertRow.event)
    if known is None:  # what was over before there was a channel is no news
        query = query.where(AlertRow.over == False)  # noqa: E712
    alerts = [(_alert(db, row), row.event) for row in query.execute(db)]
    told = [alert for alert, _ in alerts if alert.answer is None]
    return News(tuple(told), alerts[-1][1]) if told else None


def _told_day(db: Db, name: str, due: int) -> None:
    # A channel that is new by then was told every alert that stands; what was over before is no news to it.
    last: int | None = AlertRow.select(peewee.fn.MAX(AlertRow.event)).scalar(db)
    ChannelRow.insert(name=name, upto=last or 0).on_conflict_ignore().execute(db)
    _put_channel(db, name, {"daily_at": due, "error": None})


def _daily(db: Db, channel: str) -> datetime | None:
    at: int | None = ChannelRow.select(ChannelRow.daily_at).where(ChannelRow.name == channel).scalar(db)
    return moment(at or 0)


def _put_channel(db: Db, name: str, values: Mapping[str, object]) -> None:
    ChannelRow.insert(name=name).on_conflict_ignore().execute(db)
    ChannelRow.update(dict(values)).where(ChannelRow.name == name).execute(db)


def _channels(db: Db, names: tuple[str, ...]) -> tuple[ChannelState, ...]:
    known = {row.name: row for row in ChannelRow.select().where(ChannelRow.name.in_(names)).execute(db)}
    return tuple(
        ChannelState(name, moment(known[name].sent_at), known[name].error) if name in known else ChannelState(name, None, None)
        for name in names
    )


def _alert(db: Db, row: AlertRow) -> Alert:
    said = _answered(db, row.integration, row.code)
    answer = None if said is None else AlertAnswer(AnswerKind(said.kind), said.actor, clock.from_ms(said.at), said.reason)
    return Alert(
        integration=row.integration,
        code=row.code,
        message=row.message,
        remedy=row.remedy,
        since=clock.from_ms(row.since),
        last=clock.from_ms(row.last),
        runs=row.runs,
        jobs=row.jobs,
        over=row.over,
        answer=answer,
    )
