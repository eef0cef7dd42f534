"""What the columns of an exported file become, as ``jobsync columns`` shows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from .integration import LeftOut
from .job import JobStatus


@dataclass(frozen=True, slots=True)
class ExportOptions:
    """How an export is to be read, as far as it is said: what an integration's table takes beside ``path``, by the same names."""

    columns: Mapping[str, str] = field(default_factory=dict)
    dates: tuple[str, ...] = ()
    encoding: str | None = None
    header_row: int | None = None
    sheet: str | None = None
    records: str | None = None


@dataclass(frozen=True, slots=True)
class ExportColumn:
    """A column: the field of a job that it becomes (``custom.NAME`` for one that no field takes), and some of its values."""

    column: str
    field: str
    samples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StatusWord:
    """A word of the status column, what it stands for, and how many jobs have it."""

    word: str
    status: JobStatus
    count: int


@dataclass(frozen=True, slots=True)
class ExportReport:
    """What an export comes to.

    Attributes:
        rows: How many rows it has; ``jobs`` of them are jobs.
        left_out: Values that cannot be read.
        set_aside: Why rows are no jobs, the first of them.
        notes: What else a person should know about how it was read.
        tables: The lines to paste into the integration's table, in TOML.
    """

    file: str
    rows: int
    jobs: int
    columns: tuple[ExportColumn, ...]
    statuses: tuple[StatusWord, ...]
    left_out: tuple[LeftOut, ...]
    set_aside: tuple[str, ...]
    notes: tuple[str, ...]
    tables: tuple[str, ...]
