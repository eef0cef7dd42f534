"""The requests and answers of attempts, kept beside the record of who did what for a while: not part of it, and not chained."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec

from ...core import clock
from ...core.canonical import storable
from ...core.ids import new_id
from ...core.models import AuditEntry, WireExchange
from ...database import Database, Db
from ..jobs.statements import first, insertion, rows, run
from . import audit_entries

LONGEST_NUMBER = 18
"""Digits of the number of a row; an operation's id is longer."""
_COLUMNS = ("id", "audit_seq", "at_ms", "exchange")
_OF = "SELECT exchange FROM wire WHERE audit_seq = ? AND at_ms >= ? ORDER BY id"
_OLD = "DELETE FROM wire WHERE at_ms < ?"


@dataclass(frozen=True, slots=True)
class Recorded:
    """Exchanges of an attempt, by the number of its row in the record."""

    record: int
    exchanges: tuple[WireExchange, ...]


class WireStore:
    """Keeps exchanges, finds those of an attempt, and takes them out again."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, recorded: Sequence[Recorded], expired: datetime) -> None:
        """Keep exchanges, and take out what is from before ``expired``. A power cut may lose them: a sync does not wait for a disk.

        Raises:
            StorageError: They cannot be written.
        """
        texts = [(each.record, clock.to_ms(one.at), msgspec.json.encode(one).decode()) for each in recorded for one in each.exchanges]
        await self._database.write_unsynced(_add, texts, clock.to_ms(expired))

    async def entry(self, reference: str) -> AuditEntry | None:
        """Return the row of the record that an operation's id, or the number of the row itself, stands for."""
        return await self._database.read(_entry, reference)

    async def of(self, record: int, since: datetime) -> tuple[WireExchange, ...]:
        """Return the exchanges of an attempt, in their order, but for those from before ``since``."""
        return await self._database.read(_of, record, clock.to_ms(since))

    async def forget(self, before: datetime) -> int:
        """Take out what is from before that moment; returns how many exchanges went."""
        return await self._database.write(run, _OLD, clock.to_ms(before))


def _add(db: Db, texts: Sequence[tuple[int, int, str]], expired: int) -> None:
    for record, at, text in texts:
        run(db, insertion("wire", _COLUMNS), new_id(), record, at, text)
    run(db, _OLD, expired)


def _of(db: Db, record: int, since: int) -> tuple[WireExchange, ...]:
    return tuple(msgspec.json.decode(text, type=WireExchange) for (text,) in rows(db, _OF, record, since))


def _entry(db: Db, reference: str) -> AuditEntry | None:
    if len(reference) <= LONGEST_NUMBER and reference.isascii() and reference.isdigit():
        return audit_entries.numbered(db, int(reference))
    found = first(db, "SELECT audit_seq FROM operations WHERE id = ?", storable(reference))
    return None if found is None else audit_entries.numbered(db, int(found[0]))
