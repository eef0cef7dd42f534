"""What a table tells its screen, under the names that `DataTable` gave them."""

from __future__ import annotations

from collections.abc import Hashable

from textual.message import Message
from textual.widget import Widget


class TableMessage(Message):
    """Base of what a table tells: the table, and the row in question."""

    def __init__(self, table: Widget, cursor_row: int = -1, row_key: Hashable | None = None) -> None:
        super().__init__()
        self.data_table = table
        self.cursor_row = cursor_row
        self.row_key = row_key

    @property
    def control(self) -> Widget:
        """Return the table."""
        return self.data_table


class RowHighlighted(TableMessage):
    """The cursor is on another row, or its row was read; ``row_key`` is None while it is not read yet, or where there is none."""

    def can_replace(self, message: Message) -> bool:
        """Only the newest place of the cursor matters."""
        return isinstance(message, RowHighlighted)


class RowSelected(TableMessage):
    """Enter was pressed on a row, or it was clicked twice."""


class HeaderSelected(TableMessage):
    """A heading was clicked: the one of ``column_key``."""

    def __init__(self, table: Widget, column_key: str) -> None:
        super().__init__(table)
        self.column_key = column_key


class ReadFailed(TableMessage):
    """Rows could not be read."""

    def __init__(self, table: Widget, error: Exception) -> None:
        super().__init__(table)
        self.error = error
