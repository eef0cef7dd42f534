"""The table of what was done: runs of the timer, which open to what they wrote, and what everybody did."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ..backend.core.models import Activity, TimerRun
from ..documents.activity import by_words, result_words, what_words, why_words
from ..documents.layout import fit_middle
from ..documents.words import day_and_time
from .table.columns import ID_WIDTH, Cell, Column
from .table.virtual_table import VirtualTable

NOT_WELL = frozenset({"failed", "not_found", "unknown", "busy", "stale"})
"""Outcomes after which a job can be tried again."""


@dataclass(frozen=True, slots=True)
class ActivityLine:
    """A line of the table. ``within`` says that it belongs to the run above it, ``opened`` that a run shows what it wrote."""

    what: Activity
    within: bool = False
    opened: bool = False

    @property
    def key(self) -> str:
        """Return the key by which the table knows the line."""
        return key_of(self.what)

    @property
    def failed(self) -> bool:
        """Return whether it did not go well."""
        if isinstance(self.what, TimerRun):
            return self.what.outcome not in {None, "ok"}
        return self.what.outcome in NOT_WELL


def key_of(what: Activity) -> str:
    """Return the key of a run or a row."""
    return f"run {what.number}" if isinstance(what, TimerRun) else f"row {what.seq}"


class ActivityTable(VirtualTable[ActivityLine, str]):
    """Lines by window."""

    NOTHING: ClassVar[str] = "nothing was done"
    COMPONENT_CLASSES: ClassVar[set[str]] = {"activity--quiet", "activity--bad"}
    DEFAULT_CSS = """
    ActivityTable > .activity--quiet { color: $text-muted; }
    ActivityTable > .activity--bad { color: $text-error; }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(_COLUMNS, lambda line: line.key, id=id)

    @property
    def line(self) -> ActivityLine | None:
        """The line under the cursor, None while it is not read."""
        return self.get_row_at(self.cursor_row)

    async def line_here(self) -> ActivityLine | None:
        """Return the line under the cursor, of one on its way when it comes."""
        await self.key_here()
        return self.line


def _what(line: ActivityLine) -> Cell:
    if isinstance(line.what, TimerRun):
        return Cell(f"{'-' if line.opened else '+'} {what_words(line.what)}", "activity--quiet")
    return Cell(f"{'    ' if line.within else '  '}{what_words(line.what)}")


def _began(line: ActivityLine) -> Cell:
    what = line.what
    return Cell(day_and_time(what.started_at if isinstance(what, TimerRun) else what.at)[5:16], "activity--quiet")


def _job(line: ActivityLine) -> Cell:
    return Cell("" if isinstance(line.what, TimerRun) else fit_middle(line.what.job_id or "", ID_WIDTH))


_COLUMNS: tuple[Column[ActivityLine], ...] = (
    Column("what", "What", 16, _what, flex=True, most=44),
    Column("began", "When", 11, _began),
    Column("integration", "ATS", 10, lambda line: Cell(line.what.integration or "", "activity--quiet"), flex=True, most=16, leaves=2),
    Column("id", "ATS Job ID", ID_WIDTH, _job, right=True, leaves=3),
    Column("by", "By", 6, lambda line: Cell(by_words(line.what)), flex=True, most=16, leaves=1),
    Column("result", "Result", 9, lambda line: Cell(result_words(line.what), "activity--bad" if line.failed else ""), flex=True, most=28),
    Column("why", "Why", 20, lambda line: Cell(why_words(line.what), "activity--quiet"), flex=True, most=60, leaves=4),
)
