"""The protocol of a listing: begun, stored page by page with its cursor, finished or failed, and resumed where it stopped.

The row of a listing is also its lease: one listing of an integration at a time, on any host. A holder shows by its heartbeat that it
lives; one that does not, or whose process is known to have ended, is taken over. A page of a listing that was taken over is refused.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import peewee

from ...core.canonical import storable
from ...core.clock import from_ms
from ...core.errors import Busy
from ...core.models import IntegrationState, Job, RejectedRow, SyncStatus
from ...database import Db, Dialect
from ..ledger.process import ProcessIdentity
from ..outcomes.outcomes import forget_standing
from .listing_gap import gap, missing
from .set_aside import forget_earlier, forget_nameless, put_aside, take_back
from .sources import Source, ensure_source, note_change, take_number
from .tables import IntegrationRow, JobRecord, ListingRow, SightingRow
from .tally import ListingTally
from .upsert import NONE, upsert

NOTHING = ListingTally()

STALE_AFTER_MS = 60_000
"""Silence after which a listing's holder counts as dead; a heartbeat comes every ten seconds."""

RESUME_WITHIN_MS = 24 * 3_600_000
"""Age up to which an interrupted listing is resumed: its cursor and its watermark grow old with it."""


@dataclass(frozen=True, slots=True)
class ListingState:
    """A listing that is under way, as its holder knows it.

    Attributes:
        id: Number of the listing; jobs remember which one saw them last.
        integration: Id of the integration.
        full: Whether everything is asked for, or what changed since ``watermark``.
        watermark: Of the last complete listing; None for a full one.
        cursor: Where to go on; None at the beginning.
        seen: Jobs stored so far.
        resumed: Whether pages of it were stored before this start.
        holder: Who lists: refused once somebody else took over.
        tally: What the pages before this start came to.
    """

    id: int
    integration: str
    full: bool
    watermark: str | None
    cursor: str | None
    seen: int
    resumed: bool
    holder: str
    tally: ListingTally = NOTHING


@dataclass(frozen=True, slots=True)
class PageCounts:
    """What storing a page did. ``seen`` counts each job of the listing once, however many pages hold it."""

    seen: int
    added: int
    changed: int
    gone: int
    returned: int


@dataclass(frozen=True, slots=True)
class GoneCounts:
    """What the end of a listing did: jobs marked gone, and jobs it lacked that the guard left as they were, of how many ``known`` ones."""

    gone: int
    withheld: int
    known: int = 0


def begin(db: Db, integration: str, process: ProcessIdentity, *, full: bool, now: int) -> ListingState:
    """Begin a listing for ``process``, or resume an interrupted one of the same kind.

    Raises:
        Busy: Somebody is listing the integration.
    """
    source = ensure_source(db, integration)
    holder = secrets.token_hex(8)
    found = _listing(db, source)
    if found is not None:
        _refuse_if_alive(found, integration, process, now)
        if _resumable(found, full=full, now=now):
            _update(db, found.id, holder=holder, process=process.dump(), heartbeat=now)
            _set_state(db, source, IntegrationState.REFRESHING)
            return ListingState(
                found.id,
                integration,
                bool(found.full),
                found.watermark,
                found.cursor,
                found.seen,
                resumed=True,
                holder=holder,
                tally=ListingTally.read(found.tally),
            )
        ListingRow.delete().where(ListingRow.id == found.id).execute(db)
    watermark = None if full else _watermark(db, source)
    number = _next_id(db)
    values = {
        "source": source.number,
        "full": watermark is None,
        "started_at": now,
        "watermark": watermark,
        "holder": holder,
        "process": process.dump(),
        "heartbeat": now,
        "id": number,
        "first_number": source.last_number,
    }
    ListingRow.insert(values).execute(db)
    _set_state(db, source, IntegrationState.REFRESHING)
    return ListingState(number, integration, watermark is None, watermark, None, 0, resumed=False, holder=holder)


