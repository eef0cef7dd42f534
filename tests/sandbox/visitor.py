"""A person on the tour of the demo: the errands of docs/tour.md, each by the keys that it names, on the real sandbox.

An errand works whatever was done before it, and says what it came to: the second time there may be nothing left to do.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random
from typing import TypeVar

from textual.pilot import Pilot

from jobsync_tui.app.application import JobsyncApp
from jobsync_tui.backend.core.models import Scope, SyncStatus
from jobsync_tui.backend.sandbox import Sandbox, make_sandbox, scenario
from jobsync_tui.backend.sandbox.rule_story import CLIENT, NARROWED
from jobsync_tui.backend.sandbox.timer import change_something
from jobsync_tui.backend.services.backend import Backend
from jobsync_tui.screens import routes
from jobsync_tui.screens.arming import ArmingScreen
from jobsync_tui.screens.jobs.eligibility import EligibilityScreen
from jobsync_tui.screens.jobs.jobs import JobsScreen
from jobsync_tui.screens.menu import MenuScreen
from jobsync_tui.screens.picker import PickerScreen
from jobsync_tui.screens.rules.history import RevisionDifferenceScreen
from jobsync_tui.screens.rules.rule_editor import RuleEditorScreen
from jobsync_tui.screens.rules.rule_leaves import RuleLeavesScreen
from jobsync_tui.screens.rules.rules import RulesScreen
from jobsync_tui.screens.rules.save_rules import SaveRulesScreen
from jobsync_tui.screens.rules.shadows import ShadowsScreen
from jobsync_tui.screens.sync.bulk_result import BulkResultScreen
from jobsync_tui.screens.sync.sync_result import SyncResultScreen
from jobsync_tui.session.memory import Memory
from jobsync_tui.widgets.job_table import JobTable
from tests.support.pilot import screen_text, until

ScreenT = TypeVar("ScreenT")
SLOTS = 2
"""Runs of the timer whenever the visitor stops to read: as many as would come to the same as hundreds."""

_ENDS = (BulkResultScreen, SyncResultScreen)
_NOTHING = ("Press esc to go back", "nothing to sync")
"""What a plan says that cannot be confirmed."""

_NAMES = {" ": "space", "/": "slash", "(": "left_parenthesis", "-": "minus", ":": "colon", '"': "quotation_mark"}


class Visitor:
    """Walks through the demo by keys, and stops to read before each step that matters; the automatic sync runs meanwhile."""

    def __init__(self, app: JobsyncApp, pilot: Pilot[int], sandbox: Sandbox, backend: Backend) -> None:
        self._app = app
        self._pilot = pilot
        self._sandbox = sandbox
        self._backend = backend
        self._random = Random(3)  # noqa: S311 - the same changes every time

    async def reads(self) -> None:
        """Read for an hour: the timer's slots pass, and somebody is at work in the ATS."""
        for _ in range(SLOTS):
            change_something(self._sandbox.worlds[scenario.CRELATE], self._random)
            await self._backend.automatic.run()

    async def leaves(self) -> None:
        """Go back to the list of integrations; what was marked stays so."""
        self._app.open(routes.Picker())
        await self._in_front(PickerScreen)

    # ---- the errands -------------------------------------------------------------------------------------------------

    async def lost_answer(self) -> None:
        """A create arrives, and its answer does not."""
        await self._find(scenario.GREENHOUSE, "payments engineer")
        if await self._planned("s"):
            await self._press("y")
            await self._shows("UNKNOWN")
            await self._shows("Settled: created")
        assert await self._state(scenario.LOST) is SyncStatus.SYNCED

    async def stale_plan(self) -> None:
        """Somebody edits the job in Tenzo while its plan is read, however often it is looked at before."""
        await self._find(scenario.GREENHOUSE, "site reliability")
        if await self._planned("s"):
            await self._press("escape")
            await self._in_front(JobsScreen)
            await self._planned("s")
            await self._press("y")
            await self._shows("Not synced: something changed")
            await until(self._pilot, self._armed)
            await self.reads()
            await self._press("y")
            await self._shows("UPDATED")
        assert await self._state(scenario.EDITED) is SyncStatus.SYNCED

    async def busy_lease(self) -> None:
        """A colleague is syncing the job; who, and a way to end what is left over, is a key away."""
        await self._find(scenario.GREENHOUSE, "mobile engineer")
        if await self._planned("s"):
            await self._press("y")
            await self._shows("dana is syncing this job")
            await self.reads()
            await self._press("b")
            await self._in_front(MenuScreen)
            await self._shows("dana, since")
            await self._press("enter")
            await self._shows("Break the lease of dana")
            await self._press("down", "enter")
            await self._shows("Why?")
            await self._press("enter")
            await self._in_front(SyncResultScreen)
            await until(self._pilot, lambda: any("is broken" in notice.text for notice in self._app.notices))
            assert await self._planned("r")
            await self._press("y")
            await self._shows("CREATED")
        assert await self._state(scenario.HELD) is SyncStatus.SYNCED

    async def bulk(self) -> None:
        """Several jobs at once, of which one cannot be read."""
        await self._find(scenario.GREENHOUSE, "account executive")
        before = await self._backend.jobs.count(Scope.of(scenario.GREENHOUSE), "account executive is:synced")
        await self._marks_all()
        if await self._planned("s"):
            await self._press("y")
            await self._in_front(BulkResultScreen)
            await self._shows("r tries 1 job again")
            assert "Account Executive Benelux" in screen_text(self._app)
            assert await self._backend.jobs.count(Scope.of(scenario.GREENHOUSE), "account executive is:synced") > before
        assert await self._state(scenario.BROKEN) is SyncStatus.FAILED

    async def undo(self) -> None:
        """A sync is taken back; that can be done again and again."""
        await self._find(scenario.JOBVITE, "icu travel remote")
        assert await self._planned("s")
        await self._press("y")
        await self._shows("UPDATED")
        await self.reads()
        assert await self._planned("z")
        assert "Confirm Undo" in screen_text(self._app)
        await self._press("y")
        await self._shows("verified")
        assert await self._state(scenario.ICU_TRAVEL) is SyncStatus.UNDONE

    async def new_client(self) -> None:
        """A rule for a client that no rule knows, tried in test mode, then its jobs synced. The second time there is such a rule."""
        there = {rule.id for rule in (await self._backend.rules.current()).rules}
        await self._find(scenario.JOBVITE, "(RB-")
        await self._press("n")
        await self._in_front(RuleLeavesScreen)
        await self._shows(f"is  {CLIENT}")
        await self._press("enter")
        await self._in_front(RuleEditorScreen)
        await self._shows("matches")
        await self._press("A")
        await self._in_front(MenuScreen)
        await self._press(*"ai", "enter")
        await self._shows("Nurse general")
        await self._press(*"nur", "enter")
        await self._in_front(RuleEditorScreen)
        await self._shows("-> AI template")
        await self._press("s")
        await self._saves_next()
        await self._press("h")
        await self._in_front(ShadowsScreen)
        await self._shows("p promote")
        await self.reads()
        await self._press("p")
        await self._saves()
        await self._in_front(RulesScreen)
        new = {rule.id for rule in (await self._backend.rules.current()).rules} - there
        assert len(new) == 1
        await self._press("o")
        await self._in_front(JobsScreen)
        await until(self._pilot, self._listed)
        await self._marks_all()
        if await self._planned("s"):
            await self._press("y")
            await self._number()
            await self._in_front(BulkResultScreen)
        total = await self._backend.jobs.count(Scope.of(scenario.JOBVITE), "(RB-")
        assert await self._backend.jobs.count(Scope.of(scenario.JOBVITE), "(RB- is:synced is:eligible") == total > 0

    async def why_stopped(self) -> None:
        """Jobs that stopped: the change that did it is a key away from one of them, and that rule alone is restored."""
        rules = {rule.id: rule for rule in (await self._backend.rules.current()).rules}
        await self._filter(scenario.GREENHOUSE, "is:synced is:ineligible")
        if rules[NARROWED] != (await self._former())[NARROWED]:
            await until(self._pilot, self._listed)
            await self._press("e")
            await self._in_front(EligibilityScreen)
            await self._shows("Eligible until the rule Data people was changed")
            await self.reads()
            await self._press("w")
            await self._in_front(RevisionDifferenceScreen)
            await self._shows("location.country is United States")
            await self._press("Z")
            await self._saves()
            await self._in_front(RevisionDifferenceScreen)
        after = {rule.id: rule for rule in (await self._backend.rules.current()).rules}
        assert after == {**rules, NARROWED: (await self._former())[NARROWED]}, "every other rule is as it was"
        await self._backend.eligibility.evaluate_all()
        assert await self._backend.jobs.count(Scope.of(scenario.GREENHOUSE), "is:synced is:ineligible department:data") == 0

    # ---- by keys -----------------------------------------------------------------------------------------------------

    async def _former(self) -> dict[str, object]:
        return {rule.id: rule for rule in (await self._backend.rules.at(1)).rules}

    async def _state(self, role: scenario.Role) -> SyncStatus:
        job = await self._backend.jobs.get(*self._sandbox.address(role))
        assert job is not None
        return job.sync_status

    async def _press(self, *keys: str) -> None:
        await self._pilot.press(*keys)

    async def _shows(self, words: str) -> None:
        await until(self._pilot, lambda: words in screen_text(self._app))

    async def _in_front(self, screen: type[ScreenT]) -> ScreenT:
        await until(self._pilot, lambda: isinstance(self._app.screen, screen))
        found = self._app.screen
        assert isinstance(found, screen)
        return found

    def _says(self, *words: str) -> bool:
        shown = screen_text(self._app)
        return any(each in shown for each in words)

    def _armed(self) -> bool:
        return isinstance(self._app.screen, ArmingScreen) and self._app.screen.armed

    def _listed(self) -> bool:
        tables = self._app.screen.query(JobTable)
        return isinstance(self._app.screen, JobsScreen) and bool(tables) and tables.first().row_count > 0 and tables.first().has_focus

    async def _filter(self, integration: str, words: str) -> None:
        self._app.open(routes.Jobs(Scope.of(integration)))
        screen = await self._in_front(JobsScreen)
        await until(self._pilot, lambda: screen.listed is not None and screen.query_one(JobTable).has_focus)
        await self._press("slash", "ctrl+u", *(_NAMES.get(letter, letter) for letter in words), "enter")

    async def _find(self, integration: str, words: str) -> None:
        """Open the jobs of an integration with a filter, the cursor in the table."""
        await self._filter(integration, words)
        matching = await self._backend.jobs.count(Scope.of(integration), words)
        await self._shows(f"{matching} match")
        await until(self._pilot, lambda: self._listed() and self._app.screen.query_one(JobTable).row_count == matching)
        await self.reads()

    async def _marks_all(self) -> None:
        """Mark every job that the filter finds; others may be marked already."""
        screen = await self._in_front(JobsScreen)
        found = await self._backend.jobs.ids(screen.scope, screen.view.filter, screen.view.sort)
        await self._press("m")
        await until(self._pilot, lambda: all(key in screen.marks for key in found))

    async def _planned(self, key: str) -> bool:
        """Plan by ``key``, read the plan, and return whether it can be confirmed: where nothing would be written, nothing is asked."""
        before = self._app.screen
        await self._press(key)
        await until(self._pilot, lambda: self._app.screen is not before)
        if isinstance(self._app.screen, MenuScreen):  # jobs that failed are marked still, and not in this list
            await self._shows("Sync which?")
            await self._press("enter")
        await until(self._pilot, lambda: self._armed() or self._says(*_NOTHING) or isinstance(self._app.screen, _ENDS))
        await self.reads()
        return self._armed()

    async def _number(self) -> None:
        """Type the number of what is concerned, where the confirmation asks for it."""
        screen = self._app.screen
        if isinstance(screen, ArmingScreen) and screen.number is not None:
            await self._press(*str(screen.number), "enter")

    async def _saves_next(self) -> None:
        await self._in_front(SaveRulesScreen)
        await until(self._pilot, self._armed)

    async def _saves(self) -> None:
        await self._saves_next()
        await self.reads()
        await self._press("y")
        await self._number()
        await until(self._pilot, lambda: not isinstance(self._app.screen, SaveRulesScreen))


