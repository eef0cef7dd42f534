"""The shadows: drafts that are evaluated beside the rules in force, what they would have done, and the step into force."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import BindingType

from ...backend.core import clock
from ...backend.core.models import ImpactProgress
from ...commands import Group, bindings
from ...documents.document import Document, as_text
from ...documents.impact import progress_words
from ...documents.shadows import SeenShadow, fixed_words, shadows_document
from ...editor.rule_change import promoting
from ...session.notices import Severity
from .. import routes
from ..dialog import DialogScreen
from ..menu import Entry, MenuScreen
from .save_rules import propose

_LOOKS, _JOBS = 8, 12
"""Looks and jobs that are read of each shadow."""

_NO, _YES = "no", "yes"


class ShadowsScreen(DialogScreen[None]):
    """Lists the shadows.

    Args:
        name: The one to begin at, unfolded.
    """

    GROUPS = (Group.SHADOWS,)
    BINDINGS: ClassVar[list[BindingType]] = bindings(Group.SHADOWS)
    HEADING = "Shadows"
    IS_LIST: ClassVar[bool] = True
    ON_A_ROW: ClassVar[frozenset[str]] = frozenset({"unfold", "promote", "look", "drop"})

    def __init__(self, name: str | None = None) -> None:
        super().__init__()
        self._wanted = name
        self._seen: tuple[SeenShadow, ...] = ()
        self._part: int | None = None

    def on_mount(self) -> None:
        """Wait to be in front."""
        self.document.focus()
        self.set_heading("test mode: evaluated but never applied")
        self.set_busy("Reading ...")

    def on_screen_resume(self) -> None:
        """Read the shadows, also after one was promoted."""
        self.work(self._read(), group="shadows")

    def why_not(self, action: str) -> str | None:
        """Return why nothing is done with a shadow: there is none."""
        return "No rule runs in test mode" if action in {"promote", "look", "drop"} and not self._seen else None

    def action_look(self) -> None:
        """Evaluate the cached jobs by the shadow under the cursor now."""
        name = self.document.target
        if name is not None:
            self.work(self._look(name), group="look")

    def action_promote(self) -> None:
        """Show what the shadow under the cursor would do in force, and ask."""
        name = self._to_change()
        if name is not None:
            self.work(self._promote(name), group="promote")

    def action_drop(self) -> None:
        """Ask whether to give the shadow under the cursor up."""
        name = self._to_change()
        if name is None:
            return
        entries = [Entry(_NO, "Cancel", "keep it"), Entry(_YES, "Discard it", "its record is deleted too")]

        def answered(choice: str | None) -> None:
            if choice == _YES:
                self.work(self._drop(name), group="drop")

        self.app.push_screen(MenuScreen(f"Discard the shadow rule {name}?", entries, chosen=_NO), answered)

    def same_command(self) -> str | None:
        """Return the command that lists the rules in test mode."""
        return "jobsync rules shadow list"

    def action_copy(self) -> None:
        """Copy what is shown."""
        self.host.copy(as_text(self._document(100)) + "\n", "shadows")

    def _to_change(self) -> str | None:
        """Return the shadow under the cursor if it is the person's to change; else say why not."""
        fixed = next((each.shadow for each in self._seen if each.shadow.name == self.document.target and not each.shadow.changeable), None)
        if fixed is None:
            return self.document.target
        self.host.tell(fixed_words(fixed), Severity.WARNING)
        return None

    async def _read(self) -> None:
        await self._show()
        for each in self._seen:
            if not each.shadow.last:
                await self._look(each.shadow.name)

    async def _show(self) -> None:
        shadows = self.backend.shadows
        self._part = (await self.backend.rules.authority()).part
        self._seen = tuple(
            [
                SeenShadow(each, await shadows.looks(each.name, limit=_LOOKS), await shadows.jobs(each.name, limit=_JOBS))
                for each in await shadows.list()
            ]
        )
        self.show(self._document)
        if self._wanted is not None:
            self.document.go_to(self._wanted)
            self._wanted = None

    async def _look(self, name: str) -> None:
        await self.backend.shadows.look(name, self._progressed)
        self.set_note("")
        await self._show()

    async def _promote(self, name: str) -> None:
        before = await self.backend.rules.current()
        rules = (await self.backend.shadows.get(name)).rules

        def ended(answer: str | None) -> None:
            if answer is not None:
                self.host.open(routes.Rules(rules[0].id), instead=True)

        propose(self.host, promoting(before, await self.backend.shadows.to_come(name), name), ended)

    async def _drop(self, name: str) -> None:
        await self.backend.shadows.drop(name)
        self.host.tell(f"{name} is not in test mode any more")
        await self._show()

    def _progressed(self, progress: ImpactProgress) -> None:
        self.set_note(progress_words(progress))

    def _document(self, width: int) -> Document:
        return shadows_document(self._seen, clock.now(), width, self._part)
