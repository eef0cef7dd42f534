"""Who may change which rules: everybody's rules act on every integration, so that they are for those who may use all of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..core.errors import NotPermitted
from ..core.models import Rule, RuleAuthority
from ..core.text import counted
from ..rules.reach import changes_beyond, held_to
from ..storage.search.filter import parse_filter

if TYPE_CHECKING:
    from .parts import Parts

_NAMED = 3
"""Rules that a refusal names; it counts the rest."""


async def authority_of(parts: Parts) -> RuleAuthority:
    """Return what the actor may do with the rules in force, by the configuration as it is now."""
    own, others = _sides(parts)
    rules = (await parts.stores.rules.current()).rules
    return RuleAuthority(
        everything=not others,
        integrations=own,
        changeable=frozenset(rule.id for rule in rules if not others or held_to(rule, own, others)),
        jobs=await parts.stores.jobs.count(own, parse_filter("")),
    )


async def refusal_of(parts: Parts, after: Sequence[Rule], *, always: Sequence[Rule] = ()) -> NotPermitted | None:
    """Return why the actor may not put ``after`` in the place of the rules in force, None where they may.

    They may if they may use every integration, or if each rule that changes reaches no integration but theirs, before and after; rules in
    ``always`` count as changed even where they are in force as they are.
    """
    own, others = _sides(parts)
    if not others:
        return None
    beyond = changes_beyond((), always, own, others) or changes_beyond((await parts.stores.rules.current()).rules, after, own, others)
    return _refusal(beyond, own) if beyond else None


async def require_rules(parts: Parts, after: Sequence[Rule], *, always: Sequence[Rule] = ()) -> None:
    """Let a change of the rules pass that is the actor's to make.

    Args:
        parts: Who changes them, and where.
        after: All rules to come.
        always: Rules that count as changed even where they are in force as they are.

    Raises:
        NotPermitted: It changes rules that reach further than the actor; the attempt is recorded.
    """
    refusal = await refusal_of(parts, after, always=always)
    if refusal is not None:
        await parts.admission.record("rules", outcome="refused", cause=refusal.message)
        raise refusal


def _sides(parts: Parts) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the ids of the integrations that the actor may use, and those of the others."""
    own = parts.admission.visible()
    return own, tuple(each.id for each in parts.admission.settings.integrations if each.id not in own)


def _refusal(beyond: Sequence[Rule], own: Sequence[str]) -> NotPermitted:
    names = ", ".join(f"{rule.name} ({rule.id})" for rule in beyond[:_NAMED])
    more = f" and {counted(len(beyond) - _NAMED, 'more rule')}" if len(beyond) > _NAMED else ""
    mine = ", ".join(own)
    return NotPermitted(
        f"You may not change rules that can also act on integrations you may not use: {names}{more}",
        remedy=f"Yours to change are rules with this among their conditions, in all: {{ field: integration, op: in, value: [{mine}] }}. "
        "Other rules are changed by an admin of every integration",
    )