def store_page(
    db: Db,
    dialect: Dialect,
    listing: ListingState,
    jobs: Sequence[Job],
    *,
    deleted: Sequence[str],
    unread: Sequence[str],
    rejected: Sequence[RejectedRow],
    tally: ListingTally | None,
    cursor: str | None,
    now: int,
    own_ids: Mapping[str, str] = NONE,
) -> PageCounts:
    """Store a page, or several at once, and the cursor behind it.

    The ``unread`` ids were listed too, and are not missing; ``rejected`` rows are set aside until their jobs can be read. ``tally`` is what
    the listing has come to with these pages; without it they are jobs that were read singly for it, and its cursor stays.

    Raises:
        Busy: The listing was taken over.
    """
    _check_held(db, listing)
    source = ensure_source(db, listing.integration)
    done = upsert(db, dialect, source, jobs, listing=listing.id, now=now, own_ids=own_ids)
    gone = mark_deleted(db, dialect, source, deleted)
    _sight(db, dialect, source, listing, unread)
    take_back(db, dialect, source, [job.id for job in jobs])
    put_aside(db, dialect, source, listing.id, rejected)
    change: dict[str, object] = {"heartbeat": now, "seen": ListingRow.seen + done.seen}
    if tally is not None:
        change |= {"cursor": cursor, "tally": tally.text()}
    ListingRow.update(**change).where(ListingRow.id == listing.id).execute(db)
    return PageCounts(done.seen, done.added, done.changed, gone, done.returned)


