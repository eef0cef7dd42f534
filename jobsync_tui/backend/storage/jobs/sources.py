"""The number by which the rows of an integration are kept, and the range of keys that it stands for."""

from __future__ import annotations

from dataclasses import dataclass

import peewee

from ...database import Db
from .statements import rows, run
from .tables import KEY_SHIFT, CounterRow, IntegrationRow


@dataclass(frozen=True, slots=True)
class Source:
    """An integration as the tables know it. ``jobs`` counts its cached jobs, ``last_number`` is the last one given within it."""

    number: int
    id: str
    jobs: int
    last_number: int

    @property
    def low(self) -> int:
        """The lowest key of its jobs."""
        return self.number << KEY_SHIFT

    @property
    def high(self) -> int:
        """The highest key of its jobs."""
        return (self.number + 1 << KEY_SHIFT) - 1


def source_of(db: Db, integration: str) -> Source | None:
    """Return the integration, or None where nothing was ever kept for it."""
    found = sources_of(db, (integration,))
    return found[0] if found else None


def sources_of(db: Db, integrations: tuple[str, ...]) -> tuple[Source, ...]:
    """Return those of the integrations for which anything is kept, by number."""
    names = ", ".join("?" * len(integrations))
    sql = f"SELECT number, id, jobs, last_number FROM integrations WHERE id IN ({names}) ORDER BY number"  # noqa: S608 - question marks
    return tuple(Source(*row) for row in rows(db, sql, *integrations)) if integrations else ()


def ensure_source(db: Db, integration: str) -> Source:
    """Return the integration, giving it a number where it has none yet."""
    found = source_of(db, integration)
    if found is not None:
        return found
    highest: int | None = IntegrationRow.select(peewee.fn.MAX(IntegrationRow.number)).scalar(db)
    number = (highest or 0) + 1
    IntegrationRow.insert(number=number, id=integration).execute(db)
    return Source(number, integration, 0, 0)


def integration_ids(db: Db) -> dict[int, str]:
    """Return the id of every integration by its number."""
    return dict(rows(db, "SELECT number, id FROM integrations"))


def note_change(db: Db) -> None:
    """Raise the version of the jobs: something of them changed in this transaction."""
    run(db, "UPDATE counters SET value = value + 1 WHERE name = ?", "jobs")


def version(db: Db) -> int:
    """Return the version of the jobs as this transaction sees it."""
    ((value,),) = rows(db, "SELECT value FROM counters WHERE name = ?", "jobs")
    return int(value)


def take_number(db: Db, counter: str) -> int:
    """Return the next number of a counter."""
    CounterRow.update(value=CounterRow.value + 1).where(CounterRow.name == counter).execute(db)
    value: int = CounterRow.select(CounterRow.value).where(CounterRow.name == counter).scalar(db)
    return value
