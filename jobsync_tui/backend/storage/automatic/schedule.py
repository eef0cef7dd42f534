"""The schedule of the automatic sync: slots of a fixed grid, each claimed by one run however clocks jump, and what stops it."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum

import peewee

from ...core import clock
from ...core.canonical import storable
from ...core.models import AutomaticRun, AutomaticState, Hold, HoldKind, Pause, Tick
from ...database import Database, Db
from ..jobs.codec import moment
from ..ledger.tables import AuditRow
from .run_rows import OK, begin_run, dump_run, end_run, load_run, process_name
from .tables import PauseRow, ScheduleRow, TickRow

MOST = 200
"""Spans that are kept. Beyond them the one that lies farthest from the present goes."""


@dataclass(frozen=True, slots=True)
class Spans:
    """Slots that were run, or passed over by the run after them.

    Attributes:
        each: First and last slot of each span, in milliseconds since 1970 UTC; in order, and none touches another.
    """

    each: tuple[tuple[int, int], ...] = ()

    @classmethod
    def load(cls, text: str) -> Spans:
        """Return the spans that `dump` wrote."""
        return cls(tuple((first, last) for first, last in json.loads(text)))

    def dump(self) -> str:
        """Return the spans as text for the database."""
        return json.dumps(self.each, separators=(",", ":"))

    def end_at(self, slot: int) -> int | None:
        """Return the last slot of the span that holds ``slot``; None where none does."""
        return next((last for first, last in self.each if first <= slot <= last), None)

    def before(self, slot: int) -> int | None:
        """Return the last slot before ``slot`` that is done with."""
        return max((last for _, last in self.each if last < slot), default=None)

    def adding(self, slot: int, *, every: int, near: int) -> Spans:
        """Return the spans with a slot that none of them holds.

        Args:
            slot: When it begins.
            every: The grid's width.
            near: A gap before it that is no longer is passed over with it.
        """
        first = last = slot
        others = []
        for span in self.each:
            if 0 < slot - span[1] <= near:
                first = min(first, span[0])
            elif 0 < span[0] - slot <= every:
                last = span[1]
            else:
                others.append(span)
        kept = sorted(others, key=lambda span: min(abs(span[0] - slot), abs(span[1] - slot)))[: MOST - 1]
        return Spans(tuple(sorted([*kept, (first, last)])))

    def until(self, slot: int) -> Spans:
        """Return the spans as far as they do not lie beyond ``slot``."""
        return Spans(tuple((first, min(last, slot)) for first, last in self.each if first <= slot))


KEPT = 500
"""Slots of an integration that are kept."""


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


AHEAD = timedelta(minutes=10)
"""How far another host's clock may be ahead before its slots count as those of a wrong clock."""

LATE = 2
"""Slots after which a schedule that did nothing counts as not running."""

ONLY = 1


class Claim(Enum):
    """What came of a claim."""

    OURS = "ours"
    TAKEN = "taken"
    PASSED = "passed"
    """It was run before the clock went back, and this is the first time that it comes up again."""


