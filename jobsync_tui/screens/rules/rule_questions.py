"""What the rule editor asks for, one prompt after the other, each with what there really is to choose from."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

from textual.app import App
from textual.screen import Screen

from ...backend.core.models import (
    OPERATORS,
    Action,
    ActionKind,
    FieldCatalogue,
    FieldEntry,
    FieldKind,
    JsonValue,
    Leaf,
    Op,
    Rule,
    TargetCatalogue,
)
from ...backend.core.text import counted
from ...documents import words
from ...documents.words import count
from ...editor.typed_values import shown, shown_item, typed
from ..menu import Entry, MenuScreen
from ..prompt import Offer, PromptScreen, Question, Remark

Evaluator = Callable[[Leaf | Action], Awaitable[Remark]]
"""Says what is wrong with a condition or an action, or what it would come to."""

_EXCLUDE_NOTE = "a job that the rule matches is never synced"


class RuleQuestions:
    """Asks over the screen that is in front. To be used within a worker: each question waits for its answer.

    Args:
        app: Where the prompts open.
        fields: The fields that the integrations deliver.
        target: The names that the target has.
        evaluate: Checks what is typed.
    """

    def __init__(self, app: App[int], fields: FieldCatalogue, target: TargetCatalogue, evaluate: Evaluator) -> None:
        self._app = app
        self._fields = {entry.name: entry for entry in fields.fields}
        self._target = target
        self._evaluate = evaluate

    # ---- conditions --------------------------------------------------------------------------------------------------

    async def leaf(self, start: Leaf | None = None) -> Leaf | None:
        """Ask for a condition: its field, its operator, its value; esc at any of them changes nothing."""
        name = await self._field(start.field if start else None)
        if name is None:
            return None
        entry = self._fields.get(name)
        same = start is not None and start.field == name
        op = await self._operator(name, entry, start.op if start is not None and same else None)
        if op is None:
            return None
        if not OPERATORS[op].takes_value:
            return Leaf(name, op)
        return await self._value(Leaf(name, op, start.value if start is not None and same and _alike(start.op, op) else None), entry)

    async def value(self, start: Leaf) -> Leaf | None:
        """Ask for another value of a condition."""
        return await self._value(start, self._fields.get(start.field)) if OPERATORS[start.op].takes_value else await self.leaf(start)

    async def _field(self, start: str | None) -> str | None:
        entries = sorted(self._fields.values(), key=lambda entry: (entry.name != start, not entry.jobs, _usefulness(entry.name)))
        offers = [Offer(entry.name, _delivered(entry)) for entry in entries]

        async def check(text: str) -> Remark:
            entry = self._fields.get(text)
            if entry is not None:
                return Remark(_commonest(entry))
            return await self._evaluate(Leaf(text.strip(), Op.IS_SET))

        return await self._ask(Question(title="Condition: which field?", offers=offers, check=check))

    async def _operator(self, name: str, entry: FieldEntry | None, start: Op | None) -> Op | None:
        fitting = entry.ops if entry is not None else tuple(Op)
        entries = [Entry(op.value, OPERATORS[op].sign, OPERATORS[op].note) for op in dict.fromkeys([*([start] if start else []), *fitting])]
        chosen = await self._push(MenuScreen(f"{name} ...", entries, chosen=start, searchable=True))
        return None if chosen is None else Op(chosen)

    async def _value(self, leaf: Leaf, entry: FieldEntry | None) -> Leaf | None:
        of_text = entry is not None and entry.kind is FieldKind.TEXT and not entry.name.startswith("custom.")

        def made(text: str) -> Leaf:
            return replace(leaf, value=typed(text, leaf.op, of_text=of_text))

        async def check(text: str) -> Remark:
            return await self._evaluate(made(text)) if text.strip() else Remark("a value, or esc", wrong=True)

        answer = await self._ask(
            Question(
                title=f"{leaf.field} {OPERATORS[leaf.op].sign} ...",
                value=shown(leaf.value, leaf.op, of_text=of_text),
                offers=_value_offers(entry, leaf.op, of_text=of_text),
                check=check,
                many=OPERATORS[leaf.op].takes_list,
            )
        )
        return None if answer is None else made(answer)

    # ---- actions -----------------------------------------------------------------------------------------------------

    async def action(self, start: Action | None = None) -> Action | None:
        """Ask for an action: its kind, a setting's name, its value."""
        kind = start.kind if start is not None else await self._kind()
        if kind is None:
            return None
        if kind is ActionKind.EXCLUDE:
            return Action(kind, value=True)
        name = start.name if start is not None else None
        if kind is ActionKind.SETTING and name is None:
            name = await self._setting_name()
            if name is None:
                return None

        def made(text: str) -> Action:
            return Action(kind, typed(text, Op.EQUALS, of_text=False) if kind is ActionKind.SETTING else text.strip(), name)

        offers = self._action_offers(kind, name)
        known = {offer.text for offer in offers}

        async def check(text: str) -> Remark:
            if not text.strip():
                return Remark("a value, or esc", wrong=True)
            found = await self._evaluate(made(text))
            strange = known and kind is not ActionKind.SETTING and text.strip() not in known
            return Remark(f"! {words.TARGET} has no {words.ACTIONS[kind]} of that name now") if strange and not found.wrong else found

        value = start.value if start is not None else None
        before = shown(value, Op.EQUALS, of_text=False) if kind is ActionKind.SETTING else str(value or "")
        title = f"{words.action(kind, name)} ..."
        answer = await self._ask(Question(title=title, value=before, offers=offers, check=check))
        return None if answer is None else made(answer)

    async def _kind(self) -> ActionKind | None:
        notes = {ActionKind.EXCLUDE: _EXCLUDE_NOTE}
        entries = [Entry(kind.value, words.ACTIONS[kind], notes.get(kind, "")) for kind in ActionKind]
        chosen = await self._push(MenuScreen("Action: what does the rule set?", entries, searchable=True))
        return None if chosen is None else ActionKind(chosen)

    async def _setting_name(self) -> str | None:
        offers = [Offer(each.name, _options(each.options)) for each in self._target.settings]
        return await self._ask(Question(title="Which setting?", offers=offers))

    def _action_offers(self, kind: ActionKind, name: str | None) -> Sequence[Offer]:
        if kind is ActionKind.SETTING:
            setting = next((each for each in self._target.settings if each.name == name), None)
            return [Offer(shown(option, Op.EQUALS, of_text=False)) for option in setting.options] if setting is not None else ()
        names = {
            ActionKind.JOB_TEMPLATE: self._target.templates,
            ActionKind.GENERATION_TEMPLATE: self._target.templates,
            ActionKind.FOLDER: self._target.folders,
            ActionKind.FOLLOW_UP_USER: self._target.users,
        }.get(kind)
        return [Offer(each) for each in names or ()]

    # ---- traits ------------------------------------------------------------------------------------------------------

    async def name(self, rule: Rule) -> str | None:
        """Ask for the rule's name."""
        answer = await self._ask(Question(title="What is the rule called?", value=rule.name))
        return None if answer is None else " ".join(answer.split())

    async def priority(self, rule: Rule) -> int | None:
        """Ask for the number by which the rule has its place."""

        async def check(text: str) -> Remark:
            right = text.strip().removeprefix("-").isdecimal() and abs(int(text)) <= 1_000_000
            return Remark("lower numbers run first; most rules use 10 to 100" if right else "a whole number", wrong=not right)

        answer = await self._ask(Question(title="What is its priority?", value=str(rule.priority), check=check))
        return None if answer is None else int(answer)

    async def _ask(self, question: Question) -> str | None:
        return await self._push(PromptScreen(question))

    async def _push(self, screen: Screen[str | None]) -> str | None:
        return await self._app.push_screen_wait(screen)


