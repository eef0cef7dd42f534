"""The table of the jobs that a change of the rules concerns."""

from __future__ import annotations

from typing import ClassVar

from ..backend.core.models import ImpactJob, JobKey
from ..documents.impact import concerned_words
from ..documents.layout import fit_middle
from ..documents.words import SYNC_WORDS, places
from .table.columns import ID_WIDTH, Cell, Column
from .table.virtual_table import VirtualTable


class ImpactTable(VirtualTable[ImpactJob, JobKey]):
    """Jobs by window, each with how the change concerns it."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"impact--quiet"}
    DEFAULT_CSS = "ImpactTable > .impact--quiet { color: $text-muted; }"

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(_COLUMNS, lambda job: job.job.key, id=id)


_COLUMNS: tuple[Column[ImpactJob], ...] = (
    Column("name", "Job Name", 16, lambda job: Cell(job.job.name or "(no name)"), flex=True, most=44),
    Column("id", "ATS Job ID", ID_WIDTH, lambda job: Cell(fit_middle(job.job.id, ID_WIDTH)), right=True, leaves=3),
    Column("place", "Location", 12, lambda job: Cell(places(job.job.place, job.job.more_places)), flex=True, most=30, leaves=2),
    Column("integration", "ATS", 10, lambda job: Cell(job.job.integration, "impact--quiet"), leaves=4),
    Column("client", "Client", 16, lambda job: Cell(job.job.client or ""), flex=True, most=30, leaves=5),
    Column("sync", "Sync", 7, lambda job: Cell(SYNC_WORDS[job.job.sync_status], "impact--quiet"), leaves=1),
    Column("concerned", "Concerned", 22, lambda job: Cell(concerned_words(job)), flex=True, most=40),
)
