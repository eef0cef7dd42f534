"""What every screen has in common, and what it may ask of the application that holds it.

A screen knows the application as a `Host` only. It reads the backend in workers, and opens other screens by asking `Host.open`, so that no
screen imports another.
"""

from __future__ import annotations

from collections.abc import Coroutine
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar, Protocol, TypeVar, cast
from weakref import finalize

from textual.binding import Binding, BindingType
from textual.messages import Prune
from textual.reactive import Reactive
from textual.screen import Screen
from textual.widget import Widget
from textual.worker import Worker

from ..commands import Group, bindings
from ..session.notices import Notices, Severity
from ..terminal.compositor import SpanCompositor
from ..widgets.footer import Footer
from . import routes

if TYPE_CHECKING:
    from ..backend.core.models import DoctorReport, Greeting
    from ..backend.services.backend import Backend
    from ..commands.own_keys import OwnKeys
    from ..session.lists import Lists
    from ..session.memory import Memory
    from ..session.messages import News
    from ..session.runs import Runs

ResultT = TypeVar("ResultT")

WIDE = 110
"""Columns from which on a screen has the class ``-wide`` and shows a second pane beside the first."""

FOR_ALL = "This affects every integration, and you may not use all of them"
"""Why somebody can do nothing who may use a part only."""
_FOR_ALL = frozenset({"backup", "pause", "pause_until", "resume"})
"""Commands of every screen that are for those who may use every integration."""

LONG_COMMAND = 100
"""Characters from which on a command that is copied is not shown too: one with the ids of many jobs."""

LOW = 15
"""Lines below which a screen has the class ``-low``: a list goes without the lines that tell more of the one under its cursor."""


class Host(Protocol):
    """The application as screens see it.

    Attributes:
        backend: The facade; every call checks access.
        runs: Refreshes, syncs and errands under way; start them here, so that they go on when the screen is closed.
        notices: What the person was told in this session.
        memory: What is remembered from one session to the next.
        lists: The lists of jobs of this session, each as it was left.
        greeting: What happened since the person's last visit, until it was read; None where there is nothing to tell.
        keys: The keys that commands have in this session.
        confined: Whether it is run for somebody else (``--as``): it writes no file of the person's.
        tip: What to try, in one line, for the list of integrations; None outside the demo.
    """

    backend: Backend
    runs: Runs
    notices: Notices
    memory: Memory
    lists: Lists
    greeting: Greeting | None
    keys: OwnKeys
    confined: bool
    tip: str | None

    def open(self, route: routes.Route, then: routes.Then | None = None, *, instead: bool = False) -> None:
        """Show what ``route`` leads to; ``then`` is told how that ends, ``instead`` puts it in the place of the screen in front."""

    def announce(self, news: News) -> None:
        """Post ``news`` to every screen."""

    def report(self, error: Exception, *, about: str | None = None) -> None:
        """Show an error where it belongs (toast, dialog, or the end of the application) and keep it for the log."""

    def tell(self, text: str, severity: Severity = Severity.INFORMATION, *, remedy: str | None = None, about: str | None = None) -> None:
        """Show ``text``, which may be foreign, as a toast of at most two lines, and keep it for the log."""

    def copy(self, text: str, what: str) -> None:
        """Send ``text`` to the terminal's clipboard and say so; ``what`` names it in a few words."""

    def follow(self, url: str | None, what: str) -> None:
        """Show and copy an address, and open it where there is a desktop."""

    async def examine(self) -> DoctorReport:
        """Examine the installation as ``jobsync doctor`` does, beside the event loop.

        Raises:
            AccessDenied: The configuration does not name the person any more.
        """

    def leave(self) -> None:
        """End the application; asks first while something runs."""

    def action_redraw(self) -> None:
        """Paint everything anew."""

    def turn_mouse(self) -> None:
        """Leave the mouse to the terminal, or take it back, and say so."""

    def choose_theme(self) -> None:
        """Choose the colours."""