def beat(db: Db, listing: ListingState, now: int) -> None:
    """Show that the holder lives.

    Raises:
        Busy: The listing was taken over.
    """
    _check_held(db, listing)
    _update(db, listing.id, heartbeat=now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How a listing ended, as whoever read it sees it.

    Attributes:
        watermark: What the next listing of changes starts from; None where the ATS cannot filter by change.
        complete: Whether what a full listing lacks is gone.
        accept_gone: Whether that may be more than the guard lets pass.
        settled: Whether everything up to ``watermark`` is in the cache, or kept as set aside; where it is not, an earlier one stands.
        state: How the cache stands by it.
        error: Why that is not "ok".
        waits: Why new jobs wait for a person; None ends that where everything was listed.
    """

    watermark: str | None
    complete: bool
    accept_gone: bool = False
    settled: bool = True
    state: IntegrationState = IntegrationState.OK
    error: str | None = None
    waits: str | None = None


def finish(db: Db, listing: ListingState, ending: Ending, now: int) -> GoneCounts:
    """End a listing that came to its last page. Only a full one that is ``complete`` tells which jobs are gone.

    Raises:
        Busy: The listing was taken over.
    """
    _check_held(db, listing)
    source = ensure_source(db, listing.integration)
    evaluated = listing.full and ending.complete
    counts = _mark_missing(db, source, listing, accept_gone=ending.accept_gone) if evaluated else GoneCounts(0, 0)
    values = _outcome(db, source, listing, ending, now)
    ListingRow.delete().where(ListingRow.id == listing.id).execute(db)
    IntegrationRow.update(**values).where(IntegrationRow.number == source.number).execute(db)
    if counts.gone:
        note_change(db)
    return counts


def _outcome(db: Db, source: Source, listing: ListingState, ending: Ending, now: int) -> dict[str, object]:
    """Return what the end of a listing leaves on its integration, and forget what it has read anew of rows that were set aside."""
    failed = ending.state is IntegrationState.FAILED
    values: dict[str, object] = {"state": ending.state.value, "last_error": ending.error}
    if not failed:
        values["last_refresh"] = now
        moves = ending.settled or (listing.full and _watermark(db, source) is None)
        if moves and (listing.full or ending.watermark is not None):
            values["watermark"] = ending.watermark
        if ending.settled:
            forget_nameless(db, source, listing.id)
    if listing.full:
        values["full_at"] = now
        values["waits"] = ending.waits
        forget_earlier(db, source, listing.id)
        if ending.state is IntegrationState.OK:
            values["complete_at"] = now
    elif ending.waits is not None:
        values["waits"] = ending.waits
    return values


def fail(db: Db, listing: ListingState, error: str | None, now: int) -> None:
    """Leave a listing as it stands, to be resumed; without an ``error`` it was interrupted."""
    _check_held(db, listing)
    source = ensure_source(db, listing.integration)
    _update(db, listing.id, holder=None, heartbeat=now)
    state = IntegrationState.INTERRUPTED if error is None else IntegrationState.FAILED
    values = {IntegrationRow.state: state.value, IntegrationRow.last_error: error}
    IntegrationRow.update(values).where(IntegrationRow.number == source.number).execute(db)


def restart(db: Db, listing: ListingState, *, full: bool, now: int) -> ListingState:
    """Forget the pages of a listing whose cursor, or whose watermark, the ATS takes no longer, and begin anew for the same holder."""
    _check_held(db, listing)
    source = ensure_source(db, listing.integration)
    watermark = None if full else listing.watermark
    number = _next_id(db)
    values = {"source": source.number, "full": watermark is None, "started_at": now, "watermark": watermark}
    kept = ListingRow.select(ListingRow.process, ListingRow.first_number).where(ListingRow.id == listing.id)
    ((process, first_number),) = kept.tuples().execute(db)
    ListingRow.delete().where(ListingRow.id == listing.id).execute(db)
    ListingRow.insert(id=number, holder=listing.holder, process=process, heartbeat=now, first_number=first_number, **values).execute(db)
    return ListingState(number, listing.integration, watermark is None, watermark, None, 0, resumed=False, holder=listing.holder)


def mark_deleted(db: Db, dialect: Dialect, source: Source, ids: Sequence[str]) -> int:
    """Mark the jobs that the ATS itself says are deleted."""
    if not ids:
        return 0
    take_back(db, dialect, source, ids)
    where = (JobRecord.source == source.number) & dialect.any_of(JobRecord.id, [storable(job_id) for job_id in ids])
    return _mark_gone(db, where)


def _mark_missing(db: Db, source: Source, listing: ListingState, *, accept_gone: bool) -> GoneCounts:
    """Mark the jobs that the listing lacks."""
    found = gap(db, source, listing.id, full=True, limit=0)
    if found.too_much and not accept_gone:
        return GoneCounts(0, found.lacking, found.known)
    if not found.lacking:
        return GoneCounts(0, 0)
    return GoneCounts(_mark_gone(db, missing(db, source, listing.id)), 0)


def _mark_gone(db: Db, where: peewee.Expression) -> int:
    change = {JobRecord.gone: True, JobRecord.sync_status: SyncStatus.GONE.value}
    forget_standing(db, where & (JobRecord.gone == False))  # noqa: E712
    marked: int = JobRecord.update(change).where(where & (JobRecord.gone == False)).execute(db)  # noqa: E712
    if marked:
        note_change(db)
    return marked


def _sight(db: Db, dialect: Dialect, source: Source, listing: ListingState, ids: Sequence[str]) -> None:
    """Note that the listing held jobs that could not be read; what the cache has of them stays."""
    if ids:
        where = (JobRecord.source == source.number) & dialect.any_of(JobRecord.id, [storable(job_id) for job_id in ids])
        keys = JobRecord.select(JobRecord.key).where(where)
        SightingRow.update({SightingRow.listing: listing.id}).where(SightingRow.key.in_(keys)).execute(db)


def _listing(db: Db, source: Source) -> ListingRow | None:
    for row in ListingRow.select().where(ListingRow.source == source.number).execute(db):
        found: ListingRow = row
        return found
    return None


def alive(found: ListingRow, observer: ProcessIdentity, now: int) -> bool:
    """Return whether somebody is at the listing, as far as ``observer`` can tell."""
    held = found.holder is not None and now - found.heartbeat <= STALE_AFTER_MS
    return held and not ProcessIdentity.load(found.process).known_dead(observer)


def _refuse_if_alive(found: ListingRow, integration: str, process: ProcessIdentity, now: int) -> None:
    if not alive(found, process, now):
        return
    other = ProcessIdentity.load(found.process)
    who = f"process {other.pid} on {other.host}"
    raise Busy(
        f"{integration} is being refreshed by {who}.",
        holder=who,
        since=from_ms(found.started_at),
        remedy="Wait for it to end; a refresh whose process died is taken over within a minute.",
    )


def _resumable(found: ListingRow, *, full: bool, now: int) -> bool:
    """Return whether to go on with an interrupted listing: one with a page, fresh enough, that asks for no less."""
    fresh = 0 <= now - found.started_at <= RESUME_WITHIN_MS
    return found.cursor is not None and fresh and (bool(found.full) or not full)


def _check_held(db: Db, listing: ListingState) -> None:
    holder: str | None = ListingRow.select(ListingRow.holder).where(ListingRow.id == listing.id).scalar(db)
    if holder != listing.holder:
        raise Busy(f"The refresh of {listing.integration} was taken over by another process.", holder=holder or "")


def _update(db: Db, listing_id: int, **values: object) -> None:
    ListingRow.update(**values).where(ListingRow.id == listing_id).execute(db)


def _next_id(db: Db) -> int:
    """Return a number that no listing had before: jobs remember the listing that saw them last."""
    return take_number(db, "listings")


def _watermark(db: Db, source: Source) -> str | None:
    watermark: str | None = IntegrationRow.select(IntegrationRow.watermark).where(IntegrationRow.number == source.number).scalar(db)
    return watermark


def _set_state(db: Db, source: Source, state: IntegrationState) -> None:
    IntegrationRow.update({IntegrationRow.state: state.value}).where(IntegrationRow.number == source.number).execute(db)
