"""How the cache of each integration stands, and what the program remembers for each actor."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec

from ...core import clock
from ...core.models import IntegrationState, LeftOut
from ...database import Database, Db
from ..ledger.process import ProcessIdentity
from .codec import moment
from .listing import alive
from .origins import Origin, note_origin, origin_of, predecessors, set_apart
from .set_aside import SetAside, standing
from .tables import IntegrationRow, ListingRow, MemoryRow
from .unknown_words import unknown_words


@dataclass(frozen=True, slots=True)
class CacheState:
    """The cache of one integration.

    Attributes:
        watermark: What its next incremental listing starts from.
        full_at: When everything was listed last.
        complete_at: When everything was listed last and the list was whole.
        left_out: Values that could not be used.
        waits: Why new jobs wait for a person; None where they do not.
    """

    jobs: int = 0
    last_refresh: datetime | None = None
    state: IntegrationState = IntegrationState.NEVER
    last_error: str | None = None
    watermark: str | None = None
    left_out: tuple[LeftOut, ...] = ()
    full_at: datetime | None = None
    complete_at: datetime | None = None
    waits: str | None = None


class IntegrationStore:
    """The state of every integration that was ever used, configured or not."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._process = ProcessIdentity.own()

    async def state(self, integration: str) -> CacheState:
        """Return how the cache of an integration stands; one never used has an empty one."""
        return await self._database.read(_state, integration, self._process, clock.to_ms(self._database.now()))

    async def set_aside(self, integration: str) -> SetAside | None:
        """Return what stands set aside of its listings, None where nothing does."""
        return await self._database.read(standing, integration)

    async def unknown_words(self, integration: str) -> tuple[tuple[str, int], ...]:
        """Return the status words of its jobs that nobody knows, and how many jobs have each."""
        return await self._database.read(unknown_words, integration)

    async def known(self) -> tuple[str, ...]:
        """Return the ids of all integrations for which anything is kept, those too that left the configuration."""
        return await self._database.read(_known)

    async def note_left_out(self, integration: str, found: Sequence[LeftOut], *, full: bool) -> None:
        """Keep what a listing left out: in place of what earlier ones did where it was of everything, else beside it.

        What was refused as a whole counts as of this listing alone, since each asks for it anew.
        """
        await self._database.write(_note_left_out, integration, tuple(found), full)

    async def predecessors(self, integration: str, origin: Origin, configured: Collection[str]) -> tuple[str, ...]:
        """Return the integrations that left the configuration and that this one may be under a new id."""
        return await self._database.read(predecessors, integration, origin, configured)

    async def note_origin(self, integration: str, origin: Origin) -> None:
        """Keep where an integration reads from."""
        if await self._database.read(origin_of, integration) != origin:
            await self._database.write(note_origin, integration, origin)

    async def set_apart(self, integration: str, also: Callable[[Db], object]) -> None:
        """Keep that a person says that an integration is none that was there before; ``also`` is done with it."""

        def keep(db: Db) -> None:
            set_apart(db, integration)
            also(db)

        await self._database.write(keep)

    async def remember(self, actor: str, name: str, value: str) -> None:
        """Keep a value for the actor's next start, such as the last integration or its filter."""
        await self._database.write(_remember, actor, name, value)

    async def recall(self, actor: str, name: str) -> str | None:
        """Return a remembered value."""
        return await self._database.read(_cache, actor, name)


def _state(db: Db, integration: str, process: ProcessIdentity, now: int) -> CacheState:
    for row in IntegrationRow.select().where(IntegrationRow.id == integration).execute(db):
        state = IntegrationState(row.state)
        if state is IntegrationState.REFRESHING and not _lives(db, row.number, process, now):
            state = IntegrationState.INTERRUPTED
        times = moment(row.full_at), moment(row.complete_at)
        kept = (row.jobs, moment(row.last_refresh), state, row.last_error, row.watermark)
        return CacheState(*kept, _left_out(row.left_out), *times, row.waits)
    return CacheState()


def _left_out(kept: str | None) -> tuple[LeftOut, ...]:
    return msgspec.json.decode(kept, type=tuple[LeftOut, ...]) if kept else ()


def _note_left_out(db: Db, integration: str, found: tuple[LeftOut, ...], full: bool) -> None:  # noqa: FBT001 - a callback
    for row in IntegrationRow.select().where(IntegrationRow.id == integration).execute(db):
        before = () if full else _left_out(row.left_out)
        new = {(each.field, each.reason) for each in found}
        kept = (*found, *(each for each in before if each.count and (each.field, each.reason) not in new))
        text = msgspec.json.encode(kept).decode() if kept else None
        if text != row.left_out:
            IntegrationRow.update({IntegrationRow.left_out: text}).where(IntegrationRow.number == row.number).execute(db)


def _lives(db: Db, number: int, process: ProcessIdentity, now: int) -> bool:
    return any(alive(row, process, now) for row in ListingRow.select().where(ListingRow.source == number).execute(db))


def _known(db: Db) -> tuple[str, ...]:
    return tuple(row[0] for row in IntegrationRow.select(IntegrationRow.id).order_by(IntegrationRow.id).tuples().execute(db))


def _remember(db: Db, actor: str, name: str, value: str) -> None:
    query = MemoryRow.insert(actor=actor, name=name, value=value)
    query.on_conflict(conflict_target=[MemoryRow.actor, MemoryRow.name], preserve=[MemoryRow.value]).execute(db)


def _cache(db: Db, actor: str, name: str) -> str | None:
    value: str | None = MemoryRow.select(MemoryRow.value).where((MemoryRow.actor == actor) & (MemoryRow.name == name)).scalar(db)
    return value
