"""The alerts that a run raises about jobs: why jobs fail, in words, and jobs that a listing lacked and that are kept."""

from __future__ import annotations

from ..core.models import Failure
from ..core.text import clean
from ..settings.redaction import redact
from ..storage.automatic.batches import RunTally
from ..sync.attempt import FAILED

LONGEST = 200
"""Characters of a message: it stands in a line with how many jobs fail."""

FOR_GOOD = frozenset({"refused", "remote_gone", "not_verified"})
"""Failures that trying again would not mend: the target declines or alters what is sent, or its job is gone and a person must say so."""

SETTLED_FIRST = "unknown"
"""The failure of which nobody knows whether it is one: it is looked up, and never tried again before that."""


def why(tally: RunTally, integration: str) -> Failure | None:
    """Return one of the failures that most jobs of a run met, short and clean; None where none failed, or none says more than its code."""
    found = tally.commonest
    if found is None:
        return None
    message = clean(redact(found.message.removeprefix(f"{FAILED}: ")), limit=LONGEST).rstrip(".")
    return Failure(found.code, message, _remedy(found, integration))


def _remedy(found: Failure, integration: str) -> str:
    """Return the failure's own remedy, and whether, and by what, the jobs are tried again after it."""
    own = f"{found.remedy} " if found.remedy else ""
    if found.code == SETTLED_FIRST:
        return f"jobsync recover says what became of them. {own}".rstrip()
    if found.code in FOR_GOOD:
        return own.rstrip() or f"Trying again does not mend it: jobsync jobs -i {integration} --filter is:failed lists them."
    return f"{own}jobsync retry {'then ' if own else ''}tries them again."
