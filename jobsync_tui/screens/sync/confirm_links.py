"""Confirm Link of all the pairs that are certain: the list of them, and the question."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import BindingType
from textual.widget import Widget

from ...backend.core.models import BulkPlan, Link, Matches
from ...backend.core.text import counted
from ...commands import Group, bindings
from ...documents.document import Tone
from ...documents.links import link_command, matches_document, matches_text
from ...documents.words import TARGET
from ...widgets.choice_line import ChoiceLine
from .. import routes
from ..arming import CANCEL, ArmingScreen, number_field


class ConfirmLinksScreen(ArmingScreen[None]):
    """Shows the links and asks.

    Args:
        integration: Whose jobs.
        links: Those that are certain.
    """

    GROUPS = (Group.LINKING,)
    BINDINGS: ClassVar[list[BindingType]] = bindings(Group.LINKING, Group.SHEET)
    HEADING = "Confirm Link"
    UNDONE = "nothing was linked"

    def __init__(self, integration: str, links: tuple[Link, ...]) -> None:
        super().__init__()
        self._integration = integration
        self._links = links

    def foot(self) -> list[Widget]:
        """Return the field for the number, shown where it is needed, and the question."""
        return [number_field(), ChoiceLine(CANCEL, "Confirm Link")]

    @property
    def number(self) -> int | None:
        """The number that has to be typed, None where a key is enough."""
        return len(self._links) if len(self._links) > BulkPlan.TYPED_ABOVE else None

    def on_mount(self) -> None:
        """Show the links."""
        self.choices.focus()
        self.set_heading(counted(len(self._links), "job"))
        found = Matches(self._links, ())
        self.show(lambda width: matches_document(found, width), anew=True)
        if not self.ask_number(f"More than {BulkPlan.TYPED_ABOVE} jobs would be linked", "link them"):
            told = f"{TARGET} gets the ID of each job and nothing else; what has changed by then is refused, and named."
            self.set_note(told, Tone.DIM)
        self.arm_when_painted()

    def confirmed(self) -> None:
        """Make the links."""
        run = self.host.runs.link(self._links, None, title=f"Link of {counted(len(self._links), 'job')}", reason=self.reason)
        self.host.open(routes.Running(run), instead=True)

    def action_copy(self) -> None:
        """Copy the list."""
        self.host.copy(matches_text(Matches(self._links, ())), counted(len(self._links), "link"))

    def same_command(self) -> str | None:
        """Return the command that makes the same links."""
        return f"{link_command(self._integration, (), self.reason)} --yes"
