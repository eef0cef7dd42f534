"""Textual's own table with 10,000 rows and a field that filters them, as the manual has it. ``python -m benchmarks.app_table``."""

from __future__ import annotations

from textual import on
from textual.app import App, ComposeResult
from textual.widgets import DataTable, Input

from benchmarks.app_data import made

TABLE_ROWS = 10_000


class Table(App[None]):
    """Textual's table, filtered by clearing it and adding what matches."""

    def compose(self) -> ComposeResult:
        """Show a field and the table."""
        yield Input()
        yield DataTable(cursor_type="row")

    def on_mount(self) -> None:
        """Fill the table."""
        self._jobs = [(job.name or "", job.id, job.status.value, job.client or "", job.department or "") for job in made(TABLE_ROWS)]
        self._table.add_columns("Name", "Id", "Status", "Client", "Department")
        self._fill("")

    @property
    def _table(self) -> DataTable[str]:
        return self.query_one(DataTable)

    @on(Input.Changed)
    def filter_changed(self, event: Input.Changed) -> None:
        """Show what matches."""
        self._fill(event.value.casefold())

    def _fill(self, text: str) -> None:
        words = text.split()
        self._table.clear()
        self._table.add_rows(row for row in self._jobs if all(word in f"{row[0]} {row[1]}".casefold() for word in words))


if __name__ == "__main__":
    Table().run()
