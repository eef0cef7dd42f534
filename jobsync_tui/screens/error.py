"""An error that has to be read before anything goes on: what it is, and who can mend it how."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import BindingType

from ..backend.core.models import Failure
from ..commands import Group, bindings
from ..documents.document import as_text
from ..documents.failure import error_document
from .dialog import DialogScreen


class ErrorScreen(DialogScreen[None]):
    """Shows a failure with its remedy.

    Args:
        failure: What went wrong.
    """

    GROUPS = (Group.ERROR,)
    BINDINGS: ClassVar[list[BindingType]] = bindings(Group.ERROR)
    HEADING = "Error"

    def __init__(self, failure: Failure) -> None:
        super().__init__()
        self._failure = failure

    def on_mount(self) -> None:
        """Show the failure."""
        self.document.focus()
        self.set_heading(self._failure.code.replace("_", " "))
        self.show(lambda width: error_document(self._failure.message, self._failure.remedy, (), width))
        self.set_note("Nothing continues on its own. L shows this again later.")

    def action_done(self) -> None:
        """Go back."""
        self.action_back()

    def action_copy(self) -> None:
        """Copy the error."""
        self.host.copy(as_text(error_document(self._failure.message, self._failure.remedy, (), 100)) + "\n", "the error")
