"""The saved views of the jobs screen: which one is in force, and what is done with them."""

from __future__ import annotations

from collections.abc import Coroutine, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from ...backend.core.filter_words import field_is
from ...backend.core.models import ListView, SavedView
from ...session.memory import View
from ...session.notices import Severity
from ..menu import Entry, MenuScreen
from ..prompt import PromptScreen, Question, Remark
from .views_menu import Act, ViewChoice, ViewsScreen

if TYPE_CHECKING:
    from .jobs import JobsScreen

ONE, EVERY = "one", "every"
_WITH_KEYS = 9
"""Views that a key of their own uses."""


class ListViews:
    """Knows which view the list is as, and asks for what is needed to save, rename, share and delete views.

    Args:
        screen: The jobs screen.
    """

    def __init__(self, screen: JobsScreen) -> None:
        self._screen = screen
        self._used: tuple[str, View] | None = None

    @property
    def name(self) -> str | None:
        """Return the address of the view as which the list stands; None once filter, sort or columns are others."""
        return self._used[0] if self._used is not None and self._used[1] == self._screen.view else None

    def open(self) -> None:
        """List the views."""
        self._work(self._open())

    def use_nth(self, number: int) -> None:
        """Use the view of that number."""
        self._work(self._use_nth(number))

    async def _usable(self) -> Sequence[SavedView]:
        return [each for each in await self._screen.backend.views.list() if each.is_for(self._screen.scope)]

    async def _open(self) -> None:
        views = await self._usable()

        def chosen(choice: ViewChoice | None) -> None:
            if choice is not None:
                self._act(choice.act, next((each for each in views if each.address == choice.address), None), views)

        self._screen.app.push_screen(ViewsScreen(views, self.name), chosen)

    def _act(self, act: Act, found: SavedView | None, views: Sequence[SavedView]) -> None:
        if act is Act.SAVE:
            self._ask_name(views)
        elif found is None:
            return
        elif act is Act.USE:
            self._use(found)
        elif act is Act.RENAME:
            self._ask_new_name(found)
        elif act is Act.SHARE:
            self._work(self._share(found))
        else:
            self._ask_whether_to_delete(found)

    async def _use_nth(self, number: int) -> None:
        views = await self._usable()
        if number > len(views):
            self._screen.host.tell(f"There is no view {number}: v lists views, and saves what is listed as one")
            return
        self._use(views[number - 1])

    def _use(self, saved: SavedView) -> None:
        view = saved.view
        text = view.filter
        if self._screen.scope.one is None and view.integrations:
            # In a list of several, what is for some of them shows those.
            text = f"{field_is('integration', *saved.integrations)} {text}".strip()
        self._used = (saved.address, View(text, view.sort or View().sort, view.columns))
        if saved.wrong is not None:
            self._screen.host.tell(f"The view {saved.address} is not as it was: {saved.wrong}", Severity.WARNING)
        self._screen.look(self._used[1])

    def _ask_name(self, views: Sequence[SavedView]) -> None:
        def known(name: str) -> SavedView | None:
            return next((each for each in views if each.address.casefold() == name.strip().casefold()), None)

        async def check(name: str) -> Remark:
            if not name.strip():
                return Remark("type a name, or esc", wrong=True)
            return Remark(f"takes the place of the view {name.strip()}" if known(name) else "")

        here = self._screen.scope.one
        question = Question(title="Save filter, sort and columns as which view?", value=self.name or "", check=check)

        def named(name: str | None) -> None:
            if name is None:
                return
            before = known(name)
            if before is not None:
                self._work(self._save_list(name, before.view.integrations if here is not None else ()))
            elif here is not None:
                self._ask_for_which(name, here)
            else:
                self._work(self._save_list(name, ()))

        self._screen.app.push_screen(PromptScreen(question), named)

    def _ask_for_which(self, name: str, here: str) -> None:
        entries = [Entry(EVERY, "Every integration"), Entry(ONE, f"{here} only")]

        def chosen(which: str | None) -> None:
            if which is not None:
                self._work(self._save_list(name, (here,) if which == ONE else ()))

        self._screen.app.push_screen(MenuScreen(f"For which jobs is the view {name}?", entries), chosen)

    async def _save_list(self, name: str, integrations: tuple[str, ...]) -> None:
        now = self._screen.view
        view = ListView(name=name, filter=now.filter, sort=now.sort, columns=now.columns, integrations=integrations)
        saved = await self._save(view)
        self._used = (saved.address, now)
        self._screen.show_view()

    async def _save(self, view: ListView) -> SavedView:
        saved = await self._screen.backend.views.save(view)
        key = next((n for n, each in enumerate(await self._usable(), 1) if each.address == saved.address), None)
        uses = f"; {key} uses it" if key is not None and key <= _WITH_KEYS else ""
        self._screen.host.tell(f"Saved the view {saved.address}{', shared' if saved.kept.shared else ''}{uses}")
        return saved

    async def _share(self, found: SavedView) -> None:
        named = replace(found.view, name=found.address)
        saved = await self._screen.backend.views.save(named, shared=not found.kept.shared)
        self._screen.host.tell(
            f"The view {saved.address} is shared: whoever may use its integrations can use it"
            if saved.kept.shared
            else f"The view {saved.address} is not shared any more"
        )

    def _ask_new_name(self, found: SavedView) -> None:
        def named(name: str | None) -> None:
            if name is not None:
                self._work(self._rename(found, name))

        self._screen.app.push_screen(PromptScreen(Question(title=f"New name of the view {found.address}", value=found.view.name)), named)

    async def _rename(self, found: SavedView, name: str) -> None:
        renamed = await self._screen.backend.views.rename(found.address, name)
        if self.name == found.address and self._used is not None:
            self._used = (renamed.address, self._used[1])
        self._screen.show_view()
        self._screen.host.tell(f"The view {found.address} is {renamed.address} now")

    def _ask_whether_to_delete(self, found: SavedView) -> None:
        entries = [Entry("keep", "Keep it"), Entry("delete", "Delete it", "nobody can use it any more" if found.kept.shared else "")]

        def chosen(answer: str | None) -> None:
            if answer == "delete":
                self._work(self._delete(found))

        self._screen.app.push_screen(MenuScreen(f"Delete the view {found.address}?", entries), chosen)

    async def _delete(self, found: SavedView) -> None:
        await self._screen.backend.views.delete(found.address)
        if self.name == found.address:
            self._used = None
        self._screen.show_view()
        self._screen.host.tell(f"Deleted the view {found.address}")

    def _work(self, job: Coroutine[object, object, None]) -> None:
        self._screen.work(job, group="views")
