"""A job of an ATS beside the jobs of the target that it may be: which of them is it, or none?"""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from textual.binding import BindingType

from ...backend.core.errors import JobNotFound, NotPermitted, RemoteError, UsageError
from ...backend.core.models import JobHead, Link, Matches, Pairing
from ...backend.core.text import counted
from ...commands import Group, bindings
from ...documents.document import Tone
from ...documents.links import doubts, link_command, of_job, pairing_document, pairing_text
from ...documents.subject import Subject, read_subject, where
from ...documents.words import TARGET
from .. import routes
from ..dialog import DialogScreen
from ..menu import Entry, MenuScreen
from ..prompt import PromptScreen, Question

APART = "apart"
_NO, _YES = "no", "yes"


class LinkPairScreen(DialogScreen[str | None]):
    """Shows both sides and takes the decision; ends with `APART` where that was that the job is none of them.

    Args:
        integration: Where the job is from.
        job_id: Its ATS job id.
        found: What could be linked; looked for where it is not given.
    """

    GROUPS = (Group.PAIR,)
    BINDINGS: ClassVar[list[BindingType]] = bindings(Group.PAIR)
    HEADING = "Same job?"
    IS_LIST: ClassVar[bool] = True

    def __init__(self, integration: str, job_id: str, found: Matches | None = None) -> None:
        super().__init__()
        self._integration = integration
        self._job_id = job_id
        self._found = found
        self._named: tuple[Link, ...] = ()
        self._pairings: tuple[Pairing, ...] = ()
        self._subject: Subject | None = None

    def on_mount(self) -> None:
        """Read both sides."""
        self.document.focus()
        self.set_busy(f"Reading the job, and those in {TARGET} that look like it ...")
        self.work(self._read(), group="pair", about=self._job_id)

    def on_screen_resume(self) -> None:
        """Go on to the list where the job was linked from here."""
        if self._subject is not None:
            self.work(self._go_on_if_linked(), group="linked", about=self._job_id)

    def why_not(self, action: str) -> str | None:
        """Return why nothing is chosen: there is no candidate."""
        if action in {"link", "none", "copy_command", "unfold"} and not self._pairings:
            return f"No job in {TARGET} looks like this one: t takes the ID of one"
        return None

    def action_link(self) -> None:
        """Plan the link to the job under the cursor, and ask."""
        link = self._chosen()
        if self.may("link") and link is not None:
            self.host.open(routes.ConfirmLink(link))

    def action_none(self) -> None:
        """Ask whether the job is none of these."""
        if not self.may("none"):
            return
        jobs = counted(len(self._pairings), f"job in {TARGET} is", f"jobs in {TARGET} are")
        entries = [
            Entry(_NO, "Cancel", "it stays to be decided"),
            Entry(_YES, "It is none of them", f"nobody is asked again; a sync of it creates a new job in {TARGET}"),
        ]

        def answered(choice: str | None) -> None:
            if choice == _YES:
                self.work(self._set_apart(), group="apart", about=self._job_id)

        self.app.push_screen(MenuScreen(f"{jobs} not this one?", entries, chosen=_NO), answered)

    def action_another(self) -> None:
        """Take the ID of another job of the target."""
        self.work(self._ask_for_another(), group="another", about=self._job_id)

    def action_copy(self) -> None:
        """Copy both sides."""
        if self._subject is not None:
            text = pairing_text(self._pairings, self._why(), self._subject, self._job_id)
            self.host.copy(text, f"both sides of job {self._job_id}")

    def same_command(self) -> str | None:
        """Return the command that makes the link under the cursor."""
        link = self._chosen()
        return None if link is None else link_command(self._integration, [link])

    def _chosen(self) -> Link | None:
        """Return the link that the cursor is on; the only one, where there is one."""
        target = self.document.target
        links = [each.link for each in self._pairings]
        return next((link for link in links if link.target_id == target), links[0] if len(links) == 1 else None)

    def _why(self) -> tuple[str, ...]:
        return () if self._found is None else doubts(self._job_id, self._found)

    async def _read(self) -> None:
        subject = self._subject = await read_subject(self.backend, self._integration, self._job_id)
        self.set_heading(where(subject, self._job_id))
        if subject.cached is not None:
            self.set_job(JobHead.of(subject.cached), subject)
        try:
            if self._found is None:
                self._found = await self.backend.adoption.find(self._integration)
            found = self._found
            mine = [link for links in (found.ambiguous, found.links, found.apart) for link in of_job(links, self._job_id)]
            links = {link.target_id: link for link in reversed([*self._named, *mine])}
            self._pairings = await self.backend.adoption.compare(self._integration, list(reversed(links.values())))
        except (JobNotFound, NotPermitted, RemoteError, UsageError) as error:
            self.show_error(error, ("esc", "Go back. Nothing was written."))
            self.keep_error(error, self._job_id)
            return
        pairings, why = self._pairings, self._why()
        if pairings:
            self.show(lambda width: pairing_document(pairings, why, subject, width))
            self.set_note("enter links it to the job under the cursor, after it has shown the change; x: it is none of them.", Tone.DIM)
        else:
            self.set_busy(f"No free job in {TARGET} looks like this one.")
            self.set_note("t takes the ID of the job that it is.", Tone.DIM)

    async def _ask_for_another(self) -> None:
        typed = await self.app.push_screen_wait(PromptScreen(Question(title=f"ID of the job in {TARGET}")))
        if typed is None:
            return
        link, _ = await self.backend.adoption.link(self._integration, self._job_id, typed.strip())
        self._named = (replace(link, why="you named it"), *(each for each in self._named if each.target_id != link.target_id))
        await self._read()
        self.document.put_cursor(link.target_id)

    async def _set_apart(self) -> None:
        await self.backend.adoption.set_apart(self._integration, self._job_id, [each.link.target_id for each in self._pairings])
        self.host.tell(f"Job {self._job_id} is none of these in {TARGET}: that is kept, and nobody is asked again")
        self.dismiss(APART)

    async def _go_on_if_linked(self) -> None:
        cached = await self.backend.jobs.get(self._integration, self._job_id)
        before = None if self._subject is None or self._subject.cached is None else self._subject.cached.target_id
        if cached is not None and cached.target_id not in {None, before} and self.is_current:
            self.dismiss(None)
