"""The marked jobs of one list: kept by key, through every filter, sort and refresh, in the order in which they were marked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from ..backend.core.models import JobKey


class Marks:
    """A set of jobs that remembers their order."""

    def __init__(self) -> None:
        self._jobs: dict[JobKey, None] = {}

    def __contains__(self, job: object) -> bool:
        return job in self._jobs

    def __len__(self) -> int:
        return len(self._jobs)

    def __iter__(self) -> Iterator[JobKey]:
        return iter(tuple(self._jobs))

    def by_integration(self) -> Counter[str]:
        """Return how many jobs of each integration are marked."""
        return Counter(job.integration for job in self._jobs)

    def toggle(self, job: JobKey) -> None:
        """Mark a job, or take its mark away."""
        if job in self._jobs:
            del self._jobs[job]
        else:
            self._jobs[job] = None

    def add(self, jobs: Iterable[JobKey]) -> None:
        """Mark jobs."""
        self._jobs.update(dict.fromkeys(jobs))

    def remove(self, jobs: Iterable[JobKey]) -> None:
        """Take the marks of these jobs away, as far as they are marked."""
        for job in jobs:
            self._jobs.pop(job, None)

    def clear(self) -> None:
        """Remove every mark."""
        self._jobs.clear()