class ScheduleStore:
    """Slots, runs, pauses and holds."""

    def __init__(self, database: Database, *, now: Callable[[], datetime] | None = None) -> None:
        self._database = database
        self._now = now

    async def moment(self) -> datetime:
        """Return the present time by which slots are cut."""
        return clock.from_ms(await self._database.read(self._present))

    async def claim(self, integration: str, every: timedelta) -> Claim:
        """Claim the present slot of an integration; it is ours where nobody had it before."""
        return await self._database.write(lambda db: _claim(db, integration, self._present(db), width(every)))

    async def goes_on(self, integration: str) -> datetime | None:
        """Return when a slot comes that was not run yet, where the present one was before the clock went back."""
        return await self._database.read(lambda db: _goes_on(_row(db, integration), self._present(db)))

    async def begin(self, integration: str, every: timedelta) -> None:
        """Note that a run begins."""
        await self._database.write(self._begin, integration, width(every))

    async def end(self, run: AutomaticRun) -> None:
        """Note what a run came to."""
        await self._database.write(self._end, run)

    async def end_slot(self, run: AutomaticRun) -> None:
        """Note what came of the slot that was claimed, also where no run began."""
        await self._database.write(lambda db: end_tick(db, run, self._present(db)))

    async def ticks(self, integrations: Sequence[str], limit: int = 20) -> tuple[Tick, ...]:
        """Return the last slots that were run, newest first."""
        return await self._database.read(last_ticks, tuple(integrations), limit)

    async def hold(self, integration: str, hold: Hold, held_for: str | None = None) -> bool:
        """Have an integration wait for a person; returns False where it does already, for the same.

        Args:
            integration: Its id.
            hold: Why.
            held_for: The rules that the guard stops.
        """
        return await self._database.write(_put_hold, integration, hold, held_for)

    async def release(self, integration: str, *kinds: HoldKind, accept: bool = False) -> Hold | None:
        """Let an integration go on; returns what held it.

        Args:
            integration: Its id.
            kinds: Only what holds it by one of these.
            accept: Let pass what the guard stopped, as long as the rules stay as they were then.
        """
        return await self._database.write(_release, integration, kinds, accept=accept)

    async def held(self, integration: str) -> Hold | None:
        """Return what the integration waits for."""
        return await self._database.read(_held, integration)

    async def guarded(self, integration: str) -> tuple[str | None, str | None]:
        """Return for which rules the guard holds the integration, and which ones a person let pass."""
        return await self._database.read(_guarded, integration)

    async def pause(self, actor: str, until: datetime | None = None, reason: str | None = None) -> Pause:
        """Pause everything; a pause that stands stays as it is where it ends at the same time, else this one takes its place.

        Args:
            actor: Who pauses.
            until: When the pause ends without anybody's doing; None for one that a person ends.
            reason: Why, where they said.
        """
        return await self._database.write(self._pause, actor, 0 if until is None else clock.to_ms(until), reason)

    async def resume(self) -> Pause | None:
        """End the pause, and return it. Slots that were run while the clock was ahead are forgotten: a person says that it is right."""
        return await self._database.write(lambda db: _resume(db, self._present(db)))

    async def paused(self) -> Pause | None:
        """Return the pause that stands."""
        return await self._database.read(lambda db: _paused(db, self._present(db)))

    async def over(self, also: Callable[[Db, Pause], None]) -> Pause | None:
        """Take away a pause whose time is over, and return it; ``also`` is done with it in the same transaction, by one process alone."""
        if not await self._database.read(lambda db: PauseRow.select().where(self._is_over(db)).exists(db)):
            return None
        return await self._database.write(self._take_over, also)

    async def states(self, integrations: Sequence[str], running: Collection[str] = ()) -> tuple[AutomaticState, ...]:
        """Return how the schedule of each integration stands. Which ones have a run under way their leases say, and so the caller."""
        return await self._database.read(self._states, tuple(integrations), frozenset(running))

    def _present(self, db: Db) -> int:
        return self._database.dialect.present(db) if self._now is None else clock.to_ms(self._now())

    def _begin(self, db: Db, integration: str, every: int) -> None:
        now = self._present(db)
        _put(db, integration, {"started_at": now, "ended_at": 0, "every": every})
        begin_run(db, integration, now)

    def _end(self, db: Db, run: AutomaticRun) -> None:
        now = self._present(db)
        _put(db, run.integration, {"ended_at": now, "last": dump_run(run)})
        end_run(db, run, now)

    def _pause(self, db: Db, actor: str, until: int, reason: str | None) -> Pause:
        now = self._present(db)
        stands = _paused(db, now)
        if stands is not None and clock.to_ms(stands.until or clock.from_ms(0)) == until:
            return stands
        PauseRow.delete().execute(db)
        said = None if reason is None else storable(reason)
        PauseRow.insert({"id": ONLY, "actor": actor, "at": now, "until": until, "reason": said}).execute(db)
        return Pause(actor, clock.from_ms(now), moment(until), reason)

    def _take_over(self, db: Db, also: Callable[[Db, Pause], None]) -> Pause | None:
        for row in PauseRow.select().where(self._is_over(db)).execute(db):
            if PauseRow.delete().where(self._is_over(db)).execute(db):
                also(db, _pause_of(row))
                return _pause_of(row)
        return None

    def _is_over(self, db: Db) -> peewee.Expression:
        return (PauseRow.until != 0) & (PauseRow.until <= self._present(db))

    def _states(self, db: Db, integrations: tuple[str, ...], running: frozenset[str]) -> tuple[AutomaticState, ...]:
        now = self._present(db)
        pause = _paused(db, now)
        states = (_state(_row(db, each), each, now, pause=pause, running=each in running) for each in integrations)
        return tuple(replace(each, stopped=False) if each.stopped and _resumed_lately(db, each, now) else each for each in states)


