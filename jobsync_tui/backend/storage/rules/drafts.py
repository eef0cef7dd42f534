"""What editors of rules had when they were last left, so that neither a crash nor a hang-up takes it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import peewee

from ...core import clock
from ...core.canonical import storable
from ...core.models import RuleDraft
from ...database import Database, Db
from .tables import DraftRow


class DraftStore:
    """Drafts, each of one actor, by what is edited."""

    def __init__(self, database: Database, now: Callable[[], datetime] | None = None) -> None:
        self._database = database
        self._now = now or database.now

    async def put(self, actor: str, key: str, text: str, base_revision: int) -> RuleDraft:
        """Keep a draft in the place of the one before, and return it."""
        draft = RuleDraft(key, text, base_revision, self._now())
        await self._database.write_unsynced(_put, actor, draft)
        return draft

    async def every(self, actor: str) -> tuple[RuleDraft, ...]:
        """Return an actor's drafts, the latest first."""
        return await self._database.read(_every, actor)

    async def get(self, actor: str, key: str) -> RuleDraft | None:
        """Return a draft, None where there is none."""
        return next((draft for draft in await self.every(actor) if draft.key == storable(key)), None)

    async def drop(self, actor: str, key: str) -> None:
        """Forget a draft; nothing happens where there is none."""
        await self._database.write_unsynced(_drop, actor, key)


def _put(db: Db, actor: str, draft: RuleDraft) -> None:
    values = {
        "actor": storable(actor),
        "key": storable(draft.key),
        "text": storable(draft.text),
        "base_revision": draft.base_revision,
        "at": clock.to_ms(draft.at),
    }
    kept = [DraftRow.text, DraftRow.base_revision, DraftRow.at]
    DraftRow.insert(values).on_conflict(conflict_target=[DraftRow.actor, DraftRow.key], preserve=kept).execute(db)


def _every(db: Db, actor: str) -> tuple[RuleDraft, ...]:
    query = DraftRow.select(DraftRow.key, DraftRow.text, DraftRow.base_revision, DraftRow.at).where(DraftRow.actor == storable(actor))
    rows = query.order_by(DraftRow.at.desc(), DraftRow.key).tuples().execute(db)
    return tuple(RuleDraft(key, text, revision, clock.from_ms(at)) for key, text, revision, at in rows)


def _drop(db: Db, actor: str, key: str) -> None:
    where: peewee.Expression = (DraftRow.actor == storable(actor)) & (DraftRow.key == storable(key))
    DraftRow.delete().where(where).execute(db)
