"""A day at a glance: the line on the first screens that says what happened since the last visit, and the screen that tells it in full."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from textual.binding import BindingType

from ..backend.core import clock
from ..backend.core.models import EVERY, MOST_LISTED, Greeting, JobKey, Scope
from ..commands import Group, bindings
from ..documents.greeting import Lead, greeting_document, greeting_text, greeting_words, lead_of
from ..session.messages import GreetingCame, SyncEnded
from ..widgets.content import line
from ..widgets.line import StatusLine
from . import errands, routes
from .base import FOR_ALL, ResultT
from .dialog import DialogScreen
from .early_keys import EarlyKeysScreen


class GreetedScreen(EarlyKeysScreen[ResultT]):
    """A screen with a `StatusLine`, whose least pressing slot holds the greeting."""

    def show_greeting(self) -> None:
        """Show the greeting; nothing, where there is none or it was read."""
        greeting = self.host.greeting
        words = None if greeting is None else line((f" {greeting_words(greeting, clock.now())}   w more, esc ok", "$text-muted"))
        self.query_one(StatusLine).put("greeting", words)

    def on_greeting_came(self, _: GreetingCame) -> None:
        """Show it."""
        self.show_greeting()

    def action_greeting(self) -> None:
        """Show what happened in full."""
        greeting, self.host.greeting = self.host.greeting, None
        self.show_greeting()
        self.host.open(routes.Greeting(greeting))

    def action_back(self) -> None:
        """Wave the greeting away, if it is there."""
        if self.host.greeting is None:
            super().action_back()
        else:
            self.host.greeting = None
            self.show_greeting()


@dataclass(frozen=True, slots=True)
class _Period:
    """From when on it is told what happened: so long ago, or since the last visit."""

    title: str
    length: timedelta | None = None


PERIODS = (_Period("Since your last visit"), _Period("The last 24 hours", timedelta(days=1)), _Period("The last 7 days", timedelta(days=7)))


class GreetingScreen(DialogScreen[None]):
    """A day at a glance: what happened, why syncs failed, what became eligible, what waits; each line leads to its jobs.

    Args:
        greeting: What is known already; without it, what happened since the last visit is asked for.
    """

    GROUPS = (Group.GREETING,)
    BINDINGS: ClassVar[list[BindingType]] = bindings(Group.GREETING)
    HEADING = PERIODS[0].title
    IS_LIST: ClassVar[bool] = True
    ON_A_ROW: ClassVar[frozenset[str]] = frozenset({"open", "unfold", "again", "test", "rule", "accept"})

    def __init__(self, greeting: Greeting | None) -> None:
        super().__init__()
        self._greeting = greeting or Greeting(None)
        self._names: dict[str, str] = {}
        self._period = PERIODS[0]
        self._is_known = greeting is not None
        self._is_new = True

    def on_mount(self) -> None:
        """Show it."""
        self.document.focus()
        self.set_heading()
        self._look()

    def on_sync_ended(self, _: SyncEnded) -> None:
        """Tell what a sync changed."""
        self._is_known = False
        self._look()

    def why_not(self, action: str) -> str | None:
        """Return why a key does nothing on the line under the cursor."""
        lead = self._lead
        match action:
            case "again" if lead is None or not lead.job_ids:
                return "This line is about no failed jobs"
            case "test" if lead is None or lead.integration is None:
                return "This line is about no integration"
            case "rule" if lead is None or lead.rule is None:
                return "No rule was changed here"
            case "accept" if lead is None or not lead.accepts:
                return "Nothing here waits to be accepted"
            case "accept" if not self.backend.has_everything:
                return FOR_ALL
        return super().why_not(action)

    def action_open(self) -> None:
        """Go where the line under the cursor leads, or open it."""
        lead = self._lead
        if lead is None:
            self.document.toggle()
        elif lead.integration is None:
            self.host.open(routes.Jobs(EVERY, lead.filter_text))
        elif lead.links:
            self.host.open(routes.LinkJobs(lead.integration))
        elif lead.job_id is not None:
            self.host.open(routes.Eligibility(lead.integration, lead.job_id))
        else:
            self.host.open(routes.Jobs(Scope.of(lead.integration), lead.filter_text))

    def action_again(self) -> None:
        """Plan another sync of the jobs that failed; those of a cause with very many are listed."""
        lead = self._lead
        if not self.may("again") or lead is None or lead.integration is None:
            return
        if len(lead.job_ids) < MOST_LISTED:
            self.host.open(routes.confirm(JobKey.of(lead.integration, *lead.job_ids)))
        else:
            self.host.open(routes.Jobs(Scope.of(lead.integration), lead.filter_text))
            self.host.tell("m marks all of them, s syncs what is marked")

    def action_test(self) -> None:
        """Try the credentials of the integration under the cursor."""
        lead = self._lead
        if self.may("test") and lead is not None and lead.integration is not None:
            self.set_note(f"testing {lead.integration} ...")
            self.work(self._test(lead.integration), group="test", about=lead.integration)

    def action_rule(self) -> None:
        """Show the rule by whose change jobs became eligible."""
        lead = self._lead
        if self.may("rule") and lead is not None:
            self.host.open(routes.Rules(lead.rule))

    def action_accept(self) -> None:
        """Let the rules write what the automatic sync waits with; asks first."""
        if self.may("accept"):
            self.work(self._accept(), group="accept")

    def action_period(self) -> None:
        """Tell what happened in another time."""
        self._period = PERIODS[(PERIODS.index(self._period) + 1) % len(PERIODS)]
        self.set_heading(title=self._period.title)
        self._is_new = True
        self.action_refresh()

    def action_refresh(self) -> None:
        """Look again."""
        self._is_known = False
        self._look()

    def same_command(self) -> str | None:
        """Return the command that tells the same."""
        length = self._period.length
        return "jobsync news" if length is None else f"jobsync news --since {length.days}d"

    def action_copy(self) -> None:
        """Copy it."""
        self.host.copy(greeting_text(self._greeting, self._names, clock.now()), "a day at a glance")

    @property
    def _lead(self) -> Lead | None:
        target = self.document.target
        return None if target is None else lead_of(self._greeting, target)

    def _look(self) -> None:
        self.work(self._read(), group="greeting")

    async def _read(self) -> None:
        self._names = {each.id: each.name for each in await self.backend.integrations.list()}
        if not self._is_known:
            length = self._period.length
            self._greeting = await self.backend.greeting.news(None if length is None else clock.now() - length)
            self._is_known = True
        self.show(lambda width: greeting_document(self._greeting, self._names, clock.now(), width), anew=self._is_new)
        self._is_new = False
        self.set_note("w: another time. jobsync news shows the same; jobsync audit has every entry.")

    async def _test(self, integration: str) -> None:
        try:
            report = await self.backend.integrations.test(integration)
        finally:
            self.set_note("")
        self.host.tell(f"ok {integration}: {report.detail} ({report.seconds:.1f} s)")
        self.action_refresh()

    async def _accept(self) -> None:
        if await errands.accept(self.app, self.host, self.backend):
            self.action_refresh()
