"""Which change of the rules turned the answer about a job around."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from ..core.models import Rule, RuleRevision, RuleSet, TurningChange, same_rule

MOST_LOOKED_AT = 200
"""Revisions that are looked at, the newest first."""


@dataclass(frozen=True, slots=True)
class Turning:
    """Looks back through the revisions of the rules.

    Attributes:
        at: Gives the rules of a revision.
        history: Gives what is known of the revisions, newest first.
        is_eligible: Answers for the job as it is now.
    """

    at: Callable[[int], Awaitable[RuleSet]]
    history: Callable[[], Awaitable[Sequence[RuleRevision]]]
    is_eligible: Callable[[RuleSet], bool]

    async def since(self, known: int, current: RuleSet) -> TurningChange | None:
        """Return the change since the revision ``known`` that made the answer what it is; None where it was that already."""
        answer = self.is_eligible(current)
        if known >= current.revision or self.is_eligible(await self.at(known)) is answer:
            return None
        after = current
        for revision in range(current.revision - 1, max(known, current.revision - MOST_LOOKED_AT) - 1, -1):
            before = await self.at(revision)
            if self.is_eligible(before) is not answer:
                return await self._change(before, after, answer=answer)
            after = before
        return None

    async def _change(self, before: RuleSet, after: RuleSet, *, answer: bool) -> TurningChange | None:
        found = next((each for each in await self.history() if each.revision == after.revision), None)
        names = self._deciding(before, after, answer=answer)
        return None if found is None else TurningChange(found.revision, ", ".join(names), found.actor, found.at)

    def _deciding(self, before: RuleSet, after: RuleSet, *, answer: bool) -> list[str]:
        """Return the name of the first rule whose change alone turns the answer around; where none does, of all that changed."""
        old, new = ({rule.id: rule for rule in rules.rules} for rules in (before, after))
        changed = [name for name in {**new, **old} if name not in old or name not in new or not same_rule(old[name], new[name])]
        for name in changed:
            tried = {key: rule for key, rule in {**old, name: new.get(name)}.items() if rule is not None}
            if self.is_eligible(RuleSet(after.revision, tuple(tried.values()))) is answer:
                return [_named(name, old, new)]
        return [_named(name, old, new) for name in changed]


def _named(name: str, old: dict[str, Rule], new: dict[str, Rule]) -> str:
    return (new.get(name) or old[name]).name
