"""The wire: the requests and answers of one attempt, as a list, and the one under the cursor in full."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import BindingType
from textual.widget import Widget

from ...backend.core.models import Wire
from ...commands import Group, bindings
from ...documents.document import Tone, as_text
from ...documents.wire import exchange_document, heading, wire_document, wire_text
from ...widgets.document import DocumentView
from ..dialog import DialogScreen


class WireScreen(DialogScreen[None]):
    """Shows what a sync sent and was answered, without secrets.

    Args:
        reference: The id of the operation, or the number of its row in the record.
    """

    GROUPS = (Group.WIRE,)
    BINDINGS: ClassVar[list[BindingType]] = bindings(Group.WIRE)
    HEADING = "Requests and answers"
    IS_LIST: ClassVar[bool] = True

    def __init__(self, reference: str) -> None:
        super().__init__()
        self._reference = reference
        self._wire: Wire | None = None
        self._shown: int | None = None

    def body(self) -> list[Widget]:
        """Return the list, and below it what is under its cursor."""
        return [*super().body(), DocumentView(id="exchange")]

    def on_mount(self) -> None:
        """Read what is kept."""
        self.document.focus()
        self.set_busy("Reading ...")
        self.work(self._read(), group="wire", about=self._reference)

    def on_document_view_moved(self) -> None:
        """Show the exchange that the cursor of the list has come to."""
        super().on_document_view_moved()
        self._show_exchange()

    def on_descendant_focus(self) -> None:
        """Say how to come back from what is below, which looks the same whether the keys go there or not."""
        if self._exchange.has_focus:
            self.set_note("The keys scroll the request below; enter goes back to the list", Tone.DIM)
        elif self._wire is not None:
            self.set_note(self._wire.note or "", Tone.DIM)

    def action_read(self) -> None:
        """Go from the list to what is below it, and back."""
        (self.document if self._exchange.has_focus else self._exchange).focus()

    def action_copy(self) -> None:
        """Copy what is under the cursor."""
        number = self._number()
        if self._wire is not None and number is not None:
            text = as_text(exchange_document(self._wire.exchanges[number], 100)) + "\n"
            self.host.copy(text, f"request {number + 1} and its answer")

    def action_copy_all(self) -> None:
        """Copy everything."""
        if self._wire is not None:
            self.host.copy(wire_text(self._wire), "requests and answers")

    def same_command(self) -> str | None:
        """Return the command that shows the same."""
        return f"jobsync wire {self._reference}"

    @property
    def _exchange(self) -> DocumentView:
        return self.query_one("#exchange", DocumentView)

    def _number(self) -> int | None:
        target = self.document.target
        return None if target is None else int(target)

    def _show_exchange(self) -> None:
        number = self._number()
        if self._wire is None or number is None or number == self._shown:
            return
        self._shown = number
        found = self._wire.exchanges[number]
        self._exchange.show(lambda width: exchange_document(found, width), anew=True)

    async def _read(self) -> None:
        found = self._wire = await self.backend.records.wire(self._reference)
        self.set_heading(heading(found))
        self.show(lambda width: wire_document(found, width))
        if found.exchanges and found.note:
            self.set_note(found.note, Tone.DIM)
        self._show_exchange()