class JobsyncScreen(Screen[ResultT]):
    """A screen with its own commands, a footer made from them, and workers whose errors find their way.

    Attributes:
        GROUPS: The command groups that act here; their bindings are made from `commands.bindings`.
    """

    GROUPS: ClassVar[tuple[Group, ...]] = ()
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings(Group.EVERYWHERE),
        Binding("ctrl+c", "interrupt", show=False, system=True),
        Binding("ctrl+q", "leave", show=False, system=True),
    ]
    HORIZONTAL_BREAKPOINTS: list[tuple[int, str]] | None = [(0, "-narrow"), (WIDE, "-wide")]  # noqa: RUF012 - typed as in the base
    VERTICAL_BREAKPOINTS: list[tuple[int, str]] | None = [(0, "-low"), (LOW, "-high")]  # noqa: RUF012 - typed as in the base
    focused = Reactive[Widget | None](None, repaint=False)
    """As in the base, but a change of the focus paints the two widgets and not the whole screen: 16 kB on the line at 120x40."""
    ESCAPE_TO_MINIMIZE = False
    ALLOW_SELECT = False

    def __init__(self) -> None:
        super().__init__()
        self._compositor = SpanCompositor()
        self._is_leaving = False

    @property
    def is_current(self) -> bool:
        """Return whether this is the screen that is seen. Textual counts the one below it as well, and paints both anew all the time."""
        return bool(self.app.screen_stack) and self.app.screen is self

    @property
    def host(self) -> Host:
        """Return the application."""
        return cast("Host", self.app)

    @property
    def backend(self) -> Backend:
        """Return the facade."""
        return self.host.backend

    @cached_property
    def footer(self) -> Footer:
        """The footer that names this screen's most wanted keys; `compose` yields it last."""
        return Footer(self.GROUPS, self.offers, self.host.keys.applied)

    def offers(self, action: str) -> bool:
        """Return whether the footer names a command now: one that can do something, by its key."""
        return self.why_not_here(action) is None

    def why_not(self, action: str) -> str | None:  # noqa: ARG002 - for screens on which something cannot always be done
        """Return why a command of this screen can do nothing now, in words, or None where it can.

        Footer and palette leave out what can do nothing; its key says why.
        """
        return None

    def why_not_here(self, action: str) -> str | None:
        """Return why a command can do nothing now, be it one of this screen or one that acts on all of them."""
        if action in _FOR_ALL and not self.backend.has_everything:
            return FOR_ALL
        if action == "backup" and self.host.confined:
            return "This session is run for somebody else, so it writes no file"
        why = self.why_not(action)
        if why is None and action == "copy_command" and self.same_command() is None:
            return "No command does this"
        return why

    def may(self, action: str) -> bool:
        """Return whether a command can do something now; says why where it cannot."""
        why = self.why_not_here(action)
        if why is not None:
            self.host.tell(why, Severity.WARNING)
        return why is None

    def same_command(self) -> str | None:
        """Return the command line that does or shows the same as this screen, None where there is none now."""
        return None

    def action_copy_command(self) -> None:
        """Show and copy the command line that does the same."""
        command = self.same_command()
        if command is None:
            self.may("copy_command")
        else:
            self.host.copy(command, command if len(command) < LONG_COMMAND else f"a command of {len(command):,} characters")

    def on_idle(self) -> None:
        """Have the footer name what can be done now, whatever changed it."""
        if self.footer.is_mounted and self.is_settled:
            self.footer.offer_anew()

    @property
    def is_settled(self) -> bool:
        """Return whether the footer may name other keys now; not where it would flicker with every line that a cursor passes."""
        return True

    def work(self, job: Coroutine[object, object, None], *, group: str, about: str | None = None) -> Worker[None]:
        """Run ``job`` beside the screen, unless that is left. Errors go to `Host.report`; a newer one of the same group replaces it."""

        async def begun() -> None:
            if not self._is_leaving:
                await self._funnelled(job, about)

        worker: Worker[None] = self.run_worker(begun, group=group, exclusive=True, exit_on_error=True)
        # A worker that is replaced before it began leaves its coroutine unawaited, which Python warns of unless it is closed.
        finalize(worker, job.close)
        return worker

    async def on_prune(self, event: Prune) -> None:  # noqa: ARG002 - Textual calls the method of its own class as well
        """End this screen's work before its widgets go: Textual cancels it after them, with nowhere left to show an answer."""
        self._is_leaving = True
        self.workers.cancel_node(self)

    async def _funnelled(self, job: Coroutine[object, object, None], about: str | None) -> None:
        try:
            await job
        except Exception as error:  # noqa: BLE001 - a fault of ours in one piece of work does not end the session; the funnel logs it
            self.host.report(error, about=about)

    def confirms(self, key: str) -> bool:  # noqa: ARG002 - for those that ask something
        """Return whether ``key`` would confirm something now; it then counts only if it comes alone."""
        return False

    @property
    def can_go_back(self) -> bool:
        """Return whether there is a screen below. The lowest screen stays: esc never quits."""
        return len(self.app.screen_stack) > 2

    def action_back(self) -> None:
        """Go back one level."""
        if self.can_go_back:
            self.dismiss(None)

    def action_help(self) -> None:
        """Show the keys of this screen."""
        self.host.open(routes.Help(self))

    def action_palette(self) -> None:
        """Find a command by its name."""

        async def run(action: str | None) -> None:
            if action is not None:
                await self.run_action(action)

        self.host.open(routes.Palette(self), run)

    def action_log(self) -> None:
        """Read messages and errors again."""
        self.host.open(routes.Log())

    def action_leases(self) -> None:
        """Show who is syncing which job."""
        from . import errands

        self.work(errands.leases(self.app, self.host, self.backend), group="errand")

    def action_pause(self) -> None:
        """Pause the automatic sync."""
        from . import errands

        if self.may("pause"):
            self.work(errands.pause(self.app, self.host, self.backend), group="errand")

    def action_pause_until(self) -> None:
        """Pause the automatic sync for a time."""
        from . import errands

        if self.may("pause_until"):
            self.work(errands.pause_until(self.app, self.host, self.backend), group="errand")

    def action_resume(self) -> None:
        """Let the automatic sync go on."""
        from . import errands

        if self.may("resume"):
            self.work(errands.resume(self.app, self.host, self.backend), group="errand")

    def action_recover(self) -> None:
        """Settle what is open in the target."""
        from . import errands

        errands.recover(self.host, self.backend)

    def action_backup(self) -> None:
        """Write a copy of the database."""
        from . import errands

        if self.may("backup"):
            self.work(errands.backup(self.app, self.host, self.backend), group="errand")

    def action_doctor(self) -> None:
        """Examine the installation."""
        self.host.open(routes.Doctor())

    def action_alerts(self) -> None:
        """Show what keeps the automatic sync from its work."""
        from . import errands

        self.work(errands.alerts(self.app, self.host, self.backend), group="errand")

    def action_runs(self) -> None:
        """List runs and writes."""
        self.host.open(routes.Runs())

    def action_record(self) -> None:
        """Browse the record of who did what."""
        self.host.open(routes.Record())

    def action_redraw(self) -> None:
        """Paint the whole screen anew."""
        self.host.action_redraw()

    def action_mouse(self) -> None:
        """Leave the mouse to the terminal, or take it back."""
        self.host.turn_mouse()

    def action_theme(self) -> None:
        """Choose the colours."""
        self.host.choose_theme()

    def action_leave(self) -> None:
        """Leave the application."""
        self.host.leave()

    def action_interrupt(self) -> None:
        """Say how to leave: ctrl+c is pressed by habit, and nothing should be lost by habit."""
        self.host.tell("q quits")
