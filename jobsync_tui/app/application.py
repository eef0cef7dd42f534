"""The terminal application: what it owns, and how its parts are put together."""

from __future__ import annotations

import asyncio
import logging
import os
import webbrowser
from collections.abc import Awaitable, Callable, Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import textual.message_pump
import textual.screen
from textual import events
from textual.app import App
from textual.binding import BindingType
from textual.command import Provider
from textual.filter import Monochrome, NoColor
from textual.screen import Screen
from textual.worker import Worker

from ..backend.core.durations import format_duration
from ..backend.core.errors import CutShort, ExitCode, JobsyncError
from ..backend.core.models import Scope
from ..backend.core.terminals import LEFT_BEHIND, unknown_kind
from ..backend.settings.paths import places
from ..commands.own_keys import OwnKeys
from ..documents.result import went_well
from ..documents.words import OUTCOME_WORDS
from ..screens import routes
from ..screens.base import JobsyncScreen
from ..session.failures import Place, place_of, words_for
from ..session.lists import Lists
from ..session.memory import Memory
from ..session.messages import ErrandEnded, ErrandLasts, GreetingCame, News, RefreshEnded, SyncEnded
from ..session.notices import Notices, Severity
from ..session.runs import Runs, SyncRun
from ..terminal.clipboard import copy, has_desktop, is_web_address
from ..terminal.driver import TerminalDriver
from ..terminal.idle_timeout import IdleTimeout
from ..terminal.key_times import APART
from ..terminal.keystrokes import Key
from ..terminal.line_filter import ControlFilter
from ..terminal.theme import CHOICES, THEMES, can_choose, spare_bytes, theme_for
from ..terminal.timers import SureTimer
from .navigation import show

if TYPE_CHECKING:
    from ..backend.core.models import DoctorReport, Greeting
    from ..backend.services.backend import Backend

LOG = logging.getLogger(__name__)

FRAMES_PER_SECOND = 240
"""Screen updates a second at most. Textual's 60 makes a key wait 16 ms for its frame; an idle application draws none either way."""

TOAST_SECONDS = 4.0
GREETING_AFTER = 0.5
"""Seconds after the start: the first rows go before what happened since the last visit."""

CLOSE_SECONDS = 7.5
"""How long an orderly exit waits for what is in flight: with closing down, it is over within ten seconds."""

# Read by each screen when it makes its first frame timer.
setattr(textual.screen, "UPDATE_PERIOD", 1 / FRAMES_PER_SECOND)  # noqa: B010 - a constant of Textual's, declared final
# By this name every widget, screen and application makes its timers.
setattr(textual.message_pump, "Timer", SureTimer)  # noqa: B010 - a class of Textual's


def stylesheet() -> Path:
    """Return the style sheet: beside the modules in an installed package, at the top of the tree in a checkout."""
    package = Path(__file__).parents[1]
    inside = package / "jobsync.tcss"
    return inside if inside.exists() else package.parent / "jobsync.tcss"