def width(every: timedelta) -> int:
    """Return the grid's width in milliseconds; at least a second."""
    return max(1000, every // timedelta(milliseconds=1))


def slot(now: int, every: int) -> int:
    """Return when the slot began that ``now`` falls into."""
    return now - now % every


def _claim(db: Db, integration: str, now: int, every: int) -> Claim:
    row = _row(db, integration) or ScheduleRow(integration=integration)
    present, near = slot(now, every), max(2 * every, AHEAD // timedelta(milliseconds=1))
    if present <= row.tick <= present + near or present == row.passed:
        return Claim.TAKEN
    spans = Spans.load(row.spans)
    if spans.end_at(present) is not None:
        _put(db, integration, {"passed": present})
        return Claim.PASSED
    _put(db, integration, {"tick": present, "every": every, "spans": spans.adding(present, every=every, near=near).dump()})
    before = spans.before(present) if row.every == every else None
    begin_tick(db, integration, present, now, missed=0 if before is None else max(0, (present - before) // every - 1))
    return Claim.OURS


def _goes_on(row: ScheduleRow | None, now: int) -> datetime | None:
    if row is None or not row.every:
        return None
    end = Spans.load(row.spans).end_at(slot(now, row.every))
    return None if end is None else clock.from_ms(slot(end, row.every) + row.every)


def _put_hold(db: Db, integration: str, hold: Hold, held_for: str | None) -> bool:
    row = _row(db, integration)
    if row is not None and (row.hold, row.held_for) == (hold.kind.value, held_for):
        return False
    told = {"held_since": clock.to_ms(hold.since), "hold_message": hold.message, "hold_remedy": hold.remedy}
    _put(db, integration, {"hold": hold.kind.value, "held_for": held_for, **told})
    return True


def _put(db: Db, integration: str, values: Mapping[str, object]) -> None:
    ScheduleRow.insert(integration=integration).on_conflict_ignore().execute(db)
    ScheduleRow.update(dict(values)).where(ScheduleRow.integration == integration).execute(db)


def _row(db: Db, integration: str) -> ScheduleRow | None:
    row: ScheduleRow | None = ScheduleRow.select().where(ScheduleRow.integration == integration).first(db)
    return row


def _held(db: Db, integration: str) -> Hold | None:
    row = _row(db, integration)
    return None if row is None else _hold_of(row)


def _hold_of(row: ScheduleRow) -> Hold | None:
    return None if row.hold is None else Hold(HoldKind(row.hold), clock.from_ms(row.held_since), row.hold_message, row.hold_remedy)


def _guarded(db: Db, integration: str) -> tuple[str | None, str | None]:
    row = _row(db, integration)
    return (None, None) if row is None else (row.held_for if row.hold == HoldKind.GUARD.value else None, row.accepted)


def _release(db: Db, integration: str, kinds: tuple[HoldKind, ...], *, accept: bool) -> Hold | None:
    row = _row(db, integration)
    hold = None if row is None else _hold_of(row)
    if row is None or hold is None or hold.kind not in kinds:
        return None
    values: dict[str, object] = {"hold": None, "held_for": None}
    if accept and hold.kind is HoldKind.GUARD:
        values["accepted"] = row.held_for
    _put(db, integration, values)
    return hold


def _paused(db: Db, now: int) -> Pause | None:
    for row in PauseRow.select().where((PauseRow.until == 0) | (PauseRow.until > now)).execute(db):
        return _pause_of(row)
    return None


def _pause_of(row: PauseRow) -> Pause:
    return Pause(row.actor, clock.from_ms(row.at), moment(row.until), row.reason)


def _resume(db: Db, now: int) -> Pause | None:
    pause = _paused(db, now)
    PauseRow.delete().execute(db)
    for row in ScheduleRow.select().where(ScheduleRow.every > 0).execute(db):
        present = slot(now, row.every)
        _put(db, row.integration, {"tick": min(row.tick, present), "spans": Spans.load(row.spans).until(present).dump()})
    return pause


def _state(row: ScheduleRow | None, integration: str, now: int, *, pause: Pause | None, running: bool) -> AutomaticState:
    if row is None:
        return AutomaticState(integration=integration, pause=pause)
    hold = _hold_of(row)
    run = None if row.last is None else load_run(row.last)
    state = AutomaticState(
        integration=integration, last_run=moment(row.started_at), ended_at=moment(row.ended_at), run=run, hold=hold, pause=pause
    )
    if pause is not None or hold is not None or not row.every or not row.tick:
        return state
    if running:
        return replace(state, next_run=clock.from_ms(slot(now, row.every) + row.every))
    # A run that takes longer than a slot is followed by the slot after its end.
    last = max(row.tick, slot(row.ended_at, row.every))
    if last - now > _patience(row.every):
        return state
    due = slot(last, row.every) + row.every
    return replace(state, next_run=clock.from_ms(due) if due > now else None, stopped=now - last > _patience(row.every))


def _patience(every: int) -> int:
    """Return the milliseconds from a slot on after which a schedule that did nothing more counts as not running."""
    return max(LATE * every, every + 60_000)


def _resumed_lately(db: Db, state: AutomaticState, now: int) -> bool:
    """Return whether a pause or a hold ended so lately that no run can have followed yet."""
    every = ScheduleRow.select(ScheduleRow.every).where(ScheduleRow.integration == state.integration).scalar(db)
    since = now - _patience(every)
    by_itself = PauseRow.select().where((PauseRow.until > since) & (PauseRow.until <= now)).exists(db)
    resumed = AuditRow.select().where((AuditRow.action == "auto resume") & (AuditRow.at_ms > since)).exists(db)
    return bool(by_itself or resumed)
