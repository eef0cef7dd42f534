"""The whole record of who did what, newest first, of every job and of what is about none."""

from __future__ import annotations

from datetime import timedelta
from shlex import join
from types import MappingProxyType
from typing import ClassVar

from textual.binding import BindingType

from ..backend.core import clock
from ..backend.core.durations import parse_duration
from ..backend.core.models import AuditEntry
from ..backend.core.text import counted
from ..commands import Group, bindings
from ..documents.history import fold_key, record_document, record_text
from . import routes
from .dialog import DialogScreen
from .menu import Entry, MenuScreen
from .poll import FOLLOWED, Follow

AT_ONCE = 500
"""Entries that are read at first, and with each wish for older ones."""

_EVERYBODY, _ALL = "", ""
_PERIODS = MappingProxyType({_ALL: "from the beginning", "1d": "the last day", "7d": "the last 7 days", "30d": "the last 30 days"})


class RecordScreen(DialogScreen[None]):
    """Lists the record, as far back as it was asked for; an entry opens to what it changed."""

    GROUPS = (Group.RECORD,)
    BINDINGS: ClassVar[list[BindingType]] = bindings(Group.RECORD)
    HEADING = "Record"
    IS_LIST: ClassVar[bool] = True
    ON_A_ROW: ClassVar[frozenset[str]] = frozenset({"unfold", "history", "wire"})

    def __init__(self) -> None:
        super().__init__()
        self._limit = AT_ONCE
        self._actor: str | None = None
        self._period = _ALL
        self._entries: tuple[AuditEntry, ...] = ()
        self._actors: set[str] = set()
        self._follow: Follow | None = None

    def on_mount(self) -> None:
        """Read the newest entries."""
        self.document.focus()
        self.set_busy("Reading the record ...")
        self._follow = Follow(self, self._state, self._list_again, every=FOLLOWED)
        self._list_again()

    def why_not(self, action: str) -> str | None:
        """Return why nothing older is read: everything is shown."""
        return "That is the whole record" if action == "older" and len(self._entries) < self._limit else None

    def action_older(self) -> None:
        """Read older entries too."""
        if self.may("older"):
            self._limit += AT_ONCE
            self._list_again()

    def action_who(self) -> None:
        """Show what one actor did only."""
        entries = [Entry(_EVERYBODY, "everybody"), *(Entry(each, each) for each in sorted(self._actors))]
        menu = MenuScreen("Whose entries?", entries, chosen=self._actor or _EVERYBODY, searchable=True)

        def chosen(actor: str | None) -> None:
            if actor is not None:
                self._actor = actor or None
                self._list_again()

        self.app.push_screen(menu, chosen)

    def action_since(self) -> None:
        """Show what was done in a time only."""
        menu = MenuScreen("Since when?", [Entry(each, told) for each, told in _PERIODS.items()], chosen=self._period)

        def chosen(period: str | None) -> None:
            if period is not None:
                self._period = period
                self._list_again()

        self.app.push_screen(menu, chosen)

    def action_history(self) -> None:
        """Show the history of the job that the entry under the cursor is about."""
        entry = self._entry()
        if entry is None or entry.integration is None or entry.job_id is None:
            self.host.tell("This entry is about no job")
        else:
            self.host.open(routes.History(entry.integration, entry.job_id))

    def action_wire(self) -> None:
        """Show what the entry under the cursor sent, and what was answered."""
        entry = self._entry()
        if entry is None or entry.job_id is None:
            self.host.tell("This entry is about no job, so nothing was sent for it")
        else:
            self.host.open(routes.Wire(entry.operation_id or str(entry.seq)))

    def action_copy(self) -> None:
        """Copy what is shown."""
        self.host.copy(record_text(self._entries), f"{counted(len(self._entries), 'entry', 'entries')} of the record")

    def same_command(self) -> str | None:
        """Return the command that shows the same entries."""
        narrowed = [*(["--actor", self._actor] if self._actor else []), *(["--since", self._period] if self._period else [])]
        return join(["jobsync", "audit", *narrowed])

    def _entry(self) -> AuditEntry | None:
        section = self.document.section
        return next((entry for entry in self._entries if section is not None and section.key == fold_key(entry)), None)

    def _list_again(self) -> None:
        self.work(self._read(), group="record")

    async def _state(self) -> object:
        """Return the newest entry: one that is under way ends in place."""
        return await self.backend.records.audit(limit=1)

    async def _read(self) -> None:
        if self._follow is not None:
            await self._follow.shown()
        age = parse_duration(self._period) if self._period else timedelta(0)
        since = clock.now() - age if age else None
        entries = self._entries = await self.backend.records.audit(actor=self._actor, since=since, limit=self._limit)
        self._actors |= {entry.actor for entry in entries}
        whose = f"of {self._actor}" if self._actor else "of everybody"
        self.set_heading(f"{whose}, {_PERIODS[self._period]}")
        self.show(lambda width: record_document(entries, width))
        more = "m reads older ones; " if len(entries) == self._limit else ""
        self.set_note(f"{more}w: whose, t: since when. jobsync audit --verify checks that nothing was changed in it.")
