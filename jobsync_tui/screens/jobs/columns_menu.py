"""Which fields of a job the list shows, and in which order, as a menu over the jobs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import BindingType
from textual.widgets import OptionList

from ...backend.core.models import USUAL_COLUMNS
from ...commands import Group, bindings
from ...widgets.job_table import column_title
from ..menu import Entry, Menu
from ..prompt import PromptScreen, Question, Remark

CHOSEN, LEFT = "[x]", "[ ]"


class ColumnsScreen(Menu[tuple[str, ...]]):
    """Ends with the names of the columns in their order; with none for the usual ones; None where nothing is to change.

    Args:
        columns: The columns that are shown, in their order.
        others: What else a job has.
        usual: The columns of a list for which nobody chose.
    """

    BINDINGS: ClassVar[list[BindingType]] = bindings(Group.COLUMNS)

    def __init__(self, columns: Sequence[str], others: Sequence[str], usual: Sequence[str] = USUAL_COLUMNS) -> None:
        self._usual = tuple(usual)
        self._columns = list(columns)
        self._others = [name for name in others if name not in columns]
        super().__init__(
            "Columns, in the order in which they are shown",
            self._made_entries(),
            footnote="space on or off  K J move  a add by name  u usual  enter done",
        )

    def action_turn(self) -> None:
        """Show the field under the cursor, or no longer."""
        name = self._field
        if name is None:
            return
        if name in self._columns:
            self._columns.remove(name)
            self._others.insert(0, name)
        else:
            self._others.remove(name)
            self._columns.append(name)
        self._list_again(name)

    def action_earlier(self) -> None:
        """Move the column under the cursor one place to the left."""
        self._move(-1)

    def action_later(self) -> None:
        """Move the column under the cursor one place to the right."""
        self._move(1)

    def action_add(self) -> None:
        """Add a field by its name: a custom field that few jobs have, say."""

        def added(name: str | None) -> None:
            if name is not None and name.strip() not in self._columns:
                self._others = [each for each in self._others if each != name.strip()]
                self._columns.append(name.strip())
                self._list_again(name.strip())

        self.app.push_screen(PromptScreen(Question(title="Which field? custom.NAME for a custom one", check=_is_field)), added)

    def action_usual(self) -> None:
        """Show the usual columns."""
        self.dismiss(())

    def take(self, chosen: str | None) -> None:  # noqa: ARG002 - of all entries, those that are chosen count
        """Show what is chosen."""
        columns = tuple(self._columns)
        self.dismiss(() if columns == self._usual else columns)

    @property
    def _field(self) -> str | None:
        options = self.query_one(OptionList)
        return None if options.highlighted is None else options.get_option_at_index(options.highlighted).id

    def _move(self, step: int) -> None:
        name = self._field
        if name is None or name not in self._columns:
            return
        place = self._columns.index(name)
        if 0 <= place + step < len(self._columns):
            self._columns.insert(place + step, self._columns.pop(place))
            self._list_again(name)

    def _list_again(self, name: str) -> None:
        self.list_anew(self._made_entries(), name)

    def _made_entries(self) -> list[Entry]:
        names = (*self._columns, *self._others)
        return [Entry(name, f"{CHOSEN if name in self._columns else LEFT} {column_title(name)}", name) for name in names]


async def _is_field(typed: str) -> Remark:
    from ...backend.services.columns import is_column

    return Remark() if is_column(typed.strip()) else Remark("no field of a job; custom fields are custom.NAME", wrong=True)
