"""The marked jobs of one integration: kept by id, through every filter, sort and refresh, in the order in which they were marked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator


class Marks:
    """A set of job ids that remembers their order."""

    def __init__(self) -> None:
        self._ids: dict[str, None] = {}

    def __contains__(self, job_id: object) -> bool:
        return job_id in self._ids

    def __len__(self) -> int:
        return len(self._ids)

    def __iter__(self) -> Iterator[str]:
        return iter(tuple(self._ids))

    def toggle(self, job_id: str) -> None:
        """Mark a job, or take its mark away."""
        if job_id in self._ids:
            del self._ids[job_id]
        else:
            self._ids[job_id] = None

    def add(self, job_ids: Iterable[str]) -> None:
        """Mark jobs."""
        self._ids.update(dict.fromkeys(job_ids))

    def remove(self, job_ids: Iterable[str]) -> None:
        """Take the marks of these jobs away, as far as they are marked."""
        for job_id in job_ids:
            self._ids.pop(job_id, None)

    def clear(self) -> None:
        """Remove every mark."""
        self._ids.clear()
