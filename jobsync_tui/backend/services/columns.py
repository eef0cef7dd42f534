"""Columns of a list of jobs: any field of a job by its name, and how a job's value of it reads in a cell."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING

from ..core.canonical import canonical
from ..core.clock import rfc3339
from ..core.errors import UsageError
from ..core.models import CachedJob, JobRow, Location
from ..core.text import clean, nearest
from ..rules.fields import CUSTOM, KNOWN, field_named
from ..storage.search.fold import fold

if TYPE_CHECKING:
    from ..storage.jobs.jobs import JobStore

_ROW_TEXT = 200
"""Characters of a value that a line of a list carries; an export has it whole."""

_OWN: dict[str, Callable[[CachedJob], object]] = {"status": attrgetter("status"), "cached_at": attrgetter("cached_at")}
"""Columns that read otherwise than a condition of a rule does, or that no rule can ask for."""

NAMES: tuple[str, ...] = tuple(dict.fromkeys((*KNOWN, *_OWN)))
"""Every column but the custom fields, which are named ``custom.NAME``."""


def is_column(name: str) -> bool:
    """Return whether a job can have something in a column of that name."""
    return name in _OWN or field_named(name) is not None


def require_columns(names: Iterable[str]) -> None:
    """Let names pass that are columns, each once.

    Raises:
        UsageError: One is none, or stands there twice.
    """
    seen: set[str] = set()
    for name in names:
        if not is_column(name):
            raise UsageError(
                f"{clean(name, limit=60)!r} is no field of a job.{nearest(name, NAMES)}",
                remedy=f"Columns are {', '.join(NAMES)}, and custom.NAME for a custom field",
            )
        if name in seen:
            raise UsageError(f"The column {name} is named twice", remedy="Name each column once")
        seen.add(name)


def column_text(job: CachedJob, name: str) -> str:
    """Return what a job has in a column, as text; empty where it has nothing."""
    if name in _OWN:
        return _text(_OWN[name](job))
    field = field_named(name)
    found = None if field is None else field.read(job)
    return _text(_custom_like(job, name) if found is None else found)


def _custom_like(job: CachedJob, name: str) -> object:
    """Return a custom field whose name is written otherwise: a column is named as freely as a field in a filter."""
    wanted = fold(name)
    return next((value for own, value in job.custom.items() if fold(f"{CUSTOM}.{own}") == wanted), None)


async def with_columns(jobs: JobStore, rows: Sequence[JobRow], columns: Sequence[str]) -> tuple[JobRow, ...]:
    """Return the lines with what their jobs have in further columns; the jobs of these lines are read, and no others."""
    if not columns:
        return tuple(rows)
    found: dict[tuple[str, str], CachedJob] = {}
    in_order = sorted(rows, key=attrgetter("integration"))
    for integration, of_one in groupby(in_order, key=attrgetter("integration")):
        for job in await jobs.get_many(integration, [row.id for row in of_one]):
            if job is not None:
                found[job.integration, job.id] = job
    return tuple(replace(row, more=_texts(found.get((row.integration, row.id)), columns)) for row in rows)


def _texts(job: CachedJob | None, columns: Collection[str]) -> tuple[str, ...]:
    return tuple("" if job is None else column_text(job, name)[:_ROW_TEXT] for name in columns)


def _text(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case datetime():
            return rfc3339(value)[:19].replace("T", " ") + "Z"
        case Location():
            return value.text or ", ".join(part for part in (value.city, value.region, value.country) if part)
        case list() | tuple():
            return (
                "; ".join(filter(None, map(_text, value)))
                if any(isinstance(each, Location) for each in value)
                else ", ".join(filter(None, map(_text, value)))
            )
        case dict():
            return canonical(value)
        case _:
            return str(value)
