"""The log: every message and error of this session, so that a toast that is gone can be read again."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import BindingType

from ..backend.core.text import counted
from ..commands import Group, bindings
from ..documents.log import log_document, log_text
from ..session.messages import News
from .dialog import DialogScreen


class LogScreen(DialogScreen[None]):
    """Shows the notices, newest first."""

    GROUPS = (Group.LOG,)
    BINDINGS: ClassVar[list[BindingType]] = bindings(Group.LOG)
    HEADING = "Log"

    def on_mount(self) -> None:
        """Show what was said, and take it for read."""
        self.document.focus()
        self.host.notices.mark_read()
        self.set_heading(f"{counted(len(self.host.notices), 'message')} in this session, newest first")
        self.show(lambda width: log_document(self.host.notices, width))
        self.set_note("The log file has more: jobsync paths says where it is.")

    def on_news(self, _: News) -> None:
        """Show what was said meanwhile."""
        self.show(lambda width: log_document(self.host.notices, width))

    def action_copy(self) -> None:
        """Copy the log."""
        self.host.copy(log_text(self.host.notices), "log of this session")
