"""The table of jobs: which columns it has, and how a job's values read in them."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import replace
from datetime import datetime
from typing import ClassVar

from ..backend.core import clock
from ..backend.core.models import EVERY, USUAL_ACROSS, JobKey, JobRow, Scope, SortField, SyncStatus, usual_columns
from ..backend.core.text import clean, differs
from ..documents.layout import fit_middle
from ..documents.words import SYNC_WORDS, places, short_ago, status_word
from .content import SYNC_STYLES
from .table.columns import ID_WIDTH, Cell, Column
from .table.virtual_table import VirtualTable

INTEGRATION = "integration"
CUSTOM = "custom."
_TITLES = {
    "name": "Job name",
    "id": "ATS job ID",
    "status": "ATS status",
    "ats_status": "Word of the ATS",
    "url": "Link",
    "updated_at": "Changed",
    "last_synced": "Synced",
    "target_id": "Tenzo job",
}

DISGUISED = "\u26a0"
"""Stands before a name that is not what it looks like: something in it was taken out for the screen."""


def _status_rules() -> str:
    """Return a rule of the style sheet for each sync status, as `SYNC_STYLES` has it for text."""
    rules = []
    for status, style in SYNC_STYLES.items():
        *kinds, colour = style.split()
        rules.append(f"JobTable > .job--{status.value} {{ color: {colour}; text-style: {' '.join(kinds) or 'none'}; }}")
    return "\n    ".join(rules)


class JobTable(VirtualTable[JobRow, JobKey]):
    """Jobs by window. Id, location and client tell jobs of the same name apart.

    Args:
        marks: The marked jobs.
        scope: Whose jobs; a list of several integrations says of each job which it is from.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"job--{status.value}" for status in SyncStatus} | {"job--quiet"}
    DEFAULT_CSS = f"""
    JobTable > .job--quiet {{ color: $text-muted; }}
    {_status_rules()}
    JobTable:ansi > .job--changed {{ text-style: bold; }}
    JobTable:ansi > .job--failed {{ text-style: bold reverse; }}
    """

    def __init__(self, *, marks: Container[JobKey] = frozenset(), scope: Scope = EVERY, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        self.now: datetime = clock.now()
        self._usual = usual_columns(scope)
        self._chosen: tuple[str, ...] = self._usual
        super().__init__(self._chosen_columns(), lambda row: row.key, marks=marks, id=id)

    def tick(self) -> None:
        """Take the time again, and paint the lines whose age reads differently now."""
        self.now = clock.now()
        self.values_changed()

    def choose_columns(self, names: Sequence[str]) -> None:
        """Show these fields in this order from the next list on, the usual ones where there are none."""
        chosen = tuple(names) or self._usual
        if chosen != self._chosen:
            self._chosen = chosen
            self.set_columns(self._chosen_columns())

    def _chosen_columns(self) -> tuple[Column[JobRow], ...]:
        """Return a column for each chosen field; where not all fit, usual ones leave first, then the last of the others."""
        usual = self._usual_columns()
        if self._chosen == self._usual:
            return tuple(usual[name] for name in self._usual)
        more = further(self._chosen)
        columns: list[Column[JobRow]] = []
        for name in self._chosen:
            if name in usual:
                column = usual[name]
                columns.append(replace(column, leaves=column.leaves + len(more) if column.leaves else 0))
            else:
                place = more.index(name)
                columns.append(replace(_plain_column(name, place), leaves=place + 1))
        return tuple(columns)

    @property
    def columns_out_of_sight(self) -> int:
        """Return how many of the fields that somebody chose have no room; of the usual ones some have none in many a terminal."""
        return 0 if self._chosen == self._usual else len(self._chosen) - len(self._lines.layout(self.size.width))

    def _usual_columns(self) -> dict[str, Column[JobRow]]:
        # Beside the integration there is less room for a name, and the place still tells jobs of the same name apart.
        name = 25 if INTEGRATION in self._usual else 30
        columns: tuple[Column[JobRow], ...] = (
            Column(SortField.NAME, "Job Name", name, _name, flex=True, most=44),
            Column(INTEGRATION, "Integration", 11, lambda row: Cell(row.integration, "job--quiet"), flex=True, most=20),
            Column(SortField.ID, "ATS Job ID", ID_WIDTH, lambda row: Cell(fit_middle(row.id, ID_WIDTH)), right=True, leaves=1),
            Column(SortField.LOCATION, "Location", 13, lambda row: Cell(places(row.place, row.more_places)), flex=True, most=30, leaves=2),
            Column(SortField.CLIENT, "Client", 16, lambda row: Cell(row.client or ""), flex=True, most=30, leaves=4),
            Column(SortField.DEPARTMENT, "Department", 14, lambda row: Cell(row.department or ""), flex=True, most=26, leaves=6),
            Column(SortField.STATUS, "ATS", 8, lambda row: Cell(status_word(row.status), "job--quiet"), leaves=5),
            Column(SortField.UPDATED_AT, "Changed", 7, self._updated, right=True, leaves=7),
            Column(SortField.SYNC_STATUS, "Sync", 7, _standing),
            Column(SortField.LAST_SYNCED, "Synced", 6, self._synced, right=True, leaves=3),
        )
        return {column.key: column for column in columns}

    def _updated(self, row: JobRow) -> Cell:
        return Cell(short_ago(row.updated_at, self.now), "job--quiet")

    def _synced(self, row: JobRow) -> Cell:
        return Cell("now" if row.sync_status is SyncStatus.SYNCING else short_ago(row.last_synced, self.now), "job--quiet")


def further(columns: Sequence[str]) -> tuple[str, ...]:
    """Return those of the columns for which the whole job is read."""
    return tuple(name for name in columns if name not in USUAL_ACROSS)


def column_title(name: str) -> str:
    """Return the heading of a column."""
    if name.startswith(CUSTOM):
        return clean(name.removeprefix(CUSTOM), limit=40)
    return _TITLES.get(name) or name.replace("_", " ").replace(".", " ").capitalize()


def _plain_column(name: str, place: int) -> Column[JobRow]:
    def text(row: JobRow) -> Cell:
        return Cell(row.more[place] if place < len(row.more) else "")

    return Column(name, column_title(name), 12, text, flex=True, most=30)


def _name(row: JobRow) -> Cell:
    if not row.name:
        return Cell("(no name)", "job--quiet")
    return Cell(f"{DISGUISED} {clean(row.name)}" if differs(row.name) else row.name)


def _standing(row: JobRow) -> Cell:
    return Cell(SYNC_WORDS[row.sync_status], f"job--{row.sync_status.value}")
