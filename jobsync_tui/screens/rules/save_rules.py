"""Before rules change: what the change would do to every cached job, what is wrong with it, and the question."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from shlex import join
from typing import ClassVar

from textual.binding import BindingType
from textual.widget import Widget

from ...backend.core.errors import BrokenTests, JobsyncError, NumberNeeded, RuleError, StalePlan
from ...backend.core.models import Finding, ImpactList, ImpactProgress, RuleImpact, RuleSet, RuleTestResult
from ...backend.core.text import counted
from ...commands import Group, bindings
from ...documents.document import Document, Tone, as_text
from ...documents.impact import impact_document, progress_words
from ...documents.reason import because
from ...documents.rule_tests import broken_document
from ...editor.rule_change import RuleChange
from ...widgets.choice_line import ChoiceLine
from .. import routes
from ..arming import CANCEL, ArmingScreen, number_field
from ..base import Host

SAVE = "Save the rules"
SAVED = ""
"""What the dialog ends with once the change is in force; a shadow always has a name."""

_AGAIN = "Look at the rules as they are now, then make the change again."


def propose(host: Host, change: RuleChange, then: Callable[[str | None], None] | None = None) -> None:
    """Show what a change of the rules would do, and ask; ``then`` is told what came of it, else a shadow that was made is shown."""

    def ended(answer: str | None) -> None:
        if answer:
            host.open(routes.Shadows(answer))

    host.open(routes.SaveRules(change), then or ended)


class SaveRulesScreen(ArmingScreen[str | None]):
    """Assesses a change and asks; ends with `SAVED` once it is saved, or with the name of the shadow that it became.

    Args:
        change: What was proposed.
    """

    GROUPS = (Group.SAVING,)
    BINDINGS: ClassVar[list[BindingType]] = bindings(Group.SAVING, Group.SHEET)
    HEADING = "Save rules"
    UNDONE = "nothing was saved"

    def __init__(self, change: RuleChange) -> None:
        super().__init__()
        self._change = change
        self._impact: RuleImpact | None = None
        self._findings: tuple[Finding, ...] = ()
        self._limit = 0
        self._part: int | None = None
        self._broken: tuple[RuleTestResult, ...] = ()
        self._is_saving = False

    def foot(self) -> list[Widget]:
        """Return the field for the number, shown where it is needed, and the question."""
        return [number_field(), ChoiceLine(CANCEL, SAVE)]

    @property
    def impact(self) -> RuleImpact | None:
        """The impact that is shown."""
        return self._impact

    @property
    def number(self) -> int | None:
        """The number that has to be typed, None where a key is enough."""
        concerned = self._impact.counts.concerned if self._impact else 0
        return concerned if concerned > self._limit else None

    def on_mount(self) -> None:
        """Assess."""
        self.set_heading(self._change.title)
        self.choices.focus()
        self.set_busy("Looking at the cached jobs ...")
        self.work(self._assess(), group="assess")

    def confirmed(self) -> None:
        """Save."""
        self._begin(self._save)

    def action_back(self) -> None:
        """Go back; not from what is being saved, of which nobody would hear whether it was."""
        if self._is_saving:
            self.set_note("Saving ...")
        else:
            super().action_back()

    def action_shadow(self) -> None:
        """Have the rules that change evaluated beside those in force, without acting."""
        if self._change.shadow is not None:
            self.host.tell("These rules already run in test mode")
        elif self._change.touched:
            self._begin(self._put_in_shadow)
        else:
            self.host.tell("Only rules that are added or changed can run in test mode")

    def action_open(self) -> None:
        """Open the list under the cursor."""
        target = self.document.target
        if self._impact is not None and target is not None:
            self.host.open(routes.ImpactList(self._impact, ImpactList(target), self._change.title))

    def same_command(self) -> str | None:
        """Return the command that makes the same change, where one does."""
        command = self._change.command
        return None if command is None else join(["jobsync", "rules", *command, *because(self.reason)])

    def action_copy(self) -> None:
        """Copy what is shown."""
        if self._impact is not None:
            self.host.copy(f"{self._change.title}\n\n{as_text(self._document(100))}\n", "impact")

    async def _assess(self) -> None:
        refusal = await self.backend.rules.refusal(self._change.after)
        if refusal is not None:
            self._refuse(refusal)
            return
        self._part = (await self.backend.rules.authority()).part
        touched = {rule.id for rule in self._change.touched}
        try:
            self._impact = await self.backend.impacts.assess(self._change.after, self._progressed)
            self._findings = (await self.backend.rules.lint(self._change.after, only=touched)).findings if touched else ()
        except RuleError as error:
            self._refuse(error)
            return
        self._limit = self.backend.settings.rules.confirm_above
        self.show(self._document, anew=True)
        self._ask()

    def _ask(self) -> None:
        if not self.ask_number(f"More than {counted(self._limit, 'job')} are affected", "save"):
            concerned = self._impact is not None and self._impact.counts.concerned
            effect = "Saving writes nothing to Tenzo: the rules take effect with the next sync, including automatic ones."
            self.set_note(effect if concerned else "No cached job is affected. The rules take effect with the next sync.", Tone.DIM)
        self.arm_when_painted()

    def _begin(self, saving: Callable[[], Awaitable[None]]) -> None:
        self._is_saving = True
        self.work(self._to_its_end(saving), group="save")

    async def _to_its_end(self, saving: Callable[[], Awaitable[None]]) -> None:
        try:
            await saving()
        finally:
            self._is_saving = False

    async def _save(self) -> None:
        change = self._change
        try:
            with self.backend.because(self.reason):
                saved = await self._put_into_force()
        except (StalePlan, RuleError) as error:
            self._refuse(error)
            return
        except BrokenTests as error:
            self._broken = error.broken
            self.show(lambda width: broken_document(self._broken, width), anew=True)
            self.set_note(f"! {counted(len(error.broken), 'test')} would break: y saves the rules all the same.", Tone.WARN)
            self.choices.focus()
            self.arm_when_painted()
            return
        except NumberNeeded:
            # What was typed is the number that was shown: it is another one only if the rules are.
            self._refuse(StalePlan("The rules were changed in the meantime, so the impact shown is out of date.", remedy=_AGAIN))
            return
        if change.draft is not None:
            await self.backend.drafts.drop(change.draft)
        self.host.tell(f"{change.title}: saved, rules are now r{saved.revision}")
        self.dismiss(SAVED)

    async def _put_into_force(self) -> RuleSet:
        change, typed, break_tests = self._change, self.number, bool(self._broken)
        expected = change.before.revision
        if change.shadow is not None:
            return await self.backend.shadows.promote(
                change.shadow, expected_revision=expected, found=self._impact, typed=typed, break_tests=break_tests
            )
        return await self.backend.rules.save(
            change.after, expected_revision=expected, what=change.what, found=self._impact, typed=typed, break_tests=break_tests
        )

    async def _put_in_shadow(self) -> None:
        change = self._change
        taken = {shadow.name for shadow in await self.backend.shadows.list()}
        wanted = change.touched[0].name[:90] if len(change.touched) == 1 else change.title[:90]
        name = next(each for each in (wanted, *(f"{wanted} {number}" for number in range(2, len(taken) + 3))) if each not in taken)
        await self.backend.shadows.add(name, change.touched)
        if change.draft is not None:
            await self.backend.drafts.drop(change.draft)
        self.dismiss(name)

    def _refuse(self, error: JobsyncError) -> None:
        self.ask_nothing()
        self.show_error(error, ("esc", "Go back. Nothing was saved."))
        self.keep_error(error, self._change.title, answers=True)

    def _progressed(self, progress: ImpactProgress) -> None:
        words = progress_words(progress)
        self.set_busy(words)

    def _document(self, width: int) -> Document:
        return () if self._impact is None else impact_document(self._impact, self._findings, width, self._part)