_USEFUL = ("client", "department", "name", "location.city", "location.region", "location.country", "employment_type", "status", "tags")
"""Fields that rules ask for most; those of the ATS's own come next, then the rest."""


def _usefulness(field: str) -> int:
    if field in _USEFUL:
        return _USEFUL.index(field)
    return len(_USEFUL) + (not field.startswith("custom."))


def _alike(one: Op, other: Op) -> bool:
    return OPERATORS[one].takes_list == OPERATORS[other].takes_list and OPERATORS[one].takes_value


def _delivered(entry: FieldEntry) -> str:
    where = ", ".join(entry.by_integration)
    return f"{counted(entry.jobs, 'job')}  {entry.kind}  {where}" if entry.jobs else f"{entry.kind}  no job has it"


def _commonest(entry: FieldEntry) -> str:
    some = ", ".join(f"{words.compared(each.value)} ({count(each.jobs)})" for each in entry.values[:4])
    return some or f"{entry.kind}, {counted(entry.jobs, 'job has it', 'jobs have it')}"


def _value_offers(entry: FieldEntry | None, op: Op, *, of_text: bool) -> list[Offer]:
    """Return the values that jobs have, for operators that compare with whole ones: of any other, what is typed is meant."""
    if entry is None or not OPERATORS[op].is_choosing:
        return []
    jobs = {repr(each.value): each.jobs for each in entry.values}
    values: list[JsonValue] = [each.value for each in entry.values]
    values += [choice for choice in entry.choices if repr(choice) not in jobs]
    many = OPERATORS[op].takes_list
    return [
        Offer(
            shown_item(value, of_text=of_text) if many else shown(value, op, of_text=of_text),
            counted(jobs.get(repr(value), 0), "job"),
        )
        for value in values
        if not isinstance(value, list | dict)
    ]


def _options(options: Sequence[JsonValue]) -> str:
    return ", ".join(words.value(option) for option in options[:5])
