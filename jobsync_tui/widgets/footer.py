"""One line that names the keys most wanted here, made from the commands."""

from __future__ import annotations

from collections.abc import Callable

from textual import events
from textual.content import Content
from textual.widgets import Static

from ..commands import Command, Group, footer


class Footer(Static):
    """The footer: at most seven keys; a click does what the key does. What does not fit is left out from the right, the help never.

    Args:
        groups: Whose commands it names.
        offered: Whether an action can be taken now; what cannot is not named. `offer_anew` asks again.
        keyed: Returns a command with the keys that it has in this session.
    """

    DEFAULT_CSS = "Footer { dock: bottom; height: 1; }"

    def __init__(self, groups: tuple[Group, ...], offered: Callable[[str], bool], keyed: Callable[[Command], Command]) -> None:
        super().__init__(markup=False)
        self._groups = groups
        self._offered = offered
        self._keyed = keyed
        self._shown: list[Command] = []
        self._spans: list[tuple[int, int, Command]] = []

    def offer_anew(self) -> None:
        """Ask again what can be done, and paint only what differs: a line costs bytes."""
        now = self._fitting(self.size.width)
        if now != self._shown:
            # Noted at once: below a dialog nothing is painted, and to be painted makes the screen idle again.
            self._shown = now
            self.refresh()

    def render(self) -> Content:
        """Return the keys and their words, as many as fit."""
        self._spans = []
        shown = self._shown = self._fitting(self.size.width)
        pieces: list[Content] = []
        x = 1
        for command in shown:
            piece = Content.assemble((command.key, "bold $footer-key-foreground"), " ", command.footer or command.name)
            self._spans.append((x, x + piece.cell_length, command))
            x += piece.cell_length + 2
            pieces.append(piece)
        return Content(" ") + Content("  ").join(pieces)

    def _fitting(self, width: int) -> list[Command]:
        shown = [self._keyed(command) for command in footer(*self._groups, offered=self._offered)]
        while len(shown) > 1 and 1 + sum(len(c.key) + len(c.footer or c.name) + 3 for c in shown) - 2 > width:
            del shown[-2]
        return shown

    async def on_click(self, event: events.Click) -> None:
        """Run the command under the mouse."""
        for start, end, command in self._spans:
            if start <= event.x < end:
                await self.screen.run_action(command.action)
                return
