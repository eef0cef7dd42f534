"""The integrations, to choose one: its state, its jobs, the age of its cache and its last trouble."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from ..backend.core import clock
from ..backend.core.models import EVERY, IntegrationSummary, Scope
from ..commands import Group, bindings
from ..documents.layout import padded
from ..documents.words import age, count
from ..session.messages import RefreshEnded, RefreshMoved
from ..widgets.choice_list import ChoiceList
from ..widgets.content import line
from ..widgets.line import Line, StatusLine
from ..widgets.table.columns import GAP, NARROW
from . import routes
from .greeting import GreetedScreen
from .jobs.job_words import STATE_WORDS, progress_words, read_only_words, refreshed_words, state_words
from .poll import Poll

LOOK = 3.0
"""Seconds between two looks at how the integrations stand: other processes refresh them too, and ages move on."""

_NAME, _ATS, _STATE = 22, 14, 14
"""Cells of a name at the least, of an ATS and of a state."""

_BEHIND = 22
"""Cells around the columns: the cursor's sign, jobs and age behind them."""


class PickerScreen(GreetedScreen[None]):
    """Lists the integrations that the person may use; the cursor starts on the one that was open last."""

    GROUPS = (Group.PICKER,)
    BINDINGS: ClassVar[list[BindingType]] = bindings(Group.PICKER)
    AUTO_FOCUS = "ChoiceList"
    ON_A_ROW: ClassVar[frozenset[str]] = frozenset({"open", "all", "test", "refresh", "adopt"})

    def __init__(self) -> None:
        super().__init__()
        self._summaries: tuple[IntegrationSummary, ...] = ()
        self._drawn: dict[str, Content] = {}
        self._watch: Poll | None = None

    def compose(self) -> ComposeResult:
        """Lay the screen out."""
        yield Line(line((" jobsync", "bold"), ("   choose an integration", "$text-muted")), id="picker-title")
        yield Line(id="picker-head")
        yield ChoiceList(markup=False, compact=True, id="picker-list")
        yield StatusLine(id="picker-status")
        yield self.footer

    def on_mount(self) -> None:
        """Read the integrations, and keep an eye on them."""
        self.show_greeting()
        self._watch = Poll(self, self._read, every=LOOK)
        self.work(self._read(), group="read")

    def on_screen_resume(self) -> None:
        """Come up to date after a dialog."""
        if self._watch is not None:
            self._watch.look()

    def on_resize(self) -> None:
        """Fit the lines to the new width."""
        self._draw()

    async def _read(self) -> None:
        self._summaries = await self.backend.integrations.list()
        tip = None if self.host.tip is None else line((f" {self.host.tip}", "$text-muted"))
        none = line(" No integration yet. Leave with q and run: jobsync init --add")
        self.query_one(StatusLine).put("hint", tip if self._summaries else none)
        self._draw()
        self.list_came()

    def _draw(self) -> None:
        """Show the integrations. What says the same as before is left alone: an idle list writes nothing to the terminal."""
        width, now = self.size.width, clock.now()
        widths = _Widths.of([summary.name for summary in self._summaries], width)
        heading = f"{padded('Integration', widths.name)}  {padded('ATS', widths.ats)}{padded('State', _STATE)}  {'Jobs':>9}  {'Cached':>8}"
        self.query_one("#picker-head", Line).show(line((f"  {heading}", "bold $text-muted")))
        entries = {summary.id: _entry(summary, age(summary.last_refresh, now), width, widths) for summary in self._summaries}
        before, self._drawn = self._drawn, entries
        if tuple(entries) != tuple(before):
            self._fill(entries)
            return
        listed = self.query_one(OptionList)
        for integration, entry in entries.items():
            if not entry.is_same(before[integration]):
                listed.replace_option_prompt(integration, entry)

    def _fill(self, entries: Mapping[str, Content]) -> None:
        """List other integrations than before; the cursor stays on its own, and the list as far down as it was."""
        listed = self.query_one(OptionList)
        chosen, scrolled = self._chosen() or self.host.memory.integration, listed.scroll_y
        listed.set_options(Option(entry, id=integration) for integration, entry in entries.items())
        listed.scroll_to(y=scrolled, animate=False, immediate=True)
        if entries:
            listed.highlighted = next((n for n, integration in enumerate(entries) if integration == chosen), 0)

    def _chosen(self) -> str | None:
        listed = self.query_one(OptionList)
        return None if listed.highlighted is None else listed.get_option_at_index(listed.highlighted).id

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Open the integration."""
        if event.option.id is not None:
            self.host.open(routes.Jobs(Scope.of(event.option.id)))

    def action_open(self) -> None:
        """Open the integration under the cursor."""
        chosen = self._chosen()
        if chosen is not None:
            self.host.open(routes.Jobs(Scope.of(chosen)))

    def action_all(self) -> None:
        """Open the list of the jobs of every integration."""
        if self.may("all"):
            self.host.open(routes.Jobs(EVERY))

    def action_refresh(self) -> None:
        """Refresh the integration under the cursor."""
        chosen = self._chosen()
        if chosen is not None:
            self.host.runs.refresh(chosen)

    def action_test(self) -> None:
        """Try the integration's credentials."""
        chosen = self._chosen()
        if chosen is not None:
            self.query_one(StatusLine).put("progress", line(f" testing {chosen} ..."))
            self.work(self._test(chosen), group="test", about=chosen)

    async def _test(self, integration: str) -> None:
        try:
            report = await self.backend.integrations.test(integration)
        finally:
            self.query_one(StatusLine).put("progress", None)
        self.host.tell(f"ok {integration}: {report.detail} ({report.seconds:.1f} s)")

    def why_not(self, action: str) -> str | None:
        """Return why nothing is linked: the integration under the cursor is read-only; or why there is no list of all: there is one."""
        if action == "all":
            return "There is no other integration" if len(self._summaries) < 2 else None
        if action != "adopt":
            return super().why_not(action)
        chosen = self._chosen()
        return read_only_words(next((each for each in self._summaries if each.id == chosen), None))

    def action_adopt(self) -> None:
        """Link jobs of the integration under the cursor."""
        chosen = self._chosen()
        if self.may("adopt") and chosen is not None:
            self.host.open(routes.LinkJobs(chosen))

    def same_command(self) -> str | None:
        """Return the command that lists the integrations."""
        return "jobsync integrations"

    def action_rules(self) -> None:
        """Open the list of the rules."""
        self.host.open(routes.Rules())

    def action_coverage(self) -> None:
        """Open the coverage overview, over every integration."""
        self.host.open(routes.Coverage())

    def on_refresh_moved(self, event: RefreshMoved) -> None:
        """Say how far a refresh is."""
        self.query_one(StatusLine).put("progress", line(f" {event.run.integration}") + progress_words(event.progress))

    def on_refresh_ended(self, event: RefreshEnded) -> None:
        """Say what a refresh did."""
        self.query_one(StatusLine).put("progress", None)
        if event.run.report is not None:
            self.host.tell(refreshed_words(event.run.report), about=event.run.integration)
        self.work(self._read(), group="read")


@dataclass(frozen=True, slots=True)
class _Widths:
    """Cells of a list's first columns: the longest name has room if there is any, and a narrow list goes without the ATS."""

    name: int
    ats: int

    @classmethod
    def of(cls, names: Sequence[str], width: int) -> _Widths:
        ats = 0 if width < NARROW else _ATS + GAP
        room = width - ats - _STATE - _BEHIND - 2 * GAP
        return cls(max(_NAME, min(room, max(map(cell_len, names), default=0))), ats)


def _entry(summary: IntegrationSummary, cached: str, width: int, widths: _Widths) -> Content:
    state, style = state_words(summary), STATE_WORDS[summary.state][1] if summary.held is None else "$text-warning"
    columns = line(
        f"{padded(summary.name, widths.name)}  {padded(padded(summary.ats, _ATS), widths.ats)}",
        (padded(state, _STATE), style),
        f"  {count(summary.jobs):>9}  {cached:>8}",
    )
    wrong = summary.last_error or summary.set_aside if summary.held is None else summary.held.message
    if not wrong:
        return columns
    trouble = padded(wrong, max(10, width - 8)).rstrip()
    return columns + Content("\n") + line((f"  x {trouble}", "$text-error"))
