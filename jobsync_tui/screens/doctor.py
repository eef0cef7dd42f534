"""Doctor: everything that must be right, each with ok, warn or fail, and the remedy."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import BindingType

from ..backend.core.models import DoctorReport
from ..commands import Group, bindings
from ..documents.doctor import counts_words, doctor_document, doctor_text
from ..documents.document import Tone
from .dialog import DialogScreen


class DoctorScreen(DialogScreen[None]):
    """Examines the installation and shows what that found."""

    GROUPS = (Group.DOCTOR,)
    BINDINGS: ClassVar[list[BindingType]] = bindings(Group.DOCTOR)
    HEADING = "Doctor"

    def __init__(self) -> None:
        super().__init__()
        self._report: DoctorReport | None = None

    def on_mount(self) -> None:
        """Examine."""
        self.document.focus()
        self.set_heading("configuration, database, credentials, terminal, versions")
        self.action_again()

    def action_again(self) -> None:
        """Examine anew."""
        self.set_busy("Looking at the configuration, the database and the credentials ...")
        self.set_note("")
        self.work(self._examine(), group="doctor")

    def action_copy(self) -> None:
        """Copy what was found."""
        if self._report is not None:
            self.host.copy(doctor_text(self._report), "what the doctor found")

    def same_command(self) -> str | None:
        """Return the command that finds the same."""
        return "jobsync doctor"

    async def _examine(self) -> None:
        report = self._report = await self.host.examine()
        self.show(lambda width: doctor_document(report, width - 1), anew=True)
        self.set_note(counts_words(report), Tone.OK if report.ok else Tone.BAD)
