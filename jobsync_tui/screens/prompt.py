"""A field to type in over the screen that asks, with what is offered for it, checked with every key."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.messages import Prune
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from ..backend.core.reasons import LONGEST
from ..documents.layout import padded
from ..editor.typed_values import split
from ..widgets.choice_list import ChoiceList
from ..widgets.content import line
from ..widgets.field import Field

_MOST = 200
"""Offers that are listed at once; typing narrows them."""


@dataclass(frozen=True, slots=True)
class Offer:
    """Something to take. ``text`` is what it puts into the field, ``hint`` stands beside it: how many jobs have it."""

    text: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Remark:
    """What is to be said of what is typed; nothing that is ``wrong`` can be taken."""

    words: str = ""
    wrong: bool = False


Check = Callable[[str], Awaitable[Remark]]


async def anything(typed: str) -> Remark:
    """Find nothing wrong with any text but an empty one."""
    return Remark() if typed.strip() else Remark("type something, or esc", wrong=True)


async def any_reason(typed: str) -> Remark:
    """Find a reason too long that the record would cut; none is one as well."""
    if len(typed.strip()) > LONGEST:
        return Remark(f"at most {LONGEST} characters: {len(typed.strip())}", wrong=True)
    return Remark("" if typed.strip() else "enter without a text: no reason")


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a prompt asks.

    Attributes:
        title: What is to be typed.
        value: What stands in the field at first.
        offers: What can be taken with the arrows and enter.
        check: Says what is wrong with a text, or what it would do; a newer one replaces one that is under way.
        many: The text is a list with commas: tab adds an offer to it.
    """

    title: str
    value: str = ""
    offers: Sequence[Offer] = ()
    check: Check = anything
    many: bool = False


