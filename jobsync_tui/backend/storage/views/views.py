"""The saved views in the database. Who may see and change which is asked above (`services.views`)."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import peewee

from ...core import clock
from ...core.canonical import storable
from ...core.models import KeptView, ListView, Sort
from ...database import Database, Db
from ..search.fold import fold
from .tables import ViewRow

Also = Callable[[Db], object]
"""Runs in the transaction of a change, so that the change is recorded or does not happen."""

Allow = Callable[[Sequence[KeptView]], None]
"""Runs in the transaction of a change, before it, on the owner's views as they are then; raises where the change is not to be."""


class ViewStore:
    """Views, each of one owner, by name."""

    def __init__(self, database: Database, now: Callable[[], datetime] | None = None) -> None:
        self._database = database
        self._now = now or database.now

    async def usable_by(self, actor: str) -> tuple[KeptView, ...]:
        """Return the actor's own views by name, then what others share, by name and owner."""
        return await self._database.read(_usable_by, actor)

    async def put(self, kept: KeptView, also: Also, allow: Allow) -> None:
        """Keep a view in the place of its owner's view of the same name, if there is one."""
        await self._database.write(_put, kept, also, allow)

    async def rename(self, owner: str, name: str, new_name: str, also: Also, allow: Allow) -> KeptView:
        """Give a view another name, and return it as it is then; ``allow`` sees to it that there is one, and none of the new name."""
        return await self._database.write(_rename, owner, name, new_name, now=self._now(), also=also, allow=allow)

    async def delete(self, owner: str, name: str, also: Also) -> None:
        """Forget a view."""
        await self._database.write(_delete, owner, name, also)


def move_views(db: Db, old: str, new: str) -> None:
    """Have the views that are for the integration ``old`` be for ``new``: it was renamed."""
    for row in list(ViewRow.select(ViewRow.owner, ViewRow.key, ViewRow.integrations).tuples().execute(db)):
        owner, key, integrations = row
        ids = json.loads(integrations)
        if old in ids:
            moved = json.dumps([new if each == old else each for each in ids])
            ViewRow.update(integrations=moved).where(_is(owner, key)).execute(db)


def _usable_by(db: Db, actor: str) -> tuple[KeptView, ...]:
    own = ViewRow.owner == storable(actor)
    rows = list(ViewRow.select().where(own | (ViewRow.shared == True)).execute(db))  # noqa: E712 - a condition in SQL
    rows.sort(key=lambda row: (row.owner != storable(actor), row.key, row.owner))
    return tuple(_view(row) for row in rows)


def _of(db: Db, owner: str) -> tuple[KeptView, ...]:
    return tuple(_view(row) for row in ViewRow.select().where(ViewRow.owner == storable(owner)).execute(db))


def _view(row: Any) -> KeptView:
    view = ListView(
        name=row.name,
        filter=row.filter_text,
        sort=Sort.parse(row.sort) if row.sort else None,
        columns=tuple(json.loads(row.columns)),
        integrations=tuple(json.loads(row.integrations)),
    )
    return KeptView(row.owner, view, bool(row.shared), clock.from_ms(row.at))


def _put(db: Db, kept: KeptView, also: Also, allow: Allow) -> None:
    allow(_of(db, kept.owner))
    view = kept.view
    values = {
        "owner": storable(kept.owner),
        "key": fold(view.name),
        "name": storable(view.name),
        "shared": kept.shared,
        "integrations": json.dumps(view.integrations),
        "filter_text": storable(view.filter),
        "sort": "" if view.sort is None else str(view.sort),
        "columns": json.dumps([storable(each) for each in view.columns]),
        "at": clock.to_ms(kept.saved_at),
    }
    kept_fields = [ViewRow.name, ViewRow.shared, ViewRow.integrations, ViewRow.filter_text, ViewRow.sort, ViewRow.columns, ViewRow.at]
    ViewRow.insert(values).on_conflict(conflict_target=[ViewRow.owner, ViewRow.key], preserve=kept_fields).execute(db)
    also(db)


def _rename(db: Db, owner: str, name: str, new_name: str, *, now: datetime, also: Also, allow: Allow) -> KeptView:
    allow(_of(db, owner))
    values = {"key": fold(new_name), "name": storable(new_name), "at": clock.to_ms(now)}
    ViewRow.update(values).where(_is(storable(owner), fold(name))).execute(db)
    also(db)
    return _view(ViewRow.select().where(_is(storable(owner), fold(new_name))).get(db))


def _delete(db: Db, owner: str, name: str, also: Also) -> None:
    ViewRow.delete().where(_is(storable(owner), fold(name))).execute(db)
    also(db)


def _is(owner: str, key: str) -> peewee.Expression:
    found: peewee.Expression = (ViewRow.owner == owner) & (ViewRow.key == key)
    return found
