"""A change of the rules, put to a person with what it would do."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from .. import routes

if TYPE_CHECKING:
    from ...editor.rule_change import RuleChange
    from ..base import Host


def propose(host: Host, change: RuleChange, then: Callable[[str | None], None] | None = None) -> None:
    """Show what a change of the rules would do, and ask; ``then`` is told what came of it, else a shadow that was made is shown."""

    def ended(answer: str | None) -> None:
        if answer:
            host.open(routes.Shadows(answer))

    host.open(routes.SaveRules(change), then or ended)