class PromptScreen(ModalScreen[str | None]):
    """Ends with what was chosen or typed, or None.

    What is typed searches the offers. enter takes the offer under the cursor, which is the best one unless another is chosen; `AS_TYPED`
    takes the text itself. Where nothing fits, and as long as nothing is typed into what stands in the field, enter takes the text.
    """

    AS_TYPED = "ctrl+t"

    BINDINGS: ClassVar[list[BindingType]] = [
        ("escape", "cancel", "Close"),
        ("ctrl+c", "cancel", "Close"),
        Binding("ctrl+l", "app.redraw", "Redraw", priority=True),
        ("down", "move(1)", "Next"),
        ("up", "move(-1)", "Previous"),
        ("tab", "complete", "Put into the field"),
        Binding(AS_TYPED, "as_typed", "Take the text as typed", priority=True),
    ]

    def __init__(self, question: Question) -> None:
        super().__init__()
        self._question = question
        self._shown: tuple[Offer, ...] = ()
        # A list is gone on with; anything else is typed anew, and until then everything is offered.
        self._first = f"{question.value}, " if question.many and question.value else question.value
        self._untouched = True

    def compose(self) -> ComposeResult:
        """Show the title, the field, what is offered, and what is to be said of it."""
        with Vertical(id="menu"):
            yield Static(line(self._question.title), id="menu-title", markup=False)
            field = Field(self._first, compact=True, select_on_focus=not self._question.many, id="menu-field")
            field.cursor_blink = False
            yield field
            yield ChoiceList(markup=False, compact=True, id="menu-list")
            yield Static("", id="menu-word", markup=False)
            yield Static("", id="menu-keys", markup=False)

    def on_mount(self) -> None:
        """List what is offered and check what stands in the field."""
        self._list_offers()
        self.query_one(Input).focus()
        self._check()

    @property
    def answer(self) -> str:
        """What enter would take."""
        typed = self.query_one(Input).value
        offer = self._highlighted()
        if offer is None:
            return typed
        return ", ".join([*self._begun(typed), offer.text]) if self._question.many else offer.text

    def on_input_changed(self) -> None:
        """Narrow what is offered and check."""
        if self._untouched and self.query_one(Input).value == self._first:
            return
        self._untouched = False
        self._list_offers()
        self._check()

    def on_input_submitted(self) -> None:
        """Take what is typed or chosen, if nothing is wrong with it."""
        self._begin(partial(self._take, self.answer), "take")

    def action_as_typed(self) -> None:
        """Take the text itself, whatever is offered."""
        self._begin(partial(self._take, self.query_one(Input).value), "take")

    def _begin(self, work: Callable[[], Awaitable[None]], group: str) -> None:
        """Work on what is typed now; the work on what was typed before ends."""
        self.run_worker(work, group=group, exclusive=True)

    def on_option_list_option_highlighted(self) -> None:
        """Check what is chosen."""
        self._check()

    def on_option_list_option_selected(self) -> None:
        """Take what was clicked."""
        self.on_input_submitted()

    def action_move(self, step: int) -> None:
        """Choose among what is offered; above the first one stands what is typed."""
        options = self.query_one(OptionList)
        if options.highlighted is None:
            options.highlighted = 0 if step > 0 and options.option_count else None
        elif step < 0 and options.highlighted == 0:
            options.highlighted = None
            self._check()
        else:
            options.highlighted = max(0, min(options.highlighted + step, options.option_count - 1))

    def action_complete(self) -> None:
        """Put what is chosen, or the first of what is offered, into the field."""
        offer = self._highlighted() or next(iter(self._shown), None)
        if offer is None:
            return
        field = self.query_one(Input)
        text = f"{', '.join([*self._begun(field.value), offer.text])}, " if self._question.many else offer.text
        field.value = text
        field.cursor_position = len(text)

    def action_cancel(self) -> None:
        """Take nothing."""
        self.dismiss(None)

    async def on_prune(self, event: Prune) -> None:  # noqa: ARG002 - Textual calls the method of its own class as well
        """End this screen's work before its widgets go: a check that came back in between had nowhere to say what it found."""
        self.workers.cancel_node(self)

    async def _take(self, answer: str) -> None:
        finding = await self._question.check(answer)
        if finding.wrong:
            self._say(finding)
        else:
            self.dismiss(answer)

    def _check(self) -> None:
        self._name_keys()
        self._begin(partial(self._checked, self.answer), "check")

    async def _checked(self, answer: str) -> None:
        self._say(await self._question.check(answer))

    def _name_keys(self) -> None:
        """Say what enter takes, and by which key the text is taken where that is something else."""
        offer, typed = self._highlighted(), self.query_one(Input).value.strip()
        if offer is None:
            words = "enter takes the text" if typed else ""
        else:
            words = f"enter takes {offer.text}" + (f"   {self.AS_TYPED} takes {typed!r} as typed" if typed and typed != offer.text else "")
        self.query_one("#menu-keys", Static).update(line((words, "$text-muted")))

    def _say(self, finding: Remark) -> None:
        words = f"x {finding.words}" if finding.wrong else finding.words
        self.query_one("#menu-word", Static).update(line((words, "$text-error" if finding.wrong else "$text-muted")))

    def _begun(self, typed: str) -> list[str]:
        """Return the items of a typed list that are finished: all but the one that is being typed."""
        items = split(typed)
        return items if typed.rstrip().endswith(",") else items[:-1]

    def _searched(self) -> list[str]:
        typed = self.query_one(Input).value
        if self._untouched and not self._question.many:
            return []
        if self._question.many:
            typed = "" if typed.rstrip().endswith(",") else next(iter(split(typed)[-1:]), "")
        return typed.casefold().split()

    def _searches(self, words: Sequence[str]) -> bool:
        """Return whether an offer is meant: not before anything is typed into what stands there, nor behind a list's last comma."""
        if self._untouched and self._first:
            return False
        return bool(words) or not self._question.many or not self.query_one(Input).value.strip()

    def _list_offers(self) -> None:
        words = self._searched()
        taken = set(self._begun(self.query_one(Input).value)) if self._question.many else set()
        found = [
            offer
            for offer in self._question.offers
            if offer.text not in taken and all(word in f"{offer.text} {offer.hint}".casefold() for word in words)
        ]
        if words:
            typed = " ".join(words)
            found.sort(key=lambda offer: (offer.text.casefold() != typed, not offer.text.casefold().startswith(words[0])))
        self._shown = tuple(found[:_MOST])
        options = self.query_one(OptionList)
        options.clear_options()
        room = max(20, min(44, max((len(offer.text) for offer in self._shown), default=0)))
        options.add_options(Option(_offered(offer, room)) for offer in self._shown)
        options.highlighted = 0 if self._shown and self._searches(words) else None

    def _highlighted(self) -> Offer | None:
        number = self.query_one(OptionList).highlighted
        return self._shown[number] if number is not None and number < len(self._shown) else None


def _offered(offer: Offer, room: int) -> Content:
    return line(padded(offer.text, room), ("  " + offer.hint, "$text-muted"))
