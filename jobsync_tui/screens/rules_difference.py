"""How one revision of the rules became another."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import BindingType

from ..backend.models import RevisionDifference
from ..commands import Group, bindings
from ..proposals import restoring
from ..views.revisions import difference_sheet
from ..views.sheet import as_text
from .dialog import DialogScreen


class RevisionDifferenceScreen(DialogScreen[None]):
    """Shows how one revision of the rules became another.

    Args:
        before: The earlier revision.
        after: The later one.
    """

    GROUPS = (Group.DIFFERENCE,)
    BINDINGS: ClassVar[list[BindingType]] = bindings(Group.DIFFERENCE)
    HEADING = "What changed"

    def __init__(self, before: int, after: int) -> None:
        super().__init__()
        self._before = before
        self._after = after
        self._found: RevisionDifference | None = None

    def on_mount(self) -> None:
        """Compare."""
        self.sheet.focus()
        self.set_heading(f"rules r{self._before} > r{self._after}")
        self.work(self._read(), group="read")

    def action_restore(self) -> None:
        """Show what going back to the earlier revision would do, and ask."""
        self.work(self._restore(), group="restore")

    def action_open(self) -> None:
        """Go to the rule under the cursor, as it is now."""
        target = self.sheet.target
        if target is not None:
            self.host.go.rules(target)

    def action_copy(self) -> None:
        """Copy what is shown."""
        if self._found is not None:
            self.host.copy(as_text(difference_sheet(self._found, 100)) + "\n", "what changed")

    async def _restore(self) -> None:
        current = await self.backend.rules.current()
        self.host.go.propose(restoring(current, await self.backend.rules.at(self._before)))

    async def _read(self) -> None:
        found = self._found = await self.backend.rules.difference(self._before, self._after)
        self.show(lambda width: difference_sheet(found, width))
        self.set_note(f"z goes back to r{self._before}, after it has shown what that would do.")
