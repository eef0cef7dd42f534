"""The table of jobs: which columns it has, and how a job's values read in them."""

from __future__ import annotations

from collections.abc import Container
from datetime import datetime
from typing import ClassVar

from ..backend.core import clock
from ..backend.core.models import JobRow, SortField, SyncStatus
from ..backend.core.text import clean, differs
from ..documents.layout import fit_middle
from ..documents.words import SYNC_WORDS, places, short_ago, status_word
from .table.columns import ID_WIDTH, Cell, Column
from .table.virtual_table import VirtualTable

DISGUISED = "\u26a0"
"""Stands before a name that is not what it looks like: something in it was taken out for the screen."""


class JobTable(VirtualTable[JobRow]):
    """Jobs by window. Id, location and client tell jobs of the same name apart.

    Args:
        marks: Ids of the marked jobs.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"job--{status.value}" for status in SyncStatus} | {"job--quiet"}
    DEFAULT_CSS = """
    JobTable > .job--never, JobTable > .job--gone, JobTable > .job--quiet { color: $text-muted; }
    JobTable > .job--syncing { color: $text-accent; }
    JobTable > .job--synced { color: $text-success; }
    JobTable > .job--changed { color: $text-warning; }
    JobTable > .job--unknown { color: $text-warning; text-style: bold; }
    JobTable > .job--failed { color: $text-error; text-style: bold; }
    JobTable:ansi > .job--changed { text-style: bold; }
    JobTable:ansi > .job--failed { text-style: bold reverse; }
    """

    def __init__(self, *, marks: Container[str] = (), id: str | None = None) -> None:  # noqa: A002 - Textual's name
        self.now: datetime = clock.now()
        super().__init__(self._make_columns(), lambda row: row.id, marks=marks, id=id)

    def tick(self) -> None:
        """Take the time again, and paint the lines whose age reads differently now."""
        self.now = clock.now()
        self.values_changed()

    def _make_columns(self) -> tuple[Column[JobRow], ...]:
        return (
            Column(SortField.NAME, "Job Name", 30, _name, flex=True, most=44),
            Column(SortField.ID, "ATS Job ID", ID_WIDTH, lambda row: Cell(fit_middle(row.id, ID_WIDTH)), right=True, leaves=1),
            Column(SortField.LOCATION, "Location", 13, lambda row: Cell(places(row.place, row.more_places)), flex=True, most=30, leaves=2),
            Column(SortField.CLIENT, "Client", 16, lambda row: Cell(row.client or ""), flex=True, most=30, leaves=4),
            Column(SortField.DEPARTMENT, "Department", 14, lambda row: Cell(row.department or ""), flex=True, most=26, leaves=6),
            Column(SortField.STATUS, "ATS", 8, lambda row: Cell(status_word(row.status), "job--quiet"), leaves=5),
            Column(SortField.UPDATED_AT, "Changed", 7, self._updated, right=True, leaves=7),
            Column(SortField.SYNC_STATUS, "Sync", 7, _standing),
            Column(SortField.LAST_SYNCED, "Synced", 6, self._synced, right=True, leaves=3),
        )

    def _updated(self, row: JobRow) -> Cell:
        return Cell(short_ago(row.updated_at, self.now), "job--quiet")

    def _synced(self, row: JobRow) -> Cell:
        return Cell("now" if row.sync_status is SyncStatus.SYNCING else short_ago(row.last_synced, self.now), "job--quiet")


def _name(row: JobRow) -> Cell:
    if not row.name:
        return Cell("(no name)", "job--quiet")
    return Cell(f"{DISGUISED} {clean(row.name)}" if differs(row.name) else row.name)


def _standing(row: JobRow) -> Cell:
    return Cell(SYNC_WORDS[row.sync_status], f"job--{row.sync_status.value}")
