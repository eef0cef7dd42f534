"""What the dialogs have in common: a heading, the job, a document that scrolls, a note, and the keys."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import ClassVar, TypeVar

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.widget import Widget

from ..backend.core.errors import JobsyncError
from ..backend.core.models import JobHead
from ..backend.core.text import clean
from ..backend.core.waits import announcing
from ..documents.document import Document, Span, Tone, dim, line, strong
from ..documents.failure import error_document
from ..documents.layout import fit_end, wrap_lines
from ..documents.subject import Subject, job_lines
from ..session.failures import words_for
from ..session.notices import Severity
from ..widgets.document import Builder, DocumentView, LinesView, nothing
from .early_keys import EarlyKeysScreen

ResultT = TypeVar("ResultT")
_RULE = "\u2500"


class DialogScreen(EarlyKeysScreen[ResultT]):
    """A screen around a `DocumentView`. ``HEADING`` is its name; `top` adds widgets below it, `foot` below the note.

    Attributes:
        IS_LIST: Whether what it shows is a list, whose cursor stays on the screen.
    """

    HEADING = ""
    IS_LIST: ClassVar[bool] = False
    REMEMBERS: ClassVar[bool] = True
    """Whether the sections that were opened or closed are so again when such a dialog is opened the next time."""

    def compose(self) -> ComposeResult:
        """Lay the dialog out from top to bottom."""
        yield LinesView(id="heading", classes="heading")
        yield from self.top()
        yield LinesView(id="subject", classes="fixed")
        yield LinesView(_divider(""), id="upper", classes="fixed")
        yield from self.body()
        yield LinesView(_divider(""), id="lower", classes="fixed")
        yield LinesView(id="note", classes="fixed")
        yield from self.foot()
        yield self.footer

    def top(self) -> list[Widget]:
        """Return widgets below the heading."""
        return []

    def body(self) -> list[Widget]:
        """Return what stands between the lines: the document, and whatever there is beside it."""
        kept = self.host.lists.unfolded.setdefault(type(self).__name__, set()) if self.REMEMBERS else None
        return [DocumentView(is_list=self.IS_LIST, kept=kept, id="document")]

    def foot(self) -> list[Widget]:
        """Return widgets between the note and the footer."""
        return []

    @property
    def document(self) -> DocumentView:
        """The document."""
        return self.query_one("#document", DocumentView)

    def on_document_view_moved(self) -> None:
        """Say which part of the document is shown, on the line below it."""
        self.query_one("#lower", LinesView).show(_divider(self.document.position))

    def set_heading(self, where: str = "", title: str | None = None) -> None:
        """Say where the dialog is. ``where`` may be foreign: the dialog's own name stays, however long that is."""
        name = title or self.HEADING
        self.query_one("#heading", LinesView).show(
            lambda width: (line(" ", strong(name), right=fit_end(where, width - cell_len(name) - 4)),),
        )

    def set_job(self, job: JobHead, subject: Subject) -> None:
        """Show which job the dialog is about."""
        self.query_one("#subject", LinesView).show(lambda width: job_lines(job, subject, width))

    def clear_job(self) -> None:
        """Show no job."""
        self.query_one("#subject", LinesView).show(nothing)

    def set_note(self, text: str, tone: Tone = Tone.PLAIN) -> None:
        """Show ``text`` below the document, in at most two lines."""
        cleaned = clean(text)
        self.query_one("#note", LinesView).show(lambda width: _note(cleaned, tone, width) if cleaned else ())

    def set_busy(self, text: str) -> None:
        """Say what is waited for, in place of the document; the line costs a slow terminal nothing, an animation would."""
        self.document.show(lambda _: (line("   ", dim(text)),))

    async def _funnelled(self, job: Coroutine[object, object, None], about: str | None) -> None:
        with announcing(self._waits_for):
            await super()._funnelled(job, about)

    def _waits_for(self, told: str) -> None:
        """Say what a request waits for, below the document, as long as it does."""
        if self.is_attached:
            self.set_note(told, Tone.WARN)

    def show(self, build: Builder, *, anew: bool = False) -> None:
        """Show what ``build`` makes in the document."""
        self.document.show(build, anew=anew)
        self.list_came()

    def offers(self, action: str) -> bool:
        """Return whether the footer names a command now; nothing is unfolded where nothing unfolds."""
        return super().offers(action) and (action != "unfold" or self.document.section is not None)

    def show_error(self, error: JobsyncError, *ways: tuple[str, str]) -> None:
        """Show an error in place of the document, with what can be done: its remedy, and keys with what they do."""
        text, remedy = words_for(error)
        self.show(lambda width: error_document(text, remedy, ways, width), anew=True)

    def keep_error(self, error: JobsyncError, about: str | None = None, *, answers: bool = False) -> None:
        """Keep for the log an error that this dialog shows itself; a toast would cover it. ``answers``: it ends with the dialog."""
        text, remedy = words_for(error)
        self.host.notices.add(text, Severity.ERROR, remedy=remedy, about=about, answers=answers)

    def action_unfold(self) -> None:
        """Open or close what is under the cursor."""
        self.document.toggle()


def _note(text: str, tone: Tone, width: int) -> Document:
    return tuple(line(Span(part.text, tone)) for part in wrap_lines(text, width - 1, 3)[:2])


def _divider(position: str) -> Builder:
    def build(width: int) -> Document:
        told = f" {position} " if position else ""
        return (line(dim(_RULE * max(width - len(told) - 2, 0) + told + _RULE * 2)),)

    return build