Errand = Callable[[Visitor], Awaitable[None]]
ERRANDS: dict[str, Errand] = {
    "A lost answer": Visitor.lost_answer,
    "A stale plan": Visitor.stale_plan,
    "A busy job": Visitor.busy_lease,
    "A bulk sync with one failure": Visitor.bulk,
    "An undo": Visitor.undo,
    "A rule for a new client": Visitor.new_client,
    "Why did these jobs stop syncing?": Visitor.why_stopped,
}
"""By their names in docs/tour.md, in its order."""

TYPED = {
    "A lost answer": ("payments engineer", "s", "y"),
    "A stale plan": ("site reliability", "s", "y"),
    "A busy job": ("mobile engineer", "s", "y", "b", "r"),
    "A bulk sync with one failure": ("account executive", "m", "s", "y"),
    "An undo": ("icu travel remote", "s", "y", "z"),
    "A rule for a new client": ("(RB-", "n", "A", "ai", "nur", "s", "h", "p", "o", "m"),
    "Why did these jobs stop syncing?": ("is:synced is:ineligible", "e", "w", "Z", "y"),
}
"""What is typed on each, which the page has to name."""


@asynccontextmanager
async def visit(folder: Path, *, jobs: int = 300, size: tuple[int, int] = (110, 36)) -> AsyncIterator[Visitor]:
    """Open the demo for a visitor; its automatic sync runs when they read, and only then."""
    with make_sandbox(jobs=jobs, directory=folder / "sandbox") as sandbox:
        await sandbox.prepare()
        async with sandbox.open() as backend:
            app = JobsyncApp(backend, memory=Memory(folder / "memory"))
            async with app.run_test(size=size) as pilot:
                yield Visitor(app, pilot, sandbox, backend)
