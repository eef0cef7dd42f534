"""The rule editor: a rule as a form and as YAML, either changing the other, and what it comes to while it is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

from textual.binding import BindingType
from textual.containers import Horizontal
from textual.widget import Widget

from ...backend.core.errors import JobNotFound, RuleError
from ...backend.core.models import ConditionResult, Rule, RuleSet
from ...backend.core.text import counted
from ...commands import Group, bindings
from ...documents.document import Document, Tone
from ...documents.layout import fit
from ...documents.rule_form import Look, form_document, look_words
from ...editor.edit_session import EditSession, KeptDraft
from ...editor.rule_change import editing
from ...widgets.document import DocumentView
from ...widgets.yaml_pane import YamlPane
from .. import routes
from ..routes import Opening
from .proposing import propose
from .rule_edits import RuleEdits
from .rule_opening import open_session

SOURCE = "the rule"
"""What errors call the text that is edited."""


class RuleEditorScreen(RuleEdits):
    """Edits one rule. Every change is kept as a draft at once, so that a lost connection loses nothing.

    Args:
        opening: What it is opened on.
    """

    GROUPS = (Group.EDITOR,)
    BINDINGS: ClassVar[list[BindingType]] = bindings(Group.EDITOR)
    HEADING = "Rule"

    def __init__(self, opening: Opening) -> None:
        super().__init__(EditSession(Rule("new-rule", opening.name, opening.when)))
        self._opening = opening
        self._rules = RuleSet(0)
        self._checked: Sequence[ConditionResult] | None = None
        self._look = Look()
        self._fault: RuleError | None = None

    def body(self) -> list[Widget]:
        """Return the form and the YAML, side by side where there is room."""
        return [Horizontal(DocumentView(id="sheet"), YamlPane(id="yaml"), id="editor-body")]

    @property
    def yaml(self) -> YamlPane:
        """The YAML."""
        return self.query_one(YamlPane)

    @property
    def faulty(self) -> bool:
        """Whether the YAML is no rule: the form shows the last one that was."""
        return self._fault is not None

    def on_mount(self) -> None:
        """Find out what is edited."""
        self.document.focus()
        self.set_busy("Reading ...")
        self.work(self._open(self._opening), group="open")

    async def _open(self, opening: Opening) -> None:
        self._rules = await self.backend.rules.current()
        opened = await open_session(self.app, self.backend, self._rules, opening)
        if opened is None:
            self.dismiss(None)
            return
        self.session, yaml = opened
        self._retitle()
        self.show(self._document)
        if yaml is None:
            yaml = await self.backend.rules.dump([self.session.rule])
            self.yaml.put(yaml)
            if self.session.replaces is None:
                await self._keep(yaml)
            self._watch()
        else:
            self.yaml.put(yaml)
            await self._read_yaml(yaml)
        if self.session.replaces is None and self.session.rule.when is None:
            self.action_add()

    # ---- from the form to the YAML, and back -------------------------------------------------------------------------

    def changed(self) -> None:
        """Show the rule as it is now, in both ways; keep it, and look what it comes to."""
        self._retitle()
        self.show(self._document)
        self.work(self._write_yaml(), group="yaml")

    def on_yaml_pane_typed(self, event: YamlPane.Typed) -> None:
        """Take over what was typed, if it is a rule."""
        self.work(self._read_yaml(event.text), group="yaml")

    def on_yaml_pane_left(self) -> None:
        """Go back to the form."""
        self.remove_class("-yaml")
        self.document.focus()

    def action_yaml(self) -> None:
        """Go to the YAML."""
        self.add_class("-yaml")
        self.yaml.focus()

    def action_save(self) -> None:
        """Show what the rule would do, and ask."""
        if self._refuses():
            return
        change = editing(self._rules, self.session.rule, replaces=self.session.replaces, draft=self.session.key)
        propose(self.host, change, self._after_saving)

    def action_copy(self) -> None:
        """Copy the YAML."""
        self.host.copy(self.yaml.text, f"rule {self.session.rule.name}")

    def action_back(self) -> None:
        """Go back. What was changed stays as a draft."""
        if self.yaml.has_focus:
            self.on_yaml_pane_left()
            return
        if self.session.changed:
            self.host.tell("The rule is kept as a draft, not saved: e or n in the rules goes on with it")
        super().action_back()

    async def action_drop(self) -> None:
        """Forget the draft and what was changed."""
        await self.backend.drafts.drop(self.session.key)
        self.session.change(self.session.base)
        self.host.tell("The draft is dropped; nothing was saved")
        self.dismiss(None)

    def _after_saving(self, answer: str | None) -> None:
        if answer:
            self.host.open(routes.Shadows(answer), instead=True)
        elif answer is not None and self.session.job is not None:
            self.host.open(routes.Rules(self.session.rule.id), instead=True)
        elif answer is not None:
            self.dismiss(None)

    async def _write_yaml(self) -> None:
        self._fault = None
        text = await self.backend.rules.dump([self.session.rule])
        self.yaml.put(text)
        await self._keep(text)
        self._watch()

    async def _read_yaml(self, text: str) -> None:
        try:
            rule = _only(await self.backend.rules.parse(text, SOURCE))
        except RuleError as error:
            self._fault = error
            self._say()
            await self._keep(text)
            return
        self._fault = None
        if self.session.change(rule):
            self._retitle()
            self.show(self._document)
            await self._keep(text)
        self._watch()

    async def _keep(self, text: str) -> None:
        kept = KeptDraft(text, self.session.replaces, self.session.job)
        await self.backend.drafts.put(self.session.key, kept.encode(), self._rules.revision)

    # ---- what it comes to --------------------------------------------------------------------------------------------

    def _watch(self) -> None:
        self.work(self._look_at_job(), group="job")
        self.work(self._look_at_all(), group="all")

    async def _look_at_job(self) -> None:
        """Have the job at hand say what it has to say to each condition."""
        rule, job = self.session.rule, self.session.job
        if job is None:
            self._say()
            return
        try:
            found = await self.backend.impacts.try_on(*job, [_alone(rule)])
        except JobNotFound:
            self.session.job = None
            return
        result = found.rules[0]
        self._checked = result.conditions
        self._look = self._look.with_job(matched=result.holds)
        self.show(self._document)
        self._say()

    async def _look_at_all(self) -> None:
        """Count the cached jobs that the rule matches, for itself."""
        self._look = self._look.counting()
        self._say()
        (jobs,) = await self.backend.writing.matching([self.session.rule])
        self._look = self._look.with_count(jobs)
        self._say()

    def looked(self) -> None:
        """Say again what the rule comes to."""
        self._say()

    def _say(self) -> None:
        if self._fault is not None:
            self.set_note(f"x {self._fault.message}", Tone.BAD)
        else:
            self.set_note(look_words(self._look, self.session.rule), Tone.PLAIN)

    def _retitle(self) -> None:
        kept = "draft kept, s saves" if self.session.changed or self.session.replaces is None else f"as in r{self._rules.revision}"
        self.set_heading(kept, f"Rule: {fit(self.session.rule.name, 46)}")

    def _document(self, width: int) -> Document:
        return form_document(self.session.rule, self._checked, width)


def _alone(rule: Rule) -> Rule:
    """Return the rule as if it were switched on and no fallback: what its conditions alone say."""
    return replace(rule, active=True, fallback=False)


def _only(rules: Sequence[Rule]) -> Rule:
    if len(rules) != 1:
        raise RuleError(f"{SOURCE}: there are {counted(len(rules), 'rule')} here; the editor holds one.")
    return rules[0]
