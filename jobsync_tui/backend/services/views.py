"""Saved views: filter, order and columns of a list of jobs under a name.

A view is its owner's. One that is shared may be used by everybody who may use each integration that it is for and that its filter names:
nobody learns of an integration from a view. It is changed by its owner, and by those who may use every integration.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from ..core.errors import FilterError, NotPermitted, UsageError
from ..core.models import JsonValue, KeptView, ListView, SavedView
from ..core.text import clean, nearest
from ..database import Db
from ..storage.ledger.audit import NewEntry, append
from ..storage.search.filter import parse_filter
from ..storage.search.fold import fold
from ..storage.search.query import FieldHas, TextField, Without
from .base import Service, for_admins
from .columns import is_column, require_columns
from .filters import query_of

LONGEST_NAME = 60
"""Characters of a view's name."""
MOST_COLUMNS = 40
MOST_VIEWS = 200
"""Views of one owner."""


class ViewService(Service):
    """What ``jobsync views``, ``jobs --view`` and the list of views on the jobs screen ask for."""

    @for_admins
    async def list(self) -> tuple[SavedView, ...]:
        """Return the actor's own views by name, then what others share with them."""
        return tuple([await self._seen(kept) for kept in await self._usable()])

    @for_admins
    async def get(self, view_name: str) -> SavedView:
        """Return a view by its name: the actor's own, else a shared one; ``owner/name`` says whose.

        Raises:
            UsageError: There is none of that name, or several are shared under it.
        """
        return await self._seen(await self._named(view_name))

    @for_admins
    async def save(self, view: ListView, *, shared: bool | None = None) -> SavedView:
        """Keep a view: in the place of the one that its name means, if there is one, else as a new one of the actor's.

        Args:
            view: What it shows. A name ``owner/name`` changes another's.
            shared: Whether others may use it; None leaves that as it is. One who may not use every integration shares views of those that
                they may use.

        Raises:
            UsageError: The name, a column or an integration is wrong, or the actor has too many views.
            FilterError: Says where the filter is wrong.
            NotPermitted: It would change another's view; the attempt is recorded.
        """
        await self._require_right(view)
        before = await self._named_or_none(view.name)
        owner, name = self.admission.actor.user, _bare(view.name)
        if before is None:
            _require_name(view.name)
        else:
            await self._require_changeable(before)
            owner, name = before.owner, _bare(view.name)
        is_shared = shared if shared is not None else before is not None and before.shared
        integrations = view.integrations
        if is_shared and not integrations and not self.admission.has_everything():
            integrations = self.admission.visible()
        kept = KeptView(owner, replace(view, name=name, integrations=integrations), is_shared, self.stores.now())

        def allow(own: Sequence[KeptView]) -> None:
            if _find(own, name) is None and len(own) >= MOST_VIEWS:
                raise UsageError(f"You have {MOST_VIEWS} views already", remedy="jobsync views delete NAME takes one away")

        await self.stores.views.put(kept, _recorded(self._entry(kept, "saved")), allow)
        return await self._seen(kept)

    @for_admins
    async def rename(self, view_name: str, new_name: str) -> SavedView:
        """Give a view another name.

        Raises:
            UsageError: There is no such view, or the new name is wrong or taken.
            NotPermitted: It is another's; the attempt is recorded.
        """
        _require_name(new_name)
        kept = await self._named(view_name)
        await self._require_changeable(kept)
        old, new = kept.view.name, new_name.strip()

        def allow(own: Sequence[KeptView]) -> None:
            if _find(own, old) is None:
                raise UsageError(f"There is no view {clean(old)} any more", remedy="jobsync views list shows them")
            if fold(new) != fold(old) and _find(own, new) is not None:
                raise UsageError(f"There is a view {clean(new)} already", remedy="Give it another name, or delete that one first")

        record = _recorded(self._entry(replace(kept, view=replace(kept.view, name=new)), "renamed"))
        return await self._seen(await self.stores.views.rename(kept.owner, old, new, record, allow))

    @for_admins
    async def delete(self, view_name: str) -> SavedView:
        """Take a view away, and return what it was.

        Raises:
            UsageError: There is none of that name.
            NotPermitted: It is another's; the attempt is recorded.
        """
        kept = await self._named(view_name)
        await self._require_changeable(kept)
        seen = await self._seen(kept)
        await self.stores.views.delete(kept.owner, kept.view.name, _recorded(self._entry(kept, "deleted")))
        return seen

    def _entry(self, kept: KeptView, outcome: str) -> NewEntry:
        """Return the row of a change. What a view holds stands in it only where those who read the row may use the view."""
        view = kept.view
        entry = self.admission.entry("view", outcome=outcome)
        if not kept.shared:
            return replace(entry, cause="a view of their own")
        if len(view.integrations) == 1:
            entry = replace(entry, integration=view.integrations[0])
        elif not self._may_know(kept, ()):
            return replace(entry, cause="a shared view of some integrations")
        after: dict[str, JsonValue] = {"filter": view.filter, "sort": str(view.sort or ""), "columns": list(view.columns)}
        return replace(entry, cause=f"the shared view {kept.owner}/{view.name}", after=after if outcome == "saved" else {})

    async def _usable(self) -> tuple[KeptView, ...]:
        actor, visible = self.admission.actor.user, self.admission.visible()
        everything = self.admission.has_everything()
        found = await self.stores.views.usable_by(actor)
        return tuple(kept for kept in found if kept.owner == actor or everything or self._may_know(kept, visible))

    def _may_know(self, kept: KeptView, visible: tuple[str, ...]) -> bool:
        """Return whether one who may use these integrations, and no others, learns of no other from a view."""
        named = {fold(each) for each in visible}
        return all(fold(each) in named for each in (*kept.view.integrations, *_integrations_in(kept.view.filter)))

    async def _named(self, name: str) -> KeptView:
        found = await self._named_or_none(name)
        if found is None:
            names = [each.view.name for each in await self._usable()]
            raise UsageError(f"There is no view {clean(name, limit=80)!r}.{nearest(name, names)}", remedy="jobsync views list shows them")
        return found

    async def _named_or_none(self, name: str) -> KeptView | None:
        owner, slash, bare = name.rpartition("/")
        usable = await self._usable()
        wanted = [kept for kept in usable if fold(kept.view.name) == fold(bare.strip()) and (not slash or kept.owner == owner)]
        own = [kept for kept in wanted if kept.owner == self.admission.actor.user]
        if len(wanted) > 1 and not own:
            each = " or ".join(f"{kept.owner}/{kept.view.name}" for kept in wanted)
            raise UsageError(f"Several people share a view {clean(name, limit=80)}", remedy=f"Say whose: {each}")
        return next(iter(own or wanted), None)

    async def _require_right(self, view: ListView) -> None:
        for integration in view.integrations:
            await self.admission.admit_to(integration, "view")
        await query_of(self.parts, view.filter)
        if len(view.columns) > MOST_COLUMNS:
            raise UsageError(f"A view has {MOST_COLUMNS} columns at most, and this one {len(view.columns)}")
        require_columns(view.columns)

    def _may_change(self, kept: KeptView) -> bool:
        return kept.owner == self.admission.actor.user or self.admission.has_everything()

    async def _require_changeable(self, kept: KeptView) -> None:
        if self._may_change(kept):
            return
        refusal = NotPermitted(
            f"The view {kept.view.name} is {kept.owner}'s: you may use it and not change it",
            remedy="Save what you want under another name; its owner or an admin of every integration changes this one",
        )
        await self.stores.ledger.audit.record(self._entry(kept, "refused"))
        raise refusal

    async def _seen(self, kept: KeptView) -> SavedView:
        visible = self.admission.visible()
        own = tuple(each for each in visible if not kept.view.integrations or each in kept.view.integrations)
        mine = kept.owner == self.admission.actor.user
        return SavedView(kept, mine, self._may_change(kept), own, await self._wrong(kept.view, own))

    async def _wrong(self, view: ListView, own: tuple[str, ...]) -> str | None:
        if not own:
            return f"it is for {', '.join(view.integrations) or 'every integration'}, and you may use none of these today"
        unknown = [each for each in view.columns if not is_column(each)]
        if unknown:
            return f"its column {unknown[0]} is no field of a job any more"
        try:
            await query_of(self.parts, view.filter)
        except FilterError as error:
            return f"its filter {view.filter} does not fit any more, at {error.position + 1}: {error.message}"
        return None


