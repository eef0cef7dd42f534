"""What an editor of rules asks while a rule is written, beside its impact."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from ..core.models import Rule
from .base import Service, for_admins


class RuleWritingService(Service):
    """Answers at each change of a rule that is written. Nothing here changes anything."""

    @for_admins
    async def matching(self, rules: Sequence[Rule]) -> tuple[int, ...]:
        """Return for each rule how many cached jobs of the integrations that the actor may use meet its conditions, for themselves.

        It works off the event loop, and may be cancelled.

        Raises:
            RuleError: A rule cannot be evaluated.
        """
        from ..assessment.rule_matches import count_matches

        return await count_matches(self.stores.columns, self.admission.visible(), rules, self.parts.policy(), self.stores.now())

    @for_admins
    async def new_id(self, name: str, taken: Collection[str] = ()) -> str:
        """Return the id that a new rule of that name gets: one that no rule has, nor is in ``taken``."""
        from ..rules.yaml.loader import rule_id

        current = await self.stores.rules.current()
        known = {rule.id for rule in current.rules} | set(taken)
        wanted = rule_id(name)
        return next(each for each in (wanted, *(f"{wanted}-{number}" for number in range(2, len(known) + 3))) if each not in known)
