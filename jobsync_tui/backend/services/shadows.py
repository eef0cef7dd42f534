"""Shadows: drafts of rules that are evaluated beside those in force and never act."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from ..core.errors import UsageError
from ..core.models import ImpactList, Rule, RuleImpact, RuleSet, Shadow, ShadowLook, ShadowPage
from ..core.text import clean
from ..rules import dump_rules, load_rules
from ..rules.columnar.impact import with_file
from ..storage.ledger.audit import append
from ..storage.rules.shadows import drop
from .base import Service, for_admins
from .rule_authority import refusal_of, require_rules
from .rule_saving import require_number, save_rules

if TYPE_CHECKING:
    from ..assessment.impact import OnForeseen

LONGEST_NAME = 100
"""Characters of a shadow's name."""


class ShadowService(Service):
    """What the rules screen and ``rules shadow`` ask for. Who may use some integrations only sees the looks at those."""

    @for_admins
    async def list(self) -> tuple[Shadow, ...]:
        """Return the shadows by name, each with the last look at each integration, and with whether it is the actor's to change."""
        return await self._every()

    @for_admins
    async def get(self, name: str) -> Shadow:
        """Return a shadow.

        Raises:
            UsageError: There is none of that name.
        """
        return await self._known(name)

    @for_admins
    async def add(self, name: str, rules: Sequence[Rule]) -> Shadow:
        """Keep a draft as a shadow. It is first looked at by the next automatic run, the next evaluation of the whole cache, or `look`.

        Args:
            name: By which it is called.
            rules: Those that would take the place of the rules that they name by id, or be added.

        Raises:
            AccessDenied: One of the rules reaches further than the actor; the attempt is recorded.
            UsageError: The name is taken, empty or too long, or there are no rules.
            RuleError: The rules would not load again.
        """
        if not name.strip() or clean(name) != name or len(name) > LONGEST_NAME:
            raise UsageError(f"The name of shadow rules is one line of at most {LONGEST_NAME} characters")
        if not load_rules(dump_rules(rules), "the draft"):
            raise UsageError("Shadow rules need at least one rule")
        current = await self.stores.rules.current()
        await require_rules(self.parts, with_file(current, tuple(rules)).rules, always=rules)
        shadow = Shadow(
            name=name, rules=tuple(rules), base_revision=current.revision, actor=self.admission.actor.user, at=self.stores.now()
        )
        entry = self.admission.entry("rules shadow", outcome="changed", cause=f"add {name}")
        await self.stores.shadows.add(shadow, lambda db: append(db, entry, entry.at))
        return shadow

    @for_admins
    async def look(self, name: str, on_progress: OnForeseen | None = None) -> Shadow:
        """Evaluate the cached jobs by the shadow now, and return it with what it would do; may be cancelled.

        Raises:
            UsageError: There is none of that name.
            RuleError: A rule cannot be evaluated.
        """
        from ..assessment.shadow import EVALUATING

        await self.parts.shadow_evaluation.look(await self._known(name), self.admission.visible(), EVALUATING, on_progress)
        return await self._known(name)

    @for_admins
    async def looks(self, name: str, *, limit: int = 100) -> tuple[ShadowLook, ...]:
        """Return what the shadow would have done over time, newest first: one line for each change.

        Raises:
            UsageError: There is none of that name.
        """
        return await self.stores.shadows.looks((await self._known(name)).name, self.admission.visible(), limit)

    @for_admins
    async def jobs(self, name: str, *, which: ImpactList | None = None, offset: int = 0, limit: int = 100) -> ShadowPage:
        """Return the jobs that the shadow concerns or concerned, since when and until when, the latest first.

        Raises:
            UsageError: There is none of that name.
        """
        known = await self._known(name)
        return await self.stores.shadows.jobs(known.name, self.admission.visible(), which, offset=offset, limit=limit)

    @for_admins
    async def to_come(self, name: str) -> tuple[Rule, ...]:
        """Return every rule as it would be if the shadow were promoted now, to be assessed before.

        Raises:
            UsageError: There is none of that name.
        """
        return with_file(await self.stores.rules.current(), (await self._known(name)).rules).rules

    @for_admins
    async def promote(
        self,
        name: str,
        *,
        expected_revision: int | None = None,
        found: RuleImpact | None = None,
        typed: int | None = None,
        break_tests: bool = False,
    ) -> RuleSet:
        """Put the shadow's rules into force and drop it, in one step; arguments and errors as of `RuleService.save`.

        Raises:
            UsageError: There is none of that name.
        """
        shadow = await self._known(name)
        current = await self.stores.rules.current()
        after = with_file(current, shadow.rules).rules
        await require_rules(self.parts, after, always=shadow.rules)
        await require_number(self.parts, after, found, typed)
        expected = current.revision if expected_revision is None else expected_revision
        what = f"promote the shadow {name}"
        return await save_rules(self.parts, after, expected, what, also=lambda db: drop(db, name), break_tests=break_tests)

    @for_admins
    async def drop(self, name: str) -> None:
        """Give a shadow up; its record is deleted too.

        Raises:
            AccessDenied: One of its rules reaches further than the actor; the attempt is recorded.
            UsageError: There is none of that name.
        """
        shadow = await self._known(name)
        current = await self.stores.rules.current()
        await require_rules(self.parts, current.rules, always=shadow.rules)
        entry = self.admission.entry("rules shadow", outcome="changed", cause=f"drop {name}")
        await self.stores.shadows.drop(shadow.name, lambda db: append(db, entry, entry.at))

    async def _every(self) -> tuple[Shadow, ...]:
        current = await self.stores.rules.current()
        marked = []
        for shadow in await self.stores.shadows.every(self.admission.visible()):
            refusal = await refusal_of(self.parts, with_file(current, shadow.rules).rules, always=shadow.rules)
            marked.append(replace(shadow, changeable=refusal is None))
        return tuple(marked)

    async def _known(self, name: str) -> Shadow:
        found = {shadow.name: shadow for shadow in await self._every()}
        if name not in found:
            raise UsageError(
                f"There are no shadow rules called {clean(name, limit=LONGEST_NAME)!r}",
                remedy="jobsync rules shadow list shows all shadow rules",
            )
        return found[name]
