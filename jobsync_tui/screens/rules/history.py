"""The history of the rules: who changed what when, how one revision became another, and the way back to one."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import BindingType

from ...backend.core import clock
from ...backend.core.models import RevisionDifference, RuleRevision, RuleSet
from ...commands import Group, bindings
from ...documents.document import Document, as_text
from ...documents.revisions import difference_document, revisions_document
from ...editor.rule_change import restoring, restoring_rule
from .. import routes
from ..dialog import DialogScreen
from .save_rules import propose


class RevisionDifferenceScreen(DialogScreen[None]):
    """Shows how one revision of the rules became another.

    Args:
        before: The earlier revision.
        after: The later one.
        rule: Name of the rule that the cursor starts on; without one, the first.
    """

    GROUPS = (Group.DIFFERENCE,)
    BINDINGS: ClassVar[list[BindingType]] = bindings(Group.DIFFERENCE)
    HEADING = "What changed"

    def __init__(self, before: int, after: int, rule: str | None = None) -> None:
        super().__init__()
        self._before = before
        self._after = after
        self._rule = rule
        self._found: RevisionDifference | None = None

    def on_mount(self) -> None:
        """Compare."""
        self.document.focus()
        self.set_heading(f"rules r{self._before} > r{self._after}")
        self.work(self._read(), group="read")

    def action_restore(self) -> None:
        """Show what going back to the earlier revision would do, and ask."""
        self.work(self._restore(), group="restore")

    def action_restore_rule(self) -> None:
        """Show what restoring the rule under the cursor as it was in the earlier revision would do, and ask."""
        rule = self.document.target
        if rule is not None:
            self.work(self._restore_rule(rule), group="restore")

    def action_open(self) -> None:
        """Go to the rule under the cursor, as it is now."""
        target = self.document.target
        if target is not None:
            self.host.open(routes.Rules(target))

    def same_command(self) -> str | None:
        """Return the command that shows the same."""
        return f"jobsync rules diff {self._before} {self._after}"

    def action_copy(self) -> None:
        """Copy what is shown."""
        if self._found is not None:
            self.host.copy(as_text(difference_document(self._found, 100)) + "\n", "what changed")

    async def _restore(self) -> None:
        current = await self.backend.rules.current()
        propose(self.host, restoring(current, await self.backend.rules.at(self._before)))

    async def _restore_rule(self, rule: str) -> None:
        change = restoring_rule(await self.backend.rules.current(), await self.backend.rules.at(self._before), rule)
        if change.after == change.before.rules:
            self.host.tell(f"The rule is today as it was in r{self._before}")
        else:
            propose(self.host, change)

    async def _read(self) -> None:
        found = self._found = await self.backend.rules.difference(self._before, self._after)
        self.show(lambda width: difference_document(found, width))
        if (named := next((each.id for each in found.rules if each.name == self._rule), None)) is not None:
            self.document.put_cursor(named)
        self.set_note(f"Z restores this rule as in r{self._before}, z every rule. Both show the impact first.")


class RulesHistoryScreen(DialogScreen[None]):
    """Lists the revisions of the rules, newest first."""

    GROUPS = (Group.REVISIONS,)
    BINDINGS: ClassVar[list[BindingType]] = bindings(Group.REVISIONS)
    HEADING = "History of the rules"
    IS_LIST: ClassVar[bool] = True
    ON_A_ROW: ClassVar[frozenset[str]] = frozenset({"difference", "mark", "restore"})

    def __init__(self) -> None:
        super().__init__()
        self._revisions: tuple[RuleRevision, ...] = ()
        self._current = RuleSet(0)
        self._marked: int | None = None

    def on_mount(self) -> None:
        """Wait to be in front."""
        self.document.focus()
        self.set_heading()

    def on_screen_resume(self) -> None:
        """Read the history, also after a revision was restored."""
        self.work(self._read(), group="history")

    def action_difference(self) -> None:
        """Show what the revision under the cursor changed, or how it differs from the marked one."""
        revision = self._under_cursor()
        if revision is None:
            return
        other = revision - 1 if self._marked in {None, revision} else self._marked
        if other == 0:
            self.host.tell("r1 is the first version of the rules: there were none before it")
        elif other is not None:
            self.host.open(routes.RevisionDifference(min(other, revision), max(other, revision)))

    def action_mark(self) -> None:
        """Mark the revision under the cursor, to compare another one with it."""
        revision = self._under_cursor()
        self._marked = None if revision == self._marked else revision
        self.show(self._document)

    def action_restore(self) -> None:
        """Show what going back to the revision under the cursor would do, and ask."""
        revision = self._under_cursor()
        if revision is None:
            return
        if revision == self._current.revision:
            self.host.tell(f"r{revision} is in force")
            return
        self.work(self._restore(revision), group="restore")

    def same_command(self) -> str | None:
        """Return the command that shows the same."""
        return "jobsync rules history"

    def action_copy(self) -> None:
        """Copy the history."""
        self.host.copy(as_text(self._document(100)) + "\n", "history of the rules")

    def _under_cursor(self) -> int | None:
        target = self.document.target
        return None if target is None else int(target)

    async def _restore(self, revision: int) -> None:
        propose(self.host, restoring(self._current, await self.backend.rules.at(revision)))

    async def _read(self) -> None:
        self._current = await self.backend.rules.current()
        self._revisions = await self.backend.rules.history()
        self.show(self._document)
        self.set_note("enter shows what a revision changed; space marks one to compare another with.")

    def _document(self, width: int) -> Document:
        return revisions_document(self._revisions, self._current.revision, self._marked, clock.now(), width)
