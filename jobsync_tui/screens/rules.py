"""The list of the rules: in the order in which they act, each to be read in full and switched on or off."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import BindingType
from textual.widget import Widget
from textual.widgets import Input

from ..backend.models import Rule, RuleSet
from ..commands import Group, bindings
from ..messages import CacheChanged
from ..views.rules import ListedRule, found, listed, rule_text, rules_sheet, switch_question
from ..views.sheet import Sheet
from .dialog import DialogScreen
from .menu import Entry, MenuScreen

_NO, _YES = "no", "yes"


class RulesScreen(DialogScreen[None]):
    """Lists the rules.

    Args:
        rule: Id or name of the rule to begin at.
    """

    GROUPS = (Group.RULES,)
    BINDINGS: ClassVar[list[BindingType]] = bindings(Group.RULES)
    HEADING = "Rules"

    def __init__(self, rule: str | None = None) -> None:
        super().__init__()
        self._wanted = rule
        self._rules = RuleSet(0)
        self._listed: tuple[ListedRule, ...] = ()
        self._typed = ""

    def foot(self) -> list[Widget]:
        """Return the field of the filter, shown while it is used."""
        field = Input(placeholder="words of name, conditions or actions; on or off", compact=True, id="rules-filter")
        field.cursor_blink = False
        field.display = False
        return [field]

    @property
    def rules(self) -> RuleSet:
        """The rules that are shown."""
        return self._rules

    def on_mount(self) -> None:
        """Read the rules."""
        self.sheet.focus()
        self.set_busy("Reading the rules ...")
        self.work(self._read(), group="rules")

    def on_cache_changed(self, _: CacheChanged) -> None:
        """Read the rules again: somebody may have changed them."""
        self.work(self._read(), group="rules")

    def on_input_changed(self, event: Input.Changed) -> None:
        """Show the rules that match what is typed."""
        self._typed = event.value
        self.show(self._sheet)

    def on_input_submitted(self) -> None:
        """Go to the list."""
        self.sheet.focus()

    def action_filter(self) -> None:
        """Type a filter."""
        field = self.query_one("#rules-filter", Input)
        field.display = True
        field.focus()

    def action_back(self) -> None:
        """Clear the filter first, then go back."""
        field = self.query_one("#rules-filter", Input)
        if not field.display:
            super().action_back()
            return
        field.value = ""
        field.display = False
        self.sheet.focus()

    def action_switch(self) -> None:
        """Ask whether to switch the rule under the cursor on or off."""
        rule = self._under_cursor()
        if rule is not None:
            self._ask_to_switch((rule,), active=not rule.active)

    def action_switch_all(self) -> None:
        """Ask whether to switch every rule that is shown off, or on where none of them is active."""
        shown = tuple(each.rule for each in self._shown())
        active = not any(rule.active for rule in shown)
        self._ask_to_switch(tuple(rule for rule in shown if rule.active is not active), active=active)

    def action_copy(self) -> None:
        """Copy the rule under the cursor."""
        rule = self._under_cursor()
        if rule is not None:
            self.host.copy(rule_text(rule), f"rule {rule.name}")

    def action_history(self) -> None:
        """Show who changed the rules."""
        self.host.go.rules_history()

    def _under_cursor(self) -> Rule | None:
        target = self.sheet.target
        return next((rule for rule in self._rules.rules if rule.id == target), None)

    def _ask_to_switch(self, rules: tuple[Rule, ...], *, active: bool) -> None:
        if not rules:
            return
        question, effect = switch_question(rules, active=active)
        entries = [Entry(_NO, "Cancel", "nothing changes"), Entry(_YES, "Activate" if active else "Deactivate", effect)]

        def answered(choice: str | None) -> None:
            if choice == _YES:
                self.work(self._switch(rules, active=active), group="switch", exclusive=False, about=rules[0].name)

        self.app.push_screen(MenuScreen(question, entries, chosen=_NO), answered)

    async def _switch(self, rules: tuple[Rule, ...], *, active: bool) -> None:
        kept = await self.backend.rules.set_active([rule.id for rule in rules], active=active)
        named = rules[0].name if len(rules) == 1 else f"{len(rules)} rules"
        self.host.tell(f"{named}: {'activated' if active else 'deactivated'}, rules are now r{kept.revision}")
        await self._read()

    async def _read(self) -> None:
        self._rules = await self.backend.rules.current()
        told = {rule.id: await self.backend.rules.describe(rule) for rule in self._rules.rules}
        self._listed = listed(self._rules, told)
        self.set_heading("in the order in which they act")
        self.show(self._sheet)
        if self._wanted is not None:
            wanted = next((rule.id for rule in self._rules.rules if self._wanted in {rule.id, rule.name}), None)
            self._wanted = None
            if wanted is not None:
                self.sheet.go_to(wanted)

    def _sheet(self, width: int) -> Sheet:
        shown = self._shown()
        return rules_sheet(self._rules.revision, shown, width, None if shown is self._listed else len(self._listed))

    def _shown(self) -> tuple[ListedRule, ...]:
        return found(self._listed, self._typed) if self._typed.strip() else self._listed
