"""The automatic sync's limits: how much it may write because rules changed, and how much trouble it bears before it stops."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from ..core.models import Failure, Hold, HoldKind
from ..core.text import counted
from ..storage.automatic.decisions import Candidate

SHARE = 0.2
"""Of the cached jobs: more than that are not written because rules changed without a person's word."""

FEW = 20
"""Jobs that are written in any case: in a small cache, a fifth of it is a handful and no accident."""

TROUBLE = 5
"""Failures of the ATS or the target in a row after which a run ends; what is left is done by the next."""

CREDENTIALS = "credentials_rejected"
CONNECTION = frozenset({CREDENTIALS, "permission_missing", "unreachable", "answer_lost", "rate_limited", "not_ready", "unknown"})
"""Codes of failures that the next job would meet as well."""


def too_many(by_rules: Sequence[Candidate], cached: int, most: int) -> bool:
    """Return whether so many jobs are to be written because rules changed that a person should say so."""
    return len(by_rules) > min(most, max(FEW, SHARE * cached))


def guard_hold(count: int, cached: int, revision: int, now: datetime, *, closing: int = 0) -> Hold:
    """Return the hold of an integration that rules, or jobs that closed (``closing`` of them), would write too much of."""
    what = f"{count:,} of {counted(cached, 'job')}" + (f", {closing:,} of them because they closed" if closing else "")
    message = f"The rules (r{revision}) would have it create or update {what}, so it waits for a person"
    return Hold(
        HoldKind.GUARD,
        now,
        message,
        "jobsync sync --filter is:eligible --dry-run shows what it would write; jobsync auto resume --accept lets that pass.",
    )


def credentials_hold(error: Failure, now: datetime) -> Hold:
    """Return the hold of an integration whose credentials are refused."""
    remedy = f"{error.remedy} " if error.remedy else ""
    return Hold(HoldKind.CREDENTIALS, now, error.message, f"{remedy}It goes on when jobsync test succeeds, or with jobsync auto resume.")


class Patience:
    """Counts failures in a row, of the kind that the next job would meet too."""

    def __init__(self) -> None:
        self._failures = 0
        self.last: Failure | None = None

    @property
    def ended(self) -> bool:
        """Whether going on makes no sense."""
        return self._failures >= TROUBLE or (self.last is not None and self.last.code == CREDENTIALS)

    def see(self, error: Failure | None) -> None:
        """Take in how a job ended."""
        if error is not None and error.code in CONNECTION:
            self._failures += 1
            self.last = error
        else:
            self._failures, self.last = 0, None
