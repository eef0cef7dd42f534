"""What the keys of the rule editor do to the rule."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from ...backend.core.errors import RemoteError, RuleError
from ...backend.core.models import Action, AllOf, AnyOf, Condition, FieldCatalogue, Leaf, Not, Rule, TargetCatalogue
from ...backend.core.text import counted
from ...documents.rule_form import Part, Spot
from ...editor.edit_session import EditSession
from ...editor.rule_tree import Way, added, at, dissolved, grouped, moved, negated, removed, replaced, turned
from ...session.notices import Severity
from ..dialog import DialogScreen
from ..prompt import Finding
from .rule_questions import RuleQuestions

_WHERE = re.compile(r"^[^:]*: [^:]*: ")
"""Where in a file something is wrong, which goes without saying where one thing is typed."""

Placed = tuple[Condition | None, Way]
"""A tree, and the node on which the cursor is to stand."""


class RuleEdits(DialogScreen[None]):
    """The actions on the line under the cursor; `rule_editor.RuleEditorScreen` shows what they come to."""

    def __init__(self, session: EditSession) -> None:
        super().__init__()
        self.session = session
        self._catalogues: tuple[FieldCatalogue, TargetCatalogue] | None = None

    @property
    def faulty(self) -> bool:
        """Whether the YAML is no rule at the moment."""
        raise NotImplementedError

    def changed(self) -> None:
        """Show and keep the rule as it is now."""
        raise NotImplementedError

    def looked(self) -> None:
        """Say again what the rule comes to, after something else was said in between."""
        raise NotImplementedError

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
            self.set_note("Looking what fields and names there are ...")
            self._catalogues = (await self.backend.catalogues.fields(), await self._target())
            self.looked()
        return RuleQuestions(self.app, *self._catalogues, self._evaluate)

    async def _target(self) -> TargetCatalogue:
        """Return the names that the target has; where it cannot be asked, any name goes, and this is said."""
        try:
            return await self.backend.catalogues.target()
        except RemoteError as error:
            self.host.tell(f"The target's names are not known: {error.message}", Severity.WARNING, remedy=error.remedy)
            return TargetCatalogue(None, None, None, ())

    async def _evaluate(self, part: Leaf | Action) -> Finding:
        """Say what is wrong with a condition or an action, else how many cached jobs a condition matches for itself."""
        rule = Rule("x", "x", when=part) if isinstance(part, Leaf) else Rule("x", "x", actions=(part,))
        try:
            await self.backend.rules.parse(await self.backend.rules.dump([rule]), "it")
        except RuleError as error:
            return Finding(_WHERE.sub("", error.message), wrong=True)
        if isinstance(part, Action):
            return Finding()
        (jobs,) = await self.backend.writing.matching([rule])
        return Finding(f"matches {counted(jobs, 'cached job')}")

    # ---- the tree ----------------------------------------------------------------------------------------------------

    def action_remove(self) -> None:
        """Take away what is under the cursor; u brings it back."""
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
        """Put what is under the cursor under a not, or out of it."""
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
        """Make the change again that was taken back."""
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


def _inner(node: Condition) -> Condition:
    """Return what stands under a not, for lines that show both as one."""
    return node.child if isinstance(node, Not) and isinstance(node.child, Leaf | AllOf | AnyOf) else node
