"""The saved views as a menu over the jobs: use one, save what is listed, rename, share, delete."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from textual.binding import BindingType
from textual.widgets import OptionList

from ...backend.core.models import SavedView
from ...backend.core.text import counted
from ...commands import Group, bindings
from ..menu import Entry, Menu

NUMBERED = 9
"""Views that a digit leads to."""


class Act(StrEnum):
    """What is to be done, with the view under the cursor or with what is listed."""

    USE = "use"
    SAVE = "save"
    RENAME = "rename"
    SHARE = "share"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class ViewChoice:
    """What is to be done, and the address of the view with which; None for what is listed."""

    act: Act
    address: str | None = None


class ViewsScreen(Menu[ViewChoice]):
    """Ends with what is to be done and with which view, or None.

    Args:
        views: Those that can be used here.
        chosen: Address of the one that is in force.
    """

    BINDINGS: ClassVar[list[BindingType]] = bindings(Group.VIEWS)

    def __init__(self, views: Sequence[SavedView], chosen: str | None = None) -> None:
        entries = [_entry(number, each) for number, each in enumerate(views, 1)]
        super().__init__(
            "Views: filter, sort and columns under a name",
            entries,
            chosen=chosen,
            nothing="No views yet: s saves what is listed now as one",
            footnote="enter use  s save this list  r rename  S share or not  d delete  esc" if entries else "s save this list  esc",
        )

    def action_nth(self, number: int) -> None:
        """Use the view of that number."""
        options = self.query_one(OptionList)
        if number <= len(self.entries):
            options.highlighted = number - 1
            self.action_choose()

    def action_save(self) -> None:
        """Save what is listed."""
        self.dismiss(ViewChoice(Act.SAVE))

    def action_rename(self) -> None:
        """Give the view under the cursor another name."""
        self._end(Act.RENAME)

    def action_share(self) -> None:
        """Share the view under the cursor, or no longer."""
        self._end(Act.SHARE)

    def action_delete(self) -> None:
        """Take the view under the cursor away."""
        self._end(Act.DELETE)

    def _end(self, act: Act) -> None:
        options = self.query_one(OptionList)
        chosen = None if options.highlighted is None else options.get_option_at_index(options.highlighted).id
        if chosen is not None:
            self.dismiss(ViewChoice(act, chosen))

    def take(self, chosen: str | None) -> None:
        """Use the view."""
        self.dismiss(ViewChoice(Act.USE, chosen))


def _entry(number: int, saved: SavedView) -> Entry:
    view = saved.view
    parts = [
        view.filter or "every job",
        f"by {view.sort}" if view.sort is not None else "",
        counted(len(view.columns), "column") if view.columns else "",
        f"shared by {saved.kept.owner}" if not saved.mine else "shared" if saved.kept.shared else "",
        f"! {saved.wrong}" if saved.wrong is not None else "",
    ]
    return Entry(saved.address, view.name, "; ".join(filter(None, parts)), str(number) if number <= NUMBERED else "")
