"""The audit record: one row for each attempt, append-only, chained by hash.

A row is begun before its attempt writes anything and sealed when the attempt has ended: sealing gives it the next link of the chain and a
hash over the hash before it and every column. Rows that end at once are begun and sealed in one step. The head, in a table of its own,
counts rows and links, so that a row missing at the end is noticed like any other. Whoever may write both could cut the end off and move the
head; that is noticed where the head of an earlier day stands elsewhere: each day's first row has it logged, and every message carries it.
With a key (`chain_key`) the hashes are made by that, from a row on that says so, and so is the way back.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from ...core import clock
from ...core.canonical import Plain, canonical, storable
from ...core.models import AuditEntry, AuditVerification, JsonValue, RecordHead
from ...core.reasons import given_reason
from ...core.text import counted
from ...database import Database, Db, Dialect
from ..jobs.statements import Insertion, change, first, insertion, run
from . import audit_entries
from .audit_entries import Happened
from .chain_key import ChainKey, chain_hash, key_id, key_of
from .tables import AuditHead, AuditRow

log = logging.getLogger(__name__)

HEAD = 1
PRUNE = "prune"
"""The action of a row by which rows before it were taken out."""
KEY_CHANGE = "audit_key"
"""The action of the row from which on the record is chained by a key, by another one, or by none any more."""
_DAY = 86_400_000
"""Milliseconds."""
OPEN = AuditRow.link.is_null()
SEALED = ~OPEN
_GROW_ROWS = "UPDATE audit_head SET rows = rows + ? WHERE id = ? RETURNING rows"
_MOVE_HEAD = "UPDATE audit_head SET links = ?, hash = ? WHERE id = ?"
_HEAD_NOW = "SELECT h.links, h.hash, a.ended_ms FROM audit_head h LEFT JOIN audit a ON a.link = h.links WHERE h.id = ?"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEntry:
    """What is put into the record, such as an attempt.

    ``outcome`` is None while it is under way, ``reason`` why the person who acts said they do.
    """

    actor: str
    action: str
    at: datetime
    integration: str | None = None
    job_id: str | None = None
    job_name: str | None = None
    outcome: str | None = None
    cause: str | None = None
    operation_id: str | None = None
    ruleset_revision: int | None = None
    plan_digest: str | None = None
    before: Mapping[str, JsonValue] = field(default_factory=dict)
    after: Mapping[str, JsonValue] = field(default_factory=dict)
    origin: Mapping[str, str] = field(default_factory=dict)
    reason: str | None = field(default_factory=given_reason)


class AuditStore:
    """Appends to the record, reads it, checks it."""

    def __init__(self, database: Database, *, now: Callable[[], datetime] | None = None) -> None:
        self._database = database
        self._now = now or database.now

    async def record(self, entry: NewEntry) -> int:
        """Append an attempt that has ended, and return its number.

        Raises:
            StorageError: The record cannot be written; then what it would record must not happen.
        """
        return await self._database.write(append, entry, self._now())

    async def record_all(self, entries: Sequence[NewEntry]) -> None:
        """Append attempts that have ended, all of them or none.

        Raises:
            StorageError: As of `record`.
        """
        if entries:
            await self._database.write(append_all, self._database.dialect, entries, self._now())

    async def entries(
        self,
        *,
        integrations: Collection[str] | None = None,
        job_id: str | None = None,
        actor: str | None = None,
        since: datetime | None = None,
        limit: int | None = None,
    ) -> tuple[AuditEntry, ...]:
        """Return what was recorded, newest first.

        Args:
            integrations: Only attempts on these, or on none in particular; None for all.
            job_id: Only attempts on this job.
            actor: Only attempts by this actor.
            since: Only attempts from then on.
            limit: At most so many.
        """
        return await self._database.read(
            audit_entries.entries, integrations=integrations, job_id=job_id, actor=actor, since=since, limit=limit
        )

    async def revisions(self, integration: str, job_id: str) -> tuple[int, int] | None:
        """Return the revisions of the rules by which a job was looked at for a sync, first and last; None where it never was."""
        return await self._database.read(audit_entries.revisions, integration, job_id)

    async def happened(self, integrations: Collection[str], since: datetime, until: datetime | None = None) -> Happened:
        """Return how many jobs of each integration syncs ended with each outcome since then, and why those failed that did.

        A job counts once, for how it stands at the end: what failed and was then mended did not fail, what was created and then updated was
        created. ``until`` leaves out what was begun from then on.
        """
        end = None if until is None else clock.to_ms(until)
        return await self._database.read(audit_entries.happened, tuple(integrations), clock.to_ms(since), end)

    async def days(self, integrations: Collection[str], starts: Sequence[datetime]) -> list[dict[str, dict[str, int]]]:
        """Return for each day, by integration and outcome, of how many jobs a sync ended so.

        Args:
            integrations: Whose jobs.
            starts: When each day begins, and when the last one is over.
        """
        return await self._database.read(audit_entries.days, tuple(integrations), tuple(map(clock.to_ms, starts)))

    async def verify(self, expected: RecordHead | None = None) -> AuditVerification:
        """Recompute the chain and say whether it holds, or where it first does not.

        Args:
            expected: A head of an earlier time, which the record has to hold.
        """
        return await self._database.read(verify, expected)

    async def head(self) -> RecordHead:
        """Return where the record ends now."""
        return await self._database.read(_present_head)


def append(db: Db, entry: NewEntry, now: datetime) -> int:
    """Begin and seal a row in one step; returns its number."""
    seq = begin(db, entry)
    seal(db, seq, entry, now)
    return seq


def append_all(db: Db, dialect: Dialect, entries: Sequence[NewEntry], now: datetime) -> None:
    """Begin and seal a row for each attempt, in their order: thousands in the time that a transaction each would take for a few."""
    seq = _next_seq(db, len(entries))
    link, last = _chained_by_the_key(db, now)
    key = key_of(db)
    rows: list[dict[str, Plain]] = []
    for number, entry in enumerate(entries):
        link += 1
        sealed = _sealed(entry, now, seq=seq + number, link=link, previous=last, key=key)
        last = str(sealed["hash"])
        rows.append({"seq": seq + number, "reason": None, **sealed})
    Insertion("audit", tuple(rows[0])).run(db, dialect, [tuple(row.values()) for row in rows])
    run(db, _MOVE_HEAD, link, last, HEAD)


def begin(db: Db, entry: NewEntry) -> int:
    """Begin a row for an attempt that is about to write; returns its number."""
    seq = _next_seq(db)
    columns = {"seq": seq, **_columns(entry), "hash": ""}
    run(db, insertion("audit", columns), *columns.values())
    return seq


def revise(db: Db, seq: int, entry: NewEntry) -> None:
    """Say how a begun attempt stands, without ending it (its answer was lost and is looked for)."""
    columns = _columns(entry)
    run(db, change("audit", columns, "seq = ? AND link IS NULL"), *columns.values(), seq)


def seal(db: Db, seq: int, entry: NewEntry, now: datetime) -> None:
    """End a begun row: it gets its final columns, the next link and its hash, and never changes again."""
    links, last = _chained_by_the_key(db, now)
    sealed = _sealed(entry, now, seq=seq, link=links + 1, previous=last, key=key_of(db))
    if run(db, change("audit", sealed, "seq = ? AND link IS NULL"), *sealed.values(), seq):
        run(db, _MOVE_HEAD, links + 1, sealed["hash"], HEAD)


def prune(db: Db, before: datetime) -> int:
    """Take out the oldest sealed rows, as far as they all began before ``before``; returns how many went.

    The rest verifies by a row with `prune_mark`, which the caller appends.
    """
    limit = clock.to_ms(before)
    kept = AuditRow.select(AuditRow.link).where(SEALED & (AuditRow.at_ms >= limit)).order_by(AuditRow.link).limit(1)
    first_kept: int | None = kept.scalar(db)
    last = AuditRow.select(AuditRow.link, AuditRow.hash).where(SEALED).order_by(AuditRow.link.desc()).limit(1)
    if first_kept is not None:
        last = last.where(AuditRow.link < first_kept)
    for row in last.namedtuples().execute(db):
        removed: int = AuditRow.delete().where(AuditRow.link <= row.link).execute(db)
        AuditHead.update({AuditHead.pruned: row.link, AuditHead.pruned_hash: row.hash}).where(AuditHead.id == HEAD).execute(db)
        return removed
    return 0


def prune_mark(db: Db) -> dict[str, JsonValue]:
    """Return up to where rows were taken out, which the row of the prune has to say."""
    return _mark(_head(db))


def note_earlier_prune(db: Db, now: datetime) -> None:
    """Append a row that says up to where rows were taken out, to a record whose rows of prunes do not say that.

    A record without any such row gets none: then nothing was taken out that anybody answers for.
    """
    head = _head(db)
    if head.pruned and AuditRow.select().where(SEALED & (AuditRow.action == PRUNE)).exists(db):
        cause = f"an earlier version took out {counted(head.pruned, 'row')}"
        append(db, NewEntry(actor="jobsync", action=PRUNE, at=now, outcome="done", cause=cause, after=_mark(head)), now)


def verify(db: Db, expected: RecordHead | None = None) -> AuditVerification:
    """Walk the chain from the oldest link that is kept to the head, past the ``expected`` one."""
    head = _head(db)
    mark, answered_for = canonical(_mark(head)), head.pruned == 0
    previous, link, rows = head.pruned_hash, head.pruned, 0
    unexpected = _lacks(head, expected)
    key, since = key_of(db), None
    query = AuditRow.select().where(SEALED).order_by(AuditRow.link)
    for row in query.dicts().iterator(db):
        rows += 1
        link += 1
        claimed, columns = row["hash"], {name: value for name, value in row.items() if name != "hash"}
        if row["link"] != link:
            return _broken(head, rows, row["seq"], f"A row is missing before row {row['seq']}.")
        unkeyed = _unkeyed(key, claimed, previous, switches=row["action"] == KEY_CHANGE)
        if unkeyed is not None:
            return _broken(head, rows, row["seq"], f"Row {row['seq']} {unkeyed}")
        since = (row["seq"], row["at_ms"]) if key is not None and key_id(claimed) != key_id(previous) else since
        if chain_hash(previous, _hashed(columns), key if key_id(claimed) else None) != claimed:
            return _broken(head, rows, row["seq"], f"Row {row['seq']} was changed or moved, or one before it was removed.")
        if expected is not None and link == expected.rows and claimed != expected.hash:
            unexpected = f"Row {row['seq']} is not the one that was the last of {counted(link, 'row')}: the record was written anew."
        answered_for = answered_for or (row["action"] == PRUNE and row["after"] == mark)
        previous = claimed
    open_rows = AuditRow.select().where(OPEN).count(db)
    if link != head.links or previous != head.hash:
        return _broken(head, rows, None, f"The end of the record is missing: {head.links - link} of {head.links} rows.")
    if rows + open_rows != head.rows - head.pruned:
        return _broken(head, rows, None, "A row of an attempt that is still open was removed, or one was added.")
    if key is not None and head.links and key_id(head.hash) != key.id:
        return _broken(head, rows, None, "The record does not end chained by audit.key. If that is new, the next action begins it.")
    if not answered_for:
        return _broken(head, rows, None, f"The first {counted(head.pruned, 'row')} were taken out, and no row of the record says by whom.")
    if unexpected is not None:
        return _broken(head, rows, None, unexpected)
    words = f"{counted(rows, 'row')}, unbroken" + (f"; {open_rows} still open" if open_rows else "")
    words += f"; {counted(head.pruned, 'older one')} taken out by a recorded prune" if head.pruned else ""
    if key is not None and head.links:
        words += "; chained by audit.key" if since is None else f"; chained by audit.key from row {since[0]} on, of {_day(since[1])}"
    return AuditVerification(ok=True, rows=head.links, hash=head.hash, kept=rows, first_bad=None, message=f"{words}.")


def _mark(head: AuditHead) -> dict[str, JsonValue]:
    """Return what a row of a prune says of how far it went."""
    return {"pruned": head.pruned, "hash": head.pruned_hash}


def _lacks(head: AuditHead, expected: RecordHead | None) -> str | None:
    """Return why the record cannot hold the head that is expected, as far as its own head says; None where the rows decide."""
    if expected is None or head.pruned < expected.rows <= head.links or not expected.rows:
        return None
    if expected.rows > head.links:
        return f"The end of the record is missing: it had {counted(expected.rows, 'row')}, and has {head.links:,}."
    if expected == RecordHead(head.pruned, head.pruned_hash):
        return None
    return f"Row {expected.rows:,} was taken out by a prune, so that the record cannot show that it was there. Expect a younger head."


def _present_head(db: Db) -> RecordHead:
    head = _head(db)
    return RecordHead(head.links, head.hash)


def _next_seq(db: Db, rows: int = 1) -> int:
    """Make room for so many rows, and return the number of the first one."""
    grown = first(db, _GROW_ROWS, rows, HEAD)
    if grown is not None:
        return int(grown[0]) - rows + 1
    AuditHead.insert({"id": HEAD, "rows": rows, "links": 0, "hash": ""}).execute(db)
    return 1


def _last_link(db: Db, now: datetime) -> tuple[int, str]:
    """Return the number of the last link and its hash, and have them logged before the first row of a day is put behind them."""
    links, last, ended_ms = first(db, _HEAD_NOW, HEAD) or (0, "", None)
    if ended_ms is not None and ended_ms // _DAY != clock.to_ms(now) // _DAY:
        log.info("the record of who did what has the head %d:%s", links, last)
    return links, last


def _chained_by_the_key(db: Db, now: datetime) -> tuple[int, str]:
    """Return the number of the last link and its hash; where the row to come is chained by another key, a row before it says so."""
    links, last = _last_link(db, now)
    key = key_of(db)
    if key_id(last) == ("" if key is None else key.id):
        return links, last
    cause = "the configuration names no audit.key any more" if key is None else f"chained by the key {key.id} of audit.key from here on"
    entry = NewEntry(actor="jobsync", action=KEY_CHANGE, at=now, outcome="done", cause=cause)
    seq = _next_seq(db)
    row = {"seq": seq, **_sealed(entry, now, seq=seq, link=links + 1, previous=last, key=key)}
    run(db, insertion("audit", row), *row.values())
    run(db, _MOVE_HEAD, links + 1, row["hash"], HEAD)
    return links + 1, str(row["hash"])


def _unkeyed(key: ChainKey | None, claimed: str, previous: str, *, switches: bool) -> str | None:
    """Return what is wrong with the key of a row, None where that is the one it must have."""
    made_by = key_id(claimed)
    if made_by and (key is None or made_by != key.id):
        named = "the configuration names no audit.key" if key is None else f"audit.key is the key {key.id}"
        return f"is chained by the key {made_by}, and {named}: it cannot be checked without that."
    if made_by != key_id(previous) and not switches:
        return "is not chained as the row before it, and no row says why."
    return None


def _day(milliseconds: int) -> str:
    return clock.rfc3339(clock.from_ms(milliseconds))[:10]


def _sealed(entry: NewEntry, now: datetime, *, seq: int, link: int, previous: str, key: ChainKey | None) -> dict[str, str | int | None]:
    """Return the columns of a sealed row but its number: ``previous`` is the hash of the link before it."""
    columns = _columns(entry) | {"ended_ms": clock.to_ms(now)}
    return {**columns, "link": link, "hash": chain_hash(previous, {"seq": seq, "link": link, **columns}, key)}


def _hashed(columns: dict[str, Plain]) -> dict[str, Plain]:
    """Return what a row's hash is over: every column, but for a reason that there is none of; rows from before there were any have none."""
    return {name: value for name, value in columns.items() if name != "reason" or value is not None}


