"""The list of the rules: in order of priority, with what each comes to in the cache, and all that can be done to one."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import BindingType
from textual.widget import Widget
from textual.widgets import Input

from ...backend.core import clock
from ...backend.core.filter_words import field_is
from ...backend.core.models import EVERY, Finding, Rule, RuleAuthority, RuleCount, RuleSet, Scope, moved
from ...backend.core.text import counted
from ...commands import Group, bindings
from ...documents.document import Document, Tone
from ...documents.rules import NO_RULES, ListedRule, RulesHead, found, rule_note, rule_text, rules_document
from ...documents.words import count
from ...editor.rule_change import RuleChange, deleting, reordering, switching
from ...session.notices import Severity
from ...widgets.field import Field
from .. import routes
from ..dialog import DialogScreen
from .save_rules import propose

_OF_A_RULE = frozenset(
    {"filter", "edit", "switch", "unfold", "switch_all", "move_up", "move_down", "save_order", "jobs", "duplicate", "delete", "copy"}
)
"""Commands that do something with a rule that is there."""


class RulesScreen(DialogScreen[None]):
    """Lists the rules.

    Args:
        rule: Id or name of the rule to begin at.
    """

    GROUPS = (Group.RULES,)
    BINDINGS: ClassVar[list[BindingType]] = bindings(Group.RULES)
    HEADING = "Rules"
    IS_LIST: ClassVar[bool] = True
    ON_A_ROW: ClassVar[frozenset[str]] = _OF_A_RULE - {"filter"}

    def __init__(self, rule: str | None = None) -> None:
        super().__init__()
        self._wanted = rule
        self._rules = RuleSet(0)
        self._authority: RuleAuthority | None = None
        self._order: tuple[Rule, ...] | None = None
        self._told: dict[str, str] = {}
        self._counts: dict[str, RuleCount] = {}
        self._findings: dict[str, list[Finding]] = {}
        self._counted = ""
        self._typed = ""

    def foot(self) -> list[Widget]:
        """Return the field of the filter, shown while it is used."""
        field = Field(placeholder="words of name, conditions or actions; on or off", compact=True, id="rules-filter")
        field.cursor_blink = False
        field.display = False
        return [field]

    @property
    def rules(self) -> RuleSet:
        """The rules in force."""
        return self._rules

    def on_mount(self) -> None:
        """Say what is waited for; the rules are read when the screen is in front."""
        self.document.focus()
        self.set_heading("in order of priority")
        self.set_busy("Reading the rules ...")

    def on_screen_resume(self) -> None:
        """Read the rules, also after they were changed by a screen that was opened from here."""
        self.work(self._read(), group="rules")

    def why_not(self, action: str) -> str | None:
        """Return why nothing is done with a rule: there is none."""
        return NO_RULES if action in _OF_A_RULE and not self._rules.rules else None

    # ---- finding -----------------------------------------------------------------------------------------------------

    def on_input_changed(self, event: Input.Changed) -> None:
        """Show the rules that match what is typed."""
        self._typed = event.value
        self.show(self._document)

    def on_input_submitted(self) -> None:
        """Go to the list."""
        self.document.focus()

    def on_document_view_moved(self) -> None:
        """Say what there is to say of the rule under the cursor."""
        super().on_document_view_moved()
        each = next((each for each in self._listed() if each.rule.id == self.document.target), None)
        self.set_note(rule_note(each) if each else "", Tone.WARN if each and each.findings else Tone.DIM)

    def action_filter(self) -> None:
        """Type a filter."""
        field = self.query_one("#rules-filter", Input)
        field.display = True
        field.focus()

    def action_back(self) -> None:
        """Clear the filter first, then drop an order that was not saved, then go back."""
        field = self.query_one("#rules-filter", Input)
        if field.display:
            field.value = ""
            field.display = False
            self.document.focus()
        elif self._order is not None:
            self._order = None
            self.show(self._document)
        else:
            super().action_back()

    # ---- changing ----------------------------------------------------------------------------------------------------

    def action_edit(self) -> None:
        """Open the rule under the cursor in the editor."""
        rule = self._to_change()
        if rule is not None:
            self.host.open(routes.RuleEditor(routes.Opening(rule.id)))

    def action_new(self) -> None:
        """Open the editor on a new rule."""
        self.host.open(routes.RuleEditor(routes.Opening()))

    def action_duplicate(self) -> None:
        """Open the editor on a copy of the rule under the cursor."""
        rule = self._under_cursor()
        if rule is not None:
            self.host.open(routes.RuleEditor(routes.Opening(rule.id, duplicate=True)))

    def action_delete(self) -> None:
        """Show what the rule's end would do, and ask."""
        rule = self._to_change()
        if rule is not None:
            self._propose(deleting(self._rules, rule))

    def action_switch(self) -> None:
        """Show what switching the rule under the cursor would do, and ask."""
        rule = self._to_change()
        if rule is not None:
            self._propose(switching(self._rules, (rule,), active=not rule.active))

    def action_switch_all(self) -> None:
        """Show what switching every rule that is shown off would do, or on where none of them is active, and ask.

        Rules that are not the person's to change stay as they are.
        """
        shown = tuple(each.rule for each in self._shown() if not each.fixed)
        active = not any(rule.active for rule in shown)
        concerned = tuple(rule for rule in shown if rule.active is not active)
        if concerned:
            self._propose(switching(self._rules, concerned, active=active))

    def action_move_up(self) -> None:
        """Have the rule under the cursor act one place earlier, once the order is saved."""
        self._move(-1)

    def action_move_down(self) -> None:
        """Have the rule under the cursor act one place later, once the order is saved."""
        self._move(1)

    def action_save_order(self) -> None:
        """Show what the new order would do, and ask."""
        if self._order is None:
            self.host.tell("The order has not changed: K and J move the rule under the cursor")
        else:
            propose(self.host, reordering(self._rules, self._order))

    def _move(self, step: int) -> None:
        target = self.document.target
        if target is None or self._to_change() is None:
            return
        before = self._order or self._rules.rules
        after = moved(before, target, step)
        if after != before:
            self._order = None if after == self._rules.rules else after
            self.show(self._document)
            self.document.put_cursor(target)

    def _propose(self, change: RuleChange) -> None:
        if self._order is not None:
            self.host.tell("The new order is not saved yet: w saves it, esc discards it")
        else:
            propose(self.host, change)

    # ---- reading -----------------------------------------------------------------------------------------------------

    def action_copy(self) -> None:
        """Copy the rule under the cursor."""
        rule = self._under_cursor()
        if rule is not None:
            self.host.copy(rule_text(rule), f"rule {rule.name}")

    def action_history(self) -> None:
        """Show who changed the rules."""
        self.host.open(routes.RulesHistory())

    def same_command(self) -> str | None:
        """Return the command that lists the rules."""
        return "jobsync rules list"

    def action_jobs(self) -> None:
        """List the jobs that the rule under the cursor applies to."""
        rule = self._under_cursor()
        if rule is not None:
            self.work(self._list_jobs(rule), group="jobs")

    def action_coverage(self) -> None:
        """Show how far the rules reach."""
        self.host.open(routes.Coverage())

    def action_shadows(self) -> None:
        """Show the rules that run in shadow."""
        self.host.open(routes.Shadows())

    def _under_cursor(self) -> Rule | None:
        target = self.document.target
        return next((rule for rule in self._rules.rules if rule.id == target), None)

    def _to_change(self) -> Rule | None:
        """Return the rule under the cursor if it is the person's to change; else say why not."""
        rule = self._under_cursor()
        if rule is not None and self._is_fixed(rule):
            self.host.tell(rule_note(ListedRule(rule, "", fixed=True)), Severity.WARNING)
            return None
        return rule

    def _is_fixed(self, rule: Rule) -> bool:
        return self._authority is not None and not self._authority.may_change(rule)

    async def _list_jobs(self, rule: Rule) -> None:
        """Go to the rule's jobs: in the list of their integration, or in that of all where they are of several."""
        text = field_is("rule", rule.id)
        await self.backend.eligibility.evaluate_for(text, on_progress=self._evaluated)
        counts = {each.id: await self.backend.jobs.count(Scope.of(each.id), text) for each in await self.backend.integrations.list()}
        having = [integration for integration, number in counts.items() if number]
        if not having:
            self.host.tell(f"{rule.name} applies to no job")
            return
        self.host.open(routes.Jobs(Scope.of(*having) if len(having) == 1 else EVERY, text))

    async def _read(self) -> None:
        rules = await self.backend.rules.current()
        self._authority = await self.backend.rules.authority()
        if rules.revision != self._rules.revision:
            self._order = None
            self._told = {rule.id: await self.backend.rules.describe(rule) for rule in rules.rules}
            self._findings = {}
        self._rules = rules
        self.show(self._document)
        if self._wanted is not None:
            wanted = next((rule.id for rule in self._rules.rules if self._wanted in {rule.id, rule.name}), None)
            self._wanted = None
            if wanted is not None:
                self.document.go_to(wanted)
        self.work(self._count(), group="count")

    async def _count(self) -> None:
        """Show the counts as they are known, have what was not evaluated yet evaluated, and look for what is wrong with the rules."""
        await self._read_counts()
        await self.backend.eligibility.evaluate_all(on_progress=self._evaluated)
        await self._read_counts()
        off = [rule for rule in self._rules.rules if not rule.active]
        matches = await self.backend.writing.matching(off)
        self._counts |= {rule.id: RuleCount(jobs) for rule, jobs in zip(off, matches, strict=True)}
        self._say("checking the rules for mistakes ...")
        self._findings = {}
        for finding in (await self.backend.rules.lint()).findings:
            self._findings.setdefault(finding.rule, []).append(finding)
        self._say(f"{counted(sum(map(len, self._findings.values())), 'finding')}, marked with !" if self._findings else "")

    async def _read_counts(self) -> None:
        """Read to how many jobs each active rule applies, as far as they were evaluated."""
        counts = await self.backend.rules.counts()
        self._counts = {rule.id: counts.get(rule.id, RuleCount()) for rule in self._rules.rules if rule.active}
        self._say("")

    def _evaluated(self, done: int, total: int) -> None:
        self._say(f"counting, {count(done)} of {counted(total, 'job')}" if done < total else "")

    def _say(self, words: str) -> None:
        self._counted = words
        self.show(self._document)
        self.on_document_view_moved()

    def _document(self, width: int) -> Document:
        shown = self._shown()
        every = len(self._rules.rules)
        top = RulesHead(
            revision=self._rules.revision,
            of=None if len(shown) == every else every,
            counted=self._counted,
            now=clock.now(),
            reordered=self._order is not None,
            part=None if self._authority is None else self._authority.part,
        )
        return rules_document(top, shown, width, self.document.turned)

    def _shown(self) -> tuple[ListedRule, ...]:
        listed = self._listed()
        return found(listed, self._typed) if self._typed.strip() else listed

    def _listed(self) -> tuple[ListedRule, ...]:
        return tuple(
            ListedRule(
                rule,
                self._told.get(rule.id, ""),
                self._counts.get(rule.id),
                tuple(self._findings.get(rule.id, ())),
                fixed=self._is_fixed(rule),
            )
            for rule in self._order or self._rules.rules
        )
