"""How a list of jobs is looked at, kept under a name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from .query import Sort
from .scope import Scope

USUAL_COLUMNS = ("name", "id", "location", "client", "department", "status", "updated_at", "sync_status", "last_synced")
"""What a list of jobs shows where nobody chose otherwise; a line of the list (`JobRow`) has these without reading the whole job."""

USUAL_ACROSS = ("name", "integration", *USUAL_COLUMNS[1:])
"""The same for a list of several integrations."""


def usual_columns(scope: Scope) -> tuple[str, ...]:
    """Return what a list of these jobs shows where nobody chose otherwise."""
    return USUAL_ACROSS if scope.one is None else USUAL_COLUMNS


@dataclass(frozen=True, slots=True, kw_only=True)
class ListView:
    """A filter, an order and columns under a name.

    Attributes:
        name: One of its owner's views has it; case does not count.
        filter: In the contract's filter language.
        sort: The order; None for the usual one.
        columns: Names of fields, in the order in which they are shown; none for the usual columns.
        integrations: Ids of the integrations that it is for; none for all of them.
    """

    name: str
    filter: str = ""
    sort: Sort | None = None
    columns: tuple[str, ...] = ()
    integrations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class KeptView:
    """A view as it is kept: ``owner`` saved it first, others may use it if it is ``shared``, ``saved_at`` is its last change."""

    owner: str
    view: ListView
    shared: bool
    saved_at: datetime


@dataclass(frozen=True, slots=True)
class SavedView:
    """A view as one of those who may use it sees it today.

    Attributes:
        kept: The view.
        mine: Whether it is the asker's own.
        changeable: Whether the asker may change and delete it.
        integrations: Of those that it is for, the ones that the asker may use.
        wrong: Why it cannot be used as it is, in words: its filter asks for a rule that is gone, say. None where it can.
    """

    kept: KeptView
    mine: bool
    changeable: bool
    integrations: tuple[str, ...]
    wrong: str | None

    @property
    def view(self) -> ListView:
        """Return what it shows."""
        return self.kept.view

    @property
    def address(self) -> str:
        """Return by what it is named without doubt: another's by ``owner/name``."""
        return self.view.name if self.mine else f"{self.kept.owner}/{self.view.name}"

    def is_for(self, scope: Scope) -> bool:
        """Return whether it can be used on a list: that of an integration that it is for, or one in which such an integration is."""
        return not self.view.integrations or any(each in scope for each in self.view.integrations)