def _broken(head: AuditHead, kept: int, first_bad: int | None, message: str) -> AuditVerification:
    return AuditVerification(ok=False, rows=head.links, hash=head.hash, kept=kept, first_bad=first_bad, message=message)


def _head(db: Db) -> AuditHead:
    head: AuditHead | None = AuditHead.select().where(AuditHead.id == HEAD).first(db)
    return head or AuditHead(id=HEAD, rows=0, links=0, hash="", pruned=0, pruned_hash="")


def _columns(entry: NewEntry) -> dict[str, str | int | None]:
    """Return the columns of a row; a reason only where there is one: an older database that is being brought up has no column for it."""
    reason = {} if entry.reason is None else {"reason": storable(entry.reason)}
    return reason | {
        "at_ms": clock.to_ms(entry.at),
        "ended_ms": None,
        "actor": storable(entry.actor),
        "action": entry.action,
        "integration": _text(entry.integration),
        "job_id": _text(entry.job_id),
        "job_name": _text(entry.job_name),
        "outcome": entry.outcome,
        "cause": _text(entry.cause),
        "operation_id": entry.operation_id,
        "ruleset_revision": entry.ruleset_revision,
        "plan_digest": entry.plan_digest,
        "before": canonical(entry.before),
        "after": canonical(entry.after),
        "origin": canonical(entry.origin),
    }


def _text(value: str | None) -> str | None:
    return None if value is None else storable(value)
