"""The fields that the cached jobs really have, with their commonest values: what a rule can ask for."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import cast

from ..core.models import FieldCatalogue, FieldEntry, FieldValue, JsonValue, Location
from ..rules.cells import shown
from ..rules.fields import CUSTOM, KNOWN, Field, field_named
from ..rules.fitting import CHOICES, OPS, kind_of
from ..storage.jobs.batches import BATCH, ColumnStore, JobBatch
from .evaluator import columns_of

MOST_LOOKED_AT = 100_000
"""Jobs of an integration that are looked at: enough to know what is common, and some seconds at most."""

MOST_VALUES = 2_000
"""Distinct values of a field that are counted; where there are more, those that came first are, and the field says that there are more."""

SHOWN_VALUES = 50
"""Commonest values of a field that are told."""

MOST_CUSTOM = 1_000
"""Custom fields that are told apart."""

LONG = 200
"""Characters from which on a text is no value to choose."""

_UNCOUNTED = frozenset({"description", "url", "id", "target_id"})
"""Fields whose values are never common; whether a job has one is counted all the same."""

OnLooked = Callable[[int], None]
"""Told how many jobs were looked at."""


async def field_catalogue(
    batches: ColumnStore, integrations: Sequence[str], on_progress: OnLooked | None = None, *, batch: int = BATCH
) -> FieldCatalogue:
    """Return the fields of the cached jobs; works off the event loop, a batch at a time, and may be cancelled."""
    counted: dict[str, _Values] = {}
    looked_at = 0
    names = tuple(name for name in KNOWN if name != CUSTOM)
    for integration in integrations:
        last, of_this = 0, 0
        while of_this < MOST_LOOKED_AT:
            jobs = await batches.every(integration, (*names, CUSTOM), after=last, limit=min(batch, MOST_LOOKED_AT - of_this))
            if not jobs.read:
                break
            await asyncio.to_thread(_count, counted, integration, jobs, names)
            last = jobs.read.keys[-1]
            of_this += len(jobs.read)
            looked_at += len(jobs.read)
            if on_progress is not None:
                on_progress(looked_at)
    entries = (values.entry(name, integrations) for name, values in counted.items() if sum(values.jobs.values()))
    return FieldCatalogue(tuple(sorted(entries, key=lambda entry: (-entry.jobs, entry.name))), looked_at, await batches.jobs(integrations))


def _count(counted: dict[str, _Values], integration: str, jobs: JobBatch, names: Sequence[str]) -> None:
    for name, values in columns_of(jobs, names).items():
        counted.setdefault(name, _Values()).add(integration, values, tell=name not in _UNCOUNTED)
    custom: dict[str, list[object]] = {}
    for job in jobs.parts:
        for name, value in _custom(job.custom):
            custom.setdefault(name, []).append(value)
    for name, values in custom.items():
        if name in counted or len(counted) < MOST_CUSTOM + len(names):
            counted.setdefault(name, _Values()).add(integration, values, tell=True)


class _Values:
    """What is known of one field: in how many jobs of each integration it stands, and how often with which value."""

    def __init__(self) -> None:
        self.jobs: Counter[str] = Counter()
        self._values: Counter[Hashable] = Counter()
        self._samples: dict[Hashable, object] = {}
        self._more = False
        self._many = False

    def add(self, integration: str, values: Iterable[object], *, tell: bool) -> None:
        """Count the values of jobs, of which a missing one is None, blank or empty."""
        for value, jobs in _tallied(values):
            several = value if isinstance(value, list | tuple) else (value,)
            single = {_key(each): each for each in several if not _missing(each)}
            if not single:
                continue
            self._many = self._many or isinstance(value, list | tuple)
            self.jobs[integration] += jobs
            for key, each in single.items():
                if tell:
                    self._tell(key, each, jobs)
                elif not self._samples:
                    self._samples[key] = each

    def _tell(self, key: Hashable, value: object, jobs: int) -> None:
        if key in self._values or len(self._values) < MOST_VALUES:
            self._values[key] += jobs
            self._samples.setdefault(key, value)
        else:
            self._more = True

    def entry(self, name: str, integrations: Sequence[str]) -> FieldEntry:
        """Return what is told of the field."""
        field = cast("Field", field_named(name))
        kind = kind_of(field, self._samples.values())
        common = [(key, jobs) for key, jobs in self._values.most_common(SHOWN_VALUES) if not _long(self._samples[key])]
        choices = tuple(integrations) if name == "integration" else CHOICES.get(name, ())
        return FieldEntry(
            name=name,
            kind=kind,
            many=field.many or self._many,
            jobs=sum(self.jobs.values()),
            by_integration=dict(self.jobs),
            values=tuple(FieldValue(shown(self._samples[key]), jobs) for key, jobs in common),
            distinct=None if self._more or not self._values else len(self._values),
            ops=OPS[kind],
            choices=choices,
        )


def _tallied(values: Iterable[object]) -> Iterable[tuple[object, int]]:
    """Return the distinct values with their number where they can be told apart, else each by itself."""
    values = list(values)
    try:
        # Python counts True and 1 as one value: only where all are of one kind is that no loss.
        if len(set(map(type, values)) - {type(None)}) <= 1:
            return Counter(values).items()
    except TypeError:  # lists and objects
        pass
    return ((value, 1) for value in values)


def _custom(custom: Mapping[str, JsonValue], above: str = CUSTOM, depth: int = 3) -> Iterator[tuple[str, object]]:
    """Give the custom fields of a job by their dotted names, those inside objects too."""
    for name, value in custom.items():
        if isinstance(value, dict) and value and depth > 1:
            yield from _custom(value, f"{above}.{name}", depth - 1)
        elif name.strip():
            yield f"{above}.{name}", value


def _missing(value: object) -> bool:
    return value is None or value in ("", (), [], {}) or (isinstance(value, str) and value.isspace())


def _key(value: object) -> Hashable:
    return (type(value).__name__, value if isinstance(value, str | int | float | datetime | Location) else repr(value))


def _long(value: object) -> bool:
    return isinstance(value, str) and len(value) > LONG