def _recorded(entry: NewEntry) -> Callable[[Db], object]:
    """Return what adds the row of a change to the audit record, in the transaction of the change."""
    return lambda db: append(db, entry, entry.at)


def _find(views: Sequence[KeptView], name: str) -> KeptView | None:
    return next((each for each in views if fold(each.view.name) == fold(name)), None)


def _bare(name: str) -> str:
    return name.rpartition("/")[2].strip()


def _require_name(name: str) -> None:
    """Let a name pass under which a view can be kept.

    Raises:
        UsageError: It is empty, too long, or holds what cannot be typed again.
    """
    wanted = name.strip()
    if not wanted:
        raise UsageError("The name of the view is empty", remedy="Give it a name of one or several words")
    if len(wanted) > LONGEST_NAME:
        raise UsageError(f"The name of the view is longer than {LONGEST_NAME} characters", remedy="Give it a shorter one")
    if "/" in wanted:
        raise UsageError(f"There is no view {clean(wanted, limit=80)}", remedy="A name holds no /: it parts the owner from the name")
    if clean(wanted) != wanted:
        raise UsageError("The name of the view holds characters that are not seen", remedy="Give it a name that can be typed")


def _integrations_in(filter_text: str) -> Iterable[str]:
    """Yield the integrations that a filter names."""
    try:
        terms = parse_filter(filter_text).terms
    except FilterError:
        # Whatever it names, nobody else is to read it.
        yield ""
        return
    for term in terms:
        positive = term.term if isinstance(term, Without) else term
        if isinstance(positive, FieldHas) and positive.field is TextField.INTEGRATION:
            yield from positive.values