class JobsyncApp(App[int], inherit_bindings=False):
    """Wires backend, screens and workers together. Screens see it as a `screens.base.Host`.

    Args:
        backend: The open facade.
        memory: What is remembered between sessions.
        confined: Run for somebody else (``--as``): nothing is opened and nothing suspends.
        keys: Keys that commands have in place of their own.
        theme: Which colours, by their name in the configuration; None for what suits the terminal.
        is_sandbox: Whether its ATSs are those of the demo, which answer inside the process only.
        idle: Ends the session after that long without a key, unless something runs; None lets it stand.
        tip: What to try, in one line, for the list of integrations.
    """

    TITLE = "jobsync"
    CSS_PATH = stylesheet()
    COMMANDS: ClassVar[set[type[Provider] | Callable[[], type[Provider]]]] = set()
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = []
    NOTIFICATION_TIMEOUT = TOAST_SECONDS
    ALLOW_SELECT = False

    def __init__(
        self,
        backend: Backend,
        *,
        memory: Memory | None = None,
        confined: bool = False,
        idle: IdleTimeout | None = None,
        theme: str | None = None,
        keys: OwnKeys | None = None,
        is_sandbox: bool = False,
        tip: str | None = None,
    ) -> None:
        spare_bytes()
        super().__init__(driver_class=TerminalDriver)
        self._filters.insert(0, ControlFilter())
        self.animation_level = "none"
        self.backend = backend
        self.memory = memory or Memory()
        self.lists = Lists()
        self.notices = Notices()
        self.runs = Runs(backend, self._spawn, self.announce)
        self.confined = confined
        self.keys = keys or OwnKeys()
        self.tip = tip
        self._idle = idle
        self._is_sandbox = is_sandbox
        self.terminal_lost: Callable[[], object] | None = None
        self.greeting: Greeting | None = None
        self._last_work: asyncio.Task[None] | None = None
        self._burst_told = float("-inf")
        for each in THEMES:
            self.register_theme(each)
        self.theme = theme_for(self.console.color_system, no_color=self.no_color, wanted=theme)
        if self.no_color:
            # Textual picked its filter for the theme it started with; grey tones are colours too.
            self._filters[:] = [NoColor() if isinstance(each, Monochrome) else each for each in self._filters]
        self.set_keymap(dict(self.keys.keymap()))

    async def on_mount(self) -> None:
        """Open the integration that was last open, the only one, or the picker."""
        self.set_timer(GREETING_AFTER, self._greet)
        for trouble in filter(None, (unknown_kind(os.environ), LEFT_BEHIND if self.memory.was_left_behind() else None)):
            self.tell(trouble.words, Severity.WARNING, remedy=trouble.remedy)
        if self._idle is not None:
            self.set_interval(self._idle.every, self._look_whether_idle)
        try:
            ids = await self.backend.integrations.ids()
        except JobsyncError as error:
            self.report(error)
            return
        if len(ids) == 1:
            self.open(routes.Jobs(Scope.of(ids[0])))
        else:
            self.open(routes.Picker())

    def _greet(self) -> None:
        self._beside(self._read_greeting, group="greeting")

    def _beside(self, job: Callable[[], Coroutine[None, None, None]], *, group: str) -> Worker[None]:
        """Run ``job`` beside the screens, in place of another of its group. If it never begins, it leaves no coroutine behind."""
        return self.run_worker(job, group=group, exclusive=True)

    async def _read_greeting(self) -> None:
        try:
            greeting = await self.backend.greeting.news()
        except JobsyncError as error:
            LOG.warning("what happened since the last visit cannot be told: %s", error.message)
            return
        if not greeting.is_quiet:
            self.greeting = greeting
            self.announce(GreetingCame())

    def open(self, route: routes.Route, then: routes.Then | None = None, *, instead: bool = False) -> None:
        """Show what a route leads to."""
        show(self, route, then, instead=instead)

    def announce(self, news: News) -> None:
        """Post ``news`` to every screen, after the application has taken note of it."""
        if isinstance(news, RefreshEnded) and news.run.error is not None:
            self.report(news.run.error, about=news.run.integration)
        if isinstance(news, SyncEnded):
            self._note_end(news.run)
        if isinstance(news, ErrandLasts):
            words = news.errand.words
            self.tell(f"{words[0].upper()}{words[1:]}; go on working meanwhile")
        if isinstance(news, ErrandEnded) and news.errand.error is not None:
            self.report(news.errand.error)
        for screen in self.screen_stack:
            screen.post_message(news)

    def report(self, error: Exception, *, about: str | None = None) -> None:
        """Show an error where it belongs and keep it for the log; faults of ours go to the log file with their traceback."""
        text, remedy = words_for(error)
        if not isinstance(error, JobsyncError):
            LOG.error("A fault in the program", exc_info=error)
        place = place_of(error)
        self.notices.add(text, Severity.ERROR, remedy=remedy, about=about)
        if place is Place.EXIT:
            ending = error.ending if isinstance(error, CutShort) else error
            code = ending.exit_code if isinstance(ending, JobsyncError) else ExitCode.FAULT
            self.exit(int(code), int(code), message=_exit_words(text, remedy))
        elif place is Place.DIALOG and isinstance(error, JobsyncError):
            self.open(routes.Error(error.failure()))
        else:
            self._toast(text, Severity.ERROR, remedy)

    def tell(self, text: str, severity: Severity = Severity.INFORMATION, *, remedy: str | None = None, about: str | None = None) -> None:
        """Answer a key: show ``text`` as a toast and keep it for the log."""
        notice = self.notices.add(text, severity, remedy=remedy, about=about, answers=True)
        self._toast(notice.text, severity, notice.remedy)

    def copy(self, text: str, what: str) -> None:
        """Send ``text`` to the terminal's clipboard and say so."""
        self.tell(copy(self, text, what))

    def follow(self, url: str | None, what: str) -> None:
        """Show and copy an address; open it only where a browser would be in front of the person."""
        if url is None or not is_web_address(url):
            self.tell(f"{what} has no address that can be shown", Severity.WARNING)
            return
        self.copy(url, url)
        if has_desktop() and not self.confined:
            webbrowser.open(url)

    def terminal_left_behind(self) -> None:
        """Remember that the terminal took nothing at the end: the next session says how to put it right."""
        self.memory.leave_behind()

    def action_redraw(self) -> None:
        """Paint everything anew: a message of the system, or another program, has written over it."""
        if isinstance(self._driver, TerminalDriver):
            self._driver.repaint()
        self.refresh()

    def turn_mouse(self) -> None:
        """Leave the mouse to the terminal, or take it back, and say so."""
        if isinstance(self._driver, TerminalDriver):
            taken = self._driver.turn_mouse()
            words = "The mouse acts here again" if taken else "The mouse is the terminal's: drag to select text"
            self.tell(words, remedy="mouse = false under [terminal] in the configuration leaves it there from the start")

    def choose_theme(self) -> None:
        """Choose the colours of this session, where the terminal shows any."""
        from ..screens.menu import Entry, MenuScreen

        if not can_choose(self.console.color_system, no_color=self.no_color):
            self.tell("This terminal shows sixteen colours or none, so its own are used")
            return
        now = next((name for name, (theme, _) in CHOICES.items() if theme == self.theme), None)

        def chosen(name: str | None) -> None:
            if name is not None:
                self.theme = CHOICES[name][0]
                self.tell(f"Colours: {name}", remedy=f'theme = "{name}" under [terminal] in the configuration keeps them')

        entries = [Entry(name, name, look) for name, (_, look) in CHOICES.items()]
        self.push_screen(MenuScreen("Colours", entries, chosen=now), chosen)

    def leave(self) -> None:
        """End the application; asks first while something runs."""
        if self.runs.busy:
            from ..screens.leave import LeaveScreen

            self.push_screen(LeaveScreen(self.runs), self._left)
        else:
            self.exit(int(ExitCode.OK))

    def _left(self, choice: str | None) -> None:
        if choice == "now":
            self.exit(int(ExitCode.OK))
        elif choice == "wait":
            self.tell("Leaving when the current jobs are finished")
            self._beside(self._leave_when_settled, group="leave")

    async def _leave_when_settled(self) -> None:
        self.runs.stop()
        await self.runs.settled(None)
        self.exit(int(ExitCode.OK))

    async def examine(self) -> DoctorReport:
        """Examine the installation in a thread with a loop of its own: it opens everything anew. In the demo no ATS is asked."""
        from ..backend.doctor.examine import examine

        found, actor = places(self.backend.settings.path), self.backend.actor
        return await asyncio.to_thread(lambda: asyncio.run(examine(found, actor, offline=self._is_sandbox)))

    async def finish(self) -> None:
        """Let what is in flight end, for at most `CLOSE_SECONDS`, and exit: what a hang-up or a termination asks for."""
        self.runs.stop()
        if self.runs.writing:
            self.tell("Ending when the current jobs are finished")
        await self.runs.settled(CLOSE_SECONDS)
        self.exit(int(ExitCode.INTERRUPTED), int(ExitCode.INTERRUPTED))

    async def on_event(self, event: events.Event) -> None:
        """Note that somebody is there, and go on as usual; but a key that would confirm has to come alone."""
        if self._idle is not None and isinstance(event, events.InputEvent | events.Paste):
            self._idle.touch()
        if isinstance(event, Key) and not event.is_forwarded and _confirms(self.screen, event.key) and not self._has_come_alone(event):
            return
        await super().on_event(event)

    def _has_come_alone(self, key: Key) -> bool:
        """Return whether ``key`` came alone, once that can be told: until then it is kept."""
        if not key.is_alone:
            if key.time - self._burst_told < TOAST_SECONDS:
                return False
            self._burst_told = key.time
            self.tell("This key arrived together with others, like a paste, and was ignored: press it alone", Severity.WARNING)
        elif not key.settled:
            key.settled = True
            self.set_timer(APART, lambda: self.post_message(key))
        else:
            return True
        return False

    def _look_whether_idle(self) -> None:
        if self._idle is None:
            return
        if self.runs.busy:
            self._idle.touch()
        elif self._idle.is_over:
            words = f"The session was idle for {format_duration(self._idle.limit)} and has ended."
            self.exit(int(ExitCode.OK), message=words)
        elif self._idle.should_warn():
            self.tell("This session is idle and ends in a minute. Press any key to keep it", Severity.WARNING)

    def action_suspend_process(self) -> None:
        """Stay: a stopped process would hold its leases, and under a forced command there is no shell to come back from."""

    def _toast(self, text: str, severity: Severity, remedy: str | None = None) -> None:
        message = text if remedy is None else f"{text}\n{remedy}"
        self.notify(message, severity=severity.value, markup=False)

    def _spawn(self, job: Awaitable[None], name: str) -> None:
        self.run_worker(job, name=name, group="runs", exit_on_error=True)

    def _note_end(self, run: SyncRun) -> None:
        if run.error is not None:
            if not run.watched:
                self.report(run.error, about=run.title)
            return
        tally: dict[str, int] = {}
        for result in run.results:
            tally[OUTCOME_WORDS[result.outcome]] = tally.get(OUTCOME_WORDS[result.outcome], 0) + 1
        words = ", ".join(word if number == 1 else f"{word} {number}" for word, number in tally.items())
        failure = next((result.error for result in run.results if result.error is not None), None)
        severity = Severity.INFORMATION if failure is None else Severity.ERROR
        text = f"{run.title}: {words}" if failure is None else f"{run.title}: {words}, {failure.message}"
        if run.is_sync:
            self.lists.done(each.key for each in run.results if went_well(each))
        self.notices.over(each.key for each in run.results if each.error is None)
        notice = self.notices.add(
            text,
            severity,
            remedy=failure.remedy if failure else None,
            answers=run.watched,
            jobs={each.key: each.outcome for each in run.results if each.error is not None},
        )
        if not run.watched:
            self._toast(notice.text, severity, notice.remedy)

    def _handle_exception(self, error: Exception) -> None:
        """End the application on a fault of ours, without Textual's traceback: it prints local variables, which may hold secrets."""
        LOG.critical("A fault in the program", exc_info=error)
        self._return_code = int(ExitCode.FAULT)
        if self._exception is None:
            self._exception = error
            self._exception_event.set()
        words = _exit_words(*words_for(error))
        if self.runs.writing and self._last_work is None:
            self._last_work = asyncio.get_running_loop().create_task(self._panic_when_settled(words))
        else:
            self.panic(words)

    async def _panic_when_settled(self, words: str) -> None:
        """Let what is in flight end first, as after a hang-up."""
        self.runs.stop()
        await self.runs.settled(CLOSE_SECONDS)
        self.panic(words)


def _confirms(screen: Screen[object], key: str) -> bool:
    return isinstance(screen, JobsyncScreen) and screen.confirms(key)


def _exit_words(text: str, remedy: str | None) -> str:
    from rich.markup import escape

    return escape(text if remedy is None else f"{text}\n{remedy}")
