"""The words of a filter that come from a closed set: what is not among them is an error, and never a filter that means something else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ..models import JobStatus, SyncStatus, Visibility
from ..text import clean, nearest
from .fold import fold
from .query import TextField

FEW = 8
"""Names of rules or integrations that a remedy lists; there may be thousands."""

_YES, _NO = "yes", "no"


@dataclass(frozen=True, slots=True)
class Names:
    """What there is at this moment: the ids of the integrations that the actor may use, and the rules, by name and by id."""

    integrations: tuple[str, ...]
    rules: tuple[str, ...]
    rule_ids: tuple[str, ...]

    @property
    def asked_rules(self) -> frozenset[str]:
        """How a filter may ask for a rule."""
        return frozenset(fold(each).strip() for each in (*self.rules, *self.rule_ids))


CLOSED: Mapping[TextField, Mapping[str, str]] = {
    TextField.STATUS: {word: word for word in JobStatus},
    TextField.SYNC_STATUS: {word: word for word in SyncStatus},
    TextField.VISIBILITY: {word: word for word in Visibility},
    TextField.REMOTE: {"true": _YES, "false": _NO, _YES: _YES, _NO: _NO},
}
"""The words of each field that has only so many values, as they are typed, each with the word that is kept."""


def unknown(value: str, what: str, known: Iterable[str], most: int | None = None) -> tuple[str, str]:
    """Return the message that a filter knows no such word, with the words that are nearest, and the remedy that lists those there are."""
    words = list(known)
    listed = ", ".join(words[:most]) + (", and others" if len(words) > len(words[:most]) else "")
    remedy = f"Known are {listed}." if words else f"There is no {what} yet."
    return clean(f"{clean(value, limit=40)} is no {what} that a filter knows.{nearest(value, words)}"), clean(remedy)
