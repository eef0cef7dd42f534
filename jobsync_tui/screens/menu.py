"""A small list to choose from, over the screen that asks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import ClassVar, Generic, TypeVar

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from ..documents.layout import padded, wrap
from ..widgets.choice_list import ChoiceList
from ..widgets.content import line
from ..widgets.field import Field

WIDTH, SHARE = 72, 0.96
"""Cells of a menu, and how much of the screen it takes at most: as in the style document."""

_FRAME = 7
"""Cells of a menu beside a line of its list: border, padding, the cursor's place and the scroll bar."""

_GAP = 2
"""Cells between two columns."""


_RANKS = range(3)
"""How near an entry can be to what is typed: by its name, by what stands beside it, by words that are only searched."""

EndT = TypeVar("EndT")


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing to choose. ``key`` and ``hint`` stand beside it: what it is pressed by, and what it does; ``also`` is only searched."""

    id: str
    name: str
    hint: str = ""
    key: str = ""
    also: str = ""

    def rank(self, words: Sequence[str]) -> int | None:
        """Return how near the entry is to casefolded words, 0 being nearest: where its name has them all; None where some are nowhere."""
        read = f"{self.name} {self.key} {self.hint}"
        places = (self.name, read, f"{read} {self.also}")
        return next((rank for rank, text in enumerate(places) if all(word in text.casefold() for word in words)), None)


class Menu(ModalScreen[EndT | None], Generic[EndT]):
    """A list to choose from, which ends as `take` says, or with None. With ``searchable``, typing narrows the list.

    Args:
        title: What is chosen.
        entries: What there is to choose from.
        chosen: The id of the entry to start on.
        searchable: Whether there is a field to type in.
        nothing: What is said where there is no entry.
        footnote: A line below the entries: further keys.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        ("escape", "cancel", "Close"),
        ("ctrl+c", "cancel", "Close"),
        Binding("ctrl+l", "app.redraw", "Redraw", priority=True),
        ("down", "move(1)", "Next"),
        ("up", "move(-1)", "Previous"),
        ("enter", "choose", "Choose"),
    ]

    def __init__(
        self,
        title: str,
        entries: Sequence[Entry],
        *,
        chosen: str | None = None,
        searchable: bool = False,
        nothing: str = "Nothing to choose from",
        footnote: str = "",
    ) -> None:
        super().__init__()
        self._title = title
        self.entries = tuple(entries)
        self._nothing = nothing
        self._footnote = footnote
        self._chosen = chosen
        self._searchable = searchable

    def compose(self) -> ComposeResult:
        """Show the title, the field where there is one, and the entries."""
        with Vertical(id="menu"):
            yield Static(line(self._title), id="menu-title", markup=False)
            if self._searchable:
                field = Field(placeholder="type to narrow", compact=True, id="menu-field")
                field.cursor_blink = False
                yield field
            yield ChoiceList(*self._options(""), markup=False, compact=True, id="menu-list")
            if self._footnote:
                yield Static(line((self._footnote, "$text-muted")), id="menu-word", markup=False)

    def on_mount(self) -> None:
        """Put the cursor on the entry that is in force, and the focus where typing goes."""
        options = self.query_one(OptionList)
        options.highlighted = next((n for n, entry in enumerate(self.entries) if entry.id == self._chosen), 0)
        (self.query_one(Input) if self._searchable else options).focus()

    def list_anew(self, entries: Sequence[Entry], chosen: str) -> None:
        """List other entries, with the cursor on the one of the id ``chosen``."""
        self.entries = tuple(entries)
        options = self.query_one(OptionList)
        options.clear_options()
        options.add_options(self._options(""))
        options.highlighted = next((n for n, entry in enumerate(self.entries) if entry.id == chosen), 0)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Narrow the list."""
        options = self.query_one(OptionList)
        options.clear_options()
        options.add_options(self._options(event.value))
        options.action_first()

    def on_input_submitted(self) -> None:
        """Take the entry under the cursor."""
        self.action_choose()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Take the entry."""
        if event.option.id is not None:
            self.take(event.option.id)

    def action_choose(self) -> None:
        """Take the entry under the cursor."""
        options = self.query_one(OptionList)
        chosen = None if options.highlighted is None else options.get_option_at_index(options.highlighted)
        if chosen is not None and not chosen.disabled:
            self.take(chosen.id)

    def take(self, chosen: str | None) -> None:
        """End because the entry of that id was chosen."""
        raise NotImplementedError

    def action_move(self, step: int) -> None:
        """Move the cursor while the field has the focus."""
        options = self.query_one(OptionList)
        if step > 0:
            options.action_cursor_down()
        else:
            options.action_cursor_up()

    def action_cancel(self) -> None:
        """Choose nothing."""
        self.dismiss(None)

    def _options(self, typed: str) -> list[Option]:
        words = typed.casefold().split()
        found = [entry for rank in _RANKS for entry in self.entries if entry.rank(words) == rank]
        columns = _Columns.of(self.entries, min(WIDTH, int(self.app.size.width * SHARE)) - _FRAME)
        options = [Option(columns.content(entry), id=entry.id) for entry in found]
        return options or [Option(line(("Nothing contains these words" if words else self._nothing, "$text-muted")), disabled=True)]


class MenuScreen(Menu[str]):
    """Ends with the id of the chosen entry, or None."""

    def take(self, chosen: str | None) -> None:
        """End with the entry of that id."""
        self.dismiss(chosen)


@dataclass(frozen=True, slots=True)
class _Columns:
    """Cells of the columns of a menu: a name that is longer, or a hint, goes on in lines below."""

    name: int
    key: int
    hint: int

    @classmethod
    def of(cls, entries: Sequence[Entry], room: int) -> _Columns:
        """Share ``room`` out: names have what is left by the longest hint, and three eighths of it at least."""
        name, key, hint = (
            max(map(cell_len, texts), default=0)
            for texts in ([e.name for e in entries], [e.key for e in entries], [e.hint for e in entries])
        )
        room -= _GAP + (key + _GAP if key else 0)
        name = min(name, max(room * 3 // 8, room - hint))
        return cls(name, key, max(room - name, 16))

    def content(self, entry: Entry) -> Content:
        """Return an entry in these columns."""
        names, hints = wrap(entry.name, self.name), wrap(entry.hint, self.hint)
        gap = " " * _GAP
        rows = []
        for key, name, hint in zip_longest((entry.key,), names, hints, fillvalue=""):
            lead = padded(name, self.name) + gap + (padded(key, self.key) + gap if self.key else "")
            rows.append(line(lead, (hint, "$text-muted")))
        return Content("\n").join(rows)
