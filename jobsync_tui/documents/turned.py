"""Which change of the rules turned the answer about a job around, in words."""

from __future__ import annotations

from ..backend.core.models import Eligibility
from ..backend.core.text import clean


def turned_words(found: Eligibility, when: str) -> str:
    """Return since when the answer is what it is, by which change and whom; empty where no change of the rules turned it around.

    Args:
        found: The answer.
        when: The time of that change, as people say it.
    """
    change = found.changed_by
    if change is None:
        return ""
    since = "Eligible since" if found.eligible else "Eligible until"
    return f"{since} the rule {clean(change.rule)} was changed in r{change.revision}, {when}, by {clean(change.actor)}"
