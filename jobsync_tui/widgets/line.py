"""Lines of text that change often: painted without a new layout, and only when they say something else."""

from __future__ import annotations

from typing import Literal, get_args

from textual.content import Content
from textual.widgets import Static

Slot = Literal["filter", "progress", "evaluate", "watch", "hint", "error", "view", "columns", "greeting"]
"""What the status line may have to say, the most pressing first."""


class Line(Static):
    """One line. `show` costs nothing where the text is the same."""

    DEFAULT_CSS = "Line { height: 1; text-wrap: nowrap; text-overflow: ellipsis; }"

    def __init__(self, content: Content | None = None, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        self._shown = content or Content("")
        super().__init__(self._shown, markup=False, id=id)

    @property
    def text(self) -> str:
        """Return what the line says."""
        return self._shown.plain

    def show(self, content: Content) -> None:
        """Say ``content``."""
        if not content.is_same(self._shown):
            self._shown = content
            self.update(content, layout=False)


class StatusLine(Line):
    """One line for several things that want to be said; the most pressing is."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._slots: dict[Slot, Content] = {}

    def put(self, slot: Slot, content: Content | None) -> None:
        """Fill or empty a slot."""
        if content is None:
            self._slots.pop(slot, None)
        else:
            self._slots[slot] = content
        self.show(next((self._slots[name] for name in get_args(Slot) if name in self._slots), Content("")))
