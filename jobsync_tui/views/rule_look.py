"""What a rule comes to while it is written, on two lines."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ..backend.models import Rule
from ..backend.text import counted


@dataclass(frozen=True, slots=True)
class Look:
    """What is known of the rule as it is now.

    Attributes:
        jobs: Cached jobs that its conditions match, for themselves; None where they were never counted.
        counted: Whether ``jobs`` is of the rule as it is now.
        matched: Whether they match the job at hand; None where there is none.
    """

    jobs: int | None = None
    counted: bool = False
    matched: bool | None = None

    def counting(self) -> Look:
        """Return the look with a number that is being counted anew."""
        return replace(self, counted=False)

    def with_count(self, jobs: int) -> Look:
        """Return the look with the number of the jobs that match."""
        return replace(self, jobs=jobs, counted=True)

    def with_job(self, *, matched: bool) -> Look:
        """Return the look with what the job at hand says."""
        return replace(self, matched=matched)


def look_words(look: Look, rule: Rule) -> str:
    """Return what the rule comes to, in a line."""
    if look.jobs is None:
        told = "counting the cached jobs that match ..."
    else:
        told = f"{'ok' if look.jobs else '!'} matches {counted(look.jobs, 'cached job')}{'' if look.counted else ' ...'}"
    if look.matched is not None:
        told += f"   this job: {'ok yes' if look.matched else 'x no'}"
    if not rule.actions:
        told += "   sets nothing: A adds"
    elif not rule.active:
        told += "   switched off"
    return told
