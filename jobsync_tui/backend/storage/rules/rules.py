"""The rule set, with every revision it ever had."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence

import peewee

from ...core import clock
from ...core.errors import StalePlan, UsageError
from ...core.models import Rule, RuleRevision, RuleSet
from ...database import Database, Db
from ..jobs.sources import note_change
from ..jobs.tables import RevisionRow
from . import rule_json

KEPT = 4
"""Earlier revisions that stay in memory."""


class RuleStore:
    """Revisions of the rule set; a new one is written whole, and none is ever changed or removed."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._last = RuleSet(0)
        self._earlier: OrderedDict[int, RuleSet] = OrderedDict()

    async def current(self) -> RuleSet:
        """Return the rules in force; without any ever saved, an empty set at revision 0.

        As long as the revision stays, it is the same value: what was made of it (`rules.compiled`) is found again.
        """
        self._last = await self._database.read(_current, self._last)
        return self._last

    async def at(self, revision: int) -> RuleSet:
        """Return the rules as they were at a revision; those asked for last are the same values again.

        Raises:
            UsageError: There was no such revision.
        """
        kept = self._earlier.get(revision)
        found = await self._database.read(_at, revision) if kept is None else kept
        self._earlier[revision] = found
        self._earlier.move_to_end(revision)
        while len(self._earlier) > KEPT:
            self._earlier.popitem(last=False)
        return found

    async def history(self) -> tuple[RuleRevision, ...]:
        """Return who changed the rules when, newest first."""
        return await self._database.read(_history)

    async def save(
        self,
        rules: Sequence[Rule],
        *,
        actor: str,
        what: str,
        expected_revision: int,
        also: Callable[[Db], object] | None = None,
    ) -> RuleSet:
        """Make ``rules`` the ones in force, as a new revision.

        Args:
            rules: All of them.
            actor: Who changes them.
            what: What was done, in a few words.
            expected_revision: The revision that the change was made from.
            also: Runs in the same transaction, so that the change is recorded or does not happen.

        Raises:
            StalePlan: Somebody changed the rules since.
        """
        return await self._database.write(save, tuple(rules), actor=actor, what=what, expected=expected_revision, also=also)


def revision_in_force(db: Db) -> int:
    """Return the number of the newest revision, 0 where there is none."""
    revision: int | None = RevisionRow.select(peewee.fn.MAX(RevisionRow.revision)).scalar(db)
    return revision or 0


def _current(db: Db, known: RuleSet) -> RuleSet:
    revision = revision_in_force(db)
    return known if revision == known.revision else _at(db, revision)


def _at(db: Db, revision: int) -> RuleSet:
    text: str | None = RevisionRow.select(RevisionRow.rules).where(RevisionRow.revision == revision).scalar(db)
    if text is None:
        raise UsageError(f"The rules have no revision {revision}.", remedy="jobsync rules history shows which there are.")
    return RuleSet(revision, rule_json.load(text))


def _history(db: Db) -> tuple[RuleRevision, ...]:
    query = RevisionRow.select(RevisionRow.revision, RevisionRow.at, RevisionRow.actor, RevisionRow.what)
    rows = query.order_by(RevisionRow.revision.desc()).tuples().execute(db)
    return tuple(RuleRevision(revision, clock.from_ms(at), actor, what) for revision, at, actor, what in rows)


def save(db: Db, rules: tuple[Rule, ...], *, actor: str, what: str, expected: int, also: Callable[[Db], object] | None = None) -> RuleSet:
    """Within a transaction: make ``rules`` the ones in force; see `RuleStore.save`."""
    present = revision_in_force(db)
    if present != expected:
        raise StalePlan(
            f"The rules were changed in the meantime: they are at revision {present}, this change was made from {expected}.",
            remedy="Look at the rules as they are now, then make the change again.",
        )
    kept = tuple(sorted(rules, key=lambda rule: (rule.priority, rule.name, rule.id)))
    values = {"revision": present + 1, "at": clock.to_ms(clock.now()), "actor": actor, "what": what, "rules": rule_json.dump(kept)}
    RevisionRow.insert(values).execute(db)
    note_change(db)  # cached outcomes of the former revision hold no longer
    if also is not None:
        also(db)
    return RuleSet(present + 1, kept)
