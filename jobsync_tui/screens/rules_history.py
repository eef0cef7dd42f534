"""The history of the rules: who changed what when."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import BindingType

from ..backend.models import RuleRevision
from ..commands import Group, bindings
from ..views.rules import revisions_sheet
from ..views.sheet import as_text
from .dialog import DialogScreen


class RulesHistoryScreen(DialogScreen[None]):
    """Lists the revisions of the rules, newest first."""

    GROUPS = (Group.HISTORY,)
    BINDINGS: ClassVar[list[BindingType]] = bindings(Group.HISTORY)
    HEADING = "History of the rules"

    def __init__(self) -> None:
        super().__init__()
        self._revisions: tuple[RuleRevision, ...] = ()
        self._in_force = 0

    def on_mount(self) -> None:
        """Read the history."""
        self.sheet.focus()
        self.set_heading()
        self.work(self._read(), group="history")

    def action_copy(self) -> None:
        """Copy the history."""
        self.host.copy(as_text(revisions_sheet(self._revisions, self._in_force, 100)) + "\n", "history of the rules")

    async def _read(self) -> None:
        self._in_force = (await self.backend.rules.current()).revision
        self._revisions = await self.backend.rules.history()
        self.show(lambda width: revisions_sheet(self._revisions, self._in_force, width))
