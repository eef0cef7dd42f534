"""Which jobs a command that writes is given: named one by one, or by a filter that has to be meant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from ..backend.core.errors import NumberNeeded, UsageError
from ..backend.core.models import JobKey
from ..backend.core.text import counted
from .interruption import confirm
from .session import evaluate_first, named_jobs, on_terminal, scope_to_write

if TYPE_CHECKING:
    from ..backend.services.backend import Backend


@dataclass(frozen=True, slots=True)
class Selection:
    """The jobs that are meant, as the command line says them.

    Attributes:
        job_ids: Named one by one.
        filter_text: Those that match; None where none was given.
        everything: Every cached job may be meant, or is, where there is no filter.
        expected: How many jobs the filter takes in, as the person knows it.
    """

    job_ids: tuple[str, ...]
    filter_text: str | None
    everything: bool
    expected: int | None

    def validate(self) -> None:
        """Refuse what says nothing, or two things at once.

        Raises:
            UsageError: Says what to name.
        """
        if self.by_filter is bool(self.job_ids):
            raise UsageError("Name jobs by their ids, or with --filter, and not both", remedy="--all means every cached job")
        if not all(job_id.strip() for job_id in self.job_ids):
            raise UsageError("One of the ATS job ids is empty", remedy="Give the ATS job id of each job to sync")
        if self.expected is not None and not self.by_filter:
            raise UsageError("--expect N says how many jobs a filter takes in, and there is no filter")

    @property
    def by_filter(self) -> bool:
        """Whether jobs are not named one by one."""
        return self.filter_text is not None or self.everything

    async def jobs(self, backend: Backend, integrations: Sequence[str], *, unasked: bool, most: int) -> tuple[JobKey, ...]:
        """Return the jobs, once each.

        Args:
            backend: Opened.
            integrations: Of the jobs, as they were named.
            unasked: Nothing is shown and asked before they are written: a filter that takes in more jobs than ``most`` needs their number.
            most: See there.

        Raises:
            FilterError: Says where the filter is wrong.
            UsageError: The filter is empty, or takes in everything; or it is not clear which integration is meant.
            NumberNeeded: Nobody can be asked, and the number was not given; or another one was.
            click.Abort: The person did not agree.
        """
        if not self.by_filter:
            return await named_jobs(backend, integrations, self.job_ids)
        text, scope = self.filter_text or "", await scope_to_write(backend, integrations)
        await evaluate_first(backend, text, scope)
        found = await backend.jobs.ids_to_write(scope, text, everything=self.everything)
        self._require_meant(len(found), most if unasked else len(found))
        return found

    def _require_meant(self, found: int, most: int) -> None:
        if found == self.expected or (self.expected is None and found <= most):
            return
        if self.expected is None and on_terminal():
            if not confirm(f"The filter takes in {counted(found, 'job')}. Go on?", found):
                raise click.Abort
            return
        otherwise = "" if self.expected is None else f", not {self.expected:,}"
        remedy = f"If they are meant, say --expect {found}; --dry-run shows what would be done to them"
        raise NumberNeeded(found, f"The filter takes in {counted(found, 'job')}{otherwise}", remedy=remedy)
