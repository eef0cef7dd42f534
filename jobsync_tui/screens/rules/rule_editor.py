"""The rule editor: a rule as a form and as YAML, either changing the other, and what it comes to while it is written."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import ClassVar

from textual.binding import BindingType
from textual.containers import Horizontal
from textual.widget import Widget

from ...backend.core.errors import JobNotFound, RemoteError, RuleError
from ...backend.core.models import (
    Action,
    AllOf,
    AnyOf,
    Condition,
    ConditionResult,
    FieldCatalogue,
    Leaf,
    Not,
    Rule,
    RuleSet,
    TargetCatalogue,
)
from ...backend.core.text import counted
from ...commands import Group, bindings
from ...documents.document import Document, Tone
from ...documents.layout import fit
from ...documents.rule_form import Look, Part, Spot, form_document, look_words
from ...editor.edit_session import EditSession, KeptDraft
from ...editor.rule_change import editing
from ...editor.rule_tree import Way, added, at, dissolved, grouped, moved, negated, removed, replaced, turned
from ...session.notices import Severity
from ...widgets.document import DocumentView
from ...widgets.yaml_pane import YamlPane
from .. import routes
from ..dialog import DialogScreen
from ..prompt import Remark
from ..routes import Opening
from .rule_opening import open_session
from .rule_questions import RuleQuestions
from .save_rules import propose

SOURCE = "the rule"
"""What errors call the text that is edited."""

_WHERE = re.compile(r"^[^:]*: [^:]*: ")
"""Where in a file something is wrong, which goes without saying where one thing is typed."""

Placed = tuple[Condition | None, Way]
"""A tree, and the node on which the cursor is to stand."""


class RuleEditorScreen(DialogScreen[None]):
    """Edits one rule. Every change is kept as a draft at once, so that a lost connection loses nothing.

    Args:
        opening: What it is opened on.
    """

    GROUPS = (Group.EDITOR,)
    BINDINGS: ClassVar[list[BindingType]] = bindings(Group.EDITOR)
    HEADING = "Rule"

    def __init__(self, opening: Opening) -> None:
        super().__init__()
        self.session = EditSession(Rule("new-rule", opening.name, opening.when))
        self._catalogues: tuple[FieldCatalogue, TargetCatalogue] | None = None
        self._opening = opening
        self._rules = RuleSet(0)
        self._checked: Sequence[ConditionResult] | None = None
        self._look = Look()
        self._fault: RuleError | None = None

    def body(self) -> list[Widget]:
        """Return the form and the YAML, side by side where there is room."""
        return [Horizontal(DocumentView(id="document"), YamlPane(id="yaml"), id="editor-body")]

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

    def offers(self, action: str) -> bool:
        """Return whether the footer names a command now: in the YAML, letters are text."""
        return super().offers(action) and not self.yaml.has_focus

    def on_descendant_focus(self) -> None:
        """Have footer and note go with the place where keys act."""
        self._say()

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
            self.host.tell("The rule is kept as a draft and not saved: e or n in the rules continues with it")
        super().action_back()

    async def action_drop(self) -> None:
        """Forget the draft and what was changed."""
        await self.backend.drafts.drop(self.session.key)
        self.session.change(self.session.base)
        self.host.tell("The draft was discarded; nothing was saved")
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

    def _say(self) -> None:
        if self._fault is not None:
            self.set_note(f"x {self._fault.message}", Tone.BAD)
        else:
            back = "   esc goes back to the form" if self.yaml.has_focus else ""
            self.set_note(f"{look_words(self._look, self.session.rule)}{back}", Tone.PLAIN)

    def _retitle(self) -> None:
        kept = "unsaved draft, s saves" if self.session.changed or self.session.replaces is None else f"as in r{self._rules.revision}"
        self.set_heading(kept, f"Rule: {fit(self.session.rule.name, 46)}")

    def _document(self, width: int) -> Document:
        return form_document(self.session.rule, self._checked, width)

    @property
    def spot(self) -> Spot:
        """The line under the cursor."""
        section = self.document.section
        return Spot(Part.NAME) if section is None else Spot.of(section.key)

    # ---- asking ------------------------------------------------------------------------------------------------------

    def action_change(self) -> None:
        """Change what is under the cursor: ask for it, or turn it over."""
        if self._refuses():
            return
        spot, rule = self.spot, self.session.rule
        match spot:
            case Spot(Part.STATE):
                self._put(replace(rule, active=not rule.active), spot)
            case Spot(Part.FALLBACK):
                self._put(replace(rule, fallback=not rule.fallback), spot)
            case Spot(Part.WHEN, None):
                self.action_add()
            case Spot(Part.WHEN, tuple() as way) if rule.when is not None and not isinstance(_inner(at(rule.when, way)), Leaf):
                self.action_turn()
            case Spot(Part.ACTION, None):
                self.action_add_action()
            case _:
                self.work(self._ask(spot), group="ask")

    def action_add(self) -> None:
        """Add a condition behind the one under the cursor, or an action where the cursor is on those."""
        if self.spot.part is Part.ACTION:
            self.action_add_action()
        elif not self._refuses():
            self.work(self._add_condition(self.spot), group="ask")

    def action_add_action(self) -> None:
        """Add an action."""
        if not self._refuses():
            self.work(self._add_action(self.spot), group="ask")

    def action_value(self) -> None:
        """Change no more than the value of the condition under the cursor."""
        spot, when = self.spot, self.session.rule.when
        if self._refuses() or when is None or spot.part is not Part.WHEN or spot.way is None:
            return
        node = at(when, spot.way)
        way = (*spot.way, 0) if isinstance(node, Not) else spot.way
        leaf = _inner(node)
        if isinstance(leaf, Leaf):
            self.work(self._ask_value(leaf, way, spot), group="ask")

    async def _ask(self, spot: Spot) -> None:
        rule, ask = self.session.rule, await self._questions()
        if spot.part is Part.NAME:
            name = await ask.name(rule)
            if name:
                identity = rule.id if self.session.replaces is not None else await self.backend.writing.new_id(name)
                self._put(replace(rule, id=identity, name=name), spot)
        elif spot.part is Part.PRIORITY:
            priority = await ask.priority(rule)
            if priority is not None:
                self._put(replace(rule, priority=priority), spot)
        elif spot.part is Part.WHEN and rule.when is not None and spot.way is not None:
            node = at(rule.when, spot.way)
            way = (*spot.way, 0) if isinstance(node, Not) else spot.way
            found = _inner(node)
            leaf = await ask.leaf(found if isinstance(found, Leaf) else None)
            if leaf is not None:
                self._put(replace(rule, when=replaced(rule.when, way, leaf)), spot)
        elif spot.part is Part.ACTION and spot.way is not None:
            number = spot.way[0]
            action = await ask.action(rule.actions[number])
            if action is not None:
                self._put(replace(rule, actions=(*rule.actions[:number], action, *rule.actions[number + 1 :])), spot)

    async def _ask_value(self, leaf: Leaf, way: Way, spot: Spot) -> None:
        changed = await (await self._questions()).value(leaf)
        if changed is not None and self.session.rule.when is not None:
            self._put(replace(self.session.rule, when=replaced(self.session.rule.when, way, changed)), spot)

    async def _add_condition(self, spot: Spot) -> None:
        leaf = await (await self._questions()).leaf()
        if leaf is None:
            return
        rule = self.session.rule
        way = spot.way if spot.part is Part.WHEN and spot.way is not None else ()
        if rule.when is not None and isinstance(at(rule.when, way), Not):
            way = (*way, 0)
        when, place = added(rule.when, way, leaf)
        self._put(replace(rule, when=when), Spot(Part.WHEN, place))

    async def _add_action(self, spot: Spot) -> None:
        action = await (await self._questions()).action()
        if action is None:
            return
        rule = self.session.rule
        number = spot.way[0] + 1 if spot.part is Part.ACTION and spot.way is not None else len(rule.actions)
        self._put(replace(rule, actions=(*rule.actions[:number], action, *rule.actions[number:])), Spot(Part.ACTION, (number,)))

    async def _questions(self) -> RuleQuestions:
        if self._catalogues is None:
            self.set_note("Reading the fields and names ...")
            self._catalogues = (await self.backend.catalogues.fields(), await self._target())
            self._say()
        return RuleQuestions(self.app, *self._catalogues, self._evaluate)

    async def _target(self) -> TargetCatalogue:
        """Return the names that the target has; where it cannot be asked, any name goes, and this is said."""
        try:
            return await self.backend.catalogues.target()
        except RemoteError as error:
            self.host.tell(f"The target's names are not known: {error.message}", Severity.WARNING, remedy=error.remedy)
            return TargetCatalogue(None, None, None, ())

    async def _evaluate(self, part: Leaf | Action) -> Remark:
        """Say what is wrong with a condition or an action, else how many cached jobs a condition matches for itself."""
        rule = Rule("x", "x", when=part) if isinstance(part, Leaf) else Rule("x", "x", actions=(part,))
        try:
            await self.backend.rules.parse(await self.backend.rules.dump([rule]), "it")
        except RuleError as error:
            return Remark(_WHERE.sub("", error.message), wrong=True)
        if isinstance(part, Action):
            return Remark()
        (jobs,) = await self.backend.writing.matching([rule])
        return Remark(f"matches {counted(jobs, 'cached job')}")

    # ---- the tree ----------------------------------------------------------------------------------------------------

    def action_remove(self) -> None:
        """Remove what is under the cursor; u brings it back."""
        spot, rule = self.spot, self.session.rule
        if self._refuses():
            return
        if spot.part is Part.ACTION and spot.way is not None:
            number = spot.way[0]
            left = (*rule.actions[:number], *rule.actions[number + 1 :])
            self._put(replace(rule, actions=left), Spot(Part.ACTION, (min(number, len(left) - 1),) if left else None))
        elif spot.part is Part.WHEN and spot.way is not None and rule.when is not None:
            self._put(replace(rule, when=removed(rule.when, spot.way)), spot)

    def action_turn(self) -> None:
        """Turn the group at or around the cursor from all to any, or back."""
        self._reshape(lambda when, way: (turned(when, (*way, 0) if isinstance(at(when, way), Not) else way), way))

    def action_negate(self) -> None:
        """Negate what is under the cursor, or stop negating it."""
        self._reshape(negated)

    def action_group(self) -> None:
        """Put the condition under the cursor into a group of its own."""
        self._reshape(grouped)

    def action_dissolve(self) -> None:
        """Put what the group under the cursor holds in its place."""
        self._reshape(dissolved)

    def action_move_up(self) -> None:
        """Move what is under the cursor up."""
        self._move(-1)

    def action_move_down(self) -> None:
        """Move what is under the cursor down."""
        self._move(1)

    def action_undo(self) -> None:
        """Take the last change back; where the YAML is wrong, what was typed there."""
        if self.faulty or self.session.undo():
            self.changed()

    def action_redo(self) -> None:
        """Redo the change that was undone."""
        if self.session.redo():
            self.changed()

    def action_switch(self) -> None:
        """Switch the rule on or off."""
        if not self._refuses():
            self._put(replace(self.session.rule, active=not self.session.rule.active), self.spot)

    def _move(self, step: int) -> None:
        spot, rule = self.spot, self.session.rule
        if spot.part is not Part.ACTION:
            self._reshape(lambda when, way: moved(when, way, step))
            return
        number = spot.way[0] if spot.way is not None else 0
        if not self._refuses() and 0 <= number + step < len(rule.actions):
            actions = list(rule.actions)
            actions[number], actions[number + step] = actions[number + step], actions[number]
            self._put(replace(rule, actions=tuple(actions)), Spot(Part.ACTION, (number + step,)))

    def _reshape(self, change: Callable[[Condition, Way], Placed]) -> None:
        spot, rule = self.spot, self.session.rule
        if self._refuses() or rule.when is None or spot.part is not Part.WHEN or spot.way is None:
            return
        when, way = change(rule.when, spot.way)
        self._put(replace(rule, when=when), Spot(Part.WHEN, way))

    def _put(self, rule: Rule, spot: Spot) -> None:
        if self.session.change(rule):
            self.changed()
        self.document.put_cursor(spot.key)

    def _refuses(self) -> bool:
        """Say that the YAML is wrong, where it is: a change of the form would throw away what was typed there."""
        if self.faulty:
            self.host.tell("The YAML is wrong: y mends it, u drops what was typed", Severity.WARNING)
        return self.faulty


def _alone(rule: Rule) -> Rule:
    """Return the rule as if it were switched on and no fallback: what its conditions alone say."""
    return replace(rule, active=True, fallback=False)


def _only(rules: Sequence[Rule]) -> Rule:
    if len(rules) != 1:
        raise RuleError(f"{SOURCE}: there are {counted(len(rules), 'rule')} here; the editor holds one.")
    return rules[0]


def _inner(node: Condition) -> Condition:
    """Return what stands under a not, for lines that show both as one."""
    return node.child if isinstance(node, Not) and isinstance(node.child, Leaf | AllOf | AnyOf) else node
